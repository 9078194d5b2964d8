// SPDX-License-Identifier: Apache-2.0
// The built program, bash and temporary files: the real parts that these tests are made with.

import Glibc
import Testing

@testable import orchestrate

/// The program that was built along with these tests.
let program: String = {
  var path = [CChar](repeating: 0, count: 4096)
  let count = readlink("/proc/self/exe", &path, path.count)
  let parts = String(
    decoding: path.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self
  )
  .split(separator: "/", omittingEmptySubsequences: false)
  return "'" + (parts.dropLast() + ["orchestrate"]).joined(separator: "/") + "'"
}()

/// Runs a script in bash; standard error goes where the test's own goes.
func shell(_ script: String) throws -> (status: Int32, text: String) {
  let file = try CapturedFile(script)
  let pipe = try #require(popen("bash --norc \(file.path)", "re"))
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = fread(&buffer, 1, buffer.count, pipe)
    if count == 0 { break }
    bytes += buffer.prefix(count)
  }
  let status = pclose(pipe)
  // An exit's status is in the second byte.
  return (status >> 8 & 0xFF, String(decoding: bytes, as: UTF8.self))
}

/// A temporary file that is gone when nobody holds it any more.
final class CapturedFile: Sendable {
  let path: String
  let descriptor: Int32

  init(_ text: String = "") throws {
    var template = Array("/tmp/orchestrate-test-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    try #require(descriptor >= 0)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    Output(data: descriptor, messages: descriptor).write(text, to: .data)
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  var text: String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = pread(descriptor, &buffer, buffer.count, bytes.count)
      if count <= 0 { break }
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

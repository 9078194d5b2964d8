// SPDX-License-Identifier: Apache-2.0
// What the process tests share: a supervisor over the built product, and short shell commands.

import Glibc
import Supervision
import TestKit

let supervisor = Supervisor(executable: BuiltExecutable.path)

func shell(
  _ script: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"],
  input: [UInt8] = [], deadline: Duration = .seconds(300), grace: Duration = .seconds(2),
  outputLimit: Int = 1 << 20
) -> Command {
  Command(
    argv: ["/bin/sh", "-c", script], workingDirectory: "/", environment: environment,
    standardInput: input, deadline: deadline, grace: grace, outputLimit: outputLimit)
}

/// A word that appears on one test's command lines and nowhere else.
func marker() -> String { "marker\(UInt64.random(in: 0 ... .max))" }

/// How many processes run with a word on their command line.
func countProcesses(with word: String) -> Int {
  guard let directory = opendir("/proc") else { return -1 }
  defer { closedir(directory) }
  var count = 0
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    guard let pid = pid_t(name), let line = readAll("/proc/\(pid)/cmdline") else { continue }
    if String(decoding: line, as: UTF8.self).contains(word) { count += 1 }
  }
  return count
}

func readAll(_ path: String) -> [UInt8]? {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return nil }
  defer { close(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = read(file, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
  return bytes
}

// SPDX-License-Identifier: Apache-2.0
// A directory that only we can enter, for what one run leaves.

import FoundationEssentials
import Glibc

/// A fresh directory (0700) under `TMPDIR`, or `/tmp`.
package struct PrivateDirectory: Sendable {
  /// Its absolute path.
  package let path: String

  /// Makes it.
  package init() throws(SystemError) {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let template = (parent.isEmpty ? "/tmp" : parent) + "/orchestrate-XXXXXX"
    var bytes = template.utf8CString.map { $0 }
    guard mkdtemp(&bytes) != nil else {
      throw SystemError(doing: "make a directory in \(parent)", code: errno)
    }
    path = String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Makes a folder in it that only we can enter.
  package func makeFolder(_ name: String) throws(SystemError) {
    guard mkdir("\(path)/\(name)", 0o700) == 0 else {
      throw SystemError(doing: "make the directory \(path)/\(name)", code: errno)
    }
  }

  /// Makes a file in it that nobody else can read.
  func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
    let raw = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard raw >= 0 else { throw SystemError(doing: "make \(path)", code: errno) }
    let file = OwnedDescriptor(raw)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file.raw, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw SystemError(doing: "write \(path)", code: errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// Removes it and all it holds. What resists is left to whoever cleans that place.
  package func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }
}

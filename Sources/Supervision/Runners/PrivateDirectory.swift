// SPDX-License-Identifier: Apache-2.0
// A directory that only we can enter, for what one run leaves.

import FoundationEssentials
import Glibc

/// A fresh directory (0700) under `TMPDIR`, or `/tmp`. It is locked for as long as it is in use, so
/// that what a killed process left is known for it.
package struct PrivateDirectory: Sendable {
  /// Its absolute path.
  package let path: String
  private let lock: Int32

  private static let prefix = "orchestrate-run-"
  private static var parent: String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return parent.isEmpty ? "/tmp" : parent
  }

  /// Makes it.
  package init() throws(SystemError) {
    while true {
      let made = try Self.make()
      let descriptor = open(made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0, access(made, F_OK) == 0 {
        (path, lock) = (made, descriptor)
        return
      }
      let code = errno
      if descriptor >= 0 { close(descriptor) }
      // Whoever cleans up may have come before the lock.
      guard access(made, F_OK) != 0 || code == EWOULDBLOCK else {
        throw SystemError(doing: "lock the directory \(made)", code: code)
      }
    }
  }

  private static func make() throws(SystemError) -> String {
    let parent = parent
    var bytes = "\(parent)/\(prefix)XXXXXX".utf8CString.map { $0 }
    guard mkdtemp(&bytes) != nil else {
      throw SystemError(doing: "make a directory in \(parent)", code: errno)
    }
    return String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Removes those that killed processes of this user have left.
  package static func removeLeftovers() {
    let parent = parent
    for name in DirectoryNames.list(parent) where name.hasPrefix(prefix) {
      let path = "\(parent)/\(name)"
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
      else { continue }
      // What resists is left to whoever cleans that place.
      try? FileManager.default.removeItem(atPath: path)
    }
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
    close(lock)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Reading a file that an agent may have made into something else.

// As much the home of `timespec` as Glibc: which of them is depends on what is compiled first.
import CGit2
import Glibc

extension Directory {
  /// A regular file's bytes and status; `nil` where there is no regular file by that name.
  ///
  /// Never waits: a FIFO is not opened for reading, and one that takes the file's place meanwhile
  /// is noticed.
  ///
  /// - Throws: `.fileTooLarge` above `limit` bytes.
  func contents(
    of name: BytePath, path: BytePath, limit: Int
  ) throws(GitError) -> (bytes: [UInt8], status: FileStatus)? {
    let file = name.withCString {
      openat(descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    }
    guard file >= 0 else {
      if errno == ENOENT || errno == ELOOP || errno == ENXIO { return nil }
      throw .system("read \(path.shown)")
    }
    defer { close(file) }
    var raw = stat()
    guard fstat(file, &raw) == 0 else { throw .system("read \(path.shown)") }
    let before = FileStatus(raw)
    guard before.kind == .file else { return nil }
    guard before.size <= limit else { throw Self.tooLarge(path, before.size, limit) }
    let bytes = try Self.read(file, path, expected: before.size, limit: limit)
    guard fstat(file, &raw) == 0 else { throw .system("read \(path.shown)") }
    // Whoever is still writing has changed a time; what was read is then not remembered.
    let isSettled =
      before.raw.st_ctim.tv_sec == raw.st_ctim.tv_sec
      && before.raw.st_ctim.tv_nsec == raw.st_ctim.tv_nsec && before.size == bytes.count
    guard isSettled else {
      throw GitError(
        .other, operation: "read \(path.shown)", message: "it is being written at the same time")
    }
    return (bytes, before)
  }

  private static func read(
    _ file: Int32, _ path: BytePath, expected: Int, limit: Int
  ) throws(GitError) -> [UInt8] {
    // One more than expected, so that the end is seen with the last read.
    var bytes = [UInt8](repeating: 0, count: expected + 1)
    var filled = 0
    while true {
      if filled == bytes.count { bytes += [UInt8](repeating: 0, count: 65_536) }
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(file, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system("read \(path.shown)") }
      if count == 0 { break }
      filled += count
      guard filled <= limit else { throw tooLarge(path, filled, limit) }
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }

  private static func tooLarge(_ path: BytePath, _ bytes: Int, _ limit: Int) -> GitError {
    GitError(
      .fileTooLarge(path: path.shown, bytes: bytes, limit: limit),
      operation: "read \(path.shown)",
      message: "it has \(bytes) bytes, and at most \(limit) are taken; add it to .gitignore")
  }
}

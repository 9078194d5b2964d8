// SPDX-License-Identifier: Apache-2.0
// A git index as it lies on the disk, to look things up in.

import CGit2
import Glibc

/// The entries of an index file of git's second version (`gitformat-index(5)`), which are read where
/// they lie.
///
/// libgit2 takes a copy of each entry, puts all of them into a table and hashes the whole file: fifty
/// milliseconds at a hundred thousand files. Here its checksum is not looked at, but everything must
/// have its place and its order, which no file has that a crash left half written. Whoever changes
/// entries has libgit2 open it.
// Unchecked: its bytes are written before anybody has the value, and never again.
final class IndexFile: @unchecked Sendable {
  private let bytes: UnsafeMutableRawPointer
  /// Where each entry begins.
  private let starts: [UInt32]

  private static let headerLength = 12
  private static let checksumLength = 20
  /// What precedes an entry's path.
  private static let fixedLength = 62

  /// `nil` where there is no such file, or none that holds only plain entries of this version.
  init?(path: String) {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_size < UInt32.max else { return nil }
    let length = Int(status.st_size)
    guard length >= Self.headerLength + Self.checksumLength else { return nil }
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 8)
    guard Self.fill(bytes, length, from: file),
      let starts = Self.entries(UnsafeRawBufferPointer(start: bytes, count: length))
    else {
      bytes.deallocate()
      return nil
    }
    self.bytes = bytes
    self.starts = starts
  }

  deinit { bytes.deallocate() }

  private static func fill(_ bytes: UnsafeMutableRawPointer, _ length: Int, from file: Int32)
    -> Bool
  {
    var filled = 0
    while filled < length {
      let count = read(file, bytes + filled, length - filled)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      filled += count
    }
    return true
  }

  /// Where each entry begins; `nil` unless all of them are whole, plain, and in order.
  private static func entries(_ bytes: UnsafeRawBufferPointer) -> [UInt32]? {
    let version: UInt32 = 2
    guard bytes.prefix(4).elementsEqual("DIRC".utf8), number(bytes, at: 4) == version else {
      return nil
    }
    let count = Int(number(bytes, at: 8))
    let end = bytes.count - checksumLength
    guard count <= end / fixedLength else { return nil }
    var starts: [UInt32] = []
    starts.reserveCapacity(count)
    var at = headerLength
    for index in 0..<count {
      guard at + fixedLength < end else { return nil }
      // Nothing is marked: no stage of a merge, no longer header.
      guard bytes[at + fixedLength - 2] & 0xf0 == 0, FileMode(number(bytes, at: at + 24)) != nil
      else { return nil }
      let path = at + fixedLength
      let length = strnlen(text(bytes, path), end - path)
      guard length > 0, path + length < end else { return nil }
      if index > 0 {
        let before = Int(starts[index - 1]) + fixedLength
        guard strcmp(text(bytes, before), text(bytes, path)) < 0 else { return nil }
      }
      starts.append(UInt32(at))
      // One to eight NULs follow, up to the next multiple of eight.
      at += (fixedLength + length + 8) & ~7
    }
    return at <= end ? starts : nil
  }

  private static func text(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UnsafePointer<CChar> {
    // The file has a header at least.
    guard let start = bytes.baseAddress else { preconditionFailure("an index has bytes") }
    return (start + at).assumingMemoryBound(to: CChar.self)
  }

  private static func number(_ bytes: UnsafeRawBufferPointer, at: Int) -> UInt32 {
    UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
  }

  // MARK: Entries, by their position

  var count: Int { starts.count }

  /// The path of an entry, valid as long as this value.
  func path(at position: Int) -> UnsafePointer<CChar> {
    UnsafePointer(
      (bytes + Int(starts[position]) + Self.fixedLength).assumingMemoryBound(to: CChar.self))
  }

  /// An entry as libgit2 has it; its path is valid as long as this value.
  func entry(at position: Int) -> git_index_entry {
    let start = UnsafeRawPointer(bytes + Int(starts[position]))
    func number(_ at: Int) -> UInt32 {
      UInt32(bigEndian: start.loadUnaligned(fromByteOffset: at, as: UInt32.self))
    }
    var entry = git_index_entry()
    entry.ctime = git_index_time(
      seconds: Int32(bitPattern: number(0)), nanoseconds: number(4))
    entry.mtime = git_index_time(
      seconds: Int32(bitPattern: number(8)), nanoseconds: number(12))
    entry.dev = number(16)
    entry.ino = number(20)
    entry.mode = number(24)
    entry.uid = number(28)
    entry.gid = number(32)
    entry.file_size = number(36)
    withUnsafeMutableBytes(of: &entry.id) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: start + 40, count: 20))
    }
    entry.path = path(at: position)
    return entry
  }
}

// SPDX-License-Identifier: Apache-2.0
// A zip archive that holds its files as they are, for what must be kept when little else works.

/// Writes zip files without compression: nothing but this program is needed to make one, and any
/// tool to open it.
package enum StoredArchive {
  /// A file of the archive.
  package struct Entry: Hashable, Sendable {
    /// Its path inside, with `/`.
    package let name: String
    /// What it holds.
    package let bytes: [UInt8]
    /// As `chmod` takes them.
    package let permissions: UInt16

    package init(name: String, bytes: [UInt8], permissions: UInt16) {
      self.name = name
      self.bytes = bytes
      self.permissions = permissions
    }
  }

  /// The archive of at most 65 535 entries and 4 GB, which is the format's limit; what comes after
  /// is left out.
  package static func bytes(of entries: [Entry]) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    var count: UInt16 = 0
    for entry in entries.prefix(Int(UInt16.max)) {
      let name = Array(entry.name.utf8)
      guard archive.count + entry.bytes.count + name.count < 0xF000_0000, name.count < 0xFFFF
      else { continue }
      let offset = UInt32(archive.count)
      let checksum = crc32(entry.bytes)
      let size = UInt32(entry.bytes.count)
      // Version 2.0, names in UTF-8, stored, 1980-01-01.
      var common: [UInt8] = []
      common.append16(20, 0x0800, 0, 0, 0x21)
      common.append32(checksum, size, size)
      common.append16(UInt16(name.count), 0)
      archive.append32(0x0403_4B50)
      archive += common + name + entry.bytes
      directory.append32(0x0201_4B50)
      // Made by a Unix, whose permissions stand in the high half of the attributes.
      directory.append16(0x0314)
      directory += common
      directory.append16(0, 0, 0)
      directory.append32(UInt32(0o100000 | entry.permissions) << 16, offset)
      directory += name
      count += 1
    }
    let start = UInt32(archive.count)
    archive += directory
    archive.append32(0x0605_4B50)
    archive.append16(0, 0, count, count)
    archive.append32(UInt32(directory.count), start)
    archive.append16(0)
    return archive
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
  }
}

extension [UInt8] {
  fileprivate mutating func append16(_ values: UInt16...) {
    for value in values { append(contentsOf: [UInt8(value & 0xFF), UInt8(value >> 8)]) }
  }

  fileprivate mutating func append32(_ values: UInt32...) {
    for value in values {
      append(contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) })
    }
  }
}

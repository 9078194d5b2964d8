// SPDX-License-Identifier: Apache-2.0
// A database with everything in it that its damaged log still holds.

import Domain
import Glibc

/// SQLite reads its log up to the first frame whose checksum does not hold, and drops what follows
/// without a word. Most of that is unharmed: a page in the damaged frame, if it was not written again
/// later, may have a changed byte, and the others have none. Here every frame is taken; whether an
/// entry is what was journalled, its hash says.
enum LogImage {
  private static let (headerSize, frameHeaderSize) = (32, 24)

  /// Writes a database that holds the newest version of each page, from the file or from its log.
  ///
  /// - Returns: false where there is no log, or it holds nothing.
  static func write(ofDatabase path: String, to image: String) throws(StoreError) -> Bool {
    let log = try contents(of: path + "-wal")
    guard log.count > headerSize else { return false }
    var pages = try contents(of: path)
    let pageSize = pageSize(pages, log)
    let frameSize = frameHeaderSize + pageSize
    let frames = (log.count - headerSize) / frameSize
    guard frames > 0 else { return false }
    let salt = salt(log, frameSize, frames)
    for index in 0..<frames {
      let start = headerSize + index * frameSize
      // Frames of an earlier log, behind the present one, have another salt.
      guard Array(log[start + 8..<start + 16]) == salt else { continue }
      let number = Int(bigEndian32(log, start))
      guard number > 0, number <= pages.count / pageSize + frames else { continue }
      let end = number * pageSize
      if pages.count < end { pages += [UInt8](repeating: 0, count: end - pages.count) }
      let page = start + frameHeaderSize
      pages.replaceSubrange(end - pageSize..<end, with: log[page..<page + pageSize])
    }
    try write(pages, to: image)
    return true
  }

  /// Copies a file's bytes, if there is one, so that nothing that is done to it later changes them.
  static func copy(_ path: String, to other: String) throws(StoreError) {
    guard access(path, F_OK) == 0 else { return }
    try write(try contents(of: path), to: other)
  }

  /// As the database says, or its log, or else SQLite's own choice.
  private static func pageSize(_ database: [UInt8], _ log: [UInt8]) -> Int {
    let said = [
      database.count > 17 ? Int(database[16]) << 8 | Int(database[17]) : 0,
      Int(bigEndian32(log, 8)),
    ]
    return said.first { $0 >= 512 && $0 <= 65_536 && $0 & ($0 - 1) == 0 } ?? 4096
  }

  /// The log's, or where its first two frames agree on another, theirs: then the header was harmed.
  private static func salt(_ log: [UInt8], _ frameSize: Int, _ frames: Int) -> [UInt8] {
    let said = Array(log[16..<24])
    guard frames > 1 else { return said }
    let (first, second) = (headerSize + 8, headerSize + frameSize + 8)
    let agreed = Array(log[first..<first + 8])
    return agreed == Array(log[second..<second + 8]) ? agreed : said
  }

  private static func bigEndian32(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func contents(of path: String) throws(StoreError) -> [UInt8] {
    guard let file = fopen(path, "re") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { break }
      bytes += piece[..<count]
    }
    guard ferror(file) == 0 else { throw .cannotOpen(path: path, reason: lastSystemError()) }
    return bytes
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
    try StorePlace.makeFile(path)
    guard let file = fopen(path, "we") else {
      throw .cannotOpen(path: path, reason: lastSystemError())
    }
    let count = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, count == bytes.count else {
      throw .cannotOpen(path: path, reason: lastSystemError())
    }
  }
}

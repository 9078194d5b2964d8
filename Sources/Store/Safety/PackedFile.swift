// SPDX-License-Identifier: Apache-2.0
// Files that gzip packs and unpacks.

import CZlib
import Glibc

/// A file packed as `gzip` packs it, so that `gunzip` opens it without us. Its checksum tells of
/// every changed byte.
enum PackedFile {
  static let suffix = ".gz"
  private static let pieceSize = 1 << 16

  /// Packs a file into another, which is its owner's alone, and makes it durable.
  static func pack(_ path: String, into packed: String) throws(StoreError) {
    try StorePlace.makeFile(packed)
    let source = try opened(path, "re")
    defer { fclose(source) }
    // The fastest level: a store packs to a fifth, the best level would gain a tenth of that.
    guard let target = gzopen(packed, "wbe1") else { throw failure(packed, "it cannot be written") }
    var piece = [UInt8](repeating: 0, count: pieceSize)
    var isWhole = true
    while isWhole {
      let count = fread(&piece, 1, pieceSize, source)
      if count == 0 { break }
      isWhole = gzwrite(target, piece, UInt32(count)) == CInt(count)
    }
    isWhole = isWhole && ferror(source) == 0
    // What is still in memory is written only now.
    guard gzclose(target) == Z_OK, isWhole else {
      throw failure(packed, "it cannot be written: \(lastSystemError())")
    }
    try StorePlace.synchronizeFile(packed)
  }

  /// Unpacks a file into another, which is its owner's alone.
  ///
  /// - Throws: `StoreError.corrupt` where its bytes are not those that were packed.
  static func unpack(_ packed: String, into path: String) throws(StoreError) {
    try StorePlace.makeFile(path)
    let target = try opened(path, "we")
    let isWritten: Bool
    do throws(StoreError) {
      isWritten = try pieces(of: packed) { fwrite($0, 1, $1, target) == $1 }
    } catch {
      fclose(target)
      throw error
    }
    guard fclose(target) == 0, isWritten else {
      throw failure(path, "it cannot be written: \(lastSystemError())")
    }
  }

  /// Whether unpacking gives a file's bytes.
  static func isSame(_ packed: String, as path: String) throws(StoreError) -> Bool {
    let source = try opened(path, "re")
    defer { fclose(source) }
    var other = [UInt8](repeating: 0, count: pieceSize)
    let isSame = try pieces(of: packed) { bytes, count in
      fread(&other, 1, count, source) == count && memcmp(&other, bytes, count) == 0
    }
    return isSame && fgetc(source) == EOF
  }

  /// Hands out what was packed, piece by piece, for as long as `take` returns true.
  private static func pieces(
    of packed: String, _ take: (UnsafePointer<UInt8>, Int) -> Bool
  ) throws(StoreError) -> Bool {
    guard let source = gzopen(packed, "rbe") else {
      throw failure(packed, "it cannot be read: \(lastSystemError())")
    }
    var piece = [UInt8](repeating: 0, count: pieceSize)
    var (count, isTaken): (CInt, Bool) = (0, true)
    repeat {
      count = gzread(source, &piece, UInt32(pieceSize))
      if count > 0 { isTaken = take(piece, Int(count)) }
    } while count > 0 && isTaken
    let isWhole = gzclose(source) == Z_OK && count >= 0
    guard isWhole || !isTaken else { throw .corrupt(detail: "\(packed) does not unpack") }
    return isTaken
  }

  private static func opened(
    _ path: String, _ mode: String
  ) throws(StoreError) -> UnsafeMutablePointer<FILE> {
    guard let file = fopen(path, mode) else { throw failure(path, lastSystemError()) }
    return file
  }

  private static func failure(_ path: String, _ reason: String) -> StoreError {
    .cannotOpen(path: path, reason: reason)
  }
}

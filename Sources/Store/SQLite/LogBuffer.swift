// SPDX-License-Identifier: Apache-2.0
// What is on its way into SQLite's log, so that a transaction gets there in one piece.

import CSQLite

/// What was written to a log since it was last synced.
///
/// SQLite writes the log with two calls for each page, which takes longer than all else that a small
/// transaction does outside the disk. Nothing is promised of a write before the sync after it, so
/// they are put together here, and written by the sync, or by whatever else is done to the file
/// before. Other processes look into the log only for what its index names, which SQLite writes
/// after the sync (`synchronous = FULL`).
final class LogBuffer {
  /// As much as SQLite's own file layer writes at once (its length is cut to 17 bits): some thirty
  /// pages. Longer transactions are written piece by piece.
  private static let bytesMax = (1 << 17) - 1

  /// Where in the file the bytes begin.
  private var start: sqlite3_int64 = 0
  private var bytes: [UInt8] = []

  /// Takes bytes for a place in the file; writes what is here first where they do not follow it.
  ///
  /// - Returns: SQLite's code for what had to be written.
  func add(
    _ new: UnsafeRawBufferPointer, at offset: sqlite3_int64, _ write: Write
  ) -> CInt {
    if offset != start + sqlite3_int64(bytes.count) || bytes.count + new.count > Self.bytesMax {
      let code = flush(write)
      guard code == SQLITE_OK else { return code }
      start = offset
    }
    bytes.append(contentsOf: new)
    return SQLITE_OK
  }

  /// Writes what is here with one call. What cannot be written is not tried again: SQLite undoes
  /// the transaction.
  func flush(_ write: Write) -> CInt {
    guard !bytes.isEmpty else { return SQLITE_OK }
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes.withUnsafeBytes { write($0, start) }
  }

  /// Writes bytes to the file at a place.
  typealias Write = (UnsafeRawBufferPointer, sqlite3_int64) -> CInt
}

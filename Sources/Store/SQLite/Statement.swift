// SPDX-License-Identifier: Apache-2.0
// A prepared statement and the row it stands on.

import CSQLite
import Domain

/// A prepared statement; owns it and finalizes it. Its connection outlives it, because only the
/// connection holds statements.
final class Statement {
  let sql: String
  private let pointer: OpaquePointer

  /// - Throws: the result code of `sqlite3_prepare_v3`.
  init(_ sql: String, on connection: OpaquePointer) throws(ResultCode) {
    var pointer: OpaquePointer?
    let code = sqlite3_prepare_v3(
      connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
    guard code == SQLITE_OK, let pointer else { throw ResultCode(number: code) }
    self.sql = sql
    self.pointer = pointer
  }

  deinit { sqlite3_finalize(pointer) }

  func bind(_ values: [SQLValue]) throws(ResultCode) {
    for (index, value) in values.enumerated() {
      let code = bind(value, at: Int32(index + 1))
      guard code == SQLITE_OK else { throw ResultCode(number: code) }
    }
  }

  private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
    switch value {
    case .integer(let number): return sqlite3_bind_int64(pointer, index, Int64(number))
    case .null: return sqlite3_bind_null(pointer, index)
    case .text(var text):
      // SQLite copies the bytes before the call returns (`SQLITE_TRANSIENT`).
      let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      return text.withUTF8 { bytes in
        guard let start = bytes.baseAddress else {
          return sqlite3_bind_text(pointer, index, "", 0, copied)
        }
        return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
          sqlite3_bind_text(pointer, index, $0, Int32(bytes.count), copied)
        }
      }
    }
  }

  /// Whether there is a row to read.
  func step() throws(ResultCode) -> Bool {
    let code = sqlite3_step(pointer)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw ResultCode(number: code)
    }
  }

  /// Lets go of locks and bound texts; the failure it repeats was thrown by `step` before.
  func reset() {
    sqlite3_reset(pointer)
    sqlite3_clear_bindings(pointer)
  }

  var row: Row { Row(pointer: pointer) }
}

/// What a call into SQLite returned instead of success, extended.
struct ResultCode: Error {
  let number: Int32
  var primary: Int32 { number & 0xff }
}

/// The row that a statement stands on, valid inside the closure that it is handed to. Columns are
/// counted from 0.
struct Row {
  fileprivate let pointer: OpaquePointer

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }

  func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(pointer, column)) }

  func optionalInteger(_ column: Int32) -> Int? { isNull(column) ? nil : integer(column) }

  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(pointer, column) else { return "" }
    let count = Int(sqlite3_column_bytes(pointer, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: integer(column)) }

  func optionalTime(_ column: Int32) -> Timestamp? {
    optionalInteger(column).map(Timestamp.init(milliseconds:))
  }

  func session(_ column: Int32) throws(StoreError) -> SessionID {
    guard let session = SessionID(number: integer(column)) else {
      throw .corrupt(detail: "\(integer(column)) is no session")
    }
    return session
  }

  func fence(_ column: Int32) throws(StoreError) -> Fence {
    guard let fence = Fence(integer(column)) else {
      throw .corrupt(detail: "\(integer(column)) is no fence")
    }
    return fence
  }

  func id<ID: TextIdentifier>(_ type: ID.Type, _ column: Int32) throws(StoreError) -> ID {
    guard let id = ID(text(column)) else {
      throw .corrupt(detail: "\(text(column)) is no \(type)")
    }
    return id
  }

  func optionalID<ID: TextIdentifier>(_ type: ID.Type, _ column: Int32) throws(StoreError) -> ID? {
    isNull(column) ? nil : try id(type, column)
  }

  func name<Name: RawRepresentable<String>>(
    _ type: Name.Type, _ column: Int32
  ) throws(StoreError) -> Name {
    guard let name = Name(rawValue: text(column)) else {
      throw .corrupt(detail: "\(text(column)) is no \(type)")
    }
    return name
  }
}

// SPDX-License-Identifier: Apache-2.0
// A connection to a SQLite database, its prepared statements, and the one way its failures get out.

import CSQLite

/// One connection. It is opened without SQLite's own mutex, so it must only ever be used by one
/// thread at a time.
///
/// `Sendable` unchecked, because the compiler cannot see that: `SQLiteStore` keeps it inside a
/// `Mutex` and hands it out for the length of a closure.
final class Connection: @unchecked Sendable {
  enum Mode: Hashable, Sendable {
    case readWrite, readOnly
  }

  enum Transaction: String {
    case read = "BEGIN"
    /// Takes the write lock at once: a deferred one that turns into a writer fails without waiting
    /// (RELIABILITY T17).
    case write = "BEGIN IMMEDIATE"
  }

  /// How long another connection's lock is waited for.
  private static let busyTimeoutMilliseconds: Int32 = 10_000

  private let handle: OpaquePointer
  /// Let go after the handle is closed, since closing writes the log back into the file.
  private let lock: StoreLock?
  /// The database's; `nil` for one in memory.
  private let folder: WatchedFiles.Folder?
  private var statements: [StatementText: Statement] = [:]
  /// Why nothing that this connection says can be trusted any more.
  private(set) var fatalError: StoreError?

  /// - Throws: `StoreError.cannotOpen`.
  init(path: String, mode: Mode, lock: StoreLock? = nil) throws(StoreError) {
    let access =
      switch mode {
      case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      case .readOnly: SQLITE_OPEN_READONLY
      }
    var handle: OpaquePointer?
    let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    var code = WatchedFiles.register()
    if code == SQLITE_OK { code = sqlite3_open_v2(path, &handle, flags, WatchedFiles.name) }
    guard code == SQLITE_OK, let handle else {
      let reason = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
      sqlite3_close_v2(handle)
      throw .cannotOpen(path: path, reason: reason)
    }
    self.handle = handle
    self.lock = lock
    folder = sqlite3_db_filename(handle, "main").flatMap { name in
      let name = String(cString: name)
      return name.isEmpty ? nil : WatchedFiles.folder(StorePlace.directory(of: name))
    }
    sqlite3_busy_timeout(handle, Self.busyTimeoutMilliseconds)
  }

  deinit {
    statements.removeAll()
    sqlite3_close_v2(handle)
  }

  /// Runs statements that take no parameters and whose rows do not matter.
  func execute(_ script: String) throws(StoreError) {
    let code = sqlite3_exec(handle, script, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(ResultCode(number: code), script) }
  }

  /// Runs one statement.
  ///
  /// - Returns: how many rows it changed.
  @discardableResult
  func run(_ sql: String, _ values: SQLValue...) throws(StoreError) -> Int {
    _ = try rows(sql, values) { _ in }
    return Int(sqlite3_changes(handle))
  }

  /// Every row of a statement, read while it stands on it. `read` must not run the same statement.
  func rows<Value>(
    _ sql: String, _ values: [SQLValue] = [], _ read: (Row) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    let statement = try prepared(sql)
    defer { statement.reset() }
    try check(sql) { () throws(ResultCode) in try statement.bind(values) }
    var result: [Value] = []
    while try check(sql, { () throws(ResultCode) in try statement.step() }) {
      result.append(try read(statement.row))
    }
    return result
  }

  /// The first row of a statement.
  func first<Value>(
    _ sql: String, _ values: [SQLValue] = [], _ read: (Row) throws(StoreError) -> Value
  ) throws(StoreError) -> Value? {
    let statement = try prepared(sql)
    defer { statement.reset() }
    try check(sql) { () throws(ResultCode) in try statement.bind(values) }
    guard try check(sql, { () throws(ResultCode) in try statement.step() }) else { return nil }
    return try read(statement.row)
  }

  /// Runs `body` in a transaction, which is undone if it throws.
  func transaction<Value>(
    _ kind: Transaction, _ body: () throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try run(kind.rawValue)
    do throws(StoreError) {
      let value = try body()
      try run("COMMIT")
      if kind == .write { try requireSynced() }
      return value
    } catch {
      rollBack()
      throw error
    }
  }

  /// A commit can succeed although a sync failed that it set off and SQLite says nothing about.
  ///
  /// - Throws: `StoreError.io`, which closes the store; only another process may open it again.
  func requireSynced() throws(StoreError) {
    guard let failure = folder?.failure else { return }
    let error = StoreError.io(code: Int(WatchedFiles.syncFailed), message: failure, sql: "COMMIT")
    fatalError = error
    throw error
  }

  /// Leaves the log as it is when the connection closes: it may hold what SQLite does not read.
  func keepLog() { orchestrate_keep_log(handle) }

  /// Lets go of all prepared statements: names may mean other tables from now on.
  func forgetStatements() { statements.removeAll() }

  /// Copies the whole database into a new file.
  func copy(to path: String) throws(StoreError) {
    let target = try Connection(path: path, mode: .readWrite)
    guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
      let code = sqlite3_extended_errcode(target.handle)
      throw target.failure(ResultCode(number: code), "backup")
    }
    let step = sqlite3_backup_step(backup, -1)
    let finish = sqlite3_backup_finish(backup)
    guard step == SQLITE_DONE, finish == SQLITE_OK else {
      throw target.failure(ResultCode(number: step == SQLITE_DONE ? finish : step), "backup")
    }
  }

  /// A failure that rolls back by itself leaves nothing to undo.
  private func rollBack() {
    guard sqlite3_get_autocommit(handle) == 0 else { return }
    let code = sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    if code != SQLITE_OK, fatalError == nil {
      fatalError = .io(
        code: Int(code), message: String(cString: sqlite3_errmsg(handle)), sql: "ROLLBACK")
    }
  }

  private func prepared(_ sql: String) throws(StoreError) -> Statement {
    let text = StatementText(sql: sql)
    if let statement = statements[text] { return statement }
    let statement = try check(sql) { () throws(ResultCode) in try Statement(sql, on: handle) }
    statements[text] = statement
    return statement
  }

  @discardableResult
  private func check<Value>(
    _ sql: String, _ call: () throws(ResultCode) -> Value
  ) throws(StoreError) -> Value {
    do throws(ResultCode) {
      return try call()
    } catch {
      throw failure(error, sql)
    }
  }

  /// What a result code means; the message must be read before the next call on the connection.
  private func failure(_ code: ResultCode, _ sql: String) -> StoreError {
    let message = String(cString: sqlite3_errmsg(handle))
    let statement = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    switch code.primary {
    case SQLITE_BUSY, SQLITE_LOCKED: return .busy(sql: statement)
    case SQLITE_FULL: return .diskFull(sql: statement)
    case SQLITE_READONLY: return .readOnly
    case SQLITE_CONSTRAINT: return .contradiction(event: statement, detail: message)
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      let error = StoreError.corrupt(detail: "\(message), during: \(statement)")
      fatalError = error
      return error
    default:
      let error = StoreError.io(code: Int(code.number), message: message, sql: statement)
      fatalError = error
      return error
    }
  }
}

/// A statement's text, found by its length: there are few, most of them constants, of which equal
/// ones are one and the same in memory, while hashing a long text takes as long as a short statement.
private struct StatementText: Hashable {
  let sql: String

  func hash(into hasher: inout Hasher) { hasher.combine(sql.utf8.count) }
}

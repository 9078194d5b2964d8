// SPDX-License-Identifier: Apache-2.0
// The store in a SQLite file: how it is opened, shared between threads, and given up.

import Domain
import Glibc
import Synchronization

/// A store in one SQLite database.
///
/// There is one writer, which holds the directory's lock, writes on one connection and alone
/// checkpoints (RELIABILITY, SQLite rule); any number of readers in other processes need no lock,
/// and no living writer. A failure of the disk or the file closes the store for good: whether the
/// last commit arrived is then unknown, and only opening it anew tells.
package final class SQLiteStore: SessionStore {
  /// What a store is opened for.
  package enum Role: Sendable {
    /// Needs the lock of the database's directory, and keeps it until closed.
    case writer(StoreLock)
    case reader
  }

  private enum State {
    case open(Database)
    case failed(reason: String)
    case closed
  }

  private let state: Mutex<State>
  private let writes = WriteQueue()
  /// `nil` for a store that is not on a disk or only read.
  let reserve: DiskReserve?
  /// Where copies are kept; `nil` where none are.
  let shelf: BackupShelf?
  let copying = Mutex(BackupState())

  private init(
    _ database: Database, reserve: DiskReserve? = nil, shelf: BackupShelf? = nil
  ) {
    state = Mutex(.open(database))
    self.reserve = reserve
    self.shelf = shelf
  }

  /// Opens the database at `path`; a writer makes it (0600) and its directory (0700) if need be,
  /// and brings an older one up to date.
  ///
  /// - Parameters:
  ///   - reserveBytes: what must stay free on the disk for a claim to be granted; 64 MiB by default.
  ///   - shelf: where the writer keeps copies of the store, one every five minutes that it is
  ///     written in; none by default.
  /// - Throws: `StoreError.cannotOpen`, `.networkFileSystem`, `.newerSchema`, `.olderSchema`, or
  ///   `.corrupt` where the file is no database, or has lost entries that were acknowledged.
  package static func open(
    path: String, role: Role, reserveBytes: Int = DiskReserve.standardBytes,
    shelf: BackupShelf? = nil
  ) throws(StoreError) -> SQLiteStore {
    switch role {
    case .writer(let lock):
      SQLiteStore(
        try openToWrite(path, lock), reserve: DiskReserve(path: path, bytes: reserveBytes),
        shelf: shelf)
    case .reader: SQLiteStore(try openToRead(path))
    }
  }

  /// A store that lives as long as this value, for tests and dry runs.
  package static func inMemory() throws(StoreError) -> SQLiteStore {
    let connection = try Connection(path: ":memory:", mode: .readWrite)
    try connection.execute("PRAGMA foreign_keys = ON")
    try Schema.migrate(connection, path: ":memory:")
    return SQLiteStore(Database(connection: connection, mode: .readWrite))
  }

  /// Closes the database and lets go of the writer's lock. Everything acknowledged is durable
  /// already.
  package func close() {
    state.withLock { state in
      switch state {
      case .open: state = .closed
      case .failed, .closed: break
      }
    }
  }

  /// Runs `body` alone on the connection.
  func read<Value: Sendable>(
    _ body: (Database) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try state.withLock { (state) throws(StoreError) -> Value in
      let database = try Self.database(in: state)
      defer { Self.giveUp(&state, after: database) }
      return try body(database)
    }
  }

  private static func database(in state: State) throws(StoreError) -> Database {
    switch state {
    case .open(let database): return database
    case .failed(let reason): throw .failed(reason: reason)
    case .closed: throw .closed
    }
  }

  private static func giveUp(_ state: inout State, after database: Database) {
    if let fatal = database.connection.fatalError { state = .failed(reason: "\(fatal)") }
  }

  /// Runs `body` in a transaction that is durable when this returns, and that others, who came while
  /// the disk was busy, may share; a body that throws takes nothing of theirs along.
  func write<Value: Sendable>(
    _ body: (Database) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try withoutActuallyEscaping(body) { (body) throws(StoreError) -> Value in
      let write = ValueWrite(body)
      if writes.join(write) {
        writes.gather()
        writes.passOn(after: settleWrites())
      }
      return try write.result()
    }
  }

  private func settleWrites() -> [PendingWrite] {
    state.withLock { state in
      do throws(StoreError) {
        let database = try Self.database(in: state)
        guard database.mode == .readWrite else { throw .readOnly }
        defer { Self.giveUp(&state, after: database) }
        return writes.settle(on: database)
      } catch {
        return writes.refuse(with: error)
      }
    }
  }

  /// How much of the database the writer keeps at hand, in KiB: where a page must be fetched for
  /// each handoff, that takes longer than what is done with it.
  private static let cacheKiB = 8 * 1024

  private static func openToWrite(
    _ path: String, _ lock: StoreLock
  ) throws(StoreError) -> Database {
    guard StorePlace.directory(of: lock.path) == StorePlace.directory(of: path) else {
      throw .cannotOpen(path: path, reason: "the lock held is \(lock.path)")
    }
    try StorePlace.requireLocal(path)
    try StorePlace.makeFile(path)
    let connection = try Connection(path: path, mode: .readWrite, lock: lock)
    try connection.requireSynced()
    // FULL syncs the log at every commit; NORMAL would lose acknowledged ones on power loss.
    try connection.execute(
      """
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA cache_size = -\(cacheKiB);
      """)
    // A schema would be written over what a damaged log still holds.
    if try Schema.version(of: connection, path: path) == 0,
      let witnessed = HeadWitness.head(besideDatabase: path), witnessed.sequence > 0
    {
      connection.keepLog()
      throw .corrupt(
        detail: "it holds nothing, and \(witnessed.sequence) entries had been acknowledged")
    }
    try Schema.migrate(connection, path: path)
    // The names of the database and of its log, and that of their directory, which whoever made it
    // may not have lived to sync.
    try StorePlace.synchronizeDirectory(of: path)
    try StorePlace.synchronizeDirectory(of: StorePlace.directory(of: path))
    let database = Database(
      connection: connection, mode: .readWrite, path: path,
      witness: try HeadWitness(besideDatabase: path))
    if case .lost(let sequence)? = try database.lostEntries().first {
      let head = try database.head().sequence
      connection.keepLog()
      throw .corrupt(
        detail: "it ends with entry \(head), and \(sequence) entries had been acknowledged")
    }
    return database
  }

  private static func openToRead(_ path: String) throws(StoreError) -> Database {
    try StorePlace.requireLocal(path)
    let connection = try Connection(path: path, mode: .readOnly)
    try connection.execute("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")
    let found = try Schema.version(of: connection, path: path)
    guard found <= Schema.latest else {
      throw .newerSchema(found: found, known: Schema.latest)
    }
    guard found == Schema.latest else {
      throw .olderSchema(found: found, known: Schema.latest)
    }
    return Database(connection: connection, mode: .readOnly, path: path)
  }
}

/// An open database: what is used under the store's lock. `Sendable` unchecked, because it
/// and its connection never leave the store's `Mutex`, which lets one thread in at a time.
final class Database: @unchecked Sendable {
  let connection: Connection
  let mode: Connection.Mode
  /// Where the database lies; `nil` for one in memory.
  let path: String?
  /// Kept by the writer of a database on disk.
  let witness: HeadWitness?
  /// The last entry journalled by the transaction under way; `nil` where it journalled none.
  var recorded: JournalHead?
  /// The last entry, as far as the writer knows it, who alone adds any; `nil` where it must look.
  var knownHead: JournalHead?
  /// The highest fence, likewise.
  var knownFence: Int?
  /// The handoffs that entries hold whole, by entry.
  private var wholeHandoffs: [Int: Handoff] = [:]
  /// More than are ever under way at once; two megabytes at most.
  private static let wholeHandoffsMax = 4096
  /// Plans are written once and read at every turn.
  private var plannedSessions: [SessionID: PlannedSession] = [:]
  private var plannedTasks: [SessionID: [Int: PlannedTask]] = [:]

  init(
    connection: Connection, mode: Connection.Mode, path: String? = nil,
    witness: HeadWitness? = nil
  ) {
    self.connection = connection
    self.mode = mode
    self.path = path
    self.witness = witness
  }

  /// Forgets what is known of a transaction that was undone, or may not be durable: the numbers of
  /// its entries go to others.
  func forgetUndone() {
    knownHead = nil
    knownFence = nil
    wholeHandoffs.removeAll()
  }

  /// The handoff that an entry holds whole, which is parsed once.
  func wholeHandoff(_ entry: Int) throws(StoreError) -> Handoff {
    if let known = wholeHandoffs[entry] { return known }
    guard let handoff = try event(entry).wholeHandoff else {
      throw .corrupt(detail: "entry \(entry) holds no whole handoff")
    }
    remember(handoff, of: entry)
    return handoff
  }

  /// Keeps a handoff that an entry holds whole, so that it need not be parsed.
  func remember(_ handoff: Handoff, of entry: Int) {
    if wholeHandoffs.count >= Self.wholeHandoffsMax { wholeHandoffs.removeAll() }
    wholeHandoffs[entry] = handoff
  }

  /// The plan, without its tasks, of a session whose row names `entry`.
  func plan(of session: SessionID, entry: Int) throws(StoreError) -> PlannedSession {
    if let known = plannedSessions[session] { return known }
    guard case .sessionPlanned(let outline) = try event(entry) else {
      throw .corrupt(detail: "entry \(entry) plans no session")
    }
    let last = try connection.first(
      "SELECT max(position) FROM planned_tasks WHERE session = ?1", [.id(session)]
    ) { $0.integer(0) }
    let planned = PlannedSession(outline, taskCount: last ?? 0)
    plannedSessions[session] = planned
    return planned
  }

  /// The session's tasks as they were planned.
  func plannedTasks(of session: SessionID) throws(StoreError) -> [PlannedTask] {
    try connection.rows(
      "SELECT position, body FROM planned_tasks WHERE session = ?1 ORDER BY position",
      [.id(session)]
    ) { (row) throws(StoreError) in
      try plannedTask(at: row.integer(0), of: session) { row.text(1) }
    }
  }

  /// The task at a place of a session's plan, which `body` is the text of.
  func plannedTask(
    at position: Int, of session: SessionID, _ body: () -> String
  ) throws(StoreError) -> PlannedTask {
    if let known = plannedTasks[session]?[position] { return known }
    let task = try EventCoding.value(PlannedTask.self, from: body(), of: "a planned task")
    plannedTasks[session, default: [:]][position] = task
    return task
  }

  /// The event of an entry as it is stored: a plan without its tasks.
  func event(_ sequence: Int) throws(StoreError) -> SessionEvent {
    let text = try connection.first(
      "SELECT event FROM journal WHERE sequence = ?1", [.integer(sequence)]
    ) { $0.text(0) }
    guard let text else { throw .corrupt(detail: "entry \(sequence) is missing") }
    return try EventCoding.value(SessionEvent.self, from: text, of: "entry \(sequence)")
  }
}

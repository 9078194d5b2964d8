// SPDX-License-Identifier: Apache-2.0
// A damaged store made anew from what can still be read, of it and of its copies.

package import Domain
import Glibc

/// What a salvage found.
package struct SalvageReport: Hashable, Sendable {
  /// The last entry of the new journal; every entry up to it is proved by its hash.
  package let head: JournalHead
  /// How many entries came from the damaged store itself; the others came from its copies, or from
  /// journals that were kept elsewhere.
  package let entriesFromStore: Int
  /// How many entries came from journals that were kept elsewhere.
  package let entriesFromArchives: Int
  /// How many texts and pieces of evidence were found unharmed.
  package let bodies: Int
  /// The last entry that is known to have been acknowledged; `nil` where nothing says so.
  package let acknowledged: JournalHead?
  /// Where the damaged files are now.
  package let damagedPath: String

  /// How many entries are known to be lost.
  package var entriesLost: Int { max(0, (acknowledged?.sequence ?? 0) - head.sequence) }
}

/// Builds a store from several that each hold a part, record by record.
///
/// The hash chain says of every entry, by itself, whether it is the one that was journalled next, so
/// it does not matter where it comes from. The first source that has it gives it. What follows from
/// the journal is derived anew. Nothing damaged is deleted.
package struct Salvage {
  private let path: String
  private let target: Connection
  private let targetPath: String

  /// Makes the store at `path` anew; it must not be open.
  ///
  /// - Parameters:
  ///   - lock: the store's lock, held throughout.
  ///   - shelf: its copies, of which the newest that has an entry gives it.
  ///   - archives: journals that were kept elsewhere, which are asked last.
  ///   - now: part of the name under which the damaged files are kept.
  /// - Throws: `StoreError.cannotOpen` where the new store cannot be made; the old is then as it was.
  package static func run(
    path: String, lock: StoreLock, shelf: BackupShelf?, archives: [ArchivedJournal] = [],
    at now: Timestamp
  ) throws(StoreError) -> SalvageReport {
    let copies = shelf?.copies() ?? []
    guard access(path, F_OK) == 0 || !copies.isEmpty || !archives.isEmpty else {
      throw .cannotOpen(path: path, reason: "there is neither a store nor a copy of one")
    }
    let salvage = try Salvage(path: path)
    defer { salvage.clearAway(copies.count) }
    let damaged = "\(path).damaged-\(now.milliseconds)"
    var sources: [Source] = []
    // First, since opening the store makes SQLite drop what follows the damage in its log.
    try LogImage.copy(path + "-wal", to: damaged + "-wal")
    let image = salvage.plainPath(copies.count)
    let hasLog = try LogImage.write(ofDatabase: path, to: image)
    if let store = salvage.opened(path) { sources.append(.store(store)) }
    if hasLog, let store = salvage.opened(image) { sources.append(.store(store)) }
    for (index, copy) in copies.enumerated() {
      if let copy = salvage.unpacked(copy, as: index) { sources.append(.copy(copy)) }
    }
    sources += archives.map { .archive($0) }
    let (head, counts) = try salvage.copyJournal(from: sources)
    var bodies = 0
    for source in sources { bodies += try salvage.copyBodies(from: source) }
    try salvage.derive()
    let witnessed = HeadWitness.head(besideDatabase: path)
    try salvage.publish(keepingOldAs: damaged)
    HeadWitness.forget(besideDatabase: path)
    try HeadWitness(besideDatabase: path).note(head)
    return withExtendedLifetime(lock) {
      SalvageReport(
        head: head, entriesFromStore: counts.store, entriesFromArchives: counts.archives,
        bodies: bodies, acknowledged: witnessed,
        damagedPath: damaged)
    }
  }

  private init(path: String) throws(StoreError) {
    self.path = path
    targetPath = path + ".salvaged"
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(targetPath + suffix) }
    try StorePlace.makeFile(targetPath)
    target = try Connection(path: targetPath, mode: .readWrite)
    try target.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
    try Schema.migrate(target, path: targetPath)
  }

  private enum Source {
    case store(Connection)
    case copy(Connection)
    case archive(ArchivedJournal)
  }

  /// `nil` where not even its header can be read.
  private func opened(_ path: String) -> Connection? {
    guard access(path, R_OK) == 0 else { return nil }
    do throws(StoreError) {
      let connection = try Connection(path: path, mode: .readWrite)
      _ = try connection.first("SELECT 1 FROM journal LIMIT 1") { $0.integer(0) }
      return connection
    } catch {
      return nil
    }
  }

  /// A copy as a database of its own; `nil` where it does not unpack.
  private func unpacked(_ copy: String, as index: Int) -> Connection? {
    let plain = plainPath(index)
    do throws(StoreError) {
      try BackupShelf.unpack(copy, into: plain)
      return opened(plain)
    } catch {
      return nil
    }
  }

  private func plainPath(_ index: Int) -> String { "\(targetPath)-copy-\(index)" }

  private func clearAway(_ copies: Int) {
    for index in 0...copies {
      for suffix in ["", "-wal", "-shm"] { unlink(plainPath(index) + suffix) }
    }
  }

  // MARK: The journal

  private func copyJournal(
    from sources: [Source]
  ) throws(StoreError) -> (head: JournalHead, counts: (store: Int, archives: Int)) {
    try target.transaction(.write) { () throws(StoreError) in
      var (head, counts) = (JournalHead.start, (store: 0, archives: 0))
      while true {
        var found: (entry: StoredEntry, tasks: [PlannedRow])?
        sources: for source in sources {
          found = entry(after: head, in: source)
          guard found != nil else { continue }
          switch source {
          case .store: counts.store += 1
          case .copy: break
          case .archive: counts.archives += 1
          }
          break sources
        }
        guard let (entry, tasks) = found else { return (head, counts) }
        try insert(entry, tasks)
        head = head.followed(
          by: PlanSplice.whole(entry.event, tasks: tasks.map(\.body)), of: entry.session,
          at: entry.at)
      }
    }
  }

  private struct PlannedRow {
    let position: Int
    let id: String
    let body: String
  }

  /// The next entry, if this source has it as it was journalled.
  private func entry(
    after head: JournalHead, in source: Source
  ) -> (StoredEntry, [PlannedRow])? {
    switch source {
    case .store(let connection), .copy(let connection):
      return entry(after: head, in: connection)
    case .archive(let archive):
      guard let (entry, tasks) = archive.entry(after: head) else { return nil }
      return rows(of: tasks).map { (entry, $0) }
    }
  }

  private func rows(of tasks: [String]) -> [PlannedRow]? {
    do throws(StoreError) {
      var rows: [PlannedRow] = []
      for body in tasks {
        let task = try EventCoding.value(PlannedTask.self, from: body, of: "a planned task")
        rows.append(PlannedRow(position: rows.count + 1, id: task.id.text, body: body))
      }
      return rows
    } catch {
      return nil
    }
  }

  private func entry(
    after head: JournalHead, in source: Connection
  ) -> (StoredEntry, [PlannedRow])? {
    do throws(StoreError) {
      let found = try source.first(
        "SELECT session, at, event, hash FROM journal WHERE sequence = ?1",
        [.integer(head.sequence + 1)]
      ) { (row) throws(StoreError) in
        StoredEntry(
          sequence: head.sequence + 1, session: try row.session(0), at: row.time(1),
          event: row.text(2), hash: row.text(3))
      }
      guard let entry = found else { return nil }
      var tasks: [PlannedRow] = []
      if entry.isPlan {
        tasks = try source.rows(
          "SELECT position, id, body FROM planned_tasks WHERE session = ?1 ORDER BY position",
          [.id(entry.session)]
        ) { PlannedRow(position: $0.integer(0), id: $0.text(1), body: $0.text(2)) }
      }
      let whole =
        entry.isPlan
        ? PlanSplice.whole(entry.event, tasks: tasks.map(\.body)) : entry.event
      let next = head.followed(by: whole, of: entry.session, at: entry.at)
      return next.hash.hex == entry.hash ? (entry, tasks) : nil
    } catch {
      return nil
    }
  }

  private func insert(_ entry: StoredEntry, _ tasks: [PlannedRow]) throws(StoreError) {
    for task in tasks {
      try target.run(
        "INSERT INTO planned_tasks (session, position, id, body) VALUES (?1, ?2, ?3, ?4)",
        .id(entry.session), .integer(task.position), .text(task.id), .text(task.body))
    }
    try target.run(
      "INSERT INTO journal (sequence, session, at, event, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
      .integer(entry.sequence), .id(entry.session), .time(entry.at), .text(entry.event),
      .text(entry.hash))
  }

  // MARK: Bodies

  /// Copies every body that is what its digest says, each by itself.
  ///
  /// - Returns: how many the new store did not have yet.
  private func copyBodies(from source: Source) throws(StoreError) -> Int {
    switch source {
    case .store(let connection), .copy(let connection): return try copyBodies(from: connection)
    case .archive(let archive):
      return try target.transaction(.write) { () throws(StoreError) in
        var copied = 0
        for record in archive.evidence {
          copied += try target.run(
            "INSERT INTO evidence (digest, kind, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            .id(record.digest), .text(record.kind.rawValue), .text(record.body))
        }
        for document in archive.documents {
          copied += try target.run(
            "INSERT INTO documents (digest, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            .id(document.digest), .text(document.body))
        }
        return copied
      }
    }
  }

  private func copyBodies(from source: Connection) throws(StoreError) -> Int {
    try target.transaction(.write) { () throws(StoreError) in
      var copied = 0
      for (table, columns) in [("evidence", "digest, kind, body"), ("documents", "digest, body")] {
        for rowid in rowids(of: table, in: source) {
          guard let values = unharmed(rowid, columns, table, in: source) else { continue }
          let places = values.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
          copied += try target.rows(
            "INSERT INTO \(table) (\(columns)) VALUES (\(places)) ON CONFLICT DO NOTHING "
              + "RETURNING rowid", values.map { SQLValue.text($0) }
          ) { $0.integer(0) }.count
        }
      }
      return copied
    }
  }

  private func rowids(of table: String, in source: Connection) -> ClosedRange<Int> {
    do throws(StoreError) {
      let last = try source.first("SELECT max(rowid) FROM \(table)") { $0.integer(0) } ?? 0
      return 1...max(1, last)
    } catch {
      return 1...1
    }
  }

  private func unharmed(
    _ rowid: Int, _ columns: String, _ table: String, in source: Connection
  ) -> [String]? {
    do throws(StoreError) {
      let count = Int32(columns.split(separator: ",").count)
      let values = try source.first(
        "SELECT \(columns) FROM \(table) WHERE rowid = ?1", [.integer(rowid)]
      ) { row in (0..<count).map { row.text($0) } }
      guard let values, let body = values.last, Digest.sha256(of: body.utf8).hex == values[0] else {
        return nil
      }
      return values
    } catch {
      return nil
    }
  }

  // MARK: Publishing

  private func derive() throws(StoreError) {
    target.forgetStatements()
    try target.transaction(.write) { () throws(StoreError) in
      try Replay(connection: target).applyAll()
    }
    target.forgetStatements()
  }

  private func publish(keepingOldAs damaged: String) throws(StoreError) {
    for suffix in ["", "-shm"] where access(path + suffix, F_OK) == 0 {
      guard rename(path + suffix, damaged + suffix) == 0 else {
        throw .cannotOpen(path: path, reason: "it cannot be set aside: \(lastSystemError())")
      }
    }
    // Its bytes were copied before SQLite looked at it.
    unlink(path + "-wal")
    guard rename(targetPath, path) == 0 else {
      throw .cannotOpen(path: path, reason: lastSystemError())
    }
    try StorePlace.synchronizeDirectory(of: path)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Checking the store, deriving it anew, and copying it.

import Domain
import Glibc

extension SQLiteStore {
  package func verifyJournal(_ check: JournalCheck) throws(StoreError) -> JournalReport {
    try read { (database) throws(StoreError) in
      switch check {
      case .chain:
        let (head, problem) = try database.connection.transaction(.read) {
          () throws(StoreError) in
          try Replay(connection: database.connection).walk(applying: false)
        }
        return JournalReport(
          head: head, problems: (problem.map { [$0] } ?? []) + (try database.lostEntries()))
      case .replay:
        let report = try database.compareWithReplay()
        return JournalReport(
          head: report.head, problems: report.problems + (try database.lostEntries()))
      }
    }
  }

  package func rebuild() throws(StoreError) {
    try write { (database) throws(StoreError) in try database.rebuild() }
  }

  package func backup(to path: String) throws(StoreError) {
    try read { (database) throws(StoreError) in
      let partial = path + ".partial"
      try StorePlace.makeDirectory(of: path)
      guard access(path, F_OK) != 0 else {
        throw .cannotOpen(path: path, reason: "there is a file already")
      }
      unlink(partial)
      try StorePlace.makeFile(partial)
      try database.connection.copy(to: partial)
      // Published under its name only once it is whole and durable.
      guard rename(partial, path) == 0 else {
        throw .cannotOpen(path: path, reason: lastSystemError())
      }
      try StorePlace.synchronizeDirectory(of: path)
    }
  }
}

extension Database {
  /// Derives every table again from the journal.
  func rebuild() throws(StoreError) {
    connection.forgetStatements()
    defer { connection.forgetStatements() }
    try DerivedTables.makeAnew(on: connection)
  }

  /// Replays the journal into temporary tables, whose names hide those of the database, and counts
  /// the rows that only one side has. Leaves nothing behind.
  func compareWithReplay() throws(StoreError) -> JournalReport {
    connection.forgetStatements()
    // The replay's tables are temporary, but a connection that may only query has none.
    if mode == .readOnly { try connection.execute("PRAGMA query_only = OFF") }
    defer { connection.forgetStatements() }
    try connection.execute("BEGIN")
    let result: Result<JournalReport, StoreError>
    do throws(StoreError) {
      try connection.execute(DerivedTables.script(in: "temp"))
      result = .success(try replayedReport())
    } catch {
      result = .failure(error)
    }
    connection.forgetStatements()
    try connection.execute("ROLLBACK")
    if mode == .readOnly { try connection.execute("PRAGMA query_only = ON") }
    return try result.get()
  }

  private func replayedReport() throws(StoreError) -> JournalReport {
    let (head, problem) = try Replay(connection: connection).walk(applying: true)
    var problems = problem.map { [$0] } ?? []
    problems += try damages()
    problems += try forgedBodies()
    // After a break the replay is shorter than the tables, which says nothing about them.
    if problem == nil {
      for table in DerivedTables.names {
        let rows = try differences(in: table)
        if rows > 0 { problems.append(.differs(table: table, rows: rows)) }
      }
    }
    return JournalReport(
      head: head, problems: Array(problems.prefix(JournalReport.problemsMax)))
  }

  /// What the witness beside the database knows of and the journal does not. It must be read before
  /// the journal is: a writer at work moves both on, the journal first.
  func lostEntries() throws(StoreError) -> [JournalProblem] {
    guard let path, let witnessed = HeadWitness.head(besideDatabase: path),
      witnessed.sequence > 0
    else { return [] }
    let hash = try connection.first(
      "SELECT hash FROM main.journal WHERE sequence = ?1", [.integer(witnessed.sequence)]
    ) { $0.text(0) }
    return hash == witnessed.hash.hex ? [] : [.lost(upTo: witnessed.sequence)]
  }

  private func damages() throws(StoreError) -> [JournalProblem] {
    let limit = JournalReport.problemsMax
    return try connection.rows("PRAGMA main.integrity_check(\(limit))") { $0.text(0) }
      .filter { $0 != "ok" }.map { .damagedFile(detail: $0) }
  }

  private func differences(in table: String) throws(StoreError) -> Int {
    let columns = try connection.rows("SELECT name FROM pragma_table_info('\(table)')") {
      $0.text(0)
    }
    .filter { !DerivedTables.leaseColumns.contains($0) }.joined(separator: ", ")
    let stored = "SELECT \(columns) FROM main.\(table)"
    let replayed = "SELECT \(columns) FROM temp.\(table)"
    return try connection.first(
      """
      SELECT (SELECT count(*) FROM (\(stored) EXCEPT \(replayed)))
        + (SELECT count(*) FROM (\(replayed) EXCEPT \(stored)))
      """
    ) { $0.integer(0) } ?? 0
  }

  private func forgedBodies() throws(StoreError) -> [JournalProblem] {
    var problems: [JournalProblem] = []
    for table in ["evidence", "documents"] {
      let forged = try connection.rows("SELECT digest, body FROM \(table)") { row -> String? in
        let digest = row.text(0)
        return Digest.sha256(of: row.text(1).utf8).hex == digest ? nil : digest
      }
      problems += forged.compactMap(\.self).map { .forgedBody(table: table, digest: $0) }
    }
    return problems
  }
}

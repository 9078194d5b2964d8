// SPDX-License-Identifier: Apache-2.0
// What the schema itself refuses, and which index serves the claim.

import Domain
import TestKit
import Testing

@testable import Store

@Suite struct SchemaTests {
  private let connection: Connection
  private let directory: TemporaryDirectory

  /// A database with a ready handoff, a claimed one, and one of each kind of body.
  init() throws {
    directory = try TemporaryDirectory("schema")
    connection = try Connection(path: ":memory:", mode: .readWrite)
    try connection.execute("PRAGMA foreign_keys = ON")
    try Schema.migrate(connection, path: ":memory:")
    let database = Database(connection: connection, mode: .readWrite)
    let sample = try SamplePlan()
    let clock = ManualClock()
    for transition in [
      try sample.started(at: clock.now.wall),
      try sample.activated(task: 1, ordinal: 1, at: clock.now.wall),
      try sample.activated(task: 2, ordinal: 2, at: clock.now.wall),
    ] {
      _ = try database.append(
        EncodedEvent.all(transition.events), of: sample.session, at: clock.now.wall)
    }
    try database.keep([Document(body: "kept")])
    try database.keep([EvidenceRecord(kind: .red, body: "{}")])
    let request = ClaimRequest(roles: [.testEngineer], worker: "w", leaseLength: .seconds(60))
    #expect(try database.claim(request, at: clock.now)?.id == sample.id(1))
  }

  @Test(arguments: [
    "UPDATE handoffs SET state = 'claimed' WHERE ordinal = 2",
    "UPDATE handoffs SET state = 'ready' WHERE ordinal = 1",
    "UPDATE handoffs SET state = 'waiting' WHERE ordinal = 2",
    "UPDATE handoffs SET state = 'accepted' WHERE ordinal = 2",
    "UPDATE handoffs SET checkpoint = '\(SamplePlan.object(1))' WHERE ordinal = 2",
    "UPDATE handoffs SET fence = 7 WHERE ordinal = 2",
    "UPDATE handoffs SET lease_boot = NULL WHERE ordinal = 1",
    "UPDATE handoffs SET attempt = 4", "UPDATE handoffs SET attempt = 0",
    "UPDATE handoffs SET ordinal = 0 WHERE ordinal = 2", "UPDATE handoffs SET ordinal = 1",
    "UPDATE handoffs SET role = 'king'", "UPDATE handoffs SET stage = 'lunch'",
    "UPDATE handoffs SET position = 99", "UPDATE handoffs SET attempt = 'one'",
    "UPDATE sessions SET state = 'completed'", "UPDATE sessions SET ended_at = 1",
    "UPDATE sessions SET branch_head = 'main'", "UPDATE sessions SET health = 'FINE'",
    "UPDATE tasks SET state = 'completed'", "UPDATE tasks SET state = 'working' WHERE position = 3",
    "UPDATE segments SET closed_at = 1", "UPDATE segments SET input_tokens = -1",
    "UPDATE segments SET opened_boot = 'boot-1'", "UPDATE segments SET opened_boot_ms = 1",
    "INSERT INTO segments (session, number, opened_at) VALUES (39, 2, 0)",
    "UPDATE claims SET outcome = 'accepted'", "UPDATE claims SET fence = 0",
    "DELETE FROM handoffs", "DELETE FROM sessions",
    "DELETE FROM journal", "UPDATE journal SET at = 0", "DELETE FROM planned_tasks",
    "UPDATE planned_tasks SET body = ''", "DELETE FROM evidence", "UPDATE documents SET body = ''",
    "INSERT INTO journal (session, at, event, hash) VALUES (39, 0, '{}', 'short')",
  ])
  func `the schema refuses what the rules forbid`(statement: String) throws {
    let error = #expect(throws: StoreError.self) { try connection.run(statement) }
    guard case .contradiction = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `the claim is searched in its index and in its order`() throws {
    let plan = try connection.rows("EXPLAIN QUERY PLAN " + Database.searching) { $0.text(3) }
    #expect(plan == ["SEARCH handoffs USING INDEX handoffs_claimable (session=? AND role=?)"])
  }

  @Test func `a table changed behind the journal's back is found and set right`() throws {
    let database = Database(connection: connection, mode: .readWrite)
    #expect(try database.compareWithReplay().isWhole)
    for (table, statement) in [
      ("handoffs", "UPDATE handoffs SET attempt = 2 WHERE ordinal = 2"),
      ("tasks", "UPDATE tasks SET worked_ms = 1 WHERE position = 1"),
      ("claims", "UPDATE claims SET worker = 'another'"),
      ("sessions", "UPDATE sessions SET health = 'BROKEN'"),
      ("segments", "UPDATE segments SET cost_micro_usd = 1"),
    ] {
      try connection.run(statement)
      #expect(
        try database.compareWithReplay().problems == [.differs(table: table, rows: 2)])
      try connection.transaction(.write) { () throws(StoreError) in try database.rebuild() }
      #expect(try database.compareWithReplay().isWhole)
    }
  }

  @Test func `a missing entry is a gap, and nothing is rebuilt over it`() throws {
    let database = Database(connection: connection, mode: .readWrite)
    try connection.execute(
      "DROP TRIGGER journal_keeps_rows; DELETE FROM journal WHERE sequence = 4")
    let report = try database.compareWithReplay()
    #expect(report.problems == [.gap(at: 4)] && report.head.sequence == 3)
    #expect(throws: StoreError.self) {
      try connection.transaction(.write) { () throws(StoreError) in try database.rebuild() }
    }
    #expect(try database.handoff(try SamplePlan().id(1))?.claim?.fence == Fence(1))
  }

  @Test func `another program's database and a later schema are refused`() throws {
    for (script, name) in [
      ("CREATE TABLE theirs (x)", "theirs"),
      ("PRAGMA application_id = 1; CREATE TABLE theirs (x)", "marked"),
    ] {
      let path = directory.file("\(name)/orchestrate.db")
      let lock = try #require(try StoreLock.tryAcquire(directory.file("\(name)/lock")))
      try Connection(path: path, mode: .readWrite).execute(script)
      #expect(throws: StoreError.cannotOpen(path: path, reason: "it is another program's database"))
      {
        try SQLiteStore.open(path: path, role: .writer(lock))
      }
    }
    let path = directory.file("later/orchestrate.db")
    try directory.makeStore("later").close()
    try Connection(path: path, mode: .readWrite).execute("PRAGMA user_version = 99")
    let newer = StoreError.newerSchema(found: 99, known: Schema.latest)
    #expect(throws: newer) { try directory.makeStore("later") }
    #expect(throws: newer) { try SQLiteStore.open(path: path, role: .reader) }
    try Connection(path: path, mode: .readWrite).execute("PRAGMA user_version = 0")
    #expect(throws: StoreError.olderSchema(found: 0, known: Schema.latest)) {
      try SQLiteStore.open(path: path, role: .reader)
    }
  }

  @Test func `a store of an earlier version is brought forward with its renewed leases`() throws {
    let clock = ManualClock()
    let store = try directory.makeStore("earlier")
    let sample = try SamplePlan()
    try store.commit(try sample.started(at: clock.now.wall))
    try store.commit(try sample.activated(task: 1, ordinal: 1, at: clock.now.wall))
    let request = ClaimRequest(roles: [.testEngineer], worker: "w", leaseLength: .seconds(60))
    let claimed = try #require(try store.claim(request, at: clock.now)?.claim)
    try store.renew(
      sample.id(1), fence: claimed.fence, lease: Lease(from: clock.now, length: .seconds(600)),
      at: clock.now.boot)
    let before = try StoreSnapshot(of: store)
    store.close()
    try makeEarlier(directory.file("earlier/orchestrate.db"))
    let reopened = try directory.makeStore("earlier")
    #expect(try StoreSnapshot(of: reopened) == before)
    #expect(try reopened.verifyJournal(.replay).isWhole)
  }

  /// Turns the derived tables into such as an earlier version could have had: without a rule, a key
  /// or an index.
  private func makeEarlier(_ path: String) throws {
    let connection = try Connection(path: path, mode: .readWrite)
    for name in DerivedTables.names.reversed() {
      try connection.execute(
        """
        CREATE TABLE earlier AS SELECT * FROM \(name);
        DROP TABLE \(name);
        ALTER TABLE earlier RENAME TO \(name);
        """)
    }
    try connection.execute("PRAGMA user_version = 1")
  }

  @Test(arguments: [
    (UInt32(0x6969), true), (0x517B, true), (0xFF53_4D42, true), (0x0102_1997, true),
    (0x6573_5546, true), (0xEF53, false), (0x5846_5342, false), (0x9123_683E, false),
    (0x0102_1994, false), (0x794C_7630, false),
  ])
  func `file systems of other machines are known by their number`(magic: UInt32, remote: Bool) {
    #expect((StorePlace.networkType(magic: magic) != nil) == remote)
  }
}

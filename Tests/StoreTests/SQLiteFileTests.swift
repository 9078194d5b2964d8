// SPDX-License-Identifier: Apache-2.0
// What a store on disk does beside other processes, after crashes and with damaged files.

import Domain
import Glibc
import Store
import TestKit
import Testing

@Suite struct SQLiteFileTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock()
  private var path: String { directory.file("store/orchestrate.db") }

  init() throws { directory = try TemporaryDirectory("sqlite") }

  /// A writer with a session in execution and two handoffs ready.
  private func makeStarted() throws -> SQLiteStore {
    let store = try directory.makeStore("store")
    let sample = try SamplePlan()
    try store.commit(try sample.started(at: clock.now.wall))
    for index in 1...2 {
      try store.commit(try sample.activated(task: index, ordinal: index, at: clock.now.wall))
    }
    return store
  }

  private func note(_ text: String, in store: SQLiteStore) throws {
    try store.commit(
      Transition(
        session: SessionID("39")!, at: clock.now.wall,
        events: [.noted(Note(kind: "test", text: text))]))
  }

  private func claim(from store: SQLiteStore) throws -> Handoff? {
    try store.claim(
      ClaimRequest(roles: [.testEngineer], worker: "w", leaseLength: .seconds(60)), at: clock.now)
  }

  // MARK: Readers

  @Test func `a reader sees every commit of a living writer and needs none`() throws {
    let writer = try makeStarted()
    let reader = try SQLiteStore.open(path: path, role: .reader)
    for text in ["one", "two"] {
      try note(text, in: writer)
      #expect(try reader.head() == writer.head())
    }
    #expect(try StoreSnapshot(of: reader) == StoreSnapshot(of: writer))
    let before = try reader.head()
    writer.close()
    #expect(try reader.head() == before)
    let late = try SQLiteStore.open(path: path, role: .reader)
    #expect(try late.head() == before)
    #expect(try late.verifyJournal(.replay).isWhole)
  }

  @Test func `a reader changes nothing`() throws {
    let writer = try makeStarted()
    let reader = try SQLiteStore.open(path: path, role: .reader)
    #expect(throws: StoreError.readOnly) { try note("mine", in: reader) }
    #expect(throws: StoreError.readOnly) { try claim(from: reader) }
    #expect(throws: StoreError.readOnly) { try reader.rebuild() }
    #expect(try reader.verifyJournal(.replay).isWhole)
    #expect(try reader.head() == writer.head())
  }

  @Test func `there is no store to read where none was made`() {
    #expect(throws: StoreError.self) { try SQLiteStore.open(path: path, role: .reader) }
    #expect(access(path, F_OK) != 0)
  }

  // MARK: Crashes

  @Test func `a closed store opens with everything in it`() throws {
    let first = try makeStarted()
    let before = try StoreSnapshot(of: first)
    first.close()
    #expect(throws: StoreError.closed) { try first.head() }
    let second = try directory.makeStore("store")
    #expect(try StoreSnapshot(of: second) == before)
    #expect(try claim(from: second)?.claim?.fence == Fence(1))
  }

  @Test func `whatever was acknowledged is in the image that a crash leaves`() throws {
    let store = try makeStarted()
    for round in 1...20 {
      try note("round \(round)", in: store)
      if round == 7 { _ = try claim(from: store) }
      try copyImage(to: "crash-\(round)")
      let recovered = try directory.makeStore("crash-\(round)")
      #expect(try StoreSnapshot(of: recovered) == StoreSnapshot(of: store))
      #expect(try recovered.verifyJournal(.replay).isWhole)
    }
  }

  @Test func `a log torn anywhere loses whole commits from its end and nothing else`() throws {
    let store = try makeStarted()
    for round in 1...5 { try note("round \(round)", in: store) }
    let log = try bytes(of: path + "-wal")
    let whole = try store.head().sequence
    var generator = SeededGenerator(seed: 17)
    for round in 1...12 {
      try copyImage(to: "torn-\(round)")
      let cut = generator.index(below: log.count)
      try write(Array(log[..<cut]), to: directory.file("torn-\(round)/orchestrate.db-wal"))
      let torn = try directory.makeStore("torn-\(round)")
      #expect(try torn.head().sequence <= whole)
      #expect(try torn.verifyJournal(.replay).isWhole)
      let kept = try torn.entries(in: nil, after: 0, limit: .max)
      #expect(try store.entries(in: nil, after: 0, limit: kept.count) == kept)
    }
  }

  /// Copies the database and its log as they lie there, as a killed process would leave them; the
  /// shared memory file is rebuilt from the log.
  private func copyImage(to name: String) throws {
    #expect(mkdir(directory.file(name), 0o700) == 0)
    for suffix in ["", "-wal"] {
      try write(
        try bytes(of: path + suffix), to: directory.file("\(name)/orchestrate.db\(suffix)"))
    }
  }

  // MARK: Damage

  @Test(arguments: ["needle in the journal", "needle in a task", "needle in a document"])
  func `one changed byte is found`(needle: String) throws {
    let store = try makeStarted()
    let plan = try SamplePlan(session: 40, tasks: 1).plan
    let task = plan.tasks[0]
    let marked = PlannedTask(
      id: task.id, title: "needle in a task", agent: task.agent, workflow: task.workflow,
      dependencies: [], files: [], tests: [], blockers: [], estimatedMinutes: nil)
    try store.commit(
      Transition(
        session: SessionID("40")!, at: clock.now.wall,
        events: [
          .sessionPlanned(
            SessionPlan(
              session: plan.session, title: "t", objectives: [], complexity: .low,
              base: plan.base, tasks: [marked], budget: plan.budget)),
          .noted(Note(kind: "test", text: "needle in the journal")),
        ], documents: [Document(body: "needle in a document")]))
    try note("the last", in: store)
    #expect(try store.verifyJournal(.replay).isWhole)
    store.close()
    try change(needle, to: "N" + needle.dropFirst())
    let damaged = try directory.makeStore("store")
    let problems = try damaged.verifyJournal(.replay).problems
    switch needle {
    case "needle in a document":
      #expect(
        problems == [
          .forgedBody(table: "documents", digest: Digest.sha256(of: needle.utf8).hex)
        ])
      #expect(throws: StoreError.self) {
        try damaged.document(Digest.sha256(of: needle.utf8))
      }
    case "needle in a task":
      #expect(problems == [.brokenChain(at: 8)])
      #expect(throws: StoreError.self) { try damaged.rebuild() }
    default:
      #expect(problems == [.brokenChain(at: 9)])
      #expect(try damaged.verifyJournal(.chain).head.sequence == 8)
      #expect(throws: StoreError.self) { try damaged.rebuild() }
    }
    #expect(try damaged.sessions().count == 2)
  }

  private func change(_ needle: String, to other: String) throws {
    var content = try bytes(of: path)
    let range = try #require(content.firstRange(of: Array(needle.utf8)))
    content.replaceSubrange(range, with: Array(other.utf8))
    try write(content, to: path)
  }

  @Test func `a store whose file is destroyed under it closes itself`() throws {
    let writer = try makeStarted()
    for round in 1...400 {
      try note("\(round): " + String(repeating: "x", count: 2000), in: writer)
    }
    writer.close()
    let reader = try SQLiteStore.open(path: path, role: .reader)
    let content = try bytes(of: path)
    try write(
      Array(content[..<4096]) + [UInt8](repeating: 0xAA, count: content.count - 4096), to: path)
    #expect(throws: StoreError.self) { try reader.entries(in: nil, after: 0, limit: .max) }
    let error = #expect(throws: StoreError.self) { try reader.head() }
    guard case .failed = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a file that is no database is not touched`() throws {
    #expect(mkdir(directory.file("store"), 0o700) == 0)
    let text = String(repeating: "not a database, whatever its name says\n", count: 200)
    try write(text, to: path)
    #expect(throws: StoreError.self) { try directory.makeStore("store") }
    #expect(throws: StoreError.self) { try SQLiteStore.open(path: path, role: .reader) }
    #expect(try bytes(of: path) == Array(text.utf8))
  }

  // MARK: Place

  @Test func `the database is its owner's alone`() throws {
    let store = try makeStarted()
    #expect(try mode(of: directory.file("store")) == 0o700)
    for suffix in ["", "-wal", "-shm"] { #expect(try mode(of: path + suffix) == 0o600) }
    store.close()
  }

  @Test func `a writer needs the lock of its own directory`() throws {
    let lock = try #require(try StoreLock.tryAcquire(directory.file("other/lock")))
    #expect(throws: StoreError.self) {
      try SQLiteStore.open(path: path, role: .writer(lock))
    }
  }

  @Test func `the lock is kept until the store is closed`() throws {
    let store = try makeStarted()
    let lock = directory.file("store/\(StoreLock.fileName)")
    #expect(try StoreLock.tryAcquire(lock) == nil)
    store.close()
    #expect(try StoreLock.tryAcquire(lock) != nil)
  }

  @Test func `a backup opens by itself and replaces nothing`() throws {
    let store = try makeStarted()
    _ = try claim(from: store)
    let copy = directory.file("backup/orchestrate.db")
    try store.backup(to: copy)
    #expect(try mode(of: copy) == 0o600)
    #expect(throws: StoreError.self) { try store.backup(to: copy) }
    try note("later", in: store)
    let restored = try directory.makeStore("backup")
    #expect(try restored.head().sequence == store.head().sequence - 1)
    #expect(try restored.verifyJournal(.replay).isWhole)
    #expect(try claim(from: restored)?.claim?.fence == Fence(2))
  }
}

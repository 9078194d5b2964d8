// SPDX-License-Identifier: Apache-2.0
// Full disks, lost entries, copies and shared transactions.

import Domain
import Glibc
import Store
import TestKit
import Testing

@Suite struct StoreSafetyTests: StoreScene {
  let directory: TemporaryDirectory
  let clock = ManualClock()

  init() throws { directory = try TemporaryDirectory("safety") }

  // MARK: Full disks

  @Test func `nothing is claimed while less is free than must stay so`() throws {
    let store = try SQLiteStore.open(
      path: path, role: .writer(try lock()), reserveBytes: .max)
    try start(store)
    let before = try store.head()
    let error = #expect(throws: StoreError.self) { try claim(from: store) }
    guard case .diskNearlyFull(path, _, reserveBytes: .max) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try store.head() == before)
    try note("what is under way goes on", in: store)
    let handover = try store.commit(
      Transition(
        session: SessionID("39")!, at: clock.now.wall,
        events: [.noted(Note(kind: "test", text: "so does what would be followed by a claim"))]),
      claiming: ClaimRequest(
        roles: [.testEngineer], worker: "w", leaseLength: .seconds(60)), at: clock.now)
    #expect(handover.claimed == nil)
    #expect(handover.head.sequence == before.sequence + 2)
  }

  @Test func `on a disk that fills up work under way is kept, and claims wait for space`() throws {
    let disk = directory.file("disk")
    mkdir(disk, 0o700)
    guard system("mount -t tmpfs -o size=8m tmpfs '\(disk)' 2>/dev/null") == 0 else {
      print("skipped: this user may not mount a small file system to fill")
      return
    }
    defer { system("umount -l '\(disk)'") }
    let lock = try #require(try StoreLock.tryAcquire("\(disk)/\(StoreLock.fileName)"))
    let store = try SQLiteStore.open(
      path: "\(disk)/orchestrate.db", role: .writer(lock), reserveBytes: 2 << 20)
    try start(store)
    #expect(try claim(from: store) != nil)

    let filler = "\(disk)/filler"
    try write([UInt8](repeating: 1, count: 6 << 20), to: filler)
    #expect(throws: StoreError.self) { try claim(from: store) }
    try note("written from the reserve", in: store)

    // To the last byte: a commit then fails, whole, and the store stays usable.
    let rest = open(filler, O_WRONLY | O_APPEND)
    while write(rest, [UInt8](repeating: 2, count: 4096), 4096) == 4096 {}
    close(rest)
    var kept = 0
    let refusal = #expect(throws: StoreError.self) {
      while true {
        try note(String(repeating: "\(kept)", count: 20_000), in: store)
        kept += 1
      }
    }
    guard case .diskFull = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(try store.verifyJournal(.replay).isWhole)

    unlink(filler)
    #expect(try claim(from: store)?.claim?.fence == Fence(2))
    #expect(try store.verifyJournal(.replay).isWhole)
  }

  // MARK: Loss

  @Test func `a log that lost acknowledged commits is not taken for a whole one`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    try note("the last", in: store)
    let head = try store.head().sequence
    let log = try bytes(of: path + "-wal")
    #expect(mkdir(directory.file("torn"), 0o700) == 0)
    for (suffix, content) in [("", try bytes(of: path)), ("-wal", Array(log.dropLast(5000)))] {
      try write(content, to: directory.file("torn/orchestrate.db\(suffix)"))
    }
    try write(
      try bytes(of: directory.file("store/orchestrate.head")),
      to: directory.file("torn/orchestrate.head"))
    let error = #expect(throws: StoreError.self) { try directory.makeStore("torn") }
    guard case .corrupt = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let reader = try SQLiteStore.open(path: directory.file("torn/orchestrate.db"), role: .reader)
    #expect(try reader.verifyJournal(.chain).problems == [.lost(upTo: head)])
  }

  @Test(arguments: ["", "nonsense", "99 \(String(repeating: "a", count: 64)) 00000000"])
  func `a witness that says nothing stands in nobody's way`(text: String) throws {
    let store = try directory.makeStore("store")
    try start(store)
    store.close()
    try write(text, to: directory.file("store/orchestrate.head"))
    #expect(try directory.makeStore("store").verifyJournal(.replay).isWhole)
  }

  // MARK: Copies

  @Test func `copies are made five minutes apart, and the newest ten are kept`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    let first = try #require(try store.backUpIfDue(to: shelf, at: clock.now.wall))
    clock.advance(by: .seconds(299))
    #expect(try store.backUpIfDue(to: shelf, at: clock.now.wall) == nil)
    for _ in 1...11 {
      clock.advance(by: .seconds(300))
      #expect(try store.backUpIfDue(to: shelf, at: clock.now.wall) != nil)
    }
    #expect(shelf.copies().count == 10)
    #expect(!shelf.copies().contains(first))
  }

  @Test func `after the clock was set back copies are made as before, and are the newest`() throws {
    let store = try SQLiteStore.open(path: path, role: .writer(try lock()), shelf: shelf)
    try start(store)
    for round in 1...10 {
      clock.advance(by: .seconds(300))
      try note("\(round)", in: store)
    }
    let earlier = Set(shelf.copies())
    #expect(earlier.count == 10)
    clock.jumpWall(by: .seconds(-365 * 86_400))
    for round in 1...12 {
      try note("\(round) after that", in: store)
      let made = Set(shelf.copies()).subtracting(earlier)
      #expect(made.count == min(10, round))
      clock.advance(by: .seconds(299))
      try note("\(round), too early", in: store)
      #expect(Set(shelf.copies()).subtracting(earlier) == made)
      #expect(try store.backUpIfDue(to: shelf, at: clock.now.wall) == nil)
      clock.advance(by: .seconds(1))
    }
  }

  @Test func `a store with a shelf copies itself while it is written in`() throws {
    let store = try SQLiteStore.open(path: path, role: .writer(try lock()), shelf: shelf)
    try start(store)
    #expect(shelf.copies().count == 1)
    clock.advance(by: .seconds(301))
    try note("later", in: store)
    #expect(shelf.copies().count == 2)
    #expect(store.copyFailure == nil)
    let plain = directory.file("unpacked.db")
    try BackupShelf.unpack(shelf.copies()[0], into: plain)
    let copy = try SQLiteStore.open(path: plain, role: .reader)
    #expect(try copy.head() == store.head())
    #expect(shelf.newest(at: clock.now.wall) == clock.now.wall)
    clock.jumpWall(by: .milliseconds(-1))
    try note("of another thread, which asked for the time before", in: store)
    #expect(shelf.copies().count == 2)
  }

  @Test func `a copy is packed, so that gunzip opens it, and smaller`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    let words = String(repeating: "words ", count: 200)
    for round in 1...50 { try note("\(round) \(words)", in: store) }
    let copy = try #require(try store.backUpIfDue(to: shelf, at: clock.now.wall))
    let plain = directory.file("plain.db")
    #expect(system("gunzip <'\(copy)' >'\(plain)'") == 0)
    #expect(try SQLiteStore.open(path: plain, role: .reader).verifyJournal(.replay).isWhole)
    #expect(try bytes(of: copy).count * 3 < bytes(of: plain).count)
    #expect(shelf.copies() == [copy], "nothing else is left in the folder")
  }

  @Test func `a copy with a changed bit does not unpack`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    let copy = try #require(try store.backUpIfDue(to: shelf, at: clock.now.wall))
    var content = try bytes(of: copy)
    content[content.count / 2] ^= 1
    try write(content, to: copy)
    #expect(throws: StoreError.self) {
      try BackupShelf.unpack(copy, into: directory.file("plain.db"))
    }
  }

  @Test func `a copy that cannot be made harms no commit and is told`() throws {
    let store = try SQLiteStore.open(path: path, role: .writer(try lock()), shelf: shelf)
    try write("in the way", to: directory.file("store/backups"))
    try start(store)
    #expect(store.copyFailure != nil)
    #expect(try store.head().sequence > 0)
    let failure = try #require(shelf.failure())
    #expect(failure.at == clock.now.wall)
    #expect(!failure.reason.isEmpty)
    #expect(unlink(directory.file("store/backups")) == 0)
    clock.advance(by: .seconds(301))
    try note("later", in: store)
    #expect(shelf.failure() == nil)
    #expect(shelf.copies().count == 1)
  }

  // MARK: Shared transactions

  @Test func `writers who share a transaction are kept or refused each for itself`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    let before = try store.head().sequence
    let refused = Threads.count(8) { thread in
      var refused = 0
      for round in 1...25 {
        let expecting: [Store.Expectation] = round % 5 == 0 ? [.noSession] : []
        do {
          try store.commit(
            Transition(
              session: SessionID("39")!, at: clock.now.wall, expecting: expecting,
              events: [.noted(Note(kind: "test", text: "\(thread) \(round)"))]))
        } catch {
          refused += 1
        }
      }
      return refused
    }
    #expect(refused == 40)
    #expect(try store.head().sequence == before + 160)
    #expect(try store.verifyJournal(.replay).isWhole)
  }
}

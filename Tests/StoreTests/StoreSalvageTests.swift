// SPDX-License-Identifier: Apache-2.0
// Stores made anew from what is left.

import Domain
import Glibc
import Store
import TestKit
import Testing

@Suite struct StoreSalvageTests: StoreScene {
  let directory: TemporaryDirectory
  let clock = ManualClock()

  init() throws { directory = try TemporaryDirectory("salvage") }

  @Test func `a damaged store drives no good copy out`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    try note("needle", in: store)
    let good = try #require(try store.backUpIfDue(to: shelf, at: clock.now.wall))
    store.close()
    try damage("needle")
    let damaged = try directory.makeStore("store")
    clock.advance(by: .seconds(301))
    #expect(throws: StoreError.self) {
      try damaged.backUpIfDue(to: shelf, at: clock.now.wall)
    }
    #expect(shelf.copies() == [good])
  }

  @Test func `a damaged entry is taken from a copy, and the rest from the store`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    try note("needle", in: store)
    _ = try claim(from: store)
    try store.backUpIfDue(to: shelf, at: clock.now.wall)
    for text in ["later", "latest"] { try note(text, in: store) }
    let before = try StoreSnapshot(of: store)
    store.close()
    try damage("needle")

    let report = try Salvage.run(
      path: path, lock: try lock(), shelf: shelf, at: clock.now.wall)
    #expect(report.entriesLost == 0)
    #expect(report.entriesFromStore == report.head.sequence - 1)
    #expect(report.bodies == 3)
    let salvaged = try directory.makeStore("store")
    #expect(try StoreSnapshot(of: salvaged) == before)
    #expect(try salvaged.verifyJournal(.replay).isWhole)
    #expect(try salvaged.document(Digest.sha256(of: "needle".utf8)) == "needle")
    #expect(access(report.damagedPath, F_OK) == 0, "what was damaged is kept")
  }

  @Test func `what a damaged log holds behind the damage is taken from it`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    for round in 1...30 { try note("round \(round)", in: store) }
    let before = try StoreSnapshot(of: store)
    // As a killed process leaves them.
    let files = try ["", "-wal"].map { try bytes(of: path + $0) }
    store.close()
    var log = files[1]
    let frames = Array(stride(from: 32, to: log.count - 4119, by: 4120))
    func page(_ frame: Int) -> ArraySlice<UInt8> { log[frame..<frame + 4] }
    // A page that was written again later, as most are.
    let harmed = try #require(
      frames.indices.first { index in
        frames[(index + 1)...].contains { page($0) == page(frames[index]) }
      })
    log[frames[harmed] + 1000] ^= 1
    try write(files[0], to: path)
    try write(log, to: path + "-wal")
    #expect(throws: StoreError.self) { try directory.makeStore("store") }
    let report = try Salvage.run(path: path, lock: try lock(), shelf: nil, at: clock.now.wall)
    #expect(report.entriesLost == 0)
    #expect(try StoreSnapshot(of: try directory.makeStore("store")) == before)
    #expect(try bytes(of: report.damagedPath + "-wal") == log)
  }

  @Test func `without a copy the journal up to the damage is kept, and the loss told`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    try note("needle", in: store)
    try note("later", in: store)
    let head = try store.head().sequence
    store.close()
    try damage("needle")
    let report = try Salvage.run(path: path, lock: try lock(), shelf: nil, at: clock.now.wall)
    #expect(report.head.sequence == head - 2)
    #expect(report.entriesLost == 2)
    let salvaged = try directory.makeStore("store")
    try note("it goes on", in: salvaged)
    #expect(try salvaged.verifyJournal(.replay).isWhole)
  }

  @Test func `a store whose file is gone comes back from its newest copy`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    try store.backUpIfDue(to: shelf, at: clock.now.wall)
    let before = try StoreSnapshot(of: store)
    store.close()
    try write([UInt8](repeating: 0, count: 8192), to: path)
    let report = try Salvage.run(path: path, lock: try lock(), shelf: shelf, at: clock.now.wall)
    #expect(report.entriesFromStore == 0)
    #expect(try StoreSnapshot(of: try directory.makeStore("store")) == before)
  }

  @Test func `a store that is gone with its copies comes back from the journal kept in git`() throws
  {
    let store = try directory.makeStore("store")
    try start(store)
    try note("needle", in: store)
    _ = try claim(from: store)
    let before = try StoreSnapshot(of: store)
    let archive = ArchivedJournal(
      lines: try store.lines(after: 0, limit: .max), documents: [Document(body: "needle")],
      evidence: [])
    store.close()
    #expect(unlink(path) == 0)
    let report = try Salvage.run(
      path: path, lock: try lock(), shelf: shelf, archives: [archive], at: clock.now.wall)
    #expect(report.entriesFromArchives == report.head.sequence)
    #expect(report.entriesLost == 0)
    let salvaged = try directory.makeStore("store")
    #expect(try StoreSnapshot(of: salvaged) == before)
    #expect(try salvaged.verifyJournal(.replay).isWhole)
    #expect(try salvaged.document(Digest.sha256(of: "needle".utf8)) == "needle")
  }

  @Test func `a forged line of an archive is not taken, nor any after it`() throws {
    let store = try directory.makeStore("store")
    try start(store)
    for text in ["needle", "later"] { try note(text, in: store) }
    let texts = try store.lines(after: 0, limit: .max).map(\.text)
    store.close()
    #expect(unlink(path) == 0)
    let forged = texts.map { $0.replacing("needle", with: "nettle") }.compactMap { JournalLine($0) }
    #expect(forged.count == texts.count)
    let report = try Salvage.run(
      path: path, lock: try lock(), shelf: nil,
      archives: [ArchivedJournal(lines: forged, documents: [], evidence: [])], at: clock.now.wall)
    #expect(report.head.sequence == texts.count - 2)
    #expect(report.entriesLost == 2)
    #expect(try directory.makeStore("store").verifyJournal(.replay).isWhole)
  }

  private func damage(_ needle: String) throws {
    var content = try bytes(of: path)
    for range in content.ranges(of: Array(needle.utf8)) { content[range.lowerBound] ^= 1 }
    try write(content, to: path)
  }
}

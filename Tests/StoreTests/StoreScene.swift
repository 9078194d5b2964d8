// SPDX-License-Identifier: Apache-2.0
// A store in a folder of its own, with a session to write to.

import Domain
import Glibc
import Store
import TestKit
import Testing

/// What tests of a store's safety begin with.
protocol StoreScene {
  var directory: TemporaryDirectory { get }
  var clock: ManualClock { get }
}

extension StoreScene {
  var path: String { directory.file("store/orchestrate.db") }
  var shelf: BackupShelf { BackupShelf(folder: directory.file("store/backups")) }

  /// A session in execution with two handoffs ready.
  func start(_ store: SQLiteStore) throws {
    let sample = try SamplePlan()
    try store.commit(try sample.started(at: clock.now.wall))
    for index in 1...2 {
      try store.commit(try sample.activated(task: index, ordinal: index, at: clock.now.wall))
    }
  }

  func note(_ text: String, in store: SQLiteStore) throws {
    try store.commit(
      Transition(
        session: SessionID("39")!, at: clock.now.wall,
        events: [.noted(Note(kind: "test", text: text))], documents: [Document(body: text)]))
  }

  func claim(from store: SQLiteStore) throws -> Handoff? {
    try store.claim(
      ClaimRequest(roles: [.testEngineer], worker: "w", leaseLength: .seconds(60)), at: clock.now)
  }

  /// A child that another test is just starting may hold a copy of a lock that was let go.
  func lock() throws -> StoreLock {
    let path = directory.file("store/\(StoreLock.fileName)")
    for _ in 1...200 {
      if let lock = try StoreLock.tryAcquire(path) { return lock }
      usleep(20_000)
    }
    return try #require(try StoreLock.tryAcquire(path))
  }
}

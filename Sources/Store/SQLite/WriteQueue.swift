// SPDX-License-Identifier: Apache-2.0
// Writes of several threads that share one transaction, and so one sync of the disk.

import Dispatch
import Glibc
import Synchronization

/// What one caller wants written, and what became of it. `Sendable` unchecked, because the caller
/// makes it and waits for its turn, and whoever settles it does so before it gives that.
class PendingWrite: @unchecked Sendable {
  /// Whether the transaction that it was part of has ended.
  fileprivate(set) var isSettled = false
  /// Given when it is settled, or when its caller is to lead; `nil` for a caller who leads at once.
  fileprivate var turn: DispatchSemaphore?
  /// Why it was not kept.
  fileprivate(set) var failure: StoreError?

  /// Runs inside the transaction.
  fileprivate func perform(on database: Database) throws(StoreError) {}

  /// Lets go of what the caller lent; it may return from now on.
  fileprivate func settle() { isSettled = true }
}

/// A write that gives a value. `Sendable` unchecked for the same reason.
final class ValueWrite<Value>: PendingWrite, @unchecked Sendable {
  /// The caller's, which must not be held once it returns.
  private var body: ((Database) throws(StoreError) -> Value)?
  private var value: Value?

  init(_ body: @escaping (Database) throws(StoreError) -> Value) { self.body = body }

  fileprivate override func perform(on database: Database) throws(StoreError) {
    guard let body else { return }
    value = try body(database)
  }

  fileprivate override func settle() {
    body = nil
    super.settle()
  }

  /// What `body` gave, once the write is settled.
  ///
  /// - Throws: what `body` threw, or what kept the transaction from becoming durable.
  func result() throws(StoreError) -> Value {
    if let failure { throw failure }
    guard let value else { throw .closed }
    return value
  }
}

/// The writes that nobody has begun with yet, and who is to begin.
///
/// One caller leads. While it waits for the disk, those that come after it queue up and sleep. The
/// first of them leads next and writes for all (group commit): each in a savepoint of its own, so
/// that one that is refused takes nothing of the others along, and all in one transaction. Whoever
/// is written for needs nothing more of the store, not even its lock.
final class WriteQueue: Sendable {
  private struct State {
    var pending: [PendingWrite] = []
    var isLed = false
  }

  private let state = Mutex(State())
  private let rhythm = Mutex(Rhythm())

  /// What the last transaction was like.
  private struct Rhythm {
    /// How many writers it had, with those that came while it lasted.
    var writers = 1
    var length = Duration.zero
  }

  /// Adds a write, and waits until it is settled or it is its caller's turn to lead.
  ///
  /// - Returns: whether its caller leads: it must then `settle` or `refuse` what waits, and `passOn`.
  func join(_ write: PendingWrite) -> Bool {
    let turn = state.withLock { state -> DispatchSemaphore? in
      state.pending.append(write)
      if state.isLed { write.turn = DispatchSemaphore(value: 0) }
      state.isLed = true
      return write.turn
    }
    turn?.wait()
    return !write.isSettled
  }

  /// Lets the first of those that wait by now lead, and those go on that `writes` were.
  func passOn(after writes: [PendingWrite]) {
    let next = state.withLock { state in
      state.isLed = !state.pending.isEmpty
      return state.pending.first
    }
    next?.turn?.signal()
    for write in writes { write.turn?.signal() }
  }

  /// Settles everything that waits, under the store's lock.
  func settle(on database: Database) -> [PendingWrite] {
    let writes = takeAll()
    let start = ContinuousClock.now
    do throws(StoreError) {
      let head = try database.connection.transaction(.write) { () throws(StoreError) in
        database.recorded = nil
        for write in writes { try perform(write, alone: writes.count == 1, on: database) }
        return database.recorded
      }
      if let head { database.witness?.note(head) }
    } catch {
      database.forgetUndone()
      for write in writes where write.failure == nil { write.failure = error }
    }
    for write in writes { write.settle() }
    let waiting = state.withLock { $0.pending.count }
    rhythm.withLock { rhythm in
      rhythm = Rhythm(writers: writes.count + waiting, length: ContinuousClock.now - start)
    }
    return writes
  }

  /// Gives those that the last transaction let go the time to come back, and so share this one: a
  /// quarter of what a transaction takes at most. A writer who is alone waits for nobody.
  func gather() {
    let rhythm = rhythm.withLock { $0 }
    guard rhythm.writers > 1 else { return }
    let end = ContinuousClock.now + min(rhythm.length / 4, .milliseconds(2))
    while state.withLock({ $0.pending.count }) < rhythm.writers, ContinuousClock.now < end {
      sched_yield()
    }
  }

  /// Refuses everything that waits, since nothing can be written any more.
  func refuse(with error: StoreError) -> [PendingWrite] {
    let writes = takeAll()
    for write in writes {
      write.failure = error
      write.settle()
    }
    return writes
  }

  private func takeAll() -> [PendingWrite] {
    state.withLock { state in
      defer { state.pending = [] }
      return state.pending
    }
  }

  private func perform(
    _ write: PendingWrite, alone: Bool, on database: Database
  ) throws(StoreError) {
    // Alone it needs no savepoint: the transaction itself is undone.
    if alone { return try write.perform(on: database) }
    let before = database.recorded
    try database.connection.run("SAVEPOINT one_of_many")
    do throws(StoreError) {
      try write.perform(on: database)
    } catch {
      if database.connection.fatalError != nil { throw error }
      write.failure = error
      try database.connection.run("ROLLBACK TO one_of_many")
      database.recorded = before
      database.forgetUndone()
    }
    try database.connection.run("RELEASE one_of_many")
  }
}

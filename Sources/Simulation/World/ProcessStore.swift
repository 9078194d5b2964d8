// SPDX-License-Identifier: Apache-2.0
// The store as one process of the coordinator has it open: with crashes around each commit and
// failures that may or may not have had their effect.

import Domain
import Store
import TestKit

/// `Sendable` unchecked, as `Site` is.
final class ProcessMedium: StoreMedium, @unchecked Sendable {
  private let process: CoordinatorProcess
  private let world: World
  /// The store closes itself after a failed sync (RELIABILITY R5).
  private var failure: String?

  init(_ process: CoordinatorProcess, _ world: World) {
    self.process = process
    self.world = world
  }

  var bug: PlantedBug? { world.bug }

  func write<Value>(
    _ body: (inout StoreTables) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try requireOpen()
    if world.happens(.crash, oneIn: 60) {
      process.die("before a commit is durable")
      throw .closed
    }
    let isFailing = world.happens(.storeError, oneIn: 80)
    if isFailing, world.scheduler.generator.oneIn(2) { throw fail("before it was durable") }
    var next = world.disk.contents
    let before = next.entries.count
    let value = try body(&next)
    world.disk.contents = next
    world.observe(next, after: before, value)
    if isFailing { throw fail("after it was durable") }
    if world.happens(.crash, oneIn: 60) {
      process.die("after a commit was durable")
      throw .closed
    }
    return value
  }

  func read<Value>(
    _ body: (StoreTables) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try requireOpen()
    return try body(world.disk.contents)
  }

  var hasSpace: Bool { !world.isDiskFull }

  private func requireOpen() throws(StoreError) {
    guard process.isAlive else { throw .closed }
    if let failure { throw .failed(reason: failure) }
  }

  private func fail(_ when: String) -> StoreError {
    failure = "a sync failed"
    world.note("the store fails \(when)")
    return .io(code: 10, message: "disk I/O error", sql: "COMMIT")
  }
}

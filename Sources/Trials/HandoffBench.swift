// SPDX-License-Identifier: Apache-2.0
// How many durable handoffs the store takes in a second.

import Domain
import Store
import TestKit

/// Hands in one handoff and claims the next, over and over, from one thread or several.
struct HandoffBench {
  private let store: SQLiteStore
  private let sample: SamplePlan
  private let clock = ManualClock()
  /// Made once, as the floor's packet is.
  private static let (tree, padding) = (SamplePlan.object(77), String(repeating: "x", count: 512))

  /// A store with `handoffs` ready, which is not timed.
  init(folder: String, handoffs: Int) throws {
    guard let lock = try StoreLock.tryAcquire("\(folder)/\(StoreLock.fileName)") else {
      throw TrialError(description: "another process holds \(folder)")
    }
    store = try SQLiteStore.open(path: folder + "/orchestrate.db", role: .writer(lock))
    sample = try SamplePlan(tasks: handoffs)
    try store.commit(try sample.started(at: clock.now.wall))
    let queue = try (1...handoffs).map { index in
      try sample.activated(task: index, ordinal: index, at: clock.now.wall)
    }
    try store.commit(
      Transition(
        session: sample.session, at: clock.now.wall, events: queue.flatMap(\.events)))
  }

  /// Works everything off and tells handoffs a second.
  func run(clients: Int) throws {
    let started = ContinuousClock.now
    let done = Threads.count(clients) { _ in
      var done = 0
      do {
        var held = try store.claim(request, at: clock.now)
        while let handoff = held {
          held = try handIn(handoff)
          done += 1
        }
      } catch {
        return -1_000_000_000
      }
      return done
    }
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    guard done > 0, try store.verifyJournal(.chain).isWhole else {
      throw TrialError(description: "a handoff failed, or the journal does not hold")
    }
    print(Int(Double(done) / seconds))
  }

  private var request: ClaimRequest {
    ClaimRequest(roles: [.testEngineer], worker: "bench", leaseLength: .seconds(600))
  }

  /// Hands in a report of 512 bytes, as an agent's is, and claims the next handoff.
  private func handIn(_ handoff: Handoff) throws -> Handoff? {
    guard let fence = handoff.claim?.fence else { return nil }
    let name = "\(handoff.id) "
    let report = Document(body: name + Self.padding.dropFirst(name.utf8.count))
    let transition = Transition(
      session: sample.session, at: clock.now.wall,
      expecting: [.handoff(handoff.id, is: .held(fence, at: clock.now.boot))],
      events: [
        .handoffSubmitted(
          handoff.id, fence,
          Submission(
            tree: Self.tree, report: report.digest, submittedAt: clock.now.wall))
      ], documents: [report])
    return try store.commit(transition, claiming: request, at: clock.now).claimed
  }
}

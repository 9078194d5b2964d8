// SPDX-License-Identifier: Apache-2.0
// The steps that the store's contract is written in.

import Domain
import Glibc
import Store
import Synchronization

/// A store did not keep its promise.
package struct ContractViolation: Error, CustomStringConvertible {
  /// What was promised and did not hold.
  package let description: String

  init(_ description: String) { self.description = description }
}

extension StoreContract {
  func require(_ holds: @autoclosure () throws -> Bool, _ otherwise: @autoclosure () -> String)
    throws
  {
    guard try holds() else { throw ContractViolation(otherwise()) }
  }

  func requireWhole(_ store: any SessionStore) throws {
    let report = try store.verifyJournal(.replay)
    try require(report.isWhole, "the journal does not hold: \(report.problems)")
  }

  func requireRefused(_ what: String, _ operation: () throws -> Any) throws {
    do {
      _ = try operation()
    } catch StoreError.expectationFailed {
      return
    }
    throw ContractViolation("not refused: \(what)")
  }

  func requireContradiction(
    _ store: any SessionStore, _ sample: SamplePlan, _ clock: ManualClock,
    _ events: [SessionEvent]
  ) throws {
    do {
      try commit(store, sample, clock, [], events)
    } catch StoreError.contradiction {
      return
    }
    throw ContractViolation("not refused: \(events)")
  }

  func commit(
    _ store: any SessionStore, _ sample: SamplePlan, _ clock: ManualClock,
    _ expecting: [Expectation], _ events: [SessionEvent]
  ) throws {
    try store.commit(
      Transition(
        session: sample.session, at: clock.now.wall, expecting: expecting, events: events))
  }

  func move(
    _ store: any SessionStore, _ sample: SamplePlan, to lifecycle: SessionLifecycle,
    _ clock: ManualClock
  ) throws {
    try commit(store, sample, clock, [], [.lifecycleMoved(lifecycle)])
    try require(
      try store.session(sample.session)?.lifecycle == lifecycle, "it is not \(lifecycle.name)")
  }

  func claim(
    _ store: any SessionStore, _ roles: Set<Role>, _ clock: ManualClock
  ) throws -> Handoff? {
    try store.claim(
      ClaimRequest(roles: roles, worker: "worker", leaseLength: .seconds(60)), at: clock.now)
  }

  func requireClaim(_ store: any SessionStore, _ clock: ManualClock) throws -> Handoff {
    guard let handoff = try claim(store, [.testEngineer], clock) else {
      throw ContractViolation("nothing to claim")
    }
    try require(try store.handoff(handoff.id) == handoff, "it reads back otherwise: \(handoff)")
    return handoff
  }

  func fence(_ handoff: Handoff) throws -> Fence {
    guard let fence = handoff.claim?.fence else {
      throw ContractViolation("\(handoff.id) is not claimed")
    }
    return fence
  }

  func submission(_ clock: ManualClock) -> Submission {
    Submission(
      tree: SamplePlan.object(77), report: Digest.sha256(of: "report".utf8),
      submittedAt: clock.now.wall)
  }

  /// What a reaper commits for a claim that it saw run out.
  func expiry(
    of handoff: Handoff, _ sample: SamplePlan, _ clock: ManualClock
  ) throws -> Transition {
    let fence = try fence(handoff)
    var returned = handoff
    _ = try returned.failed(fence: fence, feedback: SamplePlan.feedback(handoff.attempt))
    return Transition(
      session: sample.session, at: clock.now.wall,
      expecting: [.handoff(handoff.id, is: .lapsed(fence, at: clock.now.boot))],
      events: [.handoffReturned(returned, reason: .expired)])
  }

  /// Claims the next red handoff, which must be `ordinal`, hands it in and accepts it.
  func accept(
    _ store: any SessionStore, _ sample: SamplePlan, _ clock: ManualClock, ordinal: Int
  ) throws -> Handoff {
    var handoff = try requireClaim(store, clock)
    try require(handoff.id == sample.id(ordinal), "claimed \(handoff.id)")
    let fence = try fence(handoff)
    let submission = submission(clock)
    try handoff.submitted(submission, fence: fence, at: clock.now.boot)
    try commit(
      store, sample, clock, [.handoff(handoff.id, is: .held(fence, at: clock.now.boot))],
      [.handoffSubmitted(handoff.id, fence, submission)])
    try require(try store.submittedHandoffs() == [handoff], "it was not handed in")
    try handoff.accepted(fence: fence)
    let acceptance = SamplePlan.acceptance(fence, checkpoint: SamplePlan.object(78))
    try commit(
      store, sample, clock, [.handoff(handoff.id, is: .submitted(fence))],
      [.handoffAccepted(handoff, acceptance)])
    return handoff
  }

  /// A store with the sample's session in execution.
  func started(_ sample: SamplePlan) throws -> (any SessionStore, ManualClock) {
    let clock = ManualClock()
    let store = try make()
    try store.commit(try sample.started(at: clock.now.wall))
    return (store, clock)
  }
}

/// Real threads, since a contest among tasks on few cores is none.
package enum Threads {
  /// Runs `body` on `count` threads at once, waits for all, and adds up what they give.
  package static func count(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Int
  ) -> Int {
    let total = Atomic<Int>(0)
    run(count) { total.add(body($0), ordering: .relaxed) }
    return total.load(ordering: .relaxed)
  }

  /// Runs `body` on `count` threads at once and waits for all.
  static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let threads = (0..<count).map { index -> pthread_t in
      let context = Unmanaged.passRetained(Body { body(index) })
      var thread = pthread_t()
      pthread_create(
        &thread, nil,
        { raw in
          Unmanaged<Body>.fromOpaque(raw!).takeRetainedValue().run()
          return nil
        }, context.toOpaque())
      return thread
    }
    for thread in threads { pthread_join(thread, nil) }
  }

  private final class Body {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }
}

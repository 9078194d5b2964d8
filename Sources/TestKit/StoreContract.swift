// SPDX-License-Identifier: Apache-2.0
// What every store must do, whatever it keeps its rows in.

import Domain
package import Store
import Synchronization

/// The claims that any `SessionStore` is held to. Each function makes a fresh store and throws
/// `ContractViolation` where the store does not keep its promise.
package struct StoreContract: Sendable {
  let make: @Sendable () throws -> any SessionStore

  /// - Parameter make: gives an empty store of its own at every call.
  package init(_ make: @escaping @Sendable () throws -> any SessionStore) { self.make = make }

  // MARK: Claims

  /// Eight threads claim two hundred handoffs: each goes to one, under fences that only grow.
  package func everyHandoffHasOneWinner() throws {
    let sample = try SamplePlan(tasks: 200)
    let (store, clock) = try started(sample)
    for index in 1...200 {
      try store.commit(try sample.activated(task: index, ordinal: index, at: clock.now.wall))
    }
    let won = Mutex<[[Handoff]]>([])
    let failures = Mutex<[String]>([])
    Threads.run(8) { index in
      let request = ClaimRequest(
        roles: [.testEngineer], worker: "worker-\(index)", leaseLength: .seconds(60))
      var mine: [Handoff] = []
      do {
        while let handoff = try store.claim(request, at: clock.now) { mine.append(handoff) }
      } catch { failures.withLock { $0.append("\(error)") } }
      won.withLock { $0.append(mine) }
    }
    try require(failures.withLock { $0 }.isEmpty, "a claim failed: \(failures.withLock { $0 })")
    let lists = won.withLock { $0 }
    let all = lists.flatMap(\.self)
    try require(all.count == 200, "\(all.count) of 200 were claimed")
    try require(Set(all.map(\.id)).count == 200, "a handoff was claimed twice")
    try require(Set(all.compactMap { $0.claim?.fence }).count == 200, "a fence was given twice")
    for list in lists {
      let fences = list.compactMap { $0.claim?.fence }
      try require(fences == fences.sorted(), "a later claim got a lower fence")
    }
    try requireWhole(store)
  }

  /// Tasks in the plan's order, then handoffs by ordinal; only the roles asked for.
  package func claimsFollowThePlan() throws {
    let sample = try SamplePlan(tasks: 3)
    let (store, clock) = try started(sample)
    try store.commit(
      Transition(
        session: sample.session, at: clock.now.wall,
        events: [
          .handoffQueued(sample.handoff(1, task: 3)),
          .handoffQueued(sample.handoff(2, task: 2, stage: .green)),
          .handoffQueued(sample.handoff(3, task: 2)),
          .handoffQueued(sample.handoff(4, task: 2)),
          .handoffQueued(sample.handoff(5, task: 1, stage: .review)),
        ]))
    let both: Set<Role> = [.testEngineer, .specialist]
    var order: [Int] = []
    while let handoff = try claim(store, both, clock) { order.append(handoff.id.ordinal) }
    try require(order == [2, 3, 4, 1], "claimed in the order \(order)")
    try require(try claim(store, [], clock) == nil, "a worker without a role got a handoff")
    try require(try claim(store, [.reviewer], clock)?.id.ordinal == 5, "the review was not given")
  }

  /// A session that is paused, or not yet or no longer in execution, gives nothing.
  package func onlyExecutionIsClaimed() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    try store.commit(try sample.activated(task: 1, ordinal: 1, at: clock.now.wall))
    let running = try SamplePlan.lifecycle(.execution)
    var paused = running
    try paused.paused(reason: "lunch")
    let validation = try SamplePlan.lifecycle(.validation)
    for stopped in [paused, validation, try SamplePlan.lifecycle(.planning)] {
      try move(store, sample, to: stopped, clock)
      try require(try claim(store, [.testEngineer], clock) == nil, "claimed while \(stopped.name)")
      let outlook = try store.outlook(for: nil, at: clock.now.boot)
      try require(outlook.readyRoles.isEmpty, "something is ready while \(stopped.name)")
    }
    try move(store, sample, to: running, clock)
    try require(try claim(store, [.testEngineer], clock) != nil, "nothing after resuming")
  }

  /// Whatever is sent under a fence that was superseded is refused, and leaves nothing behind.
  package func aStaleFenceIsRefusedEverywhere() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    try store.commit(try sample.activated(task: 1, ordinal: 1, at: clock.now.wall))
    let first = try requireClaim(store, clock)
    let stale = try fence(first)
    clock.advance(by: .seconds(61))
    try store.commit(try expiry(of: first, sample, clock))
    let second = try requireClaim(store, clock)
    try require(stale < (try fence(second)), "the fence did not grow")
    let before = try StoreSnapshot(of: store)
    for standing in [
      Expectation.Standing.claimed(stale), .held(stale, at: clock.now.boot),
      .lapsed(stale, at: clock.now.boot), .submitted(stale),
    ] {
      try requireRefused("\(standing)") {
        try store.commit(
          Transition(
            session: sample.session, at: clock.now.wall,
            expecting: [.handoff(first.id, is: standing)],
            events: [.noted(Note(kind: "test.stale", text: "kept"))]))
      }
    }
    try requireRefused("a renewal") {
      try store.renew(
        first.id, fence: stale, lease: Lease(from: clock.now, length: .seconds(60)),
        at: clock.now.boot)
    }
    let submission = self.submission(clock)
    for event in [
      SessionEvent.handoffSubmitted(first.id, stale, submission),
      .usageReported(
        Usage(inputTokens: 1, outputTokens: 1, costMicroUSD: 1, isEstimated: false),
        handoff: first.id, fence: Fence(99)!, segment: 1),
    ] {
      try requireContradiction(store, sample, clock, [event])
    }
    try require(try StoreSnapshot(of: store) == before, "a refused operation left something")
  }

  // MARK: Leases

  /// A lease can be renewed while it runs, not a moment after, and not after a reboot.
  package func renewalsNeedARunningLease() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    try store.commit(try sample.activated(task: 1, ordinal: 1, at: clock.now.wall))
    let claimed = try requireClaim(store, clock)
    let fence = try fence(claimed)
    func renew() throws -> Handoff {
      try store.renew(
        claimed.id, fence: fence, lease: Lease(from: clock.now, length: .seconds(60)),
        at: clock.now.boot)
    }
    clock.advance(by: .milliseconds(59_999))
    clock.jumpWall(by: .seconds(86_400))
    let renewed = try renew()
    try require(
      renewed.claim?.lease.expires == clock.now.advanced(by: .seconds(60)).boot,
      "the renewal was not kept")
    clock.advance(by: .seconds(60))
    try requireRefused("a renewal at the lease's end") { try renew() }
    try require(
      try store.expiredClaims(at: clock.now.boot).map(\.id) == [claimed.id], "not seen as expired")
    try store.commit(try expiry(of: renewed, sample, clock))
    let again = try requireClaim(store, clock)
    clock.reboot()
    try requireRefused("a renewal after a reboot") {
      try store.renew(
        again.id, fence: try self.fence(again),
        lease: Lease(from: clock.now, length: .seconds(60)), at: clock.now.boot)
    }
    try require(
      try store.expiredClaims(at: clock.now.boot).map(\.id) == [again.id], "it outlived the boot")
  }

  /// A reaper that looked before a renewal, or before a newer claim, takes nothing
  /// (RELIABILITY T3).
  package func aReaperTakesOnlyWhatHasLapsed() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    try store.commit(try sample.activated(task: 1, ordinal: 1, at: clock.now.wall))
    let claimed = try requireClaim(store, clock)
    let fence = try fence(claimed)
    clock.advance(by: .seconds(30))
    try store.renew(
      claimed.id, fence: fence, lease: Lease(from: clock.now, length: .seconds(60)),
      at: clock.now.boot)
    clock.advance(by: .seconds(40))
    let tooEarly = try expiry(of: claimed, sample, clock)
    try requireRefused("reaping a renewed claim") { try store.commit(tooEarly) }
    clock.advance(by: .seconds(20))
    let due = try expiry(of: claimed, sample, clock)
    try store.commit(due)
    let newer = try requireClaim(store, clock)
    try requireRefused("reaping twice") { try store.commit(due) }
    try require(
      try store.handoff(claimed.id)?.claim?.fence == newer.claim?.fence,
      "a newer claim was reaped")
  }

  // MARK: Commits

  /// One expectation that does not hold, after any number that do, keeps all of it out.
  package func aBrokenExpectationLeavesNothing() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    let before = try StoreSnapshot(of: store)
    let evidence = EvidenceRecord(kind: .report, body: "{\"never\":true}")
    let document = Document(body: "never kept")
    let fresh = TaskProgress(workflow: sample.plan.tasks[0].workflow)
    var moved = fresh
    _ = try moved.activated(on: sample.plan.base)
    for broken in [
      Expectation.noSession, .lifecycle(SessionLifecycle()), .task(SamplePlan.task(1), moved),
      .handoff(sample.id(1), is: .ready),
    ] {
      try requireRefused("\(broken)") {
        try store.commit(
          Transition(
            session: sample.session, at: clock.now.wall,
            expecting: [.task(SamplePlan.task(1), fresh), broken],
            events: [
              .taskMoved(SamplePlan.task(1), moved), .handoffQueued(sample.handoff(1, task: 1)),
            ], evidence: [evidence], documents: [document]))
      }
    }
    try requireContradiction(
      store, sample, clock,
      [.handoffQueued(sample.handoff(1, task: 1)), .handoffCancelled(sample.id(2))])
    try require(try StoreSnapshot(of: store) == before, "a refused commit left something")
    try require(try store.evidence(evidence.digest) == nil, "a refused commit left evidence")
    try require(try store.document(document.digest) == nil, "a refused commit left a document")
  }

  /// An event that does not follow from what is stored is refused, whoever sends it.
  package func anEventThatDoesNotFollowIsRefused() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    let other = try SamplePlan(session: 40)
    try store.commit(try sample.activated(task: 1, ordinal: 1, at: clock.now.wall))
    let nobody = TaskID("nobody's")!
    let none = SamplePlan.acceptance(Fence(1)!, checkpoint: SamplePlan.object(9))
    let claim = Claim(
      fence: Fence(1)!, worker: "forger", claimedAt: clock.now.wall,
      lease: Lease(from: clock.now, length: .seconds(60)))
    var done = sample.handoff(1, task: 1)
    try done.cancelled()
    let events: [SessionEvent] = [
      .sessionPlanned(sample.plan), .sessionPlanned(other.plan),
      .segmentOpened(Segment(number: 2, openedAt: clock.now.wall)),
      .segmentClosed(number: 2, reason: "never opened"),
      .taskMoved(nobody, TaskProgress(workflow: sample.plan.tasks[0].workflow)),
      .handoffQueued(sample.handoff(1, task: 1)), .handoffQueued(other.handoff(1, task: 1)),
      .handoffQueued(sample.handoff(2, task: 9)), .handoffCancelled(other.id(1)),
      .handoffReturned(sample.handoff(1, task: 1), reason: .refused),
      .handoffReturned(sample.handoff(1, task: 1), reason: .revived),
      .handoffReturned(done, reason: .expired),
      .handoffClaimed(sample.id(1), claim, attempt: 2),
      .handoffClaimed(sample.id(2), claim, attempt: 1),
      .handoffClaimed(other.id(1), claim, attempt: 1),
      .handoffAccepted(sample.handoff(1, task: 1), none), .handoffCancelled(sample.id(7)),
    ]
    for event in events { try requireContradiction(store, sample, clock, [event]) }
    try requireContradiction(store, other, clock, [.noted(Note(kind: "test", text: "nobody's"))])
    try require(try store.head().sequence == 5, "something was journalled")
    try requireWhole(store)
  }

  /// Attempts are counted, the last one ends dead, and only a person brings it back.
  package func spentAttemptsEndDead() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    try store.commit(
      try sample.activated(task: 1, ordinal: 1, at: clock.now.wall, attemptsMax: 2))
    for attempt in 1...2 {
      var handoff = try requireClaim(store, clock)
      try require(handoff.attempt == attempt, "attempt \(handoff.attempt), not \(attempt)")
      let fence = try fence(handoff)
      clock.advance(by: .seconds(7))
      _ = try handoff.failed(fence: fence, feedback: SamplePlan.feedback(attempt))
      try commit(
        store, sample, clock, [.handoff(handoff.id, is: .claimed(fence))],
        [.handoffReturned(handoff, reason: .failed)])
    }
    guard var dead = try store.handoff(sample.id(1)) else { throw ContractViolation("it is gone") }
    try require(dead.state == .dead && dead.feedback.count == 2, "it is \(dead)")
    try require(try claim(store, [.testEngineer], clock) == nil, "a dead handoff was claimed")
    try require(
      try store.task(SamplePlan.task(1), in: sample.session)?.workedMilliseconds == 14_000,
      "the time of both claims was not counted")
    try dead.revived()
    try commit(
      store, sample, clock, [.handoff(dead.id, is: .dead)],
      [.handoffReturned(dead, reason: .revived)])
    try require(try requireClaim(store, clock).attempt == 1, "its attempts were not counted anew")
    try require(
      try store.runs(in: sample.session).map(\.outcome) == [.failed, .failed, nil],
      "the runs are not told apart")
  }
}

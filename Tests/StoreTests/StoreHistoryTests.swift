// SPDX-License-Identifier: Apache-2.0
// Random histories, step by step the same in a store and in a model made of the domain's machines.

import Domain
import Store
import TestKit
import Testing

@Suite struct StoreHistoryTests {
  @Test(arguments: UInt64(1)...12)
  func `a store says what the machines say, and so does its rebuilt self`(seed: UInt64) throws {
    var history = try StoreHistory(seed: seed)
    for step in 1...200 {
      try history.take()
      if step.isMultiple(of: 100) { try history.compare() }
    }
    #expect(history.stepsDone > 40, "seed \(seed) hardly did anything")
  }
}

/// A store and the model that it is compared with.
private struct StoreHistory {
  let seed: UInt64
  let store: SQLiteStore
  var model: StoreModel
  /// Steps that were not refused.
  var stepsDone = 0

  init(seed: UInt64) throws {
    self.seed = seed
    store = try SQLiteStore.inMemory()
    model = try StoreModel(seed: seed)
    for sample in model.samples {
      try store.commit(try sample.started(at: model.clock.now.wall))
    }
  }

  private var now: Moment { model.clock.now }

  mutating func take() throws {
    let step = Step.draws[model.generator.index(below: Step.draws.count)]
    switch step {
    case .queue: try queue()
    case .claim, .claimAny: try claim(anySession: step == .claimAny)
    case .renew: try renew()
    case .submit, .accept, .refuse, .fail, .expire, .release: try move(step)
    case .cancel, .revive: try end(step)
    case .moveTask: try moveTask()
    case .pause, .resume: try moveSession(step)
    case .use: try use()
    case .wait: model.clock.advance(by: .seconds(model.generator.index(below: 45)))
    case .reboot: if model.generator.oneIn(5) { model.clock.reboot() }
    }
  }

  /// Commits, and says whether the store must refuse it.
  private mutating func commit(
    _ session: SessionID, _ expecting: [Store.Expectation], _ events: [SessionEvent],
    refusal: Refusal?, _ what: String
  ) throws {
    let transition = Transition(
      session: session, at: now.wall, expecting: expecting, events: events)
    var got: Refusal?
    do throws(StoreError) {
      try store.commit(transition)
    } catch {
      switch error {
      case .expectationFailed: got = .expectation
      case .contradiction: got = .contradiction
      default: throw error
      }
    }
    #expect(got == refusal, "seed \(seed): \(what)")
    if got == nil { stepsDone += 1 }
  }

  private mutating func queue() throws {
    let sample = model.drawSample()
    let next = try store.nextOrdinal(in: sample.session)
    let taken = next > 1 && model.generator.oneIn(6)
    let handoff = sample.handoff(
      taken ? next - 1 : next, task: 1 + model.generator.index(below: sample.plan.tasks.count),
      stage: [.red, .green, .review][model.generator.index(below: 3)],
      attemptsMax: 1 + model.generator.index(below: 3))
    try commit(
      sample.session, [.ordinalFree(handoff.id)], [.handoffQueued(handoff)],
      refusal: taken ? .expectation : nil, "queue \(handoff.id)")
    if !taken { model.put(handoff) }
  }

  private mutating func claim(anySession: Bool) throws {
    let roles = model.drawRoles()
    let session = anySession ? nil : model.drawSample().session
    let claimed = try store.claim(
      ClaimRequest(session: session, roles: roles, worker: "w", leaseLength: .seconds(60)), at: now)
    guard var expected = model.claimable(roles, in: session) else {
      #expect(claimed == nil, "seed \(seed): claimed where nothing is claimable")
      return
    }
    try expected.claimed(
      Claim(
        fence: Fence(model.nextFence)!, worker: "w", claimedAt: now.wall,
        lease: Lease(from: now, length: .seconds(60))))
    #expect(claimed == expected, "seed \(seed): claim")
    model.put(expected)
    stepsDone += 1
  }

  private mutating func renew() throws {
    guard var handoff = model.drawHandoff() else { return }
    let fence = model.drawFence(for: handoff)
    let lease = Lease(from: now, length: .seconds(60))
    let allowed = (try? handoff.renewed(fence: fence, lease: lease, at: now.boot)) != nil
    do {
      let renewed = try store.renew(handoff.id, fence: fence, lease: lease, at: now.boot)
      #expect(allowed && renewed == handoff, "seed \(seed): renew \(handoff.id)")
    } catch StoreError.expectationFailed {
      #expect(!allowed, "seed \(seed): renew \(handoff.id) refused")
    }
    model.put(handoff)
  }

  /// A step of whoever holds a handoff, or believes to.
  private mutating func move(_ step: Step) throws {
    guard var handoff = model.drawHandoff() else { return }
    let fence = model.drawFence(for: handoff)
    let submission = Submission(
      tree: SamplePlan.object(fence.number), report: nil, submittedAt: now.wall)
    let feedback = SamplePlan.feedback(handoff.attempt)
    let standing: Store.Expectation.Standing
    var event: SessionEvent?
    do throws(HandoffRejection) {
      switch step {
      case .submit:
        standing = .held(fence, at: now.boot)
        try handoff.submitted(submission, fence: fence, at: now.boot)
        event = .handoffSubmitted(handoff.id, fence, submission)
      case .accept:
        standing = .submitted(fence)
        try handoff.accepted(fence: fence)
        event = .handoffAccepted(
          handoff, SamplePlan.acceptance(fence, checkpoint: SamplePlan.object(fence.number)))
      case .refuse:
        standing = .submitted(fence)
        _ = try handoff.refused(fence: fence, feedback: feedback)
        event = .handoffReturned(handoff, reason: .refused)
      case .expire:
        standing = .lapsed(fence, at: now.boot)
        _ = try handoff.expired(fence: fence, at: now.boot, feedback: feedback)
        event = .handoffReturned(handoff, reason: .expired)
      case .release:
        standing = .claimed(fence)
        try handoff.released(fence: fence)
        event = .handoffReturned(handoff, reason: .released)
      default:
        standing = .claimed(fence)
        _ = try handoff.failed(fence: fence, feedback: feedback)
        event = .handoffReturned(handoff, reason: .failed)
      }
    } catch {
      event = nil
    }
    try commit(
      handoff.session, [.handoff(handoff.id, is: standing)],
      [event ?? .noted(Note(kind: "test", text: "must not be kept"))],
      refusal: event == nil ? .expectation : nil, "\(step) \(handoff.id) as \(fence)")
    model.put(handoff)
  }

  /// A step that nobody's fence is asked for.
  private mutating func end(_ step: Step) throws {
    guard var handoff = model.drawHandoff() else { return }
    if step == .cancel, model.generator.oneIn(2) { return }
    let allowed: Bool
    let event: SessionEvent
    if step == .cancel {
      allowed = (try? handoff.cancelled()) != nil
      event = .handoffCancelled(handoff.id)
    } else {
      allowed = (try? handoff.revived()) != nil
      event = .handoffReturned(handoff, reason: .revived)
    }
    try commit(
      handoff.session, [], [event], refusal: allowed ? nil : .contradiction,
      "\(step) \(handoff.id)")
    model.put(handoff)
  }

  private mutating func moveTask() throws {
    let sample = model.drawSample()
    let id = SamplePlan.task(1 + model.generator.index(below: sample.plan.tasks.count))
    guard let before = model.tasks[sample.session]?[id] else { return }
    var progress = before
    switch model.generator.index(below: 4) {
    case 0: _ = try? progress.activated(on: sample.plan.base)
    case 1: _ = try? progress.blocked(.init(cause: .openBlocker, detail: "waiting"))
    case 2: _ = try? progress.unblocked()
    default:
      if model.generator.oneIn(4) { _ = try? progress.cancelled(reason: "unwanted") }
    }
    let stale = progress != before && model.generator.oneIn(5)
    try commit(
      sample.session, [.task(id, stale ? progress : before)], [.taskMoved(id, progress)],
      refusal: stale ? .expectation : nil, "move \(id)")
    if !stale { model.put(progress, of: id, in: sample.session) }
  }

  private mutating func moveSession(_ step: Step) throws {
    let sample = model.drawSample()
    guard let before = model.lifecycles[sample.session] else { return }
    var lifecycle = before
    if step == .resume {
      _ = try? lifecycle.resumed()
    } else if model.generator.oneIn(3) {
      _ = try? lifecycle.paused(reason: "rest")
    }
    try commit(
      sample.session, [.lifecycle(before)], [.lifecycleMoved(lifecycle)], refusal: nil, "\(step)")
    model.put(lifecycle, of: sample.session)
  }

  private mutating func use() throws {
    guard let handoff = model.drawHandoff() else { return }
    let fence = model.drawFence(for: handoff)
    let usage = Usage(
      inputTokens: model.generator.index(below: 5000), outputTokens: 3, costMicroUSD: 2,
      isEstimated: model.generator.oneIn(2))
    let given = model.wasGiven(fence, for: handoff.id)
    try commit(
      handoff.session, [],
      [.usageReported(usage, handoff: handoff.id, fence: fence, segment: 1)],
      refusal: given ? nil : .contradiction, "usage of \(handoff.id) as \(fence)")
  }

  /// The whole store against the model, and against itself after a rebuild.
  func compare() throws {
    for sample in model.samples {
      let expected = model.handoffs.values.filter { $0.session == sample.session }
        .sorted { $0.id < $1.id }
      #expect(
        try store.handoffs(in: sample.session, states: nil) == expected, "seed \(seed): handoffs")
      let open = expected.filter { HandoffStateName.open.contains(HandoffStateName($0.state)) }
      #expect(
        try store.handoffs(in: sample.session, states: HandoffStateName.open) == open,
        "seed \(seed): open handoffs")
      for task in try store.tasks(in: sample.session) {
        #expect(task.progress == model.tasks[sample.session]?[task.planned.id], "seed \(seed)")
      }
      #expect(
        try store.session(sample.session)?.lifecycle == model.lifecycles[sample.session],
        "seed \(seed)")
    }
    let expired = model.handoffs.values.filter { handoff in
      guard case .claimed(let claim) = handoff.state else { return false }
      return claim.lease.hasExpired(at: now.boot)
    }
    #expect(
      try Set(store.expiredClaims(at: now.boot)) == Set(expired), "seed \(seed): expired claims")
    #expect(try store.verifyJournal(.replay).isWhole, "seed \(seed): verify")
    let before = try StoreSnapshot(of: store)
    try store.rebuild()
    #expect(try StoreSnapshot(of: store) == before, "seed \(seed): rebuild")
  }
}

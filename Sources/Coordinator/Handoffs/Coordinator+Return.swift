// SPDX-License-Identifier: Apache-2.0
// How a handoff leaves a worker's hands without a result, and what follows from any step.

package import Domain
import Git
import Store

extension Coordinator {
  /// The worker gave up. Its files are kept under a rescue ref.
  ///
  /// - Returns: whether the handoff went back to the queue.
  @discardableResult
  package func fail(
    _ id: HandoffID, fence: Fence, reason: String, usage: Usage? = nil, isWorkerGone: Bool = true
  ) async throws(Problem) -> Bool {
    let handoff = try requireHandoff(id)
    try await emptyWorkspace(handoff, fence, isWorkerGone: isWorkerGone)
    let feedback = Feedback(
      attempt: handoff.attempt, code: "AGENT001", message: reason, evidence: [])
    let extra = try usageEvents(usage, id, fence)
    let willRetry = try await endAttempt(
      handoff, reason: .failed, extra: extra, expecting: .claimed(fence)
    ) { (handoff) throws(HandoffRejection) in
      try handoff.failed(fence: fence, feedback: feedback)
    }
    tell(.stageFailed(handoff, reason: reason, willRetry: willRetry))
    return willRetry
  }

  /// The worker gave it back unharmed: no attempt is counted. What lies in its workspace is kept
  /// under a rescue ref.
  ///
  /// - Throws: `Problem` with exit 16 where the claim has ended. One whose lease had run out takes
  ///   the way of every expired lease first, and costs an attempt.
  package func release(_ id: HandoffID, fence: Fence) async throws(Problem) {
    var handoff = try requireHandoff(id)
    if case .claimed(let claim) = handoff.state, claim.fence == fence,
      claim.lease.hasExpired(at: clock().boot)
    {
      try await expireLeases()
      throw .leaseLost(id, fence, held: nil)
    }
    try await emptyWorkspace(handoff, fence, isWorkerGone: true)
    do throws(HandoffRejection) {
      try handoff.released(fence: fence)
    } catch {
      throw Problem(error, id: id, fence: fence)
    }
    try record(
      id.session, [.handoffReturned(handoff, reason: .released)],
      expecting: [.handoff(id, is: .claimed(fence))])
  }

  /// Returns every handoff whose lease ran out, one by one so that no conflict holds up the others
  /// (RELIABILITY T4).
  ///
  /// - Returns: how many there were.
  @discardableResult
  func expireLeases() async throws(Problem) -> Int {
    let now = clock().boot
    let expired = try read { (store) throws(StoreError) in try store.expiredClaims(at: now) }
    var count = 0
    for handoff in expired
    where !expiring.contains(handoff.id) && !equipping.contains(handoff.id) {
      // Whoever watches its agent ends that first, and then the claim.
      if let claim = handoff.claim, attended[claim.fence] != nil { continue }
      // Others come through here while the workspace is read; each lease is ended once.
      expiring.insert(handoff.id)
      defer { expiring.remove(handoff.id) }
      do throws(Problem) {
        try await expire(handoff, at: now)
        count += 1
      } catch {
        // It was handed in or renewed in the meantime.
        if error.code == Problem.movedOn || error.exit == .leaseLost { continue }
        if error.isOfTheStore || Task.isCancelled { throw error }
        // One row that cannot be ended must not keep the others from it.
        guard !wedged.contains(handoff.id) else { continue }
        wedged.insert(handoff.id)
        tell(
          .warning(
            "the claim on \(handoff.id) ran out and cannot be ended: \(error.message)"
              + (error.reason.map { ", \($0)" } ?? "")))
      }
    }
    return count
  }

  private func expire(_ handoff: Handoff, at now: BootInstant) async throws(Problem) {
    guard let claim = handoff.claim else { return }
    try await emptyWorkspace(handoff, claim.fence, isWorkerGone: false)
    let feedback = Feedback(
      attempt: handoff.attempt, code: "LEASE001",
      message: "the worker \(claim.worker) let its lease run out", evidence: [])
    let willRetry = try await endAttempt(
      handoff, reason: .expired, expecting: .lapsed(claim.fence, at: now)
    ) { (handoff) throws(HandoffRejection) in
      try handoff.expired(fence: claim.fence, at: now, feedback: feedback)
    }
    tell(.stageFailed(handoff, reason: feedback.message, willRetry: willRetry))
  }

  // MARK: What every end of an attempt shares

  /// Ends an attempt by `input`, and blocks the task where it was the last.
  func endAttempt(
    _ handoff: Handoff, reason: SessionEvent.ReturnReason, evidence: [EvidenceRecord] = [],
    documents: [Document] = [], extra: [SessionEvent] = [], expecting: Expectation.Standing,
    _ input: (inout Handoff) throws(HandoffRejection) -> AttemptEnd
  ) async throws(Problem) -> Bool {
    var returned = handoff
    let end: AttemptEnd
    do throws(HandoffRejection) {
      end = try input(&returned)
    } catch {
      throw Problem(error, id: handoff.id, fence: handoff.claim?.fence ?? Fence(1)!)
    }
    var events: [SessionEvent] = [.handoffReturned(returned, reason: reason)] + extra
    var expectations: [Expectation] = [.handoff(handoff.id, is: expecting)]
    if end == .exhausted {
      let task = try requireTask(handoff.task, in: handoff.session)
      var progress = task.progress
      let last = returned.feedback.last.map { "\($0.code): \($0.message)" } ?? ""
      let count =
        returned.losses == Handoff.lossesMax
        ? "\(returned.losses) claims on" : "\(handoff.attemptsMax) attempts at"
      do throws(TaskRejection) {
        _ = try progress.attemptsExhausted(
          .init(stage: handoff.stage, round: handoff.round),
          reason: "\(count) \(handoff.stage.rawValue) failed; last \(last)")
      } catch {
        throw .defect(error, in: "task \(handoff.task)")
      }
      events.append(.taskMoved(handoff.task, progress))
      expectations.append(.task(handoff.task, task.progress))
      if case .blocked(let blockage, _) = progress.state {
        tell(.taskBlocked(handoff.task, blockage))
      }
    }
    try record(
      handoff.session, events, expecting: expectations, evidence: evidence, documents: documents)
    if end == .exhausted { try await advance(handoff.session) }
    return end == .requeued
  }

  /// The events that follow from what a task's machine said.
  func follow(
    _ action: TaskAction, task: PlannedTask, in session: SessionID, feedback: [Feedback] = []
  ) throws(Problem) -> [SessionEvent] {
    switch action {
    case .handOff(let turn, let base):
      guard let role = task.workflow.role(of: turn.stage) else { return [] }
      let ordinal = try read { (store) throws(StoreError) in try store.nextOrdinal(in: session) }
      return [
        .handoffQueued(
          Handoff(
            id: HandoffID(session: session, ordinal: ordinal), task: task.id, stage: turn.stage,
            role: role, round: turn.round, base: base,
            attemptsMax: settings.limits.attemptsMax, feedback: feedback))
      ]
    case .ask(let blockage):
      tell(.taskBlocked(task.id, blockage))
      return []
    case .merge, .finish: return []
    }
  }

  func usageEvents(_ usage: Usage?, _ id: HandoffID, _ fence: Fence) throws(Problem)
    -> [SessionEvent]
  {
    guard let usage else { return [] }
    let segment = try requireSession(id.session).segment?.number ?? 1
    return [.usageReported(usage, handoff: id, fence: fence, segment: segment)]
  }
}

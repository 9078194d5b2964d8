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
    _ id: HandoffID, fence: Fence, reason: String, usage: Usage? = nil
  ) async throws(Problem) -> Bool {
    let handoff = try requireHandoff(id)
    try await emptyWorkspace(handoff, fence, isWorkerGone: true)
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

  /// The worker gave it back unharmed; no attempt is counted.
  package func release(_ id: HandoffID, fence: Fence) throws(Problem) {
    var handoff = try requireHandoff(id)
    do throws(HandoffRejection) {
      try handoff.released(fence: fence)
    } catch {
      throw Problem(error, id: id, fence: fence)
    }
    try record(
      id.session, [.handoffReturned(handoff, reason: .released)],
      expecting: [.handoff(id, is: .claimed(fence))])
    if let slot = workspaces.slot(of: id, fence: fence) { workspaces.free(slot) }
  }

  /// Like `release`, after what lies in the workspace was kept under a rescue ref.
  package func rescueAndRelease(_ id: HandoffID, fence: Fence) async throws(Problem) {
    try await emptyWorkspace(try requireHandoff(id), fence, isWorkerGone: true)
    try release(id, fence: fence)
  }

  /// Returns every handoff whose lease ran out, one by one so that no conflict holds up the others
  /// (RELIABILITY T4).
  func expireLeases() async throws(Problem) {
    let now = clock().boot
    let expired = try read { (store) throws(StoreError) in try store.expiredClaims(at: now) }
    for handoff in expired {
      guard let claim = handoff.claim else { continue }
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
      do throws(TaskRejection) {
        _ = try progress.attemptsExhausted(
          .init(stage: handoff.stage, round: handoff.round),
          reason:
            "\(handoff.attemptsMax) attempts at \(handoff.stage.rawValue) failed; last \(last)")
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

  /// Keeps what lies in a claim's workspace under a rescue ref, then gives the workspace back; or
  /// up, where a worker may still be writing in it.
  private func emptyWorkspace(
    _ handoff: Handoff, _ fence: Fence, isWorkerGone: Bool
  ) async throws(Problem) {
    guard let slot = workspaces.slot(of: handoff.id, fence: fence) else { return }
    let pool = workspaces
    let litter = settings.proof.paths.litter
    let reference = CheckpointReference.rescued(handoff, fence: fence)
    let seconds = handoff.claim?.claimedAt.seconds ?? 0
    let base = handoff.base
    do throws(WorkspaceError) {
      try await offloaded { () throws(WorkspaceError) in
        let captured = try pool.capture(slot, litter: litter)
        try pool.withWorkspace(slot) { (_, repository) throws(GitError) in
          guard try captured.tree != repository.tree(ofCommit: base) else { return }
          let commit = try repository.createCommit(
            tree: captured.tree, parents: [base],
            message: "rescue(\(handoff.task)): what lay in the workspace of \(handoff.id)\n",
            identity: .coordinator(at: seconds))
          try repository.createReference(reference, to: commit)
        }
      }
    } catch {
      // What cannot be read cannot be kept by a ref; the folder itself is kept instead.
      tell(.warning("\(error); the folder is kept"))
      workspaces.giveUp(slot)
      return
    }
    if isWorkerGone { workspaces.free(slot) } else { workspaces.giveUp(slot) }
  }
}

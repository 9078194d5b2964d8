// SPDX-License-Identifier: Apache-2.0
// Claims and proofs that went down with their coordinator: nobody's fault, until it happens each time.

import Domain
import Git
import Store

extension Coordinator {
  /// Ends the claims of a session whose workers died with their coordinator, after whatever those
  /// workers left running.
  func settleLostClaims(
    of session: SessionID, isWorkerAlive: (Claim) -> Bool, into report: inout RecoveryReport
  ) async throws(Problem) {
    let claimed = try read { (store) throws(StoreError) in
      try store.handoffs(in: session, states: [.claimed])
    }
    for handoff in claimed {
      guard let claim = handoff.claim, !isWorkerAlive(claim) else { continue }
      do throws(Problem) {
        let ended = await endStrays(of: handoff.id, claim.fence)
        report.strays += ended.found
        let goesOn = try await loseClaim(
          handoff, claim.fence, isWorkerGone: ended.areGone, code: "CRASH001",
          reason: "the worker \(claim.worker) died with its coordinator")
        if goesOn { report.returned.append(handoff.id) } else { report.dead.append(handoff.id) }
      } catch {
        try passOver(error, of: session, into: &report)
      }
    }
  }

  /// The machine, or this process, slept past the lease of a claim that we launched ourselves: its
  /// agent has been ended, and nobody else can have claimed meanwhile.
  func oversleep(_ id: HandoffID, fence: Fence, isWorkerGone: Bool) async throws(Problem) {
    let handoff = try requireHandoff(id)
    // It was settled by whoever came first.
    guard case .claimed(let claim) = handoff.state, claim.fence == fence else { return }
    do throws(Problem) {
      _ = try await loseClaim(
        handoff, fence, isWorkerGone: isWorkerGone, code: "LEASE001",
        reason: "its lease ran out while the machine, or the coordinator, stood still")
    } catch {
      guard error.code == Problem.movedOn || error.exit == .leaseLost else { throw error }
    }
  }

  private func loseClaim(
    _ handoff: Handoff, _ fence: Fence, isWorkerGone: Bool, code: String, reason: String
  ) async throws(Problem) -> Bool {
    try await emptyWorkspace(handoff, fence, isWorkerGone: isWorkerGone)
    let isLast = handoff.losses + 1 >= Handoff.lossesMax
    let feedback = Feedback(
      attempt: handoff.attempt, code: code,
      message: "\(reason), \(Handoff.lossesMax) times in a row", evidence: [])
    let willRetry = try await endAttempt(
      handoff, reason: isLast ? .expired : .released, expecting: .claimed(fence)
    ) { (handoff) throws(HandoffRejection) in
      try handoff.lost(fence: fence, feedback: feedback)
    }
    tell(.stageFailed(handoff, reason: reason, willRetry: willRetry))
    return willRetry
  }

  // MARK: Processes

  /// Ends what an agent of ours left running whose supervisor was killed.
  func endStrays(of id: HandoffID, _ fence: Fence) async -> (found: Int, areGone: Bool) {
    guard let slot = ports.workspaces.slot(of: id, fence: fence) else { return (0, true) }
    return await ports.workspaces.endStrays(in: slot, fence: fence)
  }

  // MARK: Proofs

  /// Proves a submission that was recorded before a crash; at the `Handoff.lossesMax`th crash under
  /// it, it is refused instead, since its tests seem to take the coordinator along.
  func proveAgain(
    _ handoff: Handoff, into report: inout RecoveryReport
  ) async throws(Problem) {
    guard case .submitted(let claim, let submission) = handoff.state else { return }
    let mark = "\(handoff.id) \(claim.fence)"
    guard try crashes(under: mark, in: handoff.session) + 1 < Handoff.lossesMax else {
      try await refuseUnprovable(handoff, claim, submission)
      report.dead.append(handoff.id)
      return
    }
    try record(handoff.session, [.noted(Note(kind: Self.provedAgain, text: mark))])
    _ = try await settle(handoff.id)
    report.proved.append(handoff.id)
  }

  private static let provedAgain = "recovery.proved-again"

  /// How often a recovery began to prove a submission and did not come to an end: a few entries
  /// each time, so the newest ones tell.
  private func crashes(under mark: String, in session: SessionID) throws(Problem) -> Int {
    try read { (store) throws(StoreError) in
      let last = try store.lastSequence(in: session)
      return try store.entries(in: session, after: max(0, last - 1000), limit: 1000)
        .count { $0.event == .noted(Note(kind: Self.provedAgain, text: mark)) }
    }
  }

  private func refuseUnprovable(
    _ handoff: Handoff, _ claim: Claim, _ submission: Submission
  ) async throws(Problem) {
    let reference = CheckpointReference.refused(handoff, fence: claim.fence)
    let message =
      "refused(\(CheckpointMessage.oneLine(handoff.task.text))): its proof never came to an end\n"
    let seconds = claim.claimedAt.seconds
    try await git { (repository) throws(GitError) in
      let commit = try repository.createCommit(
        tree: submission.tree, parents: [handoff.base], message: message,
        identity: .coordinator(at: seconds))
      try repository.settle(reference, at: commit)
    }
    try await emptyWorkspace(handoff, claim.fence, isWorkerGone: true)
    let reason =
      "the coordinator died \(Handoff.lossesMax) times while it proved what was handed in"
    let feedback = Feedback(
      attempt: handoff.attempt, code: "CRASH002", message: reason, evidence: [])
    let fence = claim.fence
    let willRetry = try await endAttempt(
      handoff, reason: .refused, expecting: .submitted(fence)
    ) { (handoff) throws(HandoffRejection) in
      try handoff.refused(fence: fence, feedback: feedback)
    }
    tell(.stageFailed(handoff, reason: reason, willRetry: willRetry))
  }
}

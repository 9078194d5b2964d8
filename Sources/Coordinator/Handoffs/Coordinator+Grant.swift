// SPDX-License-Identifier: Apache-2.0
// Claims made in the transaction that made them possible: one sync of the disk for both.

import Agents
import Documents
package import Domain
import Store

/// A handoff that was claimed for somebody who has not taken it yet.
struct Grant: Sendable {
  let handoff: Handoff
  let claim: Claim
  /// What its worker gets, already in the making; `nil` where that waits until it is taken.
  let equipment: Equipment?

  typealias Equipment = Task<Result<ClaimedHandoff, Problem>, Never>

  /// - Returns: `nil` where nobody has claimed it.
  init?(_ handoff: Handoff, equipment: Equipment?) {
    guard let claim = handoff.claim else { return nil }
    self.handoff = handoff
    self.claim = claim
    self.equipment = equipment
  }
}

/// A stage that is being accepted, with what a packet of the next one says of it.
struct AcceptedStage: Sendable {
  /// Accepted.
  let handoff: Handoff
  /// That of the claim which it was handed in under.
  let fence: Fence
  /// Seals it.
  let commit: ObjectID
  let planned: PlannedTask
  /// Of the task, before it.
  let history: TaskHistory
  let evidence: [EvidenceRecord]
  let report: AgentReport?

  /// The task's history with this stage in it.
  var historyAfter: TaskHistory {
    var history = history
    history.add(handoff, evidence: evidence.compactMap(\.evidence), report: report)
    return history
  }
}

extension Coordinator {
  /// Whoever can be granted a handoff without asking again.
  private enum Claimant {
    case waiting(WaitingClaims.Taken)
    /// The agent of ours whose stage is accepted.
    case successor(WorkRequest)

    var request: WorkRequest {
      switch self {
      case .waiting(let claim): claim.request
      case .successor(let request): request
      }
    }
  }

  /// Records an accepted stage, and in the same transaction the claim of a worker for what it leads to:
  /// the longest-waiting one that fits, else the agent whose stage it was.
  func recordGranting(_ transition: Transition, of accepted: AcceptedStage) throws(Problem) {
    let session = try requireSession(transition.session)
    guard let claimant = claimant(for: transition, in: session, after: accepted.fence) else {
      try record(transition)
      return
    }
    // Read before the commit: from there on somebody waits.
    let history = accepted.historyAfter
    let claimed: Handoff?
    do throws(StoreError) {
      let request = ClaimRequest(
        session: transition.session, roles: claimant.request.roles,
        worker: claimant.request.worker, leaseLength: settings.limits.leaseLength)
      claimed = try store.commit(transition, claiming: request, at: clock()).claimed
    } catch {
      if case .waiting(let claim) = claimant { claim.goOn(with: nil) }
      throw Problem(error)
    }
    switch claimant {
    case .waiting(let claim):
      claim.goOn(with: claimed.flatMap { begin($0, after: accepted, session, history) })
    case .successor:
      // It may still be at work in its folder, so the next one is made ready once it is gone.
      if let claimed { granted[accepted.fence] = Grant(claimed, equipment: nil) }
    }
    follow(transition.events, of: transition.session)
    wake()
  }

  /// Begins to make a granted handoff ready, at once: its worker is there, and waits.
  private func begin(
    _ handoff: Handoff, after accepted: AcceptedStage, _ session: SessionRecord,
    _ history: TaskHistory
  ) -> Grant? {
    guard let claim = handoff.claim else { return nil }
    var packet: Packet?
    if handoff.task == accepted.handoff.task, handoff.base == accepted.commit {
      passSpare(of: accepted.handoff.id, to: handoff.id)
      packet = self.packet(for: handoff, claim, session, accepted.planned, history)
    }
    // Awaited by whoever receives the grant.
    return Grant(
      handoff,
      equipment: Task.immediate(executorPreference: ports.executor) {
        do throws(Problem) {
          return .success(try await equip(handoff, claim, packet))
        } catch {
          return .failure(error)
        }
      })
  }

  /// Who gets what a transition queues; `nil` where nobody may, or has to ask first.
  private func claimant(
    for transition: Transition, in session: SessionRecord, after fence: Fence
  ) -> Claimant? {
    guard !isStopping, let role = transition.queuedRole, hasRoomInBudget(session) else {
      return nil
    }
    let fits = { (request: WorkRequest) in request.fits(role, in: transition.session) }
    if let claim = waitingClaims.takeFirst(where: fits) { return .waiting(claim) }
    return attended[fence].flatMap { fits($0) ? .successor($0) : nil }
  }

  /// Whether a claim needs nothing done to the session's budget first.
  private func hasRoomInBudget(_ session: SessionRecord) -> Bool {
    guard let reading = reading(session) else { return true }
    switch reading.rung {
    case .free: return true
    case .checkpoint: return checkpointed[session.session] == session.segment?.number
    case .noNewClaims, .newSegment, .exhausted: return false
    }
  }

  // MARK: Agents of ours

  /// From now on the end of this claim is found by whoever launched its agent, which asks for `next`
  /// when its stage is accepted.
  package func attend(_ fence: Fence, next: WorkRequest) { attended[fence] = next }

  /// The agent is gone, and its claim is settled or can be by others.
  ///
  /// - Returns: what the agent's place was granted when its stage was accepted.
  package func leave(_ fence: Fence) async throws(Problem) -> ClaimedHandoff? {
    attended[fence] = nil
    wake()
    guard let grant = granted.removeValue(forKey: fence) else { return nil }
    return try await receive(grant)
  }

  /// The same where the agent's place goes to nobody any more.
  package func abandon(_ fence: Fence) async throws(Problem) {
    attended[fence] = nil
    wake()
    guard let grant = granted.removeValue(forKey: fence) else { return }
    try await release(grant.handoff.id, fence: grant.claim.fence)
  }
}

extension Transition {
  /// The role that the handoff which it queues is for.
  fileprivate var queuedRole: Role? {
    for event in events {
      if case .handoffQueued(let handoff) = event { return handoff.role }
    }
    return nil
  }
}

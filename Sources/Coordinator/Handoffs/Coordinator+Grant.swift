// SPDX-License-Identifier: Apache-2.0
// Claims made in the transaction that made them possible: one sync of the disk for both.

package import Domain
import Store

/// Whoever can be granted a handoff without asking again.
enum Claimant: Hashable, Sendable {
  /// A claim that waits, by its turn: the longest-waiting has the lowest.
  case waiting(Int)
  /// The agent of ours that works under this fence, once its own stage is accepted.
  case successor(Fence)
}

extension Coordinator {
  /// Records an accepted stage, and in the same transaction the claim of a worker for what it leads to:
  /// the longest-waiting one that fits, else the agent whose stage it was.
  func recordGranting(_ transition: Transition, after fence: Fence) throws(Problem) {
    guard let grant = try grant(for: transition, after: fence) else {
      try record(transition)
      return
    }
    do throws(StoreError) {
      let result = try store.commit(transition, claiming: grant.request, at: clock())
      if let claimed = result.claimed { granted[grant.claimant] = claimed }
    } catch {
      throw Problem(error)
    }
    follow(transition.events, of: transition.session)
    wake()
  }

  /// Who gets what a transition queues; `nil` where nobody may, or has to ask first.
  private func grant(
    for transition: Transition, after fence: Fence
  ) throws(Problem) -> (claimant: Claimant, request: ClaimRequest)? {
    guard !isStopping, let role = transition.queuedRole,
      hasRoomInBudget(try requireSession(transition.session))
    else { return nil }
    var candidates = waitingClaims.sorted { $0.key < $1.key }
      .map { (claimant: Claimant.waiting($0.key), wish: $0.value) }
    if let wish = attended[fence] { candidates.append((.successor(fence), wish)) }
    for (claimant, wish) in candidates
    where granted[claimant] == nil && wish.roles.contains(role)
      && (wish.session ?? transition.session) == transition.session
    {
      return (
        claimant,
        ClaimRequest(
          session: transition.session, roles: wish.roles, worker: wish.worker,
          leaseLength: settings.limits.leaseLength)
      )
    }
    return nil
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

  /// Waits for a change, or for a grant of what `request` asks for.
  func waitForGrant(
    _ request: WorkRequest, after seen: Int, limit: Duration
  ) async -> Handoff? {
    let turn = nextTurn
    nextTurn += 1
    waitingClaims[turn] = request
    await change(after: seen, limit: limit)
    waitingClaims[turn] = nil
    return granted.removeValue(forKey: .waiting(turn))
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
    guard let handoff = granted.removeValue(forKey: .successor(fence)) else { return nil }
    return try await receive(handoff)
  }

  /// The same where the agent's place goes to nobody any more.
  package func abandon(_ fence: Fence) async throws(Problem) {
    attended[fence] = nil
    wake()
    guard let handoff = granted.removeValue(forKey: .successor(fence)), let claim = handoff.claim
    else { return }
    try await release(handoff.id, fence: claim.fence)
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

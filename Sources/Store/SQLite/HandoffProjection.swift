// SPDX-License-Identifier: Apache-2.0
// What the events of a handoff do to the queue.

import Domain

/// Applies one handoff's event to the queue's rows and to the list of claims.
struct HandoffProjection {
  let connection: Connection
  let scope: Projection.Scope

  /// What every end of a claim sets.
  private static let lettingGo =
    "fence = NULL, lease_boot = NULL, lease_expires = NULL, lease_expires_at = NULL"

  func apply(_ event: SessionEvent) throws(StoreError) {
    switch event {
    case .handoffQueued(let handoff): try queued(handoff)
    case .handoffClaimed(let id, let claim, let attempt): try claimed(id, claim, attempt)
    case .handoffSubmitted(let id, let fence, let submission):
      try submitted(id, fence, submission)
    case .handoffReturned(let handoff, let reason): try returned(handoff, reason)
    case .handoffAccepted(let handoff, let acceptance): try accepted(handoff, acceptance)
    case .handoffCancelled(let id): try cancelled(id)
    case .sessionPlanned, .configurationRead, .lifecycleMoved, .segmentOpened, .segmentClosed,
      .healthChecked, .branchMoved, .budgetChanged, .taskMoved, .usageReported, .noted:
      throw scope.contradiction("it is no handoff's event")
    }
  }

  private func queued(_ handoff: Handoff) throws(StoreError) {
    guard handoff.session == scope.session, handoff.state == .ready else {
      throw scope.contradiction("\(handoff.id) is not a ready handoff of this session")
    }
    let changed = try connection.run(
      """
      INSERT INTO handoffs
        (session, ordinal, entry, stage, role, attempt, attempts_max, state, position)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 'ready', position
      FROM planned_tasks WHERE session = ?1 AND id = ?8
      """, .id(handoff.session), .integer(handoff.id.ordinal), .integer(scope.sequence),
      .text(handoff.stage.rawValue), .text(handoff.role.rawValue), .integer(handoff.attempt),
      .integer(handoff.attemptsMax), .id(handoff.task))
    guard changed == 1 else { throw scope.contradiction("there is no task \(handoff.task)") }
  }

  /// The one statement that takes a handoff: whatever else has happened, it does so once
  /// (RELIABILITY T1).
  private func claimed(_ id: HandoffID, _ claim: Claim, _ attempt: Int) throws(StoreError) {
    try require(id)
    let expires = claim.lease.expires
    let changed = try connection.run(
      """
      UPDATE handoffs
      SET state = 'claimed', fence = ?4, lease_boot = ?5, lease_expires = ?6, lease_expires_at = ?7
      WHERE session = ?1 AND ordinal = ?2 AND state = 'ready' AND attempt = ?3
      """, .id(id.session), .integer(id.ordinal), .integer(attempt), .fence(claim.fence),
      .text(expires.bootID), .integer(expires.milliseconds), .time(claim.lease.expiresAt))
    guard changed == 1 else { throw scope.contradiction("\(id) is not ready") }
    try connection.run(
      """
      INSERT INTO claims (session, fence, ordinal, attempt, worker, claimed_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """, .id(id.session), .fence(claim.fence), .integer(id.ordinal), .integer(attempt),
      .text(claim.worker), .time(claim.claimedAt))
  }

  private func submitted(
    _ id: HandoffID, _ fence: Fence, _ submission: Submission
  ) throws(StoreError) {
    try require(id)
    let changed = try connection.run(
      """
      UPDATE handoffs SET state = 'submitted', tree = ?4, report = ?5, submitted_at = ?6
      WHERE session = ?1 AND ordinal = ?2 AND state = 'claimed' AND fence = ?3
      """, .id(id.session), .integer(id.ordinal), .fence(fence), .id(submission.tree),
      .text(submission.report?.hex), .time(submission.submittedAt))
    guard changed == 1 else { throw scope.contradiction("\(id) is not claimed as \(fence)") }
    try released(id, fence, .submitted, countingTime: true)
  }

  private func returned(
    _ handoff: Handoff, _ reason: SessionEvent.ReturnReason
  ) throws(StoreError) {
    let (from, outcome): (HandoffStateName, AgentRun.Outcome?) =
      switch reason {
      case .refused: (.submitted, .refused)
      case .failed: (.claimed, .failed)
      case .expired: (.claimed, .expired)
      case .released: (.claimed, .released)
      case .revived: (.dead, nil)
      }
    let to = HandoffStateName(handoff.state)
    guard to == .ready || (to == .dead && reason != .revived && reason != .released) else {
      throw scope.contradiction("\(handoff.id) cannot be \(to.rawValue) when \(reason.rawValue)")
    }
    let fence = try fence(of: handoff.id, in: from)
    try connection.run(
      """
      UPDATE handoffs SET state = ?3, attempt = ?4, entry = ?5, \(Self.lettingGo),
        tree = NULL, report = NULL, submitted_at = NULL
      WHERE session = ?1 AND ordinal = ?2
      """, .id(handoff.session), .integer(handoff.id.ordinal), .text(to.rawValue),
      .integer(handoff.attempt), .integer(scope.sequence))
    if let fence, let outcome {
      try released(handoff.id, fence, outcome, countingTime: from == .claimed)
    }
  }

  private func accepted(_ handoff: Handoff, _ acceptance: Acceptance) throws(StoreError) {
    try require(handoff.id)
    guard handoff.state == .accepted else {
      throw scope.contradiction("\(handoff.id) is not accepted in it")
    }
    let changed = try connection.run(
      """
      UPDATE handoffs SET state = 'accepted', checkpoint = ?4, entry = ?5, \(Self.lettingGo)
      WHERE session = ?1 AND ordinal = ?2 AND state = 'submitted' AND fence = ?3
      """, .id(handoff.session), .integer(handoff.id.ordinal), .fence(acceptance.fence),
      .id(acceptance.checkpoint), .integer(scope.sequence))
    guard changed == 1 else {
      throw scope.contradiction("\(handoff.id) is not submitted as \(acceptance.fence)")
    }
    try released(handoff.id, acceptance.fence, .accepted, countingTime: false)
  }

  private func cancelled(_ id: HandoffID) throws(StoreError) {
    let state = try state(of: id)
    let fence: Fence? =
      switch state {
      case .ready: nil
      case .claimed, .submitted: try fence(of: id, in: state)
      case .accepted, .dead, .cancelled:
        throw scope.contradiction("\(id) is \(state.rawValue) already")
      }
    try connection.run(
      """
      UPDATE handoffs SET state = 'cancelled', \(Self.lettingGo),
        tree = NULL, report = NULL, submitted_at = NULL
      WHERE session = ?1 AND ordinal = ?2
      """, .id(id.session), .integer(id.ordinal))
    if let fence { try released(id, fence, .cancelled, countingTime: state == .claimed) }
  }

  /// Ends a claim; its time counts once, when the worker lets go.
  private func released(
    _ id: HandoffID, _ fence: Fence, _ outcome: AgentRun.Outcome, countingTime: Bool
  ) throws(StoreError) {
    if countingTime {
      try connection.run(
        """
        UPDATE tasks SET worked_ms = worked_ms + max(0,
          ?3 - (SELECT claimed_at FROM claims WHERE session = ?1 AND fence = ?4))
        WHERE session = ?1
          AND position = (SELECT position FROM handoffs WHERE session = ?1 AND ordinal = ?2)
        """, .id(id.session), .integer(id.ordinal), .time(scope.at), .fence(fence))
    }
    try connection.run(
      """
      UPDATE claims SET ended_at = coalesce(ended_at, ?3), outcome = ?4
      WHERE session = ?1 AND fence = ?2
      """, .id(id.session), .fence(fence), .time(scope.at), .text(outcome.rawValue))
  }

  private func require(_ id: HandoffID) throws(StoreError) {
    guard id.session == scope.session else {
      throw scope.contradiction("\(id) belongs to another session")
    }
  }

  private func state(of id: HandoffID) throws(StoreError) -> HandoffStateName {
    try require(id)
    let state = try connection.first(
      "SELECT state FROM handoffs WHERE session = ?1 AND ordinal = ?2",
      [.id(id.session), .integer(id.ordinal)]
    ) { (row) throws(StoreError) in try row.name(HandoffStateName.self, 0) }
    guard let state else { throw scope.contradiction("there is no handoff \(id)") }
    return state
  }

  /// The fence of a handoff that must be in `state`; `nil` where that state has none.
  private func fence(
    of id: HandoffID, in expected: HandoffStateName
  ) throws(StoreError) -> Fence? {
    let state = try state(of: id)
    guard state == expected else {
      throw scope.contradiction("\(id) is \(state.rawValue), not \(expected.rawValue)")
    }
    let fence = try connection.first(
      "SELECT fence FROM handoffs WHERE session = ?1 AND ordinal = ?2",
      [.id(id.session), .integer(id.ordinal)]
    ) { $0.optionalInteger(0) }
    return fence.flatMap { $0 }.flatMap(Fence.init)
  }
}

// SPDX-License-Identifier: Apache-2.0
// One stage of one task, addressed to a role: the unit in the queue, and its state machine.

/// A worker's hold on a handoff.
package struct Claim: Hashable, Sendable, Codable {
  /// The number by which the holder proves that its claim is the newest.
  package let fence: Fence
  /// Who claimed, as they called themselves; shown to people, never trusted.
  package let worker: String
  /// When the claim was made; for people, since only the lease decides.
  package let claimedAt: Timestamp
  /// Until when the claim holds; it moves on with every renewal.
  package var lease: Lease

  package init(fence: Fence, worker: String, claimedAt: Timestamp, lease: Lease) {
    self.fence = fence
    self.worker = worker
    self.claimedAt = claimedAt
    self.lease = lease
  }
}

/// What a worker handed back, before anything of it was proved.
package struct Submission: Hashable, Sendable, Codable {
  /// The worker's files, read into a tree.
  package let tree: ObjectID
  /// The digest under which the worker's report is kept; `nil` where it sent none.
  package let report: Digest?
  /// When the files were read into the tree.
  package let submittedAt: Timestamp

  package init(tree: ObjectID, report: Digest?, submittedAt: Timestamp) {
    self.tree = tree
    self.report = report
    self.submittedAt = submittedAt
  }
}

/// Why a handoff came back to the queue, told to whoever takes it next.
package struct Feedback: Hashable, Sendable, Codable {
  /// The number of the attempt that failed, from 1.
  package let attempt: Int
  /// A stable code such as `TDD002`.
  package let code: String
  /// What was seen, in sentences; never how to get round the check.
  package let message: String
  /// The digests of the evidence that shows it.
  package let evidence: [Digest]

  package init(attempt: Int, code: String, message: String, evidence: [Digest]) {
    self.attempt = attempt
    self.code = code
    self.message = message
    self.evidence = evidence
  }
}

/// One stage of one task, addressed to a role.
package struct Handoff: Hashable, Sendable, Codable {
  /// Where the handoff stands. `ready → claimed → submitted → accepted`; from `claimed` and
  /// `submitted` it can come back to `ready`, or end `dead` when its attempts are spent; from
  /// everywhere but the ends it can be `cancelled`.
  package enum State: Hashable, Sendable, Codable {
    case ready
    case claimed(Claim)
    case submitted(Claim, Submission)
    case accepted
    case dead
    case cancelled
  }

  /// Its session and its place in that session's order.
  package let id: HandoffID
  /// The task of which it is a stage.
  package let task: TaskID
  /// What is to be done.
  package let stage: Stage
  /// Who may claim it.
  package let role: Role
  /// 1 the first time the task reaches this stage, one more each time it is sent back to it.
  package let round: Int
  /// The commit that the worker starts from: the task's newest checkpoint.
  package let base: ObjectID
  /// How many attempts may fail before the handoff is dead; 3 by default.
  package let attemptsMax: Int
  /// The number of the attempt that is under way or next; 1 at first.
  package private(set) var attempt: Int
  /// Where it stands; only the inputs below move it.
  package private(set) var state: State
  /// The newest last, at most `feedbackMax`.
  package private(set) var feedback: [Feedback]
  /// `nil` for none, so that a handoff which lost no claim reads as it did before these were counted.
  private var lostClaims: Int?

  /// How many refusals a handoff carries along: enough to show a pattern, little enough to read.
  package static let feedbackMax = 5

  /// How many claims in a row may be lost with their coordinator before it is dead. Who restarts a
  /// machine now and then is not punished: a lost claim costs no attempt, and any other end of one
  /// starts the counting anew. But work that takes its coordinator along each time must not do so
  /// for ever (RELIABILITY R12).
  package static let lossesMax = 5

  /// A handoff that is ready for its first attempt, of which there is at least one; only the newest
  /// `feedbackMax` of `feedback` are kept.
  package init(
    id: HandoffID, task: TaskID, stage: Stage, role: Role, round: Int, base: ObjectID,
    attemptsMax: Int, feedback: [Feedback] = []
  ) {
    self.id = id
    self.task = task
    self.stage = stage
    self.role = role
    self.round = round
    self.base = base
    self.attemptsMax = max(1, attemptsMax)
    attempt = 1
    state = .ready
    self.feedback = Array(feedback.suffix(Self.feedbackMax))
  }

  /// The session whose task it belongs to.
  package var session: SessionID { id.session }

  /// How many claims in a row were lost with their coordinator; at most `lossesMax`.
  package var losses: Int { lostClaims ?? 0 }

  /// The hold under which it is being worked on or proved.
  package var claim: Claim? {
    switch state {
    case .claimed(let claim), .submitted(let claim, _): claim
    case .ready, .accepted, .dead, .cancelled: nil
    }
  }
}

/// Why a handoff refuses an input.
package enum HandoffRejection: Error, Hashable, Sendable {
  /// The sender's claim has ended: its lease ran out, or the handoff moved on.
  case leaseLost(held: Fence?)
  /// It is not waiting to be claimed.
  case notReady(Handoff.State)
  /// Its work has been handed in already and is being proved.
  case alreadySubmitted
  /// There is nothing submitted to judge.
  case notSubmitted
  /// It has ended.
  case ended(Handoff.State)
}

/// What a failed attempt leads to.
package enum AttemptEnd: Hashable, Sendable {
  /// It is ready again, one attempt on.
  case requeued
  /// Its attempts are spent: the task must be blocked and a person asked.
  case exhausted
}

// Inputs are facts in the past tense; each says what it leads to or why it cannot have happened.
extension Handoff {
  /// A worker took it.
  ///
  /// - Throws: `HandoffRejection.notReady` where it is held or has ended.
  package mutating func claimed(_ claim: Claim) throws(HandoffRejection) {
    switch state {
    case .ready: state = .claimed(claim)
    case .claimed, .submitted, .accepted, .dead, .cancelled: throw .notReady(state)
    }
  }

  /// The holder lives and asks for more time.
  ///
  /// - Throws: `HandoffRejection.leaseLost` where the fence is stale or its lease ran out before
  ///   `now`; `alreadySubmitted` where the work is being proved.
  package mutating func renewed(
    fence: Fence, lease: Lease, at now: BootInstant
  ) throws(HandoffRejection) {
    switch state {
    case .claimed(var claim):
      guard claim.fence == fence, !claim.lease.hasExpired(at: now) else {
        throw .leaseLost(held: claim.fence)
      }
      claim.lease = lease
      state = .claimed(claim)
    case .submitted(let claim, _):
      throw claim.fence == fence ? .alreadySubmitted : .leaseLost(held: claim.fence)
    case .ready, .accepted, .dead, .cancelled: throw .leaseLost(held: nil)
    }
  }

  /// The holder handed in its work, to be proved.
  ///
  /// - Throws: as `renewed` does.
  package mutating func submitted(
    _ submission: Submission, fence: Fence, at now: BootInstant
  ) throws(HandoffRejection) {
    switch state {
    case .claimed(let claim):
      guard claim.fence == fence, !claim.lease.hasExpired(at: now) else {
        throw .leaseLost(held: claim.fence)
      }
      state = .submitted(claim, submission)
    case .submitted(let claim, _):
      throw claim.fence == fence ? .alreadySubmitted : .leaseLost(held: claim.fence)
    case .ready, .accepted, .dead, .cancelled: throw .leaseLost(held: nil)
    }
  }

  /// The proof of a submission held.
  ///
  /// - Throws: `HandoffRejection.notSubmitted` where there is none; `leaseLost` where the fence is
  ///   stale or nobody holds it.
  package mutating func accepted(fence: Fence) throws(HandoffRejection) {
    switch state {
    case .submitted(let claim, _):
      guard claim.fence == fence else { throw .leaseLost(held: claim.fence) }
      state = .accepted
    case .claimed(let claim):
      throw claim.fence == fence ? .notSubmitted : .leaseLost(held: claim.fence)
    case .ready, .accepted, .dead, .cancelled: throw .leaseLost(held: nil)
    }
  }

  /// The proof of a submission did not hold.
  package mutating func refused(
    fence: Fence, feedback: Feedback
  ) throws(HandoffRejection) -> AttemptEnd {
    switch state {
    case .submitted(let claim, _):
      guard claim.fence == fence else { throw .leaseLost(held: claim.fence) }
      return endAttempt(feedback)
    case .claimed(let claim):
      throw claim.fence == fence ? .notSubmitted : .leaseLost(held: claim.fence)
    case .ready, .accepted, .dead, .cancelled: throw .leaseLost(held: nil)
    }
  }

  /// The worker gave up, or ended without a result.
  package mutating func failed(
    fence: Fence, feedback: Feedback
  ) throws(HandoffRejection) -> AttemptEnd {
    switch state {
    case .claimed(let claim):
      guard claim.fence == fence else { throw .leaseLost(held: claim.fence) }
      return endAttempt(feedback)
    case .submitted(let claim, _):
      throw claim.fence == fence ? .alreadySubmitted : .leaseLost(held: claim.fence)
    case .ready, .accepted, .dead, .cancelled: throw .leaseLost(held: nil)
    }
  }

  /// The lease ran out. The fence is named so that a newer claim is never reaped (RELIABILITY T3).
  package mutating func expired(
    fence: Fence, at now: BootInstant, feedback: Feedback
  ) throws(HandoffRejection) -> AttemptEnd {
    switch state {
    case .claimed(let claim):
      guard claim.fence == fence, claim.lease.hasExpired(at: now) else {
        throw .leaseLost(held: claim.fence)
      }
      return endAttempt(feedback)
    case .submitted: throw .alreadySubmitted
    case .ready, .accepted, .dead, .cancelled: throw .ended(state)
    }
  }

  /// The worker died with its coordinator, or slept with it past the lease. No attempt is counted,
  /// but the `lossesMax`th such end in a row is the last.
  package mutating func lost(
    fence: Fence, feedback reason: Feedback
  ) throws(HandoffRejection) -> AttemptEnd {
    switch state {
    case .claimed(let claim):
      guard claim.fence == fence else { throw .leaseLost(held: claim.fence) }
      lostClaims = losses + 1
      guard losses >= Self.lossesMax else {
        state = .ready
        return .requeued
      }
      feedback = Array((feedback + [reason]).suffix(Self.feedbackMax))
      state = .dead
      return .exhausted
    case .submitted(let claim, _):
      throw claim.fence == fence ? .alreadySubmitted : .leaseLost(held: claim.fence)
    case .ready, .accepted, .dead, .cancelled: throw .leaseLost(held: nil)
    }
  }

  /// The worker gave it back unharmed; no attempt is counted.
  package mutating func released(fence: Fence) throws(HandoffRejection) {
    switch state {
    case .claimed(let claim):
      guard claim.fence == fence else { throw .leaseLost(held: claim.fence) }
      lostClaims = nil
      state = .ready
    case .submitted(let claim, _):
      throw claim.fence == fence ? .alreadySubmitted : .leaseLost(held: claim.fence)
    case .ready, .accepted, .dead, .cancelled: throw .leaseLost(held: nil)
    }
  }

  /// Its task will not go on.
  package mutating func cancelled() throws(HandoffRejection) {
    switch state {
    case .ready, .claimed, .submitted: state = .cancelled
    case .accepted, .dead, .cancelled: throw .ended(state)
    }
  }

  /// A person let a dead handoff be tried again, with its attempts counted anew.
  package mutating func revived() throws(HandoffRejection) {
    switch state {
    case .dead:
      attempt = 1
      lostClaims = nil
      state = .ready
    case .ready, .claimed, .submitted: throw .notReady(state)
    case .accepted, .cancelled: throw .ended(state)
    }
  }

  private mutating func endAttempt(_ reason: Feedback) -> AttemptEnd {
    lostClaims = nil
    feedback = Array((feedback + [reason]).suffix(Self.feedbackMax))
    guard attempt < attemptsMax else {
      state = .dead
      return .exhausted
    }
    attempt += 1
    state = .ready
    return .requeued
  }
}

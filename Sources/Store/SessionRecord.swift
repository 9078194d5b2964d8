// SPDX-License-Identifier: Apache-2.0
// A session and its tasks as they stand.

package import Domain

/// A session as the journal leaves it.
package struct SessionRecord: Hashable, Sendable {
  /// What was planned; it never changes.
  package let plan: PlannedSession
  /// Which phase the session is in, and whether it is paused or over.
  package let lifecycle: SessionLifecycle
  /// The plan's limits, or what they were changed to last.
  package let budget: BudgetLimits
  /// Whether it was ever let go on although the project was broken.
  package let isForced: Bool
  /// The digest of the configuration that was read when it started; `nil` before that.
  package let configuration: Digest?
  /// Where the session branch stands; the plan's base at first.
  package let branchHead: ObjectID
  /// The open segment; `nil` between segments.
  package let segment: Segment?
  /// What the open segment has cost; `nil` between segments.
  package let spending: Spending?
  /// What the last check of the project's health said; `unknown` before the first.
  package let health: HealthStatus
  /// When it was planned.
  package let startedAt: Timestamp
  /// When its last event happened.
  package let updatedAt: Timestamp
  /// When it completed or failed.
  package let endedAt: Timestamp?

  package init(
    plan: PlannedSession, lifecycle: SessionLifecycle, budget: BudgetLimits, isForced: Bool,
    configuration: Digest?, branchHead: ObjectID, segment: Segment?, spending: Spending?,
    health: HealthStatus, startedAt: Timestamp, updatedAt: Timestamp, endedAt: Timestamp?
  ) {
    self.plan = plan
    self.lifecycle = lifecycle
    self.budget = budget
    self.isForced = isForced
    self.configuration = configuration
    self.branchHead = branchHead
    self.segment = segment
    self.spending = spending
    self.health = health
    self.startedAt = startedAt
    self.updatedAt = updatedAt
    self.endedAt = endedAt
  }

  /// The number that it was planned under.
  package var session: SessionID { plan.session }
}

/// A task as the journal leaves it.
package struct TaskRecord: Hashable, Sendable {
  /// The task as the session's plan states it.
  package let planned: PlannedTask
  /// Its place in the session's file, 1 for the first.
  package let position: Int
  /// How far it has come.
  package let progress: TaskProgress
  /// When its first stage was handed off.
  package let startedAt: Timestamp?
  /// When it was completed, failed or cancelled.
  package let endedAt: Timestamp?
  /// How long workers held its handoffs, from each claim to its submission or other end, by the
  /// wall clock.
  package let workedMilliseconds: Int

  package init(
    planned: PlannedTask, position: Int, progress: TaskProgress, startedAt: Timestamp?,
    endedAt: Timestamp?, workedMilliseconds: Int
  ) {
    self.planned = planned
    self.position = position
    self.progress = progress
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.workedMilliseconds = workedMilliseconds
  }
}

/// Of a task what decides when it begins, for all of a session's tasks at once.
package struct TaskOutline: Hashable, Sendable {
  /// How far the task has come, as far as that is another task's business.
  package enum State: Hashable, Sendable {
    case pending
    case working
    case merging
    case completed
    /// Blocked before it began, by what may be cleared without anybody asking for the task itself.
    case hindered
    /// Blocked until a person asks for it.
    case stopped
    /// Failed or cancelled.
    case ended

    /// As much of a task's state as others go by.
    package init(_ state: TaskProgress.State) {
      switch state {
      case .pending: self = .pending
      case .working: self = .working
      case .merging: self = .merging
      case .completed: self = .completed
      case .blocked(let blockage, at: nil):
        switch blockage.cause {
        case .dependency, .openBlocker: self = .hindered
        case .attemptsSpent, .roundsSpent: self = .stopped
        }
      case .blocked: self = .stopped
      case .failed, .cancelled: self = .ended
      }
    }

    /// Whether the task asks for nothing more.
    package var isSettled: Bool {
      switch self {
      case .completed, .hindered, .stopped, .ended: true
      case .pending, .working, .merging: false
      }
    }
  }

  /// The task's id.
  package let id: TaskID
  /// Its place in the session's file, 1 for the first.
  package let position: Int
  /// How far it has come.
  package let state: State
  /// The tasks of the same session that must be completed before it begins.
  package let dependencies: [TaskID]
  /// Whether its plan lists something that a person has to clear first.
  package let hasBlockers: Bool

  package init(
    id: TaskID, position: Int, state: State, dependencies: [TaskID], hasBlockers: Bool
  ) {
    self.id = id
    self.position = position
    self.state = state
    self.dependencies = dependencies
    self.hasBlockers = hasBlockers
  }
}

/// A stage that was accepted, with the grounds.
package struct AcceptanceRecord: Hashable, Sendable {
  /// The handoff that was accepted, as it stands.
  package let handoff: Handoff
  /// What was accepted, and the proofs that it rests on.
  package let acceptance: Acceptance
  /// When it was accepted.
  package let at: Timestamp
  /// The tree that the worker handed in.
  package let tree: ObjectID
  /// The digest of the worker's report; `nil` where it sent none.
  package let report: Digest?

  package init(
    handoff: Handoff, acceptance: Acceptance, at: Timestamp, tree: ObjectID, report: Digest?
  ) {
    self.handoff = handoff
    self.acceptance = acceptance
    self.at = at
    self.tree = tree
    self.report = report
  }
}

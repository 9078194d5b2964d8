// SPDX-License-Identifier: Apache-2.0
// What can happen in a session. Every state is derived from a list of these.

/// A fact of a session, with the values that follow from it, so that applying it needs no rule.
package enum SessionEvent: Hashable, Sendable, Codable {
  // The session
  case sessionPlanned(SessionPlan)
  case configurationRead(Digest)
  case lifecycleMoved(SessionLifecycle)
  case segmentOpened(Segment)
  /// `elapsedMilliseconds` is how long it lasted; `nil` in journals older than that was kept, where
  /// the wall clock's times have to do.
  case segmentClosed(number: Int, reason: String, elapsedMilliseconds: Int? = nil)
  case healthChecked(HealthStatus, forced: Bool, evidence: Digest?)
  /// `grounds` is the digest of what was measured for a merge; `nil` where it moved otherwise.
  case branchMoved(to: ObjectID, grounds: Digest? = nil)
  case budgetChanged(BudgetLimits)

  // A task
  case taskMoved(TaskID, TaskProgress)

  // A handoff; the whole value, so that the queue can be rebuilt
  case handoffQueued(Handoff)
  case handoffClaimed(HandoffID, Claim, attempt: Int)
  case handoffSubmitted(HandoffID, Fence, Submission)
  case handoffReturned(Handoff, reason: ReturnReason)
  case handoffAccepted(Handoff, Acceptance)
  case handoffCancelled(HandoffID)

  // What was spent
  case usageReported(Usage, handoff: HandoffID, fence: Fence, segment: Int)

  // Anything that a person did or was told and an auditor would ask for
  case noted(Note)

  /// Why a handoff left a worker's hands without being accepted.
  package enum ReturnReason: String, Hashable, Sendable, Codable {
    case refused, failed, expired, released, revived
  }
}

/// What was accepted, and on what grounds.
package struct Acceptance: Hashable, Sendable, Codable {
  /// That of the claim whose submission it is.
  package let fence: Fence
  /// The commit that seals the stage.
  package let checkpoint: ObjectID
  /// The immutable ref that holds it.
  package let reference: String
  /// Everything that was checked, in order.
  package let checks: [Check]
  /// The digests of the evidence that the checks rest on.
  package let evidence: [Digest]

  package init(
    fence: Fence, checkpoint: ObjectID, reference: String, checks: [Check], evidence: [Digest]
  ) {
    self.fence = fence
    self.checkpoint = checkpoint
    self.reference = reference
    self.checks = checks
    self.evidence = evidence
  }
}

/// A slice of a session with one context window (R1).
package struct Segment: Hashable, Sendable, Codable {
  /// 1 for the session's first.
  package let number: Int
  /// When it began, on the wall clock.
  package let openedAt: Timestamp
  /// The same moment on the boot clock, by which its minutes are counted; `nil` in journals older
  /// than that was kept.
  package let openedBoot: BootInstant?

  package init(number: Int, openedAt: Timestamp, openedBoot: BootInstant? = nil) {
    self.number = number
    self.openedAt = openedAt
    self.openedBoot = openedBoot
  }
}

/// What one agent run used, as it reported or as was estimated. A report of less than nothing
/// counts as nothing, and one beyond `most` as `most`: no agent can talk a budget down, nor give a
/// number that cannot be added up.
package struct Usage: Hashable, Sendable, Codable {
  /// A million million of whatever is counted.
  package static let most = 1_000_000_000_000

  /// Tokens that the agent read.
  package let inputTokens: Int
  /// Tokens that the agent wrote.
  package let outputTokens: Int
  /// Millionths of a US dollar.
  package let costMicroUSD: Int
  /// Whether the counts were reckoned by the coordinator because the agent gave none.
  package let isEstimated: Bool

  /// Usage of which each number is brought into 0 … `most`.
  package init(inputTokens: Int, outputTokens: Int, costMicroUSD: Int, isEstimated: Bool) {
    self.inputTokens = min(max(0, inputTokens), Self.most)
    self.outputTokens = min(max(0, outputTokens), Self.most)
    self.costMicroUSD = min(max(0, costMicroUSD), Self.most)
    self.isEstimated = isEstimated
  }

  /// Read and written together.
  package var tokens: Int { inputTokens + outputTokens }
}

/// An entry of the audit trail that moves nothing.
package struct Note: Hashable, Sendable, Codable {
  /// A dotted name: `health.forced`, `recovery.orphan-ref`, `budget.checkpoint`.
  package let kind: String
  /// What there is to say, in a sentence.
  package let text: String

  package init(kind: String, text: String) {
    self.kind = kind
    self.text = text
  }
}

/// What a session was planned to do, as its files said when it was first read.
package struct SessionPlan: Hashable, Sendable, Codable {
  /// The session that is planned.
  package let session: SessionID
  /// Its heading in the session's file.
  package let title: String
  /// What it is to achieve, in the order of its file.
  package let objectives: [String]
  /// How much thought its designs must show.
  package let complexity: Complexity
  /// The commit on which the session branch begins.
  package let base: ObjectID
  /// In the order of the session's file.
  package let tasks: [PlannedTask]
  /// What it may spend when it begins; `budgetChanged` moves it.
  package let budget: BudgetLimits

  package init(
    session: SessionID, title: String, objectives: [String], complexity: Complexity,
    base: ObjectID, tasks: [PlannedTask], budget: BudgetLimits
  ) {
    self.session = session
    self.title = title
    self.objectives = objectives
    self.complexity = complexity
    self.base = base
    self.tasks = tasks
    self.budget = budget
  }
}

/// A session as it was planned, without its tasks, of which there may be very many.
package struct PlannedSession: Hashable, Sendable {
  /// The number that it was planned under.
  package let session: SessionID
  /// Its heading in the session's file.
  package let title: String
  /// What it is to achieve, in the order of its file.
  package let objectives: [String]
  /// How much thought its designs must show.
  package let complexity: Complexity
  /// The commit on which the session branch begins.
  package let base: ObjectID
  /// How many tasks it has.
  package let taskCount: Int
  /// What it may spend when it begins; `budgetChanged` moves it.
  package let budget: BudgetLimits

  /// What a plan says beside its tasks.
  ///
  /// - Parameter taskCount: how many there are, where the plan was read without them; as many as it
  ///   lists by default.
  package init(_ plan: SessionPlan, taskCount: Int? = nil) {
    session = plan.session
    title = plan.title
    objectives = plan.objectives
    complexity = plan.complexity
    base = plan.base
    budget = plan.budget
    self.taskCount = taskCount ?? plan.tasks.count
  }
}

extension SessionPlan {
  /// A planned session with its tasks, in the order of its file.
  package init(_ planned: PlannedSession, tasks: [PlannedTask]) {
    self.init(
      session: planned.session, title: planned.title, objectives: planned.objectives,
      complexity: planned.complexity, base: planned.base, tasks: tasks, budget: planned.budget)
  }
}

/// How much thought a session demands: at `high`, the minimum counts of a design record bind (R19).
package enum Complexity: String, Hashable, Sendable, Codable, CaseIterable {
  case low, medium, high
}

/// A task as it was planned.
package struct PlannedTask: Hashable, Sendable, Codable {
  /// Its id, verbatim from the session's file.
  package let id: TaskID
  /// What it is about, in a line.
  package let title: String
  /// The agent's name as the session's file writes it.
  package let agent: String
  /// The stages it goes through.
  package let workflow: Workflow
  /// The tasks of the same session that must be completed before it begins.
  package let dependencies: [TaskID]
  /// The paths that it is expected to touch, relative to the project.
  package let files: [String]
  /// What its tests should show, in the session's words.
  package let tests: [String]
  /// What stands in its way; while there is any, it is blocked and a person is asked.
  package let blockers: [String]
  /// The planner's guess; `nil` where there is none.
  package let estimatedMinutes: Int?

  package init(
    id: TaskID, title: String, agent: String, workflow: Workflow, dependencies: [TaskID],
    files: [String], tests: [String], blockers: [String], estimatedMinutes: Int?
  ) {
    self.id = id
    self.title = title
    self.agent = agent
    self.workflow = workflow
    self.dependencies = dependencies
    self.files = files
    self.tests = tests
    self.blockers = blockers
    self.estimatedMinutes = estimatedMinutes
  }
}

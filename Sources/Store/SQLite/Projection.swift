// SPDX-License-Identifier: Apache-2.0
// The one way from events to tables: commits and replays both go through here.

import Domain

/// Applies events to the derived tables. Every statement is guarded by what must have come before,
/// so an event that does not follow is refused and not half applied.
struct Projection {
  let connection: Connection

  /// Applies the event that was journalled as `sequence`.
  ///
  /// - Throws: `StoreError.contradiction` where it does not follow from the tables.
  func apply(
    _ event: SessionEvent, of session: SessionID, at: Timestamp, sequence: Int
  ) throws(StoreError) {
    let scope = Scope(session: session, at: at, sequence: sequence, event: event.name)
    do throws(StoreError) {
      try apply(event, scope)
    } catch {
      // A constraint of the schema names its statement; the caller knows the event.
      if case .contradiction(_, let detail) = error { throw scope.contradiction(detail) }
      throw error
    }
  }

  private func apply(_ event: SessionEvent, _ scope: Scope) throws(StoreError) {
    switch event {
    case .sessionPlanned(let plan): try planned(plan, scope)
    case .configurationRead(let digest): try update(scope, "configuration = ?2", .id(digest))
    case .lifecycleMoved(let lifecycle): try moved(lifecycle, scope)
    case .segmentOpened(let segment): try opened(segment, scope)
    case .segmentClosed(let number, let reason, let elapsed):
      try closed(number, reason, elapsed, scope)
    case .healthChecked(let health, let isForced, _):
      try update(scope, "health = ?2", .text(health.rawValue))
      if isForced { try update(scope, "forced = ?2", .integer(1)) }
    case .branchMoved(let commit, _): try update(scope, "branch_head = ?2", .id(commit))
    case .budgetChanged: try update(scope, "budget_in = ?2", .integer(scope.sequence))
    case .taskMoved(let task, let progress): try moved(task, progress, scope)
    case .handoffQueued, .handoffClaimed, .handoffSubmitted, .handoffReturned, .handoffAccepted,
      .handoffCancelled:
      try HandoffProjection(connection: connection, scope: scope).apply(event)
    case .usageReported(let usage, let handoff, let fence, let segment):
      try reported(usage, handoff, fence, segment, scope)
    case .noted: try noted(scope)
    }
  }

  /// Whose event is applied, when it happened and where it is journalled.
  struct Scope {
    let session: SessionID
    let at: Timestamp
    let sequence: Int
    /// The event's name.
    let event: String

    func contradiction(_ detail: String) -> StoreError {
      .contradiction(event: event, detail: detail)
    }
  }

  // MARK: Sessions

  private func planned(_ plan: SessionPlan, _ scope: Scope) throws(StoreError) {
    guard plan.session == scope.session else {
      throw scope.contradiction("it plans session \(plan.session)")
    }
    try connection.run(
      """
      INSERT INTO sessions (number, planned_in, state, branch_head, health, started_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """, .id(plan.session), .integer(scope.sequence), .text(SessionLifecycle().name),
      .id(plan.base), .text(HealthStatus.unknown.rawValue), .time(scope.at))
    try connection.run(
      """
      INSERT INTO tasks (session, position, id, state, depends_on, has_blockers)
      SELECT session, position, id, 'pending', nullif(json_extract(body, '$.dependencies'), '[]'),
        json_array_length(body, '$.blockers') > 0
      FROM planned_tasks WHERE session = ?1
      """, .id(plan.session))
  }

  private func moved(_ lifecycle: SessionLifecycle, _ scope: Scope) throws(StoreError) {
    let changed = try connection.run(
      "UPDATE sessions SET state = ?2, moved_in = ?3, ended_at = ?4 WHERE number = ?1",
      .id(scope.session), .text(lifecycle.name), .integer(scope.sequence),
      lifecycle.isEnded ? .time(scope.at) : .null)
    guard changed == 1 else { throw scope.contradiction("there is no session \(scope.session)") }
  }

  private func update(
    _ scope: Scope, _ assignment: String, _ value: SQLValue
  ) throws(StoreError) {
    let changed = try connection.run(
      "UPDATE sessions SET \(assignment) WHERE number = ?1", .id(scope.session), value)
    guard changed == 1 else { throw scope.contradiction("there is no session \(scope.session)") }
  }

  /// A note moves nothing, but there must be something that it is about.
  private func noted(_ scope: Scope) throws(StoreError) {
    let found = try connection.first(
      "SELECT 1 FROM sessions WHERE number = ?1", [.id(scope.session)]
    ) { $0.integer(0) }
    guard found != nil else { throw scope.contradiction("there is no session \(scope.session)") }
  }

  private func opened(_ segment: Segment, _ scope: Scope) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO segments (session, number, opened_at, opened_boot, opened_boot_ms)
      VALUES (?1, ?2, ?3, ?4, ?5)
      """, .id(scope.session), .integer(segment.number), .time(segment.openedAt),
      segment.openedBoot.map { .text($0.bootID) } ?? .null,
      segment.openedBoot.map { .integer($0.milliseconds) } ?? .null)
  }

  private func closed(
    _ number: Int, _ reason: String, _ elapsedMilliseconds: Int?, _ scope: Scope
  ) throws(StoreError) {
    let openedAt = try connection.first(
      """
      UPDATE segments SET closed_at = ?3, reason = ?4
      WHERE session = ?1 AND number = ?2 AND closed_at IS NULL RETURNING opened_at
      """, [.id(scope.session), .integer(number), .time(scope.at), .text(reason)]
    ) { $0.time(0) }
    guard let openedAt else { throw scope.contradiction("segment \(number) is not open") }
    let elapsed = elapsedMilliseconds ?? scope.at.since(openedAt).wholeMilliseconds
    try update(scope, "earlier_ms = earlier_ms + ?2", .integer(max(0, elapsed)))
  }

  // MARK: Tasks

  private func moved(
    _ task: TaskID, _ progress: TaskProgress, _ scope: Scope
  ) throws(StoreError) {
    let state = TaskStateName(progress.state)
    let changed = try connection.run(
      """
      UPDATE tasks SET state = ?3, moved_in = ?4, ended_at = ?5,
        started_at = CASE WHEN ?3 = 'working' THEN coalesce(started_at, ?6) ELSE started_at END
      WHERE session = ?1
        AND position = (SELECT position FROM planned_tasks WHERE session = ?1 AND id = ?2)
      """, .id(scope.session), .id(task), .text(state.rawValue), .integer(scope.sequence),
      state.isEnd ? .time(scope.at) : .null, .time(scope.at))
    guard changed == 1 else { throw scope.contradiction("there is no task \(task)") }
  }

  // MARK: Spending

  private func reported(
    _ usage: Usage, _ handoff: HandoffID, _ fence: Fence, _ segment: Int, _ scope: Scope
  ) throws(StoreError) {
    let changed = try connection.run(
      """
      UPDATE claims SET \(Self.adding) WHERE session = ?5 AND ordinal = ?6 AND fence = ?7
      """, .integer(usage.inputTokens), .integer(usage.outputTokens),
      .integer(usage.costMicroUSD), .integer(usage.isEstimated ? 1 : 0), .id(handoff.session),
      .integer(handoff.ordinal), .fence(fence))
    guard changed == 1, handoff.session == scope.session else {
      throw scope.contradiction("\(handoff) was never claimed under fence \(fence)")
    }
    let open = try connection.run(
      "UPDATE segments SET \(Self.adding) WHERE session = ?5 AND number = ?6",
      .integer(usage.inputTokens), .integer(usage.outputTokens), .integer(usage.costMicroUSD),
      .integer(usage.isEstimated ? 1 : 0), .id(scope.session), .integer(segment))
    guard open == 1 else { throw scope.contradiction("there is no segment \(segment)") }
  }

  private static let adding = """
    input_tokens = input_tokens + ?1, output_tokens = output_tokens + ?2,
    cost_micro_usd = cost_micro_usd + ?3, estimated = max(estimated, ?4)
    """
}

/// A task's state without what goes with it.
enum TaskStateName: String {
  case pending, working, merging, completed, blocked, failed, cancelled

  init(_ state: TaskProgress.State) {
    switch state {
    case .pending: self = .pending
    case .working: self = .working
    case .merging: self = .merging
    case .completed: self = .completed
    case .blocked: self = .blocked
    case .failed: self = .failed
    case .cancelled: self = .cancelled
    }
  }

  var isEnd: Bool {
    switch self {
    case .completed, .failed, .cancelled: true
    case .pending, .working, .merging, .blocked: false
    }
  }
}

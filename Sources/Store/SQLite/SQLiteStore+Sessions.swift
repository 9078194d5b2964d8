// SPDX-License-Identifier: Apache-2.0
// Reading sessions, their tasks and what they have cost.

package import Domain

extension SQLiteStore {
  package func sessions() throws(StoreError) -> [SessionRecord] {
    try read { (database) throws(StoreError) in
      let numbers = try database.connection.rows("SELECT number FROM sessions ORDER BY number") {
        (row) throws(StoreError) in try row.session(0)
      }
      var records: [SessionRecord] = []
      for number in numbers {
        if let record = try database.session(number) { records.append(record) }
      }
      return records
    }
  }

  package func session(_ id: SessionID) throws(StoreError) -> SessionRecord? {
    try read { (database) throws(StoreError) in try database.session(id) }
  }

  package func tasks(in session: SessionID) throws(StoreError) -> [TaskRecord] {
    try read { (database) throws(StoreError) in
      try database.tasks("p.session = ?1", in: session)
    }
  }

  package func tasks(
    in session: SessionID, at positions: ClosedRange<Int>
  ) throws(StoreError) -> [TaskRecord] {
    try read { (database) throws(StoreError) in
      try database.tasks(
        "p.session = ?1 AND p.position BETWEEN ?2 AND ?3", in: session,
        [.integer(positions.lowerBound), .integer(positions.upperBound)])
    }
  }

  package func outlines(in session: SessionID) throws(StoreError) -> [TaskOutline] {
    try read { (database) throws(StoreError) in try database.outlines(in: session) }
  }

  package func task(_ id: TaskID, in session: SessionID) throws(StoreError) -> TaskRecord? {
    try read { (database) throws(StoreError) in try database.task(id, in: session) }
  }

  package func usage(in session: SessionID) throws(StoreError) -> UsageTotals {
    try read { (database) throws(StoreError) in
      let segments = try database.segments(of: session)
      return UsageTotals(total: segments.map(\.usage).reduce(.nothing, +), segments: segments)
    }
  }

  package func runs(in session: SessionID) throws(StoreError) -> [AgentRun] {
    try read { (database) throws(StoreError) in
      try database.connection.rows(
        """
        SELECT ordinal, fence, attempt, worker, claimed_at, ended_at, outcome,
          input_tokens, output_tokens, cost_micro_usd, estimated
        FROM claims WHERE session = ?1 ORDER BY fence
        """, [.id(session)]
      ) { (row) throws(StoreError) in
        AgentRun(
          handoff: HandoffID(session: session, ordinal: row.integer(0)), fence: try row.fence(1),
          attempt: row.integer(2), worker: row.text(3), startedAt: row.time(4),
          endedAt: row.optionalTime(5),
          outcome: row.isNull(6) ? nil : try row.name(AgentRun.Outcome.self, 6),
          usage: row.usage(7))
      }
    }
  }
}

extension Database {
  func session(_ id: SessionID) throws(StoreError) -> SessionRecord? {
    let row = try connection.first(
      """
      SELECT planned_in, configuration, branch_head, health, started_at, ended_at, earlier_ms,
        budget_in, forced,
        (SELECT at FROM journal WHERE session = ?1 ORDER BY sequence DESC LIMIT 1)
      FROM sessions WHERE number = ?1
      """, [.id(id)]
    ) { (row) throws(StoreError) in
      (
        entry: row.integer(0), configuration: try row.optionalID(Digest.self, 1),
        head: try row.id(ObjectID.self, 2), health: try row.name(HealthStatus.self, 3),
        startedAt: row.time(4), endedAt: row.optionalTime(5),
        earlier: Duration.milliseconds(row.integer(6)), budget: row.optionalInteger(7),
        isForced: row.integer(8) == 1, updatedAt: row.time(9)
      )
    }
    guard let row, let lifecycle = try lifecycleOf(id) else { return nil }
    let open = try openSegment(of: id)
    let spending = open.map {
      Spending(
        segmentTokens: $0.usage.tokens, segmentOpenedAt: $0.segment.openedAt,
        segmentOpenedBoot: $0.segment.openedBoot, earlierSegments: row.earlier)
    }
    let plan = try plan(of: id, entry: row.entry)
    return SessionRecord(
      plan: plan, lifecycle: lifecycle,
      budget: try row.budget.map { (entry) throws(StoreError) in try budget(entry) } ?? plan.budget,
      isForced: row.isForced,
      configuration: row.configuration, branchHead: row.head, segment: open?.segment,
      spending: spending, health: row.health, startedAt: row.startedAt, updatedAt: row.updatedAt,
      endedAt: row.endedAt)
  }

  private func budget(_ entry: Int) throws(StoreError) -> BudgetLimits {
    guard case .budgetChanged(let limits) = try event(entry) else {
      throw .corrupt(detail: "entry \(entry) changes no budget")
    }
    return limits
  }

  /// Where a session is in its life; `nil` where there is none.
  func lifecycleOf(_ session: SessionID) throws(StoreError) -> SessionLifecycle? {
    let entry = try connection.first(
      "SELECT moved_in FROM sessions WHERE number = ?1", [.id(session)]
    ) { $0.optionalInteger(0) }
    guard let entry else { return nil }
    guard let entry else { return SessionLifecycle() }
    guard case .lifecycleMoved(let lifecycle) = try event(entry) else {
      throw .corrupt(detail: "entry \(entry) moves no lifecycle")
    }
    return lifecycle
  }

  func task(_ id: TaskID, in session: SessionID) throws(StoreError) -> TaskRecord? {
    try tasks("p.session = ?1 AND p.id = ?2", in: session, [.id(id)]).first
  }

  /// The tasks that a condition selects, which is ours and never a caller's; `?1` is the session.
  func tasks(
    _ condition: String, in session: SessionID, _ values: [SQLValue] = []
  ) throws(StoreError) -> [TaskRecord] {
    try connection.rows(
      """
      SELECT p.body, t.position, j.event, t.started_at, t.ended_at, t.worked_ms
      FROM planned_tasks AS p JOIN tasks AS t USING (session, position)
        LEFT JOIN journal AS j ON j.sequence = t.moved_in
      WHERE \(condition) ORDER BY p.position
      """, [.id(session)] + values
    ) { (row) throws(StoreError) in
      let position = row.integer(1)
      let planned = try plannedTask(at: position, of: session) { row.text(0) }
      var progress = TaskProgress(workflow: planned.workflow)
      if !row.isNull(2) {
        let event = try EventCoding.value(
          SessionEvent.self, from: row.text(2), of: "a task's entry")
        guard case .taskMoved(planned.id, let moved) = event else {
          throw .corrupt(detail: "\(event.name) stands where a move of \(planned.id) should")
        }
        progress = moved
      }
      return TaskRecord(
        planned: planned, position: position, progress: progress,
        startedAt: row.optionalTime(3), endedAt: row.optionalTime(4),
        workedMilliseconds: row.integer(5))
    }
  }

  func outlines(in session: SessionID) throws(StoreError) -> [TaskOutline] {
    try connection.rows(
      """
      SELECT t.id, t.position, t.state, t.depends_on, t.has_blockers, j.event
      FROM tasks AS t
        LEFT JOIN journal AS j ON t.state = 'blocked' AND j.sequence = t.moved_in
      WHERE t.session = ?1 ORDER BY t.position
      """, [.id(session)]
    ) { (row) throws(StoreError) in
      TaskOutline(
        id: try row.id(TaskID.self, 0), position: row.integer(1), state: try row.outlineState(),
        dependencies: try row.optionalText(3).map { (text) throws(StoreError) in
          try EventCoding.value([TaskID].self, from: text, of: "a task's dependencies")
        } ?? [],
        hasBlockers: row.integer(4) == 1)
    }
  }

  func segments(of session: SessionID) throws(StoreError) -> [SegmentUsage] {
    try segments("session = ?1 ORDER BY number", session)
  }

  private func openSegment(of session: SessionID) throws(StoreError) -> SegmentUsage? {
    try segments("session = ?1 AND closed_at IS NULL", session).first
  }

  private func segments(
    _ condition: String, _ session: SessionID
  ) throws(StoreError) -> [SegmentUsage] {
    try connection.rows(
      """
      SELECT number, opened_at, opened_boot, opened_boot_ms, closed_at, reason,
        input_tokens, output_tokens, cost_micro_usd, estimated
      FROM segments WHERE \(condition)
      """, [.id(session)]
    ) { row in
      SegmentUsage(
        segment: Segment(
          number: row.integer(0), openedAt: row.time(1),
          openedBoot: row.optionalText(2).map {
            BootInstant(bootID: $0, milliseconds: row.integer(3))
          }
        ), closedAt: row.optionalTime(4), reason: row.optionalText(5), usage: row.usage(6))
    }
  }
}

extension Usage {
  static let nothing = Usage(
    inputTokens: 0, outputTokens: 0, costMicroUSD: 0, isEstimated: false)

  /// A sum is estimated where either part is.
  static func + (left: Usage, right: Usage) -> Usage {
    Usage(
      inputTokens: left.inputTokens + right.inputTokens,
      outputTokens: left.outputTokens + right.outputTokens,
      costMicroUSD: left.costMicroUSD + right.costMicroUSD,
      isEstimated: left.isEstimated || right.isEstimated)
  }
}

extension Row {
  /// The state in the third column; of a blocked task by its entry's event, in the sixth.
  fileprivate func outlineState() throws(StoreError) -> TaskOutline.State {
    switch try name(TaskStateName.self, 2) {
    case .pending: return .pending
    case .working: return .working
    case .merging: return .merging
    case .completed: return .completed
    case .failed, .cancelled: return .ended
    case .blocked:
      let event = try EventCoding.value(
        SessionEvent.self, from: text(5), of: "a task's entry")
      guard case .taskMoved(_, let progress) = event else {
        throw .corrupt(detail: "\(event.name) stands where a task's move should")
      }
      return TaskOutline.State(progress.state)
    }
  }

  /// What was used, in four columns from `column` on.
  fileprivate func usage(_ column: Int32) -> Usage {
    Usage(
      inputTokens: integer(column), outputTokens: integer(column + 1),
      costMicroUSD: integer(column + 2), isEstimated: integer(column + 3) == 1)
  }
}

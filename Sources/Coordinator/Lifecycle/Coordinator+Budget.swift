// SPDX-License-Identifier: Apache-2.0
// The budget's ladder, acted on before a claim is given.

package import Domain
package import Store

extension Coordinator {
  /// Where a session's spending stands; `nil` between segments.
  package nonisolated func reading(_ session: SessionRecord) -> BudgetReading? {
    session.spending.map {
      BudgetReading($0, limits: session.budget, at: clock())
    }
  }

  /// Does what the session's rung asks for.
  ///
  /// - Throws: `Problem` with exit 13 where no claim may be given now.
  func keepBudget(of session: SessionRecord) async throws(Problem) {
    guard case .active(.execution) = session.lifecycle.state, let reading = reading(session) else {
      return
    }
    let id = session.plan.session
    switch reading.rung {
    case .free: return
    case .checkpoint: try await noteCheckpoint(session, reading)
    case .noNewClaims:
      guard try openClaims(in: id) == 0 else {
        throw Problem(
          code: "BUDGET001", exit: .budgetExhausted,
          message: "\(reading.windowPercent) % of the window is used: no new claim in this window",
          reason: "claims that are under way end first; then a new segment opens",
          remedy: "orchestrate status --session \(id)")
      }
      try nextSegment(session, reason: "\(reading.windowPercent) % of the window was used")
    case .newSegment:
      if reading.windowPercent >= 95 { return try await compress(id, isAsked: false) }
      try nextSegment(session, reason: "\(session.budget.segmentMinutes) minutes were up")
    case .exhausted:
      throw Problem(
        code: "BUDGET002", exit: .budgetExhausted,
        message: "session \(id) has used its \(session.budget.sessionMinutes) minutes",
        reason: "no transition is open until it is given more time",
        remedy: "orchestrate run \(id) --extend 60m")
    }
  }

  /// Ends the open segment with a summary and opens the next.
  package func nextSegment(_ session: SessionRecord, reason: String) throws(Problem) {
    let id = session.plan.session
    let last = try read { (store) throws(StoreError) in
      try store.usage(in: id).segments.last?.segment.number
    }
    let closed = closing(session, reason: reason)
    let now = clock()
    let segment = Segment(number: (last ?? 0) + 1, openedAt: now.wall, openedBoot: now.boot)
    try record(id, (closed.map { [$0] } ?? []) + [.segmentOpened(segment)])
    if closed != nil { try writeSummary(id) }
    tell(.segmentOpened(segment, reason: reason))
  }

  /// The end of a session's open segment, with how long it lasted; `nil` where none is open.
  nonisolated func closing(_ session: SessionRecord, reason: String) -> SessionEvent? {
    session.segment.map {
      .segmentClosed(
        number: $0.number, reason: reason,
        elapsedMilliseconds: reading(session)?.segmentElapsed.wholeMilliseconds)
    }
  }

  /// Gives a session more time.
  package func extend(_ session: SessionID, by minutes: Int) throws(Problem) {
    let record = try requireSession(session)
    let old = record.budget
    try self.record(
      session,
      [
        .budgetChanged(
          BudgetLimits(
            windowTokens: old.windowTokens, segmentMinutes: old.segmentMinutes,
            sessionMinutes: old.sessionMinutes + minutes)),
        .noted(Note(kind: "budget.extended", text: "\(minutes) minutes more")),
      ])
  }

  private func noteCheckpoint(
    _ session: SessionRecord, _ reading: BudgetReading
  ) async throws(Problem) {
    // Once a segment: the projections are the checkpoint, every stage is sealed already.
    guard let segment = session.segment, checkpointed[session.plan.session] != segment.number else {
      return
    }
    checkpointed[session.plan.session] = segment.number
    try record(
      session.plan.session,
      [.noted(Note(kind: "budget.checkpoint", text: "segment \(segment.number)"))])
    try await writeProjections(session.plan.session)
  }

  private func openClaims(in session: SessionID) throws(Problem) -> Int {
    try read { (store) throws(StoreError) in
      try store.handoffs(in: session, states: [.claimed, .submitted]).count
    }
  }
}

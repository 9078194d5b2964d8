// SPDX-License-Identifier: Apache-2.0
// What events do to a store's tables. An event that does not follow is refused.

import Domain
import Store

extension StoreTables {
  /// Applies an event.
  ///
  /// - Throws: `StoreError.contradiction` where it does not follow; the tables are as good as lost
  ///   then, so the caller works on a copy.
  mutating func apply(
    _ event: SessionEvent, of session: SessionID, at: Timestamp
  ) throws(StoreError) {
    if case .sessionPlanned(let plan) = event {
      try planned(plan, session, at)
      return
    }
    guard var row = sessions[session] else { throw refusal("there is no session \(session)") }
    switch event {
    case .sessionPlanned: return
    case .configurationRead(let digest): row.configuration = digest
    case .lifecycleMoved(let lifecycle):
      row.lifecycle = lifecycle
      row.endedAt = lifecycle.isEnded ? at : nil
    case .segmentOpened(let segment): try opened(segment, &row)
    case .segmentClosed(let number, let reason, let elapsed):
      try closed(number, reason, elapsed, &row, at)
    case .healthChecked(let health, let isForced, _):
      row.health = health
      if isForced { row.isForced = true }
    case .branchMoved(let commit, _): row.branchHead = commit
    case .budgetChanged(let limits): row.budget = limits
    case .taskMoved(let id, let progress): try moved(id, progress, &row, at)
    case .usageReported(let usage, let handoff, let fence, let segment):
      try reported(usage, handoff, fence, segment, &row)
    case .noted: break
    case .handoffQueued, .handoffClaimed, .handoffSubmitted, .handoffReturned, .handoffAccepted,
      .handoffCancelled:
      try handoffMoved(event, of: session, at: at)
      return
    }
    sessions[session] = row
  }

  func refusal(_ detail: String) -> StoreError {
    .contradiction(event: "event", detail: detail)
  }

  // MARK: Sessions and tasks

  private mutating func planned(
    _ plan: SessionPlan, _ session: SessionID, _ at: Timestamp
  ) throws(StoreError) {
    guard plan.session == session, sessions[session] == nil else {
      throw refusal("it plans session \(plan.session)")
    }
    sessions[session] = SessionRow(
      plan: plan, budget: plan.budget, branchHead: plan.base, startedAt: at, updatedAt: at,
      tasks: plan.tasks.enumerated().map { index, task in
        TaskRecord(
          planned: task, position: index + 1, progress: TaskProgress(workflow: task.workflow),
          startedAt: nil, endedAt: nil, workedMilliseconds: 0)
      })
  }

  private func opened(_ segment: Segment, _ row: inout SessionRow) throws(StoreError) {
    guard row.segments.last?.closedAt != nil || row.segments.isEmpty,
      segment.number > (row.segments.last?.segment.number ?? 0)
    else { throw refusal("another segment is open") }
    row.segments.append(
      SegmentUsage(segment: segment, closedAt: nil, reason: nil, usage: .none))
  }

  private func closed(
    _ number: Int, _ reason: String, _ elapsedMilliseconds: Int?, _ row: inout SessionRow,
    _ at: Timestamp
  ) throws(StoreError) {
    guard let open = row.segments.last, open.segment.number == number, open.closedAt == nil else {
      throw refusal("segment \(number) is not open")
    }
    row.segments[row.segments.count - 1] = SegmentUsage(
      segment: open.segment, closedAt: at, reason: reason, usage: open.usage)
    let elapsed =
      elapsedMilliseconds ?? at.since(open.segment.openedAt).wholeMilliseconds
    row.earlier += .milliseconds(max(0, elapsed))
  }

  private func moved(
    _ id: TaskID, _ progress: TaskProgress, _ row: inout SessionRow, _ at: Timestamp
  ) throws(StoreError) {
    guard let index = row.tasks.firstIndex(where: { $0.planned.id == id }) else {
      throw refusal("there is no task \(id)")
    }
    let old = row.tasks[index]
    let (isWorking, isEnd) =
      switch progress.state {
      case .working: (true, false)
      case .completed, .failed, .cancelled: (false, true)
      case .pending, .merging, .blocked: (false, false)
      }
    row.tasks[index] = TaskRecord(
      planned: old.planned, position: old.position, progress: progress,
      startedAt: isWorking ? old.startedAt ?? at : old.startedAt, endedAt: isEnd ? at : nil,
      workedMilliseconds: old.workedMilliseconds)
  }

  private mutating func reported(
    _ usage: Usage, _ handoff: HandoffID, _ fence: Fence, _ segment: Int, _ row: inout SessionRow
  ) throws(StoreError) {
    guard let run = runs.firstIndex(where: { $0.fence == fence }), runs[run].handoff == handoff,
      let index = row.segments.firstIndex(where: { $0.segment.number == segment })
    else { throw refusal("\(handoff) was never claimed under fence \(fence)") }
    runs[run] = runs[run].with(usage: runs[run].usage.adding(usage))
    let old = row.segments[index]
    row.segments[index] = SegmentUsage(
      segment: old.segment, closedAt: old.closedAt, reason: old.reason,
      usage: old.usage.adding(usage))
  }

  // MARK: Handoffs

  private mutating func handoffMoved(
    _ event: SessionEvent, of session: SessionID, at: Timestamp
  ) throws(StoreError) {
    do throws(HandoffRejection) {
      switch event {
      case .handoffQueued(let handoff):
        guard handoff.session == session, handoff.state == .ready, handoffs[handoff.id] == nil,
          position(of: handoff) != nil
        else { throw .notReady(handoff.state) }
        handoffs[handoff.id] = handoff
      case .handoffClaimed(let id, let claim, let attempt):
        var handoff = try present(id, in: session)
        guard handoff.attempt == attempt, claim.fence.number == runs.count + 1 else {
          throw .notReady(handoff.state)
        }
        try handoff.claimed(claim)
        handoffs[id] = handoff
        opened(id, claim, attempt)
      case .handoffSubmitted(let id, let fence, let submission):
        var handoff = try present(id, in: session)
        // It was handed in while the lease ran, whatever the clock says now.
        let boot = handoff.claim?.lease.expires.bootID ?? ""
        try handoff.submitted(
          submission, fence: fence, at: BootInstant(bootID: boot, milliseconds: .min))
        handoffs[id] = handoff
        released(fence, .submitted, at, countingTime: true)
      case .handoffReturned(let handoff, let reason):
        try returned(handoff, reason, of: session, at)
      case .handoffAccepted(let handoff, let acceptance):
        try accepted(handoff, acceptance, of: session, at)
      case .handoffCancelled(let id):
        var handoff = try present(id, in: session)
        let (old, fence) = (handoff.state, handoff.claim?.fence)
        try handoff.cancelled()
        handoffs[id] = handoff
        guard let fence else { return }
        released(fence, .cancelled, at, countingTime: HandoffStateName(old) == .claimed)
      case .sessionPlanned, .configurationRead, .lifecycleMoved, .segmentOpened, .segmentClosed,
        .healthChecked, .branchMoved, .budgetChanged, .taskMoved, .usageReported, .noted:
        return
      }
    } catch {
      throw refusal("\(error)")
    }
  }

  private func present(
    _ id: HandoffID, in session: SessionID
  ) throws(HandoffRejection) -> Handoff {
    guard id.session == session, let handoff = handoffs[id] else {
      throw .leaseLost(held: nil)
    }
    return handoff
  }

  private mutating func returned(
    _ handoff: Handoff, _ reason: SessionEvent.ReturnReason, of session: SessionID,
    _ at: Timestamp
  ) throws(HandoffRejection) {
    let old = try present(handoff.id, in: session)
    let (from, outcome): (HandoffStateName, AgentRun.Outcome?) =
      switch reason {
      case .refused: (.submitted, .refused)
      case .failed: (.claimed, .failed)
      case .expired: (.claimed, .expired)
      case .released: (.claimed, .released)
      case .revived: (.dead, nil)
      }
    let to = HandoffStateName(handoff.state)
    guard HandoffStateName(old.state) == from,
      to == .ready || (to == .dead && reason != .revived && reason != .released)
    else { throw .ended(old.state) }
    handoffs[handoff.id] = handoff
    guard let fence = old.claim?.fence, let outcome else { return }
    released(fence, outcome, at, countingTime: from == .claimed)
  }

  private mutating func accepted(
    _ handoff: Handoff, _ acceptance: Acceptance, of session: SessionID, _ at: Timestamp
  ) throws(HandoffRejection) {
    let old = try present(handoff.id, in: session)
    guard handoff.state == .accepted, case .submitted(let claim, let submission) = old.state,
      claim.fence == acceptance.fence
    else { throw .notSubmitted }
    handoffs[handoff.id] = handoff
    acceptances.append(
      AcceptanceRecord(
        handoff: handoff, acceptance: acceptance, at: at, tree: submission.tree,
        report: submission.report))
    released(claim.fence, .accepted, at, countingTime: false)
  }

  mutating func opened(_ id: HandoffID, _ claim: Claim, _ attempt: Int) {
    runs.append(
      AgentRun(
        handoff: id, fence: claim.fence, attempt: attempt, worker: claim.worker,
        startedAt: claim.claimedAt, endedAt: nil, outcome: nil, usage: .none))
  }

  /// Puts a reaped handoff over whatever is there (RELIABILITY T3).
  mutating func reapBlindly(_ handoff: Handoff, at: Timestamp) {
    let fence = handoffs[handoff.id]?.claim?.fence
    handoffs[handoff.id] = handoff
    if let fence { released(fence, .expired, at, countingTime: true) }
  }

  /// Ends a claim; its time counts once, when the worker lets go.
  private mutating func released(
    _ fence: Fence, _ outcome: AgentRun.Outcome, _ at: Timestamp, countingTime: Bool
  ) {
    guard let index = runs.firstIndex(where: { $0.fence == fence }) else { return }
    let run = runs[index]
    runs[index] = run.with(endedAt: run.endedAt ?? at, outcome: outcome)
    guard countingTime, let handoff = handoffs[run.handoff], var row = sessions[handoff.session],
      let place = row.tasks.firstIndex(where: { $0.planned.id == handoff.task })
    else { return }
    let task = row.tasks[place]
    row.tasks[place] = TaskRecord(
      planned: task.planned, position: task.position, progress: task.progress,
      startedAt: task.startedAt, endedAt: task.endedAt,
      workedMilliseconds: task.workedMilliseconds
        + max(0, at.milliseconds - run.startedAt.milliseconds))
    sessions[handoff.session] = row
  }
}

extension AgentRun {
  func with(usage: Usage) -> AgentRun {
    AgentRun(
      handoff: handoff, fence: fence, attempt: attempt, worker: worker, startedAt: startedAt,
      endedAt: endedAt, outcome: outcome, usage: usage)
  }

  func with(endedAt: Timestamp, outcome: Outcome) -> AgentRun {
    AgentRun(
      handoff: handoff, fence: fence, attempt: attempt, worker: worker, startedAt: startedAt,
      endedAt: endedAt, outcome: outcome, usage: usage)
  }
}

extension Usage {
  static let none = Usage(inputTokens: 0, outputTokens: 0, costMicroUSD: 0, isEstimated: false)

  /// A sum is estimated where either part is.
  func adding(_ other: Usage) -> Usage {
    Usage(
      inputTokens: inputTokens + other.inputTokens, outputTokens: outputTokens + other.outputTokens,
      costMicroUSD: costMicroUSD + other.costMicroUSD,
      isEstimated: isEstimated || other.isEstimated)
  }
}

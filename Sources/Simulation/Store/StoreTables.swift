// SPDX-License-Identifier: Apache-2.0
// A store's content as a value, moved by the domain's machines: what a disk holds, and what a crash
// leaves of it.

import Domain
import Store

/// A journal and everything that follows from it.
struct StoreTables: Sendable {
  /// A session with what is counted for it.
  struct SessionRow: Equatable {
    var plan: SessionPlan
    var lifecycle = SessionLifecycle()
    var budget: BudgetLimits
    var isForced = false
    var configuration: Digest?
    var branchHead: ObjectID
    var health = HealthStatus.unknown
    var startedAt: Timestamp
    var updatedAt: Timestamp
    var endedAt: Timestamp?
    var segments: [SegmentUsage] = []
    var earlier = Duration.zero
    var tasks: [TaskRecord]
  }

  /// What was accepted of a handoff, in the order of acceptance.
  typealias Accepted = AcceptanceRecord

  var sessions: [SessionID: SessionRow] = [:]
  /// Every handoff by session and ordinal.
  var handoffs: [HandoffID: Handoff] = [:]
  var acceptances: [AcceptanceRecord] = []
  /// Every claim; its fence is its place, from 1.
  var runs: [AgentRun] = []
  var evidence: [Digest: EvidenceRecord] = [:]
  var documents: [Digest: String] = [:]
  var entries: [JournalEntry] = []
  var lines: [JournalLine] = []

  var head: JournalHead {
    entries.last.map { JournalHead(sequence: $0.sequence, hash: $0.hash) } ?? .start
  }

  // MARK: Expectations

  /// - Throws: `StoreError.expectationFailed` with what is there instead.
  func check(_ expectation: Expectation, of session: SessionID) throws(StoreError) {
    let found: Finding
    switch expectation {
    case .handoff(let id, let standing):
      let state = handoffs[id]?.state
      if let state, standing.matches(state) { return }
      found = state.map(Finding.handoff) ?? .nothing
    case .task(let id, let progress):
      let present = task(id, in: session)?.progress
      if present == progress { return }
      found = present.map(Finding.task) ?? .nothing
    case .lifecycle(let lifecycle):
      let present = sessions[session]?.lifecycle
      if present == lifecycle { return }
      found = present.map(Finding.lifecycle) ?? .nothing
    case .noSession:
      if sessions[session] == nil { return }
      found = .session
    case .ordinalFree(let id):
      guard let taken = handoffs[id] else { return }
      found = .handoff(taken.state)
    }
    throw .expectationFailed(expectation, found: found)
  }

  // MARK: Journal

  /// Journals an event and applies it.
  mutating func append(
    _ event: SessionEvent, of session: SessionID, at: Timestamp
  ) throws(StoreError) {
    try apply(event, of: session, at: at)
    try journal(event, of: session, at: at)
  }

  /// Journals an event without applying it.
  mutating func journal(
    _ event: SessionEvent, of session: SessionID, at: Timestamp
  ) throws(StoreError) {
    let text = try EventCoding.json(event)
    let head = head
    let next = head.followed(by: text, of: session, at: at)
    entries.append(
      JournalEntry(
        sequence: next.sequence, session: session, at: at, event: event, previousHash: head.hash,
        hash: next.hash))
    lines.append(
      JournalLine(
        sequence: next.sequence, session: session, at: at, event: text, hash: next.hash))
    sessions[session]?.updatedAt = at
  }

  /// The same journal applied anew. Leases keep their renewals, which are not journalled.
  func rebuilt() throws(StoreError) -> StoreTables {
    var tables = StoreTables()
    var head = JournalHead.start
    for (entry, line) in zip(entries, lines) {
      do throws(JournalProblem) {
        head = try line.head(after: head)
      } catch {
        throw .corrupt(detail: "\(error)")
      }
      try tables.apply(entry.event, of: entry.session, at: entry.at)
      tables.sessions[entry.session]?.updatedAt = entry.at
    }
    for (id, handoff) in tables.handoffs {
      guard let fence = handoff.claim?.fence, let now = handoffs[id], now.claim?.fence == fence
      else { continue }
      tables.handoffs[id] = now
    }
    (tables.entries, tables.lines) = (entries, lines)
    (tables.evidence, tables.documents) = (evidence, documents)
    return tables
  }

  // MARK: Reading

  func handoffs(in session: SessionID, states: Set<HandoffStateName>?) -> [Handoff] {
    handoffs.values.filter {
      $0.session == session && (states?.contains(HandoffStateName($0.state)) ?? true)
    }.sorted { $0.id.ordinal < $1.id.ordinal }
  }

  func task(_ id: TaskID, in session: SessionID) -> TaskRecord? {
    sessions[session]?.tasks.first { $0.planned.id == id }
  }

  /// The place of a handoff's task in its session's plan, from 1.
  func position(of handoff: Handoff) -> Int? {
    task(handoff.task, in: handoff.session)?.position
  }

  /// The first ready handoff that one of the roles fits, in the order of sessions, tasks and
  /// ordinals.
  func claimable(_ request: ClaimRequest) -> Handoff? {
    handoffs.values.filter { handoff in
      handoff.state == .ready && request.roles.contains(handoff.role)
        && (request.session == nil || request.session == handoff.session)
        && sessions[handoff.session]?.lifecycle.state == .active(.execution)
    }.min { place(of: $0) < place(of: $1) }
  }

  private func place(of handoff: Handoff) -> (Int, Int, Int) {
    (handoff.session.number, position(of: handoff) ?? 0, handoff.id.ordinal)
  }

  func record(of id: SessionID) -> SessionRecord? {
    guard let row = sessions[id] else { return nil }
    let open = row.segments.last.flatMap { $0.closedAt == nil ? $0 : nil }
    let spending = open.map {
      Spending(
        segmentTokens: $0.usage.tokens, segmentOpenedAt: $0.segment.openedAt,
        segmentOpenedBoot: $0.segment.openedBoot, earlierSegments: row.earlier)
    }
    return SessionRecord(
      plan: PlannedSession(row.plan), lifecycle: row.lifecycle, budget: row.budget,
      isForced: row.isForced,
      configuration: row.configuration, branchHead: row.branchHead, segment: open?.segment,
      spending: spending, health: row.health, startedAt: row.startedAt, updatedAt: row.updatedAt,
      endedAt: row.endedAt)
  }
}

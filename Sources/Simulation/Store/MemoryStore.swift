// SPDX-License-Identifier: Apache-2.0
// The store on a simulated disk: it keeps the contract of every store.

import Domain
import Store

/// A store over tables in memory.
final class MemoryStore: SessionStore {
  private let medium: any StoreMedium

  init(medium: any StoreMedium) { self.medium = medium }

  // MARK: Writing

  func commit(_ transition: Transition) throws(StoreError) -> JournalHead {
    let last = try first(of: transition)
    return try medium.write { (tables) throws(StoreError) in try keep(last, in: &tables) }
  }

  func commit(
    _ transition: Transition, claiming request: ClaimRequest, at now: Moment
  ) throws(StoreError) -> (head: JournalHead, claimed: Handoff?) {
    let last = try first(of: transition)
    return try medium.write { (tables) throws(StoreError) in
      var head = try keep(last, in: &tables)
      guard medium.hasSpace, let claimed = try take(request, now, from: &tables) else {
        return (head, nil)
      }
      head = tables.head
      return (head, claimed)
    }
  }

  func claim(_ request: ClaimRequest, at now: Moment) throws(StoreError) -> Handoff? {
    guard medium.hasSpace else {
      throw .diskNearlyFull(path: "simulated", freeBytes: 1 << 20, reserveBytes: 64 << 20)
    }
    return try medium.write { (tables) throws(StoreError) in try take(request, now, from: &tables) }
  }

  /// Commits the first of two transactions, if a planted bug makes two of this one.
  ///
  /// - Returns: what is left to commit.
  private func first(of transition: Transition) throws(StoreError) -> Transition {
    guard medium.bug == .acceptanceApart, let parts = transition.apart else { return transition }
    _ = try medium.write { (tables) throws(StoreError) in try keep(parts.first, in: &tables) }
    return parts.second
  }

  private func keep(
    _ transition: Transition, in tables: inout StoreTables
  ) throws(StoreError) -> JournalHead {
    let isUnguarded = medium.bug == .reaperUnguarded && transition.isReaping
    if !isUnguarded {
      for expectation in transition.expecting {
        try tables.check(expectation, of: transition.session)
      }
    }
    for record in transition.evidence { tables.evidence[record.digest] = record }
    for document in transition.documents { tables.documents[document.digest] = document.body }
    for event in transition.events {
      if isUnguarded, case .handoffReturned(let handoff, _) = event {
        tables.reapBlindly(handoff, at: transition.at)
        try tables.journal(event, of: transition.session, at: transition.at)
      } else {
        try tables.append(event, of: transition.session, at: transition.at)
      }
    }
    return tables.head
  }

  private func take(
    _ request: ClaimRequest, _ now: Moment, from tables: inout StoreTables
  ) throws(StoreError) -> Handoff? {
    guard let fence = Fence(tables.runs.count + 1),
      var handoff = tables.claimable(request)
        ?? (medium.bug == .claimUnguarded ? tables.lookedFreeBefore(request, at: now.wall) : nil)
    else { return nil }
    let claim = Claim(
      fence: fence, worker: request.worker, claimedAt: now.wall,
      lease: Lease(from: now, length: request.leaseLength))
    do throws(HandoffRejection) {
      if medium.bug == .claimUnguarded, let held = handoff.claim?.fence {
        try handoff.released(fence: held)
      }
      try handoff.claimed(claim)
    } catch {
      throw .contradiction(event: "handoffClaimed", detail: "\(error)")
    }
    tables.handoffs[handoff.id] = handoff
    tables.opened(handoff.id, claim, handoff.attempt)
    try tables.journal(
      .handoffClaimed(handoff.id, claim, attempt: handoff.attempt), of: handoff.session,
      at: now.wall)
    return handoff
  }

  func renew(
    _ id: HandoffID, fence: Fence, lease: Lease, at now: BootInstant
  ) throws(StoreError) -> Handoff {
    try medium.write { (tables) throws(StoreError) in
      let expected = Expectation.handoff(id, is: .held(fence, at: now))
      guard var handoff = tables.handoffs[id] else {
        throw .expectationFailed(expected, found: .nothing)
      }
      do throws(HandoffRejection) {
        try handoff.renewed(fence: fence, lease: lease, at: now)
      } catch {
        throw .expectationFailed(expected, found: .handoff(handoff.state))
      }
      tables.handoffs[id] = handoff
      return handoff
    }
  }

  // MARK: Reading

  func sessions() throws(StoreError) -> [SessionRecord] {
    try medium.read { tables in
      tables.sessions.keys.sorted { $0.number < $1.number }.compactMap { tables.record(of: $0) }
    }
  }

  func session(_ id: SessionID) throws(StoreError) -> SessionRecord? {
    try medium.read { $0.record(of: id) }
  }

  func tasks(in session: SessionID) throws(StoreError) -> [TaskRecord] {
    try medium.read { $0.sessions[session]?.tasks ?? [] }
  }

  func tasks(
    in session: SessionID, at positions: ClosedRange<Int>
  ) throws(StoreError) -> [TaskRecord] {
    try tasks(in: session).filter { positions.contains($0.position) }
  }

  func outlines(in session: SessionID) throws(StoreError) -> [TaskOutline] {
    try tasks(in: session).map { task in
      TaskOutline(
        id: task.planned.id, position: task.position,
        state: TaskOutline.State(task.progress.state), dependencies: task.planned.dependencies,
        hasBlockers: !task.planned.blockers.isEmpty)
    }
  }

  func task(_ id: TaskID, in session: SessionID) throws(StoreError) -> TaskRecord? {
    try medium.read { $0.task(id, in: session) }
  }

  func handoffs(
    in session: SessionID, states: Set<HandoffStateName>?
  ) throws(StoreError) -> [Handoff] {
    try medium.read { $0.handoffs(in: session, states: states) }
  }

  func handoff(_ id: HandoffID) throws(StoreError) -> Handoff? {
    try medium.read { $0.handoffs[id] }
  }

  func expiredClaims(at now: BootInstant) throws(StoreError) -> [Handoff] {
    try medium.read { tables in
      tables.handoffs.values.filter { handoff in
        guard case .claimed(let claim) = handoff.state else { return false }
        return claim.lease.hasExpired(at: now)
      }.sorted {
        let (left, right) = ($0.claim?.lease.expires, $1.claim?.lease.expires)
        return (left?.milliseconds ?? 0, $0.id) < (right?.milliseconds ?? 0, $1.id)
      }
    }
  }

  func submittedHandoffs() throws(StoreError) -> [Handoff] {
    try medium.read { tables in
      tables.handoffs.values.compactMap { handoff -> (Timestamp, Handoff)? in
        guard case .submitted(_, let submission) = handoff.state else { return nil }
        return (submission.submittedAt, handoff)
      }.sorted { ($0.0, $0.1.id) < ($1.0, $1.1.id) }.map(\.1)
    }
  }

  func nextOrdinal(in session: SessionID) throws(StoreError) -> Int {
    try medium.read { tables in
      (tables.handoffs.keys.lazy.filter { $0.session == session }.map(\.ordinal).max() ?? 0) + 1
    }
  }

  func acceptances(in session: SessionID) throws(StoreError) -> [AcceptanceRecord] {
    try medium.read { $0.acceptances.filter { $0.handoff.session == session } }
  }

  func acceptances(
    of task: TaskID, in session: SessionID
  ) throws(StoreError) -> [AcceptanceRecord] {
    try acceptances(in: session).filter { $0.handoff.task == task }
  }

  func outlook(
    for session: SessionID?, at now: BootInstant
  ) throws(StoreError) -> ClaimOutlook {
    try medium.read { tables in
      let roles = Role.allCases.filter {
        tables.claimable(
          ClaimRequest(session: session, roles: [$0], worker: "", leaseLength: .zero)) != nil
      }
      let leases = tables.handoffs.values.compactMap { handoff -> Lease? in
        guard case .claimed(let claim) = handoff.state,
          session == nil || session == handoff.session
        else { return nil }
        return claim.lease
      }
      // Leases of an earlier boot have run out and come first.
      let next = leases.min {
        ($0.expires.bootID == now.bootID ? 1 : 0, $0.expires.milliseconds)
          < ($1.expires.bootID == now.bootID ? 1 : 0, $1.expires.milliseconds)
      }
      return ClaimOutlook(readyRoles: Set(roles), nextLeaseEnd: next)
    }
  }

  func evidence(_ digest: Digest) throws(StoreError) -> EvidenceRecord? {
    try medium.read { $0.evidence[digest] }
  }

  func document(_ digest: Digest) throws(StoreError) -> String? {
    try medium.read { $0.documents[digest] }
  }

  func entries(
    in session: SessionID?, after sequence: Int, limit: Int
  ) throws(StoreError) -> [JournalEntry] {
    try medium.read { tables in
      Array(
        tables.entries.lazy.filter {
          $0.sequence > sequence && (session == nil || session == $0.session)
        }.prefix(max(0, limit)))
    }
  }

  func lines(after sequence: Int, limit: Int) throws(StoreError) -> [JournalLine] {
    try medium.read { Array($0.lines.dropFirst(max(0, sequence)).prefix(max(0, limit))) }
  }

  func lastSequence(in session: SessionID) throws(StoreError) -> Int {
    try medium.read { $0.entries.last { $0.session == session }?.sequence ?? 0 }
  }

  func head() throws(StoreError) -> JournalHead { try medium.read { $0.head } }

  func usage(in session: SessionID) throws(StoreError) -> UsageTotals {
    try medium.read { tables in
      let segments = tables.sessions[session]?.segments ?? []
      return UsageTotals(
        total: segments.map(\.usage).reduce(.none) { $0.adding($1) }, segments: segments)
    }
  }

  func runs(in session: SessionID) throws(StoreError) -> [AgentRun] {
    try medium.read { $0.runs.filter { $0.handoff.session == session } }
  }

  // MARK: Care

  func verifyJournal(_ check: JournalCheck) throws(StoreError) -> JournalReport {
    try medium.read { tables in
      let problem: JournalProblem?
      do throws(StoreError) {
        let rebuilt = try tables.rebuilt()
        problem = rebuilt.derives(as: tables) ? nil : .differs(table: "tables", rows: 1)
      } catch {
        problem = .unfounded(at: tables.entries.count, reason: "\(error)")
      }
      return JournalReport(head: tables.head, problems: problem.map { [$0] } ?? [])
    }
  }

  func rebuild() throws(StoreError) {
    try medium.write { (tables) throws(StoreError) in tables = try tables.rebuilt() }
  }

  func backup(to path: String) throws(StoreError) {
    throw .cannotOpen(path: path, reason: "a store in memory has no file")
  }
}

extension StoreTables {
  /// Whether both hold the same sessions, handoffs, acceptances and runs.
  func derives(as other: StoreTables) -> Bool {
    sessions == other.sessions && handoffs == other.handoffs && acceptances == other.acceptances
      && runs == other.runs
  }
}

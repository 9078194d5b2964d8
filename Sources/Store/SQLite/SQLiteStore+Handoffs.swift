// SPDX-License-Identifier: Apache-2.0
// Reading the queue.

package import Domain

extension SQLiteStore {
  package func handoffs(
    in session: SessionID, states: Set<HandoffStateName>?
  ) throws(StoreError) -> [Handoff] {
    try read { (database) throws(StoreError) in
      try database.handoffs(in: session, states: states)
    }
  }

  package func handoff(_ id: HandoffID) throws(StoreError) -> Handoff? {
    try read { (database) throws(StoreError) in try database.handoff(id) }
  }

  package func expiredClaims(at now: BootInstant) throws(StoreError) -> [Handoff] {
    try read { (database) throws(StoreError) in
      try database.handoffs(
        """
        h.fence IS NOT NULL AND h.state = 'claimed'
          AND (h.lease_boot <> ?1 OR h.lease_expires <= ?2)
        ORDER BY h.lease_expires
        """, by: .held, [.text(now.bootID), .integer(now.milliseconds)])
    }
  }

  package func submittedHandoffs() throws(StoreError) -> [Handoff] {
    try read { (database) throws(StoreError) in
      try database.handoffs(
        """
        h.fence IS NOT NULL AND h.state = 'submitted'
        ORDER BY h.submitted_at, h.session, h.ordinal
        """, by: .held)
    }
  }

  package func nextOrdinal(in session: SessionID) throws(StoreError) -> Int {
    try read { (database) throws(StoreError) in
      let last = try database.connection.first(
        "SELECT max(ordinal) FROM handoffs WHERE session = ?1", [.id(session)]
      ) { $0.integer(0) }
      return (last ?? 0) + 1
    }
  }

  package func acceptances(in session: SessionID) throws(StoreError) -> [AcceptanceRecord] {
    try read { (database) throws(StoreError) in
      try database.acceptances("h.session = ?1", [.id(session)])
    }
  }

  package func acceptances(
    of task: TaskID, in session: SessionID
  ) throws(StoreError) -> [AcceptanceRecord] {
    try read { (database) throws(StoreError) in
      try database.acceptances(
        """
        h.session = ?1 AND h.position =
          (SELECT position FROM planned_tasks WHERE session = ?1 AND id = ?2)
        """, [.id(session), .id(task)])
    }
  }
}

extension Database {
  /// The acceptances that a condition, which is ours and never a caller's, selects.
  func acceptances(
    _ condition: String, _ values: [SQLValue]
  ) throws(StoreError) -> [AcceptanceRecord] {
    try connection.rows(
      """
      SELECT j.event, j.at, h.tree, h.report
      FROM handoffs AS h \(HandoffIndex.accepted.clause)
        JOIN journal AS j ON j.sequence = h.entry
      WHERE h.state = 'accepted' AND \(condition) ORDER BY h.entry
      """, values
    ) { (row) throws(StoreError) in
      let event = try EventCoding.value(
        SessionEvent.self, from: row.text(0), of: "an acceptance")
      guard case .handoffAccepted(let handoff, let acceptance) = event else {
        throw .corrupt(detail: "\(event.name) stands where an acceptance should")
      }
      return AcceptanceRecord(
        handoff: handoff, acceptance: acceptance, at: row.time(1),
        tree: try row.id(ObjectID.self, 2), report: try row.optionalID(Digest.self, 3))
    }
  }

  func handoff(_ id: HandoffID) throws(StoreError) -> Handoff? {
    try handoffs(
      "h.session = ?1 AND h.ordinal = ?2", [.id(id.session), .integer(id.ordinal)]
    ).first
  }

  func handoffs(
    in session: SessionID, states: Set<HandoffStateName>?
  ) throws(StoreError) -> [Handoff] {
    let wanted = states ?? Set(HandoffStateName.allCases)
    guard wanted.isSubset(of: HandoffStateName.open) else {
      return try handoffs(
        "h.session = ?1 AND h.state IN (\(Self.list(wanted))) ORDER BY h.ordinal", [.id(session)])
    }
    // Each in the words of an index, so that what has ended is not looked at.
    var found: [Handoff] = []
    if wanted.contains(.ready) {
      found = try handoffs("h.session = ?1 AND h.state = 'ready'", by: .claimable, [.id(session)])
    }
    let held = wanted.subtracting([.ready])
    if !held.isEmpty {
      found += try handoffs(
        "h.session = ?1 AND h.fence IS NOT NULL AND h.state IN (\(Self.list(held)))", by: .held,
        [.id(session)])
    }
    return found.sorted { $0.id < $1.id }
  }

  private static func list(_ states: Set<HandoffStateName>) -> String {
    states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
  }

  /// The handoffs that a condition and order, which are ours and never a caller's, select.
  func handoffs(
    _ condition: String, by index: HandoffIndex? = nil, _ values: [SQLValue] = []
  ) throws(StoreError) -> [Handoff] {
    try connection.rows(
      """
      SELECT h.session, h.ordinal, h.state, h.fence, c.worker, c.claimed_at,
        h.lease_boot, h.lease_expires, h.lease_expires_at, h.tree, h.report, h.submitted_at,
        h.entry
      FROM handoffs AS h \(index?.clause ?? "") LEFT JOIN claims AS c ON c.session = h.session AND c.fence = h.fence
      WHERE \(condition)
      """, values
    ) { (row) throws(StoreError) in try row.handoff(try wholeHandoff(row.integer(12))) }
  }
}

/// An index of handoffs of which each holds a part. SQLite knows nothing of how many rows that saves
/// and would take the primary key; it must be told, and then refuses a statement that cannot use it.
enum HandoffIndex: String {
  case claimable = "handoffs_claimable"
  case held = "handoffs_held"
  case accepted = "handoffs_accepted"

  var clause: String { "INDEXED BY \(rawValue)" }
}

extension Row {
  /// The handoff as its last whole value in the journal gives it, moved on by what the row says.
  fileprivate func handoff(_ whole: Handoff) throws(StoreError) -> Handoff {
    var handoff = whole
    let state = try name(HandoffStateName.self, 2)
    let hold = isNull(3) ? nil : try claim()
    let work = isNull(9) ? nil : try submission()
    do throws(HandoffRejection) {
      switch state {
      case .ready, .accepted, .dead: break
      case .cancelled: try handoff.cancelled()
      case .claimed, .submitted:
        guard let hold else { break }
        try handoff.claimed(hold)
        guard state == .submitted, let work else { break }
        // It was handed in while the lease ran, whatever the clock says now.
        let within = BootInstant(bootID: hold.lease.expires.bootID, milliseconds: .min)
        try handoff.submitted(work, fence: hold.fence, at: within)
      }
    } catch {
      throw .corrupt(detail: "\(handoff.id) cannot be \(state.rawValue): \(error)")
    }
    guard HandoffStateName(handoff.state) == state else {
      throw .corrupt(detail: "\(handoff.id) is not \(state.rawValue) in its entry")
    }
    return handoff
  }

  private func claim() throws(StoreError) -> Claim {
    Claim(fence: try fence(3), worker: text(4), claimedAt: time(5), lease: lease(6))
  }

  private func submission() throws(StoreError) -> Submission {
    Submission(
      tree: try id(ObjectID.self, 9), report: try optionalID(Digest.self, 10),
      submittedAt: time(11))
  }

}

extension SessionEvent {
  /// The handoff that the event holds whole; `nil` where it holds none.
  var wholeHandoff: Handoff? {
    switch self {
    case .handoffQueued(let handoff), .handoffReturned(let handoff, _),
      .handoffAccepted(let handoff, _):
      handoff
    case .sessionPlanned, .configurationRead, .lifecycleMoved, .segmentOpened, .segmentClosed,
      .healthChecked, .branchMoved, .budgetChanged, .taskMoved, .handoffClaimed, .handoffSubmitted,
      .handoffCancelled, .usageReported, .noted:
      nil
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Claims and their leases.

package import Domain

extension SQLiteStore {
  package func claim(
    _ request: ClaimRequest, at now: Moment
  ) throws(StoreError) -> Handoff? {
    try reserve?.require()
    return try write { (database) throws(StoreError) in try database.claim(request, at: now) }
  }

  @discardableResult
  package func renew(
    _ id: HandoffID, fence: Fence, lease: Lease, at now: BootInstant
  ) throws(StoreError) -> Handoff {
    try write { (database) throws(StoreError) in
      let renewed = try database.connection.first(
        """
        UPDATE handoffs SET lease_boot = ?4, lease_expires = ?5, lease_expires_at = ?6
        WHERE session = ?1 AND ordinal = ?2 AND state = 'claimed' AND fence = ?3
          AND lease_boot = ?7 AND lease_expires > ?8
        RETURNING ordinal
        """,
        [
          .id(id.session), .integer(id.ordinal), .fence(fence),
          .text(lease.expires.bootID), .integer(lease.expires.milliseconds),
          .time(lease.expiresAt), .text(now.bootID), .integer(now.milliseconds),
        ]
      ) { $0.integer(0) }
      let handoff = try database.handoff(id)
      guard renewed != nil, let handoff else {
        throw .expectationFailed(
          .handoff(id, is: .held(fence, at: now)),
          found: handoff.map { .handoff($0.state) } ?? .nothing)
      }
      return handoff
    }
  }

  package func outlook(
    for session: SessionID?, at now: BootInstant
  ) throws(StoreError) -> ClaimOutlook {
    try read { (database) throws(StoreError) in
      ClaimOutlook(
        readyRoles: try database.readyRoles(in: session),
        nextLeaseEnd: try database.nextLeaseEnd(in: session, at: now))
    }
  }
}

extension Database {
  /// The session that a search is limited to is the first parameter after `offset`, the roles
  /// follow; a role that is not wanted is NULL, which equals nothing.
  private static func wantedRoles(after offset: Int) -> String {
    Role.allCases.indices.map { "(?\(offset + 2 + $0))" }.joined(separator: ", ")
  }

  private static func parameters(_ session: SessionID?, _ roles: Set<Role>) -> [SQLValue] {
    [.integer(session?.number)]
      + Role.allCases.map { roles.contains($0) ? .text($0.rawValue) : .null }
  }

  /// The first ready handoff of each session and wanted role, by `handoffs_claimable`.
  private static func candidates(after offset: Int) -> String {
    """
    FROM sessions AS s CROSS JOIN (VALUES \(wantedRoles(after: offset))) AS w
      CROSS JOIN handoffs AS h ON h.rowid = (
        SELECT n.rowid FROM handoffs AS n
        WHERE n.session = s.number AND n.role = w.column1 AND n.state = 'ready'
        ORDER BY n.position, n.ordinal LIMIT 1)
    WHERE s.state = 'execution' AND (?\(offset + 1) IS NULL OR s.number = ?\(offset + 1))
    """
  }

  /// One statement finds and takes (RELIABILITY T1); only its effect is journalled.
  static let taking = """
    UPDATE handoffs SET \(HandoffProjection.taking)
    WHERE state = 'ready' AND rowid = (
      SELECT h.rowid \(candidates(after: 4))
      ORDER BY s.number, h.position, h.ordinal LIMIT 1)
    RETURNING session, ordinal, attempt
    """

  func claim(_ request: ClaimRequest, at now: Moment) throws(StoreError) -> Handoff? {
    let last = try connection.first("SELECT max(fence) FROM claims") { $0.integer(0) } ?? 0
    guard let fence = Fence(last + 1) else {
      throw .corrupt(detail: "the highest fence is \(last)")
    }
    let claim = Claim(
      fence: fence, worker: request.worker, claimedAt: now.wall,
      lease: Lease(from: now, length: request.leaseLength))
    let taken = try connection.first(
      Self.taking,
      HandoffProjection.taking(claim) + Self.parameters(request.session, request.roles)
    ) { (row) throws(StoreError) in
      (
        id: HandoffID(session: try row.session(0), ordinal: row.integer(1)),
        attempt: row.integer(2)
      )
    }
    guard let (id, attempt) = taken else { return nil }
    let event = SessionEvent.handoffClaimed(id, claim, attempt: attempt)
    let head = try record(event, of: id.session, at: now.wall, after: try head())
    let scope = Projection.Scope(
      session: id.session, at: now.wall, sequence: head.sequence, event: event.name)
    try HandoffProjection(connection: connection, scope: scope).opened(id, claim, attempt)
    return try handoff(id)
  }

  func readyRoles(in session: SessionID?) throws(StoreError) -> Set<Role> {
    let roles = try connection.rows(
      "SELECT h.role \(Self.candidates(after: 0))", Self.parameters(session, Set(Role.allCases))
    ) { (row) throws(StoreError) in try row.name(Role.self, 0) }
    return Set(roles)
  }

  /// Leases of an earlier boot have run out and come first.
  func nextLeaseEnd(in session: SessionID?, at now: BootInstant) throws(StoreError) -> Lease? {
    try connection.first(
      """
      SELECT lease_boot, lease_expires, lease_expires_at FROM handoffs
      WHERE state = 'claimed' AND (?1 IS NULL OR session = ?1)
      ORDER BY lease_boot = ?2, lease_expires LIMIT 1
      """, [.integer(session?.number), .text(now.bootID)]
    ) { row in row.lease(0) }
  }
}

extension Row {
  /// A lease in three columns from `column` on.
  func lease(_ column: Int32) -> Lease {
    Lease(
      expires: BootInstant(bootID: text(column), milliseconds: integer(column + 1)),
      expiresAt: time(column + 2))
  }
}

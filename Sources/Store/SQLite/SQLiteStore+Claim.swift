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
      let renewed = try database.connection.run(
        """
        UPDATE handoffs SET lease_boot = ?4, lease_expires = ?5, lease_expires_at = ?6
        WHERE session = ?1 AND ordinal = ?2 AND state = 'claimed' AND fence = ?3
          AND lease_boot = ?7 AND lease_expires > ?8
        """, .id(id.session), .integer(id.ordinal), .fence(fence), .text(lease.expires.bootID),
        .integer(lease.expires.milliseconds), .time(lease.expiresAt), .text(now.bootID),
        .integer(now.milliseconds))
      let handoff = try database.handoff(id)
      guard renewed == 1, let handoff else {
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
  func claim(_ request: ClaimRequest, at now: Moment) throws(StoreError) -> Handoff? {
    guard let found = try firstReady(for: request) else { return nil }
    let last = try lastFence()
    guard let fence = Fence(last + 1) else {
      throw .corrupt(detail: "the highest fence is \(last)")
    }
    let claim = Claim(
      fence: fence, worker: request.worker, claimedAt: now.wall,
      lease: Lease(from: now, length: request.leaseLength))
    let event = SessionEvent.handoffClaimed(found.id, claim, attempt: found.attempt)
    _ = try append([try EncodedEvent(event)], of: found.id.session, at: now.wall)
    knownFence = last + 1
    var handoff = try wholeHandoff(found.entry)
    do throws(HandoffRejection) {
      try handoff.claimed(claim)
    } catch {
      throw .corrupt(detail: "\(handoff.id) is not ready in its entry: \(error)")
    }
    return handoff
  }

  /// The highest fence that was ever given.
  private func lastFence() throws(StoreError) -> Int {
    if let knownFence { return knownFence }
    return try connection.first(
      "SELECT max((SELECT max(fence) FROM claims WHERE session = number)) FROM sessions"
    ) { $0.integer(0) } ?? 0
  }

  /// A handoff that can be claimed, and where it stands in its session's order.
  private struct Ready {
    let id: HandoffID
    let position: Int
    let attempt: Int
    let entry: Int
  }

  private func firstReady(for request: ClaimRequest) throws(StoreError) -> Ready? {
    for session in try sessionsInExecution(request.session) {
      var first: Ready?
      for role in request.roles {
        guard let ready = try firstReady(role, in: session) else { continue }
        guard let earlier = first else {
          first = ready
          continue
        }
        if (ready.position, ready.id.ordinal) < (earlier.position, earlier.id.ordinal) {
          first = ready
        }
      }
      if let first { return first }
    }
    return nil
  }

  /// One search for each role is one step into an index that is in the claim's order already; one
  /// for several would sort everything that is ready.
  static let searching = """
    SELECT ordinal, position, attempt, entry FROM handoffs
    WHERE session = ?1 AND role = ?2 AND state = 'ready' ORDER BY position, ordinal LIMIT 1
    """

  private func firstReady(_ role: Role, in session: SessionID) throws(StoreError) -> Ready? {
    try connection.first(Self.searching, [.id(session), .text(role.rawValue)]) { row in
      Ready(
        id: HandoffID(session: session, ordinal: row.integer(0)), position: row.integer(1),
        attempt: row.integer(2), entry: row.integer(3))
    }
  }

  /// By number; `nil` for all, otherwise that one if it is in execution.
  private func sessionsInExecution(_ session: SessionID?) throws(StoreError) -> [SessionID] {
    try connection.rows(
      """
      SELECT number FROM sessions
      WHERE state = 'execution' AND (?1 IS NULL OR number = ?1) ORDER BY number
      """, [.integer(session?.number)]
    ) { (row) throws(StoreError) in try row.session(0) }
  }

  func readyRoles(in session: SessionID?) throws(StoreError) -> Set<Role> {
    var roles: Set<Role> = []
    for session in try sessionsInExecution(session) {
      for role in Role.allCases where !roles.contains(role) {
        if try firstReady(role, in: session) != nil { roles.insert(role) }
      }
    }
    return roles
  }

  /// Leases of an earlier boot have run out and come first.
  func nextLeaseEnd(in session: SessionID?, at now: BootInstant) throws(StoreError) -> Lease? {
    try connection.first(
      """
      SELECT lease_boot, lease_expires, lease_expires_at
      FROM handoffs \(HandoffIndex.held.clause)
      WHERE fence IS NOT NULL AND state = 'claimed' AND (?1 IS NULL OR session = ?1)
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

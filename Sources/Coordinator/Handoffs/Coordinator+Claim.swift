// SPDX-License-Identifier: Apache-2.0
// Handing a handoff to a worker: budget, claim, workspace, packet.

package import Agents
package import Documents
package import Domain
import Git
import Store

/// What a worker gets for a claim.
package struct ClaimedHandoff: Sendable {
  /// The handoff, claimed.
  package let handoff: Handoff
  /// The hold on it: fence and lease.
  package let claim: Claim
  /// Where to work.
  package let slot: WorkspacePool.Slot
  /// What to do.
  package let packet: Packet

  /// The packet as it is handed to agents.
  package var packetDocument: JSONValue { packet.json }
}

/// What a worker asks for.
package struct WorkRequest: Hashable, Sendable {
  /// The session to work for; `nil` for any that is in execution.
  package let session: SessionID?
  /// The roles that the worker can play.
  package let roles: Set<Role>
  /// What the worker calls itself; shown, never trusted.
  package let worker: String
  /// How long to wait for a handoff; zero looks once.
  package let wait: Duration

  package init(session: SessionID?, roles: Set<Role>, worker: String, wait: Duration) {
    self.session = session
    self.roles = roles
    self.worker = worker
    self.wait = wait
  }
}

extension Coordinator {
  /// Claims the first handoff that fits, waiting for one if asked.
  ///
  /// - Returns: `nil` where none came up in time, or nothing of the session is left to do.
  /// - Throws: `Problem` with `BUDGET…` where the budget forbids a new claim.
  @concurrent
  package nonisolated func claim(
    _ request: WorkRequest
  ) async throws(Problem) -> ClaimedHandoff? {
    let start = clock().boot.milliseconds
    while true {
      let seen = changeCount
      if let claimed = try await claimOnce(request) { return claimed }
      let left = request.wait - .milliseconds(clock().boot.milliseconds - start)
      guard left > .zero, let limit = try await timeToWait(for: request.session) else {
        return nil
      }
      let time = min(left, limit)
      // A cancelled sleep ends early; then nobody is waiting any more.
      let granted = await waitingClaims.wait(for: request, after: seen, on: ports.executor) {
        try? await self.ports.pause(time)
      }
      if let granted { return try await receive(granted) }
    }
  }

  /// Extends a claim's lease.
  package func renew(_ id: HandoffID, fence: Fence) throws(Problem) -> Handoff {
    let now = clock()
    do throws(StoreError) {
      return try store.renew(
        id, fence: fence, lease: Lease(from: now, length: settings.limits.leaseLength),
        at: now.boot)
    } catch {
      let handoff = try requireHandoff(id)
      if handoff.claim?.fence == fence, case .submitted = handoff.state {
        throw Problem(.alreadySubmitted, id: id, fence: fence)
      }
      throw .leaseLost(id, fence, held: handoff.claim?.fence)
    }
  }

  private func claimOnce(_ request: WorkRequest) async throws(Problem) -> ClaimedHandoff? {
    try await expireLeases()
    guard !isStopping else { return nil }
    for session in try openSessions(request.session) { try await keepBudget(of: session) }
    let limits = settings.limits
    let claimRequest = ClaimRequest(
      session: request.session, roles: request.roles, worker: request.worker,
      leaseLength: limits.leaseLength)
    let now = clock()
    guard
      let handoff = try read({ (store) throws(StoreError) in
        try store.claim(claimRequest, at: now)
      })
    else { return nil }
    waitingClaims.noteChange()
    guard let grant = Grant(handoff, equipment: nil) else { return nil }
    return try await receive(grant)
  }

  /// Gives a claimed handoff to its worker.
  ///
  /// - Returns: `nil` where it went back, since nobody is there for it any more.
  nonisolated func receive(_ grant: Grant) async throws(Problem) -> ClaimedHandoff? {
    let (id, fence) = (grant.handoff.id, grant.claim.fence)
    // What was begun is brought to its end before the folder can be another's.
    let begun = await grant.equipment?.value
    let isWanted = if begun == nil { await !isStopping } else { true }
    guard isWanted, !Task.isCancelled else {
      try await release(id, fence: fence)
      return nil
    }
    do throws(Problem) {
      let claimed =
        if let begun { try begun.get() } else { try await equip(grant.handoff, grant.claim, nil) }
      tell(.stageStarted(grant.handoff, worker: grant.claim.worker))
      return claimed
    } catch {
      // The worker never saw it: it goes back unharmed.
      try await release(id, fence: fence)
      throw error
    }
  }

  /// - Parameter packet: what the worker is told; read from the store where it is `nil`.
  func equip(
    _ handoff: Handoff, _ claim: Claim, _ packet: Packet?
  ) async throws(Problem) -> ClaimedHandoff {
    // A lease that runs out meanwhile is ended afterwards: the folder belongs to whoever prepares it.
    equipping.insert(handoff.id)
    defer {
      equipping.remove(handoff.id)
      dropSpare(of: handoff.id)
    }
    let packet = if let packet { packet } else { try self.packet(for: handoff, claim) }
    let document = ClaimDocument(
      of: handoff, claim, project: paths.root, groups: settings.proof.paths)
    let spare = await takeSpare(of: handoff.id)
    do throws(WorkspaceError) {
      let slot = try await ports.workspaces.prepare(
        for: handoff, claim, packet: packet, hook: document, keeping: settings.proof.keeping,
        using: spare)
      return ClaimedHandoff(handoff: handoff, claim: claim, slot: slot, packet: packet)
    } catch {
      throw Problem(error)
    }
  }

  /// What the store says of a handoff, for its worker.
  func packet(for handoff: Handoff, _ claim: Claim) throws(Problem) -> Packet {
    packet(
      for: handoff, claim, try requireSession(handoff.session),
      try requireTask(handoff.task, in: handoff.session).planned,
      try TaskHistory(of: handoff.task, in: handoff.session, store: store))
  }

  func packet(
    for handoff: Handoff, _ claim: Claim, _ session: SessionRecord, _ task: PlannedTask,
    _ history: TaskHistory
  ) -> Packet {
    let used = session.spending?.segmentTokens ?? 0
    return Packet(
      handoff: handoff, fence: claim.fence, sessionTitle: session.plan.title,
      objectives: session.plan.objectives, task: task,
      instructions: StageInstructions.text(for: handoff.stage),
      rolePrompt: settings.prompts[handoff.role] ?? "", decision: history.decision,
      redTests: history.facts.map { $0.added.sorted().map(\.description) } ?? [],
      testCommand: settings.testCommand, testPaths: settings.proof.paths.testPatterns,
      deadlineSeconds: settings.limits.agentDeadline.wholeMilliseconds / 1000,
      tokensLeft: max(0, settings.budget.windowTokens * 70 / 100 - used))
  }

  /// How long to wait at most before looking again; `nil` where there is nothing to wait for.
  private func timeToWait(for session: SessionID?) throws(Problem) -> Duration? {
    guard !isStopping, !Task.isCancelled, try hasWorkLeft(session) else { return nil }
    return try timeToNextExpiry()
  }

  /// Whether a waiter has anything to hope for.
  private func hasWorkLeft(_ session: SessionID?) throws(Problem) -> Bool {
    // Somebody may start a session yet; one that has ended, or waits for a person, gives nothing.
    guard let session, let record = try openSessions(session).first else { return session == nil }
    guard case .active(.execution) = record.lifecycle.state else { return true }
    return try !isSettled(session)
  }

  private func openSessions(_ wanted: SessionID?) throws(Problem) -> [SessionRecord] {
    if let wanted {
      let record = try requireSession(wanted)
      return record.lifecycle.isEnded ? [] : [record]
    }
    return try read { (store) throws(StoreError) in try store.sessions() }
      .filter { !$0.lifecycle.isEnded && $0.lifecycle != SessionLifecycle() }
  }

  private func timeToNextExpiry() throws(Problem) -> Duration {
    let now = clock().boot
    let outlook = try read { (store) throws(StoreError) in
      try store.outlook(for: nil, at: now)
    }
    guard let next = outlook.nextLeaseEnd?.expires, next.bootID == now.bootID else {
      return .seconds(60)
    }
    let left = Duration.milliseconds(next.milliseconds - now.milliseconds)
    // A lapsed lease that is not ended yet is waiting for work that wakes whoever waits.
    let isEnding = !expiring.isEmpty || !equipping.isEmpty || !attended.isEmpty
    return max(isEnding ? .seconds(1) : .milliseconds(1), left)
  }
}

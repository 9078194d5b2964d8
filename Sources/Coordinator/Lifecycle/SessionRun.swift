// SPDX-License-Identifier: Apache-2.0
// A session from where it stands to its end: slots that claim, launch, and hand in.

import Agents
import Documents
package import Domain
import Store

/// How a run of a session ended.
package enum RunEnding: Hashable, Sendable {
  case completed
  /// Some tasks wait for a person; what could be done is done.
  case blocked([TaskID])
  case failed(reason: String)
  /// It was stopped; everything acknowledged is kept and the next run goes on.
  case interrupted
}

/// Runs a session.
package struct SessionRun: Sendable {
  private let coordinator: Coordinator
  private let session: SessionID
  /// Whether we launch agents ourselves, or serve polling ones only.
  private let launches: Bool

  package init(coordinator: Coordinator, session: SessionID, launches: Bool) {
    self.coordinator = coordinator
    self.session = session
    self.launches = launches
  }

  /// Works until the session is settled. Cancelling the task stops the agents, keeps what they
  /// wrote and gives their claims back.
  package func run() async throws(Problem) -> RunEnding {
    try await coordinator.advance(session)
    let drivers = coordinator.settings.drivers
    let result = await withTaskGroup(of: Problem?.self) { group -> Problem? in
      if launches {
        for number in 1...coordinator.jobs {
          group.addTask { await work(slot: number, drivers: drivers) }
        }
      } else {
        // Keeps the session going for agents that poll.
        group.addTask {
          await repeated { () throws(Problem) in try await coordinator.tick(session) }
        }
      }
      group.addTask {
        await repeated { () throws(Problem) in try await coordinator.proveWhatWaits(in: session) }
      }
      group.addTask {
        await repeated { () throws(Problem) in try await coordinator.keepProjecting(session) }
      }
      var first: Problem?
      for await problem in group {
        if let problem, first == nil {
          first = problem
          group.cancelAll()
        }
      }
      return first
    }
    if Task.isCancelled { return .interrupted }
    if let result { throw result }
    let ending = try await coordinator.conclude(session)
    guard ending == .interrupted, try await !coordinator.isSettled(session) else { return ending }
    // Validation took work back, and it is done anew.
    return try await run()
  }

  /// Does `body` again and again until the session is settled; while the disk is full it waits.
  private func repeated(
    _ body: @Sendable () async throws(Problem) -> Void
  ) async -> Problem? {
    do throws(Problem) {
      while !Task.isCancelled, try await !coordinator.isSettled(session) {
        do throws(Problem) {
          try await body()
        } catch {
          try await coordinator.awaitSpace(after: error)
        }
      }
      return nil
    } catch {
      return error
    }
  }

  /// One place in which one agent works at a time.
  private func work(slot: Int, drivers: [Role: any AgentDriver]) async -> Problem? {
    let worker = coordinator.ports.workerName(slot)
    let request = WorkRequest(
      session: session, roles: Set(drivers.keys), worker: worker, wait: .seconds(60))
    do throws(Problem) {
      var next: ClaimedHandoff?
      while next != nil || !Task.isCancelled, try await !coordinator.isSettled(session) {
        if next == nil { next = try await claim(request) }
        // Only what a driver plays is asked for.
        if let claimed = next, let driver = drivers[claimed.handoff.role] {
          next = try await launch(driver, on: claimed, next: request)
        }
      }
      return nil
    } catch {
      return error
    }
  }

  /// A claim; where the window allows none until others end, or the disk none until there is space,
  /// a pause instead of an error.
  private func claim(_ request: WorkRequest) async throws(Problem) -> ClaimedHandoff? {
    do throws(Problem) {
      let claimed = try await coordinator.claim(request)
      if claimed != nil { await coordinator.noteSpace() }
      return claimed
    } catch {
      if error.code == "BUDGET001" {
        try await coordinator.tick(session)
      } else {
        try await coordinator.awaitSpace(after: error)
      }
      return nil
    }
  }

  /// - Returns: what was claimed for this place when the agent's stage was accepted.
  private func launch(
    _ driver: any AgentDriver, on claimed: ClaimedHandoff, next request: WorkRequest
  ) async throws(Problem) -> ClaimedHandoff? {
    let fence = claimed.claim.fence
    await coordinator.attend(fence, next: request)
    do throws(Problem) {
      try await follow(driver, on: claimed)
    } catch {
      // What cannot be given back now is a lost claim, which the next run settles.
      try? await coordinator.abandon(fence)
      throw error
    }
    return try await coordinator.leave(fence)
  }

  private func follow(
    _ driver: any AgentDriver, on claimed: ClaimedHandoff
  ) async throws(Problem) {
    let id = claimed.handoff.id
    let fence = claimed.claim.fence
    let watched = await withHeartbeat(claimed) {
      await driver.run(
        Assignment(
          packet: claimed.packet, workspace: claimed.slot.tree, packetPath: claimed.slot.packet,
          reportPath: claimed.slot.report,
          deadline: claimed.deadline(of: driver)))
    }
    var isWorkerGone = true
    do throws(Problem) {
      switch watched.ending {
      case .finished(let report):
        guard !watched.isLost else { break }
        return try await handIn(claimed, report)
      case .failed(let reason, let report):
        guard !watched.isLost else { break }
        let willRetry = try await coordinator.fail(
          id, fence: fence, reason: reason, usage: report?.usage)
        // A pause that is cut short by a stop has done its duty.
        if willRetry {
          try? await coordinator.ports.pause(
            Backoff.pause(afterAttempt: claimed.handoff.attempt))
        }
        return
      case .outlived(let reason):
        // Where none was found, it may be one that does not show its marks.
        let ended = await coordinator.endStrays(of: id, fence)
        isWorkerGone = ended.found > 0 && ended.areGone
        guard !watched.isLost else { break }
        try await coordinator.fail(id, fence: fence, reason: reason, isWorkerGone: isWorkerGone)
        return
      case .cancelled:
        guard !watched.isLost else { break }
        try await coordinator.release(id, fence: fence)
        return
      }
    } catch {
      // A claim that was ended meanwhile is settled already; the session goes on.
      guard error.exit == .leaseLost || error.code == "LEASE002" else { throw error }
    }
    try await coordinator.oversleep(id, fence: fence, isWorkerGone: isWorkerGone)
  }

  /// Hands the work in; where the disk is full, as soon as there is space, if the lease still runs.
  private func handIn(
    _ claimed: ClaimedHandoff, _ report: AgentReport?
  ) async throws(Problem) {
    while true {
      do throws(Problem) {
        _ = try await coordinator.handIn(
          claimed.handoff.id, fence: claimed.claim.fence, report: report, reportBody: report?.body)
        return
      } catch {
        try await coordinator.awaitSpace(after: error)
        if Task.isCancelled { throw error }
      }
    }
  }

  /// What became of an agent, and whether its claim's lease was lost on the way.
  private struct Watched: Sendable {
    let ending: AgentEnding
    let isLost: Bool
  }

  /// Renews the claim's lease while `body` runs; where the lease is lost, `body` is cancelled, which
  /// ends the agent's whole tree (RELIABILITY T7).
  private func withHeartbeat(
    _ claimed: ClaimedHandoff, _ body: @escaping @Sendable () async -> AgentEnding
  ) async -> Watched {
    await withTaskGroup(of: AgentEnding?.self) { group in
      group.addTask { await body() }
      group.addTask {
        await beat(claimed.handoff.id, claimed.claim.fence)
        return nil
      }
      var ending: AgentEnding?
      var isLost = false
      for await result in group {
        if let result {
          ending = result
        } else if ending == nil, !Task.isCancelled {
          isLost = true
        }
        group.cancelAll()
      }
      return Watched(ending: ending ?? .cancelled, isLost: isLost)
    }
  }

  /// Renews a lease again and again, ten times in its length, so that beats may be late on a starved
  /// machine. Ends where the lease is lost, or the task is cancelled.
  private func beat(_ id: HandoffID, _ fence: Fence) async {
    let interval = coordinator.settings.limits.leaseLength / 10
    while !Task.isCancelled {
      do {
        try await coordinator.ports.pause(interval)
        _ = try await coordinator.renew(id, fence: fence)
      } catch let problem as Problem where problem.isLackOfSpace {
        // A renewal that cannot be written is no loss yet; the lease itself says when it is.
        continue
      } catch {
        return
      }
    }
  }
}

extension ClaimedHandoff {
  /// The shorter of the driver's own deadline and the project's.
  fileprivate func deadline(of driver: any AgentDriver) -> Duration {
    let limit = Duration.seconds(packet.deadlineSeconds)
    return min(limit, driver.deadline ?? limit)
  }
}

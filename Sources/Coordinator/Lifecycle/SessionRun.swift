// SPDX-License-Identifier: Apache-2.0
// A session from where it stands to its end: slots that claim, launch, and hand in.

import Agents
import Documents
package import Domain
import Glibc
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
        group.addTask { await serve() }
      }
      group.addTask { await proveAgain() }
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
    return try await coordinator.conclude(session)
  }

  /// Keeps the session going for agents that poll.
  private func serve() async -> Problem? {
    do throws(Problem) {
      while !Task.isCancelled, try await !coordinator.isSettled(session) {
        try await coordinator.tick(session)
      }
      return nil
    } catch {
      return error
    }
  }

  /// Sees to it that nothing stays handed in and unproved.
  private func proveAgain() async -> Problem? {
    do throws(Problem) {
      while !Task.isCancelled, try await !coordinator.isSettled(session) {
        try await coordinator.proveWhatWaits(in: session)
      }
      return nil
    } catch {
      return error
    }
  }

  /// One place in which one agent works at a time.
  private func work(slot: Int, drivers: [Role: any AgentDriver]) async -> Problem? {
    let worker = WorkerName.ours(slot: slot)
    let request = WorkRequest(
      session: session, roles: Set(drivers.keys), worker: worker, wait: .seconds(60))
    do throws(Problem) {
      while !Task.isCancelled, try await !coordinator.isSettled(session) {
        guard let claimed = try await claim(request) else { continue }
        guard let driver = drivers[claimed.handoff.role] else { continue }
        try await launch(driver, on: claimed)
      }
      return nil
    } catch {
      return error
    }
  }

  /// A claim; where the window allows none until others end, a pause instead of an error.
  private func claim(_ request: WorkRequest) async throws(Problem) -> ClaimedHandoff? {
    do throws(Problem) {
      return try await coordinator.claim(request)
    } catch {
      guard error.code == "BUDGET001" else { throw error }
      try await coordinator.tick(session)
      return nil
    }
  }

  private func launch(
    _ driver: any AgentDriver, on claimed: ClaimedHandoff
  ) async throws(Problem) {
    let id = claimed.handoff.id
    let fence = claimed.claim.fence
    let ending = await withHeartbeat(id, fence) {
      await driver.run(
        Assignment(
          packet: claimed.packet, workspace: claimed.slot.tree, packetPath: claimed.slot.packet,
          reportPath: claimed.slot.report,
          deadline: claimed.deadline(of: driver)))
    }
    do throws(Problem) {
      switch ending {
      case .finished(let report):
        _ = try await coordinator.submit(
          id, fence: fence, report: report, reportBody: report?.body)
      case .failed(let reason, let report):
        try await coordinator.fail(id, fence: fence, reason: reason, usage: report?.usage)
      case .outlived(let reason):
        try await coordinator.fail(id, fence: fence, reason: reason, isWorkerGone: false)
      case .cancelled:
        try await coordinator.release(id, fence: fence)
      }
    } catch {
      // A claim that ended meanwhile is settled already; the session goes on.
      guard error.exit == .leaseLost || error.code == "LEASE002" else { throw error }
    }
  }

  /// Renews the claim's lease while `body` runs.
  private func withHeartbeat(
    _ id: HandoffID, _ fence: Fence, _ body: @escaping @Sendable () async -> AgentEnding
  ) async -> AgentEnding {
    let interval = coordinator.settings.limits.leaseLength / 10
    let coordinator = coordinator
    return await withTaskGroup(of: AgentEnding?.self) { group in
      group.addTask { await body() }
      group.addTask {
        while !Task.isCancelled {
          do {
            try await coordinator.ports.pause(interval)
            _ = try await coordinator.renew(id, fence: fence)
          } catch is CancellationError {
            return nil
          } catch {
            // The lease is lost: the agent must stop, so its task is cancelled below.
            return .cancelled
          }
        }
        return nil
      }
      var ending: AgentEnding?
      for await result in group {
        if let result, ending == nil { ending = result }
        group.cancelAll()
      }
      return ending ?? .cancelled
    }
  }
}

/// How workers that we launch call themselves, so that the next run can tell whether they died.
package enum WorkerName {
  /// `run:<pid>:<slot>`.
  package static func ours(slot: Int) -> String { "run:\(getpid()):\(slot)" }

  /// Whether a worker of that name may still be at work. One that polls from elsewhere may; one
  /// of a run may only while that run lives, and only one process at a time holds the store.
  package static func mayBeAlive(_ name: String) -> Bool {
    let parts = name.split(separator: ":")
    guard parts.count == 3, parts[0] == "run", let pid = Int32(parts[1]) else { return true }
    return pid == getpid()
  }
}

extension ClaimedHandoff {
  /// The shorter of the driver's own deadline and the project's.
  fileprivate func deadline(of driver: any AgentDriver) -> Duration {
    let limit = Duration.seconds(packet.deadlineSeconds)
    return min(limit, driver.deadline ?? limit)
  }
}

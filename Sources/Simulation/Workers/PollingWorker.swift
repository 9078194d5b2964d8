// SPDX-License-Identifier: Apache-2.0
// A worker elsewhere: it asks for handoffs, works, and hands in, over a line that may fail.

import Agents
import Coordinator
import Domain
import TestKit

/// What came of a request.
enum Answer<Value: Sendable>: Sendable {
  case value(Value)
  case problem(Problem)
  /// Nobody was there, or the answer was lost: it may have been done.
  case unknown
}

struct PollingWorker {
  private let name: String
  private let world: World

  init(_ name: String, _ world: World) {
    self.name = name
    self.world = world
  }

  func live() async {
    let request = WorkRequest(
      session: world.plan.session, roles: Set(Role.allCases), worker: name, wait: .seconds(15))
    while !world.isOver {
      let answer = await ask { (coordinator) throws(Problem) in try await coordinator.claim(request)
      }
      if case .problem(let problem) = answer, world.minutesAreUp(problem) { await extend() }
      guard case .value(let claimed?) = answer else {
        await world.pause(for: 500...3_000)
        continue
      }
      await work(on: claimed)
    }
  }

  /// The session's minutes are up: a person gives more.
  private func extend() async {
    let session = world.plan.session
    _ = await ask { (coordinator) throws(Problem) in
      try await coordinator.extend(session, by: 100_000_000)
    }
  }

  // MARK: Working

  private enum Mood: CaseIterable {
    case diligent, silent, stopped, stubborn, twice, failing, releasing
  }

  private func work(on claimed: ClaimedHandoff) async {
    let (id, fence) = (claimed.handoff.id, claimed.claim.fence)
    var mood = Mood.diligent
    if world.happens(.workers, oneIn: 2) {
      mood = Mood.allCases[world.draw(0...Mood.allCases.count - 1)]
    }
    guard let folder = world.folders.number(ofTree: claimed.slot.tree) else { return }
    let desk = WorkDesk(world: world, folder: folder, handoff: claimed.handoff, fence: fence)
    for _ in 1...world.draw(1...4) {
      await world.pause(for: 500...6_000)
      desk.write()
      if mood == .silent { return }
      if mood == .stopped {
        await world.pause(for: WorldPlan.leaseMilliseconds / 2...3 * WorldPlan.leaseMilliseconds)
      }
      let renewal = await ask { (coordinator) throws(Problem) in
        try await coordinator.renew(id, fence: fence)
      }
      if case .problem = renewal, mood != .stubborn { return }
    }
    switch mood {
    case .failing:
      _ = await ask { (coordinator) throws(Problem) in
        try await coordinator.fail(id, fence: fence, reason: "simulated")
      }
    case .releasing:
      _ = await ask { (coordinator) throws(Problem) in
        try await coordinator.release(id, fence: fence)
      }
    case .twice:
      world.spawn { await handIn(id, fence) }
      await handIn(id, fence)
    case .diligent, .silent, .stopped, .stubborn: await handIn(id, fence)
    }
  }

  private func handIn(_ id: HandoffID, _ fence: Fence) async {
    for _ in 1...3 {
      let answer = await ask { (coordinator) throws(Problem) in
        try await coordinator.submit(id, fence: fence, report: nil, reportBody: nil)
      }
      switch answer {
      case .value(let result):
        if result.isAccepted { world.acknowledged.append((id, fence)) }
        return
      case .problem: return
      case .unknown: await world.pause(for: 200...5_000)
      }
    }
  }

  // MARK: The line

  /// `Sendable` unchecked, as `Site` is.
  private final class Reply<Value: Sendable>: @unchecked Sendable {
    var continuation: UnsafeContinuation<Answer<Value>, Never>?

    func give(_ answer: Answer<Value>) {
      let waiter = continuation
      continuation = nil
      waiter?.resume(returning: answer)
    }
  }

  /// Asks the coordinator that is there; requests and answers can be late, lost and doubled.
  private func ask<Value: Sendable>(
    _ work: @escaping @Sendable (Coordinator) async throws(Problem) -> Value
  ) async -> Answer<Value> {
    await world.pause(for: 1...30)
    if world.happens(.network, oneIn: 10) { await world.pause(for: 1_000...50_000) }
    let reply = Reply<Value>()
    let count = world.happens(.network, oneIn: 10) ? 2 : 1
    let isLost = world.happens(.network, oneIn: 10)
    return await withUnsafeContinuation { continuation in
      reply.continuation = continuation
      guard let process = world.process, process.isAlive, let coordinator = process.coordinator
      else { return reply.give(.unknown) }
      for _ in 1...count {
        process.serve {
          let answer: Answer<Value>
          do throws(Problem) {
            answer = .value(try await work(coordinator))
          } catch {
            answer = process.isAlive ? .problem(error) : .unknown
          }
          reply.give(isLost ? .unknown : answer)
        } onDeath: {
          reply.give(.unknown)
        }
      }
    }
  }
}

/// Where one claim is worked on. Which file it is follows from the task and its stage; how good the
/// work is, from chance.
struct WorkDesk {
  let world: World
  let folder: Int
  let handoff: Handoff
  let fence: Fence

  func write() {
    let quality =
      world.happens(.workers, oneIn: 4)
      ? Work.Quality.allCases[world.draw(0...Work.Quality.allCases.count - 1)] : .good
    let path =
      world.happens(.workers, oneIn: 10)
      ? "shared/file" : "\(handoff.task)/\(handoff.stage.rawValue)"
    world.folders.write(Work(fence: fence.number, quality: quality), to: path, in: folder)
  }
}

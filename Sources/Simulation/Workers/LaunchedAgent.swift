// SPDX-License-Identifier: Apache-2.0
// An agent that the coordinator launches, and that dies with it.

import Agents
import Domain
import TestKit

struct LaunchedAgent: AgentDriver {
  let process: CoordinatorProcess
  let world: World

  var name: String { "simulated" }

  func run(_ run: Assignment) async -> AgentEnding {
    guard let folder = world.folders.number(ofTree: run.workspace) else {
      return .failed(reason: "there is no workspace", report: nil)
    }
    let desk = WorkDesk(
      world: world, folder: folder, handoff: run.packet.handoff, fence: run.packet.fence)
    for _ in 1...world.draw(1...4) {
      await process.spend(world.draw(500...6_000))
      guard process.isAlive, !Task.isCancelled else { return .cancelled }
      desk.write()
    }
    guard world.happens(.workers, oneIn: 5) else { return .finished(report: nil) }
    guard world.draw(0...1) == 0 else { return .failed(reason: "simulated", report: nil) }
    // Something of it lives on and writes where nobody expects it, as long as the coordinator lives:
    // that both fail at once is not simulated.
    world.spawn {
      for _ in 1...3 {
        await world.pause(for: 500...20_000)
        guard process.isAlive else { return }
        desk.write()
      }
    }
    return .outlived(reason: "simulated")
  }
}

extension World {
  /// Who is launched for each role.
  func drivers(for process: CoordinatorProcess) -> [Role: any AgentDriver] {
    guard plan.launches else { return [:] }
    let agent = LaunchedAgent(process: process, world: self)
    return Dictionary(uniqueKeysWithValues: Role.allCases.map { ($0, agent) })
  }
}

// SPDX-License-Identifier: Apache-2.0
// The faults that come from outside, at times that the seed decides.

import Domain

/// Breaks things until the seed's calm begins.
struct Fate {
  private let world: World

  init(_ world: World) { self.world = world }

  func work() async {
    while !world.isOver, world.scheduler.clock.elapsed < world.plan.calm {
      await world.pause(for: 300...9_000)
      guard !world.profile.kinds.isEmpty else { continue }
      let kinds = world.profile.kinds
      await strike(kinds[world.draw(0...kinds.count - 1)])
    }
    world.note("the faults stop")
    world.profile.isOn = false
    world.isDiskFull = false
    world.process?.site.isStopped = false
  }

  private func strike(_ kind: FaultProfile.Kind) async {
    let process = world.process
    switch kind {
    case .crash: process?.die("at an await")
    case .stop: await stop(process)
    case .suspend:
      world.note("the machine sleeps")
      let clock = world.scheduler.clock
      clock.advance(to: clock.elapsed + world.draw(1_000...200_000))
    case .wallJump:
      let far = 10 * 365 * 86_400_000
      let jump = world.draw(0...1) == 0 ? world.draw(-100_000...100_000) : world.draw(-far...far)
      world.note("the wall clock jumps by \(jump) ms")
      world.scheduler.clock.jumpWall(by: jump)
    case .reboot:
      process?.die("with its machine")
      world.scheduler.clock.reboot()
    case .fullDisk:
      world.note("the disk is nearly full")
      world.isDiskFull = true
      await world.pause(for: 1_000...40_000)
      world.isDiskFull = false
      world.note("the disk has space again")
    case .interrupt: await process?.interrupt()
    case .neighbour: await meddle()
    // These happen where the calls are made.
    case .storeError, .gitError, .slowGit, .network, .workers: break
    }
  }

  private func stop(_ process: CoordinatorProcess?) async {
    guard let process, process.isAlive else { return }
    world.note("the coordinator is stopped")
    process.site.isStopped = true
    await world.pause(for: 500...2 * WorldPlan.leaseMilliseconds)
    process.site.isStopped = false
    world.note("the coordinator goes on")
  }

  /// A person commits to the default branch.
  private func meddle() async {
    let git = world.git
    guard git.locks[GitWorld.main] == nil, let head = git.references[GitWorld.main] else { return }
    world.note("a neighbour locks main")
    git.locks[GitWorld.main] = .neighbour
    await world.pause(for: 50...20_000)
    var files = git.files(ofCommit: head)
    files["neighbour-\(world.scheduler.clock.elapsed)"] = Work(fence: 0, quality: .good)
    git.references[GitWorld.main] = git.write(
      commit: .init(tree: git.write(tree: files), parents: [head]), message: "neighbour")
    git.locks[GitWorld.main] = nil
    world.note("a neighbour has committed")
  }
}

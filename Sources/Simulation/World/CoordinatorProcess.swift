// SPDX-License-Identifier: Apache-2.0
// One run of the real coordinator in the simulated world, from its start to its end or its death.

import Coordinator
import Domain
import Store
import Supervision

/// How a run ended, as whoever started it sees it.
enum ProcessEnding {
  case ended(RunEnding)
  case failed(Problem)
  case died
}

/// A process of the coordinator.
///
/// One that dies goes on as nobody: every port refuses, every wait ends at once, and nothing that it
/// does has an effect any more, until the last of its tasks has ended.
///
/// `Sendable` unchecked, as `Site` is.
final class CoordinatorProcess: @unchecked Sendable {
  let incarnation: Int
  let site: Site
  private(set) var isAlive = true
  private(set) var coordinator: Coordinator?
  private let world: World
  private var body: Task<Result<RunEnding, Problem>, Never>?
  private var ending: UnsafeContinuation<ProcessEnding, Never>?
  private var isInterrupted = false
  private var requests: [Int: Request] = [:]
  private var nextRequest = 0

  private struct Request {
    let task: Task<Void, Never>
    let onDeath: () -> Void
  }

  init(_ world: World, incarnation: Int) {
    self.world = world
    self.incarnation = incarnation
    site = Site("process \(incarnation)", world.scheduler)
  }

  // MARK: Its life

  /// Runs to the end.
  func run(extending: Bool) async -> ProcessEnding {
    await withUnsafeContinuation { continuation in
      ending = continuation
      let body = Task(executorPreference: site) { await self.session(extending) }
      self.body = body
      _ = Task(executorPreference: site) { await self.wait(for: body) }
    }
  }

  /// What `orchestrate run` does, without the command line.
  private func session(_ extending: Bool) async -> Result<RunEnding, Problem> {
    do throws(Problem) {
      let coordinator = makeCoordinator()
      _ = try await coordinator.recover(isWorkerAlive: { !$0.worker.hasPrefix("run:") })
      self.coordinator = coordinator
      let session = world.plan.session
      if extending { try await coordinator.extend(session, by: 100_000_000) }
      let plan = world.plan
      try await coordinator.start(
        session,
        planned: { (base) throws(Problem) in plan.plan(on: base) }, entry: world.plan.entry,
        options: StartOptions(isForced: false))
      return .success(
        try await SessionRun(
          coordinator: coordinator, session: session, launches: world.plan.launches
        ).run())
    } catch {
      return .failure(error)
    }
  }

  /// Seals what was interrupted, answers whoever still asks, and ends.
  private func wait(for body: Task<Result<RunEnding, Problem>, Never>) async {
    var result = await body.value
    await coordinator?.stop()
    if isInterrupted {
      result = .success(.interrupted)
      do throws(Problem) {
        if world.plan.launches {
          try await coordinator?.pause(world.plan.session, reason: "stopped by the user")
        }
      } catch {
        result = .failure(error)
      }
    }
    // Others may still ask meanwhile.
    while let request = requests.min(by: { $0.key < $1.key })?.value { await request.task.value }
    guard isAlive else { return world.scheduler.remove(site) }
    isAlive = false
    coordinator = nil
    world.scheduler.remove(site)
    switch result {
    case .success(let run): end(.ended(run))
    case .failure(let problem): end(.failed(problem))
    }
  }

  private func end(_ how: ProcessEnding) {
    let waiter = ending
    ending = nil
    waiter?.resume(returning: how)
  }

  /// SIGKILL.
  func die(_ how: String) {
    guard isAlive else { return }
    world.note("the coordinator dies \(how)")
    isAlive = false
    site.isStopped = false
    coordinator = nil
    body?.cancel()
    for (_, request) in requests.sorted(by: { $0.key < $1.key }) {
      request.task.cancel()
      request.onDeath()
    }
    end(.died)
  }

  /// Ctrl-C.
  func interrupt() async {
    guard isAlive, !isInterrupted, let coordinator else { return }
    world.note("a person presses Ctrl-C")
    isInterrupted = true
    await coordinator.stop()
    body?.cancel()
  }

  /// Time that passes in a call to something slow; none for the dead.
  func spend(_ milliseconds: Int) async {
    guard isAlive else { return }
    // A cancelled wait ends early, as a dead process's does.
    try? await world.scheduler.sleep(milliseconds)
  }

  // MARK: Requests

  /// Does something for a client.
  func serve(_ work: @escaping @Sendable () async -> Void, onDeath: @escaping () -> Void) {
    nextRequest += 1
    let number = nextRequest
    let task = Task(executorPreference: site) {
      await work()
      self.requests[number] = nil
    }
    requests[number] = Request(task: task, onDeath: onDeath)
  }

  // MARK: Making it

  private func makeCoordinator() -> Coordinator {
    let (world, scheduler) = (world, world.scheduler)
    let isWall = world.bug == .leaseOnWallClock
    return Coordinator(
      paths: world.plan.paths, settings: world.plan.settings(drivers: world.drivers(for: self)),
      store: MemoryStore(medium: ProcessMedium(self, world)),
      supervisor: Supervisor(executable: "/nonexistent"),
      clock: { isWall ? scheduler.clock.nowByTheWall : scheduler.clock.now },
      ports: Ports(
        repository: SimulatedDoor(process: self, world: world),
        workspaces: ProcessWorkspaces(self, world),
        prover: SimulatedProver(process: self, world: world),
        archive: SimulatedArchive(process: self, world: world),
        projections: SimulatedProjections(process: self, world: world),
        pause: { try await scheduler.sleep(Int($0 / .milliseconds(1))) },
        // Nothing of the real process: a trace would differ from one replay to the next.
        workerName: { "run:0:0:\($0)" }, executor: site),
      tell: { [weak self] event in
        if self?.isAlive == true { world.heard(event) }
      })
  }
}

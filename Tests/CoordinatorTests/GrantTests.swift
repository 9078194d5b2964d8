// SPDX-License-Identifier: Apache-2.0
// Handoffs that are claimed by the commit that makes them possible, and folders that are ready by then.

import Agents
import Domain
import Store
import Synchronization
import TestKit
import TestPacing
import Testing

@testable import Coordinator

@Suite(.paced, .enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct GrantTests {
  private let agent = ScriptedAgent()

  /// What becomes of the second handoff by the time that the first one's acceptance is told.
  private func nextAtAcceptance(
    _ project: SessionFixture, agent: (any AgentDriver)? = nil
  ) throws -> (Coordinator, @Sendable () -> HandoffStateName?) {
    let seen = Mutex<HandoffStateName?>(nil)
    let (store, next) = (project.store, HandoffID(session: project.session, ordinal: 2))
    let coordinator = try project.coordinator(agent: agent) { event in
      guard case .stageAccepted(let handoff, _, _, _) = event, handoff.id.ordinal == 1 else {
        return
      }
      let state = try? store.handoff(next)?.state
      seen.withLock { $0 = state.map(HandoffStateName.init) }
    }
    return (coordinator, { seen.withLock(\.self) })
  }

  @Test func `whoever waits gets the next stage by the commit that accepts the one before`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1", workflow: "tdd")])
    let (coordinator, next) = try nextAtAcceptance(project)
    try await project.start(coordinator)
    let first = try await project.requireClaim(coordinator)
    let wish = { (role: Role, worker: String) in
      WorkRequest(session: project.session, roles: [role], worker: worker, wait: .seconds(60))
    }
    let (reviewing, implementing) = (wish(.reviewer, "reviews"), wish(.specialist, "implements"))
    // The first in the queue cannot do it; it waits until the test is over.
    async let _ = coordinator.claim(reviewing)
    async let second = coordinator.claim(implementing)
    #expect(try await project.work(coordinator, on: first, as: agent).isAccepted)
    #expect(next() == .claimed)
    let claimed = try #require(try await second)
    #expect(claimed.handoff.stage == .green && claimed.claim.worker == "implements")
    #expect(try await project.work(coordinator, on: claimed, as: agent).isAccepted)
  }

  @Test func `whoever waits is given a folder that was made ready during the proof before`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1", workflow: "tdd")])
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let wish = { (role: Role) in
      WorkRequest(
        session: project.session, roles: [role], worker: role.rawValue, wait: .seconds(60))
    }
    let refused = try #require(try await coordinator.claim(wish(.testEngineer)))
    let waiting = wish(.specialist)
    async let second = coordinator.claim(waiting)
    while coordinator.waitingClaims.requests.isEmpty { await Task.yield() }
    let lazy = ScriptedAgent { _, _ in .done(report: "{\"summary\": \"did nothing\"}") }
    #expect(try await !project.work(coordinator, on: refused, as: lazy).isAccepted)
    // The one that was made ready for what a refusal does not lead to is free again.
    let first = try #require(try await coordinator.claim(wish(.testEngineer)))
    await coordinator.awaitDroppedSpares()
    #expect(idleNames(coordinator.pool) == [first.slot.name == "agent-1" ? "agent-2" : "agent-1"])
    while coordinator.waitingClaims.requests.isEmpty { await Task.yield() }
    #expect(try await project.work(coordinator, on: first, as: agent).isAccepted)
    let claimed = try #require(try await second)
    // The slow way would take the name that the accepted stage has just let go.
    #expect(claimed.slot.name != first.slot.name)
    #expect(try await project.work(coordinator, on: claimed, as: agent).isAccepted)
    let ending = try await SessionRun(
      coordinator: coordinator, session: project.session, launches: false
    ).run()
    #expect(ending == .completed)
    #expect(directoryNames(project.paths.workspaces).filter { $0.hasPrefix("agent") } == [])
  }

  @Test func `what a waiting worker is told at once is what the store says of its handoff`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1", workflow: "full")])
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let anything = WorkRequest(
      session: project.session, roles: Set(Role.allCases), worker: "next", wait: .seconds(60))
    var claimed = try await project.requireClaim(coordinator)
    var stages = [claimed.handoff.stage]
    while claimed.handoff.stage != .document {
      async let next = coordinator.claim(anything)
      while coordinator.waitingClaims.requests.isEmpty { await Task.yield() }
      #expect(try await project.work(coordinator, on: claimed, as: agent).isAccepted)
      claimed = try #require(try await next)
      stages.append(claimed.handoff.stage)
      let stored = try await coordinator.packet(for: claimed.handoff, claimed.claim)
      #expect(claimed.packet == stored)
    }
    #expect(stages == [.design, .red, .green, .refactor, .verify, .review, .document])
    #expect(claimed.packet.decision != nil && !claimed.packet.redTests.isEmpty)
  }

  @Test func `no spare is made in a new folder where a project keeps what builds leave`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1", workflow: "notes")])
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let pool = WorkspacePool(paths: project.paths)
    let tree = try project.repository.revision("HEAD^{tree}")
    let id = try #require(ObjectID(tree))
    #expect(try pool.clearSpare(keeping: [".cache"]) == nil)
    let claimed = try await project.requireClaim(coordinator)
    try await coordinator.release(claimed.handoff.id, fence: claimed.claim.fence)
    let cleared = try #require(try pool.clearSpare(keeping: [".cache"]))
    #expect(idleNames(pool) == [], "nobody else is given it meanwhile")
    let spare = try pool.fill(cleared, with: id, keeping: [".cache"])
    #expect(spare.slot.name == claimed.slot.name)
    #expect(idleNames(pool) == [], "nobody else is given it meanwhile")
    pool.free(spare.slot)
    #expect(idleNames(pool) == [spare.slot.name])
  }

  private func idleNames(_ pool: WorkspacePool) -> [String] {
    pool.idleSlots().map(\.name).filter { $0.hasPrefix("agent") }
  }

  @Test func `an agent of ours gets its task's next stage by the commit that accepts its own`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1", workflow: "tdd")])
    let (coordinator, next) = try nextAtAcceptance(project, agent: agent)
    try await project.start(coordinator)
    let ending = try await SessionRun(
      coordinator: coordinator, session: project.session, launches: true
    ).run()
    #expect(ending == .completed)
    #expect(next() == .claimed)
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a session does as its window and its time run out.

import Agents
import Coordinator
import Documents
import Domain
import Glibc
import Store
import TestKit
import TestPacing
import Testing

@Suite(.paced, .enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct BudgetLadderTests {
  private func started() async throws -> (SessionFixture, Coordinator) {
    let project = try SessionFixture(
      tasks: (1...4).map { FixtureTask("task-\($0)", workflow: "notes") })
    let coordinator = try project.coordinator(jobs: 4)
    try await project.start(coordinator)
    return (project, coordinator)
  }

  /// Does one task that costs `tokens`.
  private func spend(
    _ tokens: Int, _ project: SessionFixture, _ coordinator: Coordinator
  ) async throws {
    let agent = ScriptedAgent { _, _ in
      .done(
        report: """
          {"summary": "no document is due here", "usage": {"inputTokens": \(tokens)}}
          """)
    }
    let claimed = try await project.requireClaim(coordinator)
    #expect(try await project.work(coordinator, on: claimed, as: agent).isAccepted)
  }

  private func problem(_ body: () async throws -> Void) async -> Problem? {
    do {
      try await body()
      return nil
    } catch {
      return error as? Problem
    }
  }

  private func segment(_ project: SessionFixture) throws -> Int? {
    try project.store.session(project.session)?.segment?.number
  }

  private func notes(_ project: SessionFixture) throws -> [String] {
    try project.store.entries(in: project.session, after: 0, limit: 1000).compactMap {
      if case .noted(let note) = $0.event { note.kind } else { nil }
    }
  }

  private func hasSummary(_ project: SessionFixture) -> Bool {
    access(project.paths.sessions + "/session-039-summary.md", F_OK) == 0
  }

  @Test func `at half the window a checkpoint is noted, once`() async throws {
    let (project, coordinator) = try await started()
    try await spend(100_000, project, coordinator)
    for _ in 1...2 {
      let claimed = try await project.requireClaim(coordinator)
      try await coordinator.release(claimed.handoff.id, fence: claimed.claim.fence)
    }
    #expect(try notes(project) == ["budget.checkpoint"])
    #expect(try segment(project) == 1)
  }

  @Test func `from 70 % on a claim waits for those under way, then a new segment opens`()
    async throws
  {
    let (project, coordinator) = try await started()
    let open = try await project.requireClaim(coordinator, worker: "slow")
    try await spend(140_000, project, coordinator)
    let refused = await problem { _ = try await project.claim(coordinator) }
    #expect(refused?.code == "BUDGET001")
    #expect(refused?.exit == .budgetExhausted)
    try await coordinator.release(open.handoff.id, fence: open.claim.fence)
    _ = try await project.requireClaim(coordinator)
    #expect(try segment(project) == 2)
  }

  @Test func `at 95 % a new segment opens with a summary of the old, whoever is at work`()
    async throws
  {
    let (project, coordinator) = try await started()
    _ = try await project.requireClaim(coordinator, worker: "slow")
    try await spend(190_000, project, coordinator)
    #expect(!hasSummary(project))
    _ = try await project.requireClaim(coordinator)
    #expect(try segment(project) == 2)
    #expect(hasSummary(project))
    let reasons = try project.store.entries(in: project.session, after: 0, limit: 1000)
      .compactMap { if case .segmentClosed(_, let reason, _) = $0.event { reason } else { nil } }
    #expect(reasons.allSatisfy { $0.contains("SESSION003") } && reasons.count == 1)
  }

  @Test func `after forty minutes a new segment opens`() async throws {
    let (project, coordinator) = try await started()
    project.clock.advance(by: .seconds(40 * 60))
    _ = try await project.requireClaim(coordinator)
    #expect(try segment(project) == 2)
    #expect(hasSummary(project))
  }

  @Test(arguments: [365, -365, 3_650, -3_650])
  func `the wall clock may jump by years: no minute is used up by it, none is given`(
    days: Int
  ) async throws {
    let (project, coordinator) = try await started()
    project.clock.advance(by: .seconds(10 * 60))
    project.clock.jumpWall(by: .seconds(days * 86_400))
    let first = try await project.requireClaim(coordinator)
    #expect(try segment(project) == 1)
    try await coordinator.release(first.handoff.id, fence: first.claim.fence)
    // Nor does a segment that was closed after a jump count otherwise.
    for number in 2...6 {
      project.clock.advance(by: .seconds((number == 2 ? 30 : 40) * 60))
      project.clock.jumpWall(by: .seconds(days * (number.isMultiple(of: 2) ? -86_400 : 86_400)))
      let claimed = try await project.requireClaim(coordinator)
      #expect(try segment(project) == number)
      try await coordinator.release(claimed.handoff.id, fence: claimed.claim.fence)
    }
    let spending = try #require(try project.store.session(project.session)?.spending)
    #expect(spending.earlierSegments == .seconds(200 * 60))
    project.clock.advance(by: .seconds(40 * 60))
    #expect(await problem { _ = try await project.claim(coordinator) }?.code == "BUDGET002")
  }

  @Test func `a machine that starts anew with a wrong clock takes at most a segment's minutes`()
    async throws
  {
    let (project, coordinator) = try await started()
    project.clock.reboot()
    project.clock.jumpWall(by: .seconds(3_650 * 86_400))
    _ = try await project.requireClaim(coordinator)
    #expect(try segment(project) == 2)
    let spending = try #require(try project.store.session(project.session)?.spending)
    #expect(spending.earlierSegments == .seconds(40 * 60))
    #expect(spending.segmentOpenedBoot == project.clock.now.boot)
  }

  @Test func `after 240 minutes nothing goes on until the session is given more`() async throws {
    let (project, coordinator) = try await started()
    project.clock.advance(by: .seconds(240 * 60))
    let refused = await problem { _ = try await project.claim(coordinator) }
    #expect(refused?.code == "BUDGET002")
    #expect(refused?.exit == .budgetExhausted)
    try await coordinator.extend(project.session, by: 60)
    _ = try await project.requireClaim(coordinator)
    #expect(try notes(project).contains("budget.extended"))
  }
}

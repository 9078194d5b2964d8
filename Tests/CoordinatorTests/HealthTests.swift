// SPDX-License-Identifier: Apache-2.0
// What a broken project stops, and what a person may let pass.

import Agents
import Coordinator
import Domain
import Store
import TestKit
import TestPacing
import Testing

@Suite(.paced, .enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct HealthTests {
  private let broken = ["tests/test_old.py": "def test_old():\n    assert 1 == 2\n"]

  @Test func `a failed health check stops before any work`() async throws {
    let project = try SessionFixture(tasks: [FixtureTask("task-1")])
    let coordinator = try project.coordinator(health: ["/bin/false"])
    let problem = await #expect(throws: Problem.self) { try await project.start(coordinator) }
    #expect(problem?.exit == .gateFailed)
    #expect(try project.store.handoffs(in: project.session, states: nil).isEmpty)
  }

  @Test func `tests that fail already stop before any work`() async throws {
    let project = try SessionFixture(tasks: [FixtureTask("task-1")], files: broken)
    let coordinator = try project.coordinator()
    let problem = await #expect(throws: Problem.self) { try await project.start(coordinator) }
    #expect(problem?.exit == .gateFailed)
    #expect(problem?.reason?.contains("test_old") == true)
    #expect(try project.store.handoffs(in: project.session, states: nil).isEmpty)
  }

  @Test func `force goes on, is written down, and tolerates the known failures only`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1")], files: broken)
    let careless = ScriptedAgent { packet, folder in
      if packet.handoff.stage == .green, packet.handoff.attempt == 1 {
        try ScriptedAgent.write("def add(a, b):\n    return 0\n", to: "calc/basic.py", in: folder)
      }
      return .honest
    }
    let coordinator = try project.coordinator(agent: careless)
    try await project.start(coordinator, forced: true)
    let ending = try await SessionRun(
      coordinator: coordinator, session: project.session, launches: true
    ).run()
    #expect(ending == .completed)
    let notes = try project.store.entries(in: project.session, after: 0, limit: 1000)
      .compactMap { if case .noted(let note) = $0.event { note } else { nil } }
    #expect(notes.contains { $0.kind == "health.forced" && $0.text.contains("test_old") })
    let refusals = try project.store.handoffs(in: project.session, states: nil)
      .flatMap(\.feedback).map(\.code)
    #expect(refusals == ["TDD008"])
  }

  @Test func `tests that cannot be run stop the session even when forced`() async throws {
    let project = try SessionFixture(tasks: [FixtureTask("task-1")])
    let coordinator = try project.coordinator(command: ["/nonexistent/pytest"])
    let problem = await #expect(throws: Problem.self) {
      try await project.start(coordinator, forced: true)
    }
    #expect(problem?.exit == .session001)
  }
}

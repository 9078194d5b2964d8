// SPDX-License-Identifier: Apache-2.0
// The universal catalogue, and the session's record that answers a part of it.

import Domain
import Testing

@Suite struct UniversalGateTests {
  @Test func `there are nineteen gates, each with a row and a name of its own`() {
    #expect(UniversalGate.all.count == 19)
    #expect(Set(UniversalGate.all.map(\.id)).count == 19)
    #expect(UniversalGate.all.allSatisfy { !$0.demand.isEmpty })
  }

  @Test func `the sets are made of whole categories`() {
    #expect(GateSet.task.gates.count == 12)
    #expect(GateSet.swarm.gates.count == 15)
    #expect(GateSet.session.gates.count == 7)
    #expect(GateSet.docs.gates.count == 6)
    #expect(GateSet.protocol.gates == UniversalGate.all)
  }

  @Test func `a gate of the project's own takes the place of the universal one of its name`() {
    let own = Gate(id: "security_requirements", level: .warn, question: .command(["bandit"]))
    let row = UniversalGate.all.first { $0.id == own.id }
    #expect(row?.gate(in: [own]) == own)
    #expect(row?.gate(in: []).question != own.question)
  }

  @Test func `the project's coverage gate answers the universal one, with its own figures`() {
    let figures = [GateThreshold(value: "80", unit: "% of lines", source: "project.json")]
    let demand = CoverageDemand(
      command: ["c"], report: "r", format: nil, lineMin: 80, branchMin: 85, needsBranches: false,
      dropMax: 0)
    let own = Gate(
      id: "cov", level: .warn, question: .coverage(demand), thresholds: figures)
    let row = UniversalGate.all.first { $0.id == "test_coverage_tool_enforcement" }
    let gate = row?.gate(in: [own])
    #expect(gate?.question == own.question)
    #expect(gate?.thresholds == figures)
    #expect(gate?.level == .blocking)
  }

  // MARK: The session's record

  private let workflow = try? Workflow(
    name: "w",
    steps: [
      .init(stage: .design, role: .architect), .init(stage: .red, role: .testEngineer),
      .init(stage: .green, role: .specialist),
    ])

  private func stage(
    _ number: Int, _ stage: Stage, role: Role, fence: Int, missing: [Digest] = []
  ) throws -> SessionGateFacts.Accepted {
    SessionGateFacts.Accepted(
      handoff: try #require(HandoffID("007-\(number)")), task: try #require(TaskID("task-1")),
      workflow: try #require(workflow), stage: stage, role: role, round: 1,
      fence: try #require(Fence(fence)), missingEvidence: missing)
  }

  private func facts(
    _ accepted: [SessionGateFacts.Accepted], tokens: Int = 1_000, problems: [String] = []
  ) throws -> SessionGateFacts {
    SessionGateFacts(
      session: try #require(SessionID("7")), accepted: accepted,
      runs: accepted.map { .init(handoff: $0.handoff, fence: $0.fence, tokens: tokens) },
      windowTokens: 2_000, journalEntries: 9, journalProblems: problems)
  }

  private func verdict(_ question: SessionQuestion, _ facts: SessionGateFacts) -> Verdict {
    let gate = Gate(id: "g", level: .blocking, question: .session(question))
    return SessionGateRules.judge(gate, question, facts).verdict
  }

  private func honest() throws -> [SessionGateFacts.Accepted] {
    [
      try stage(1, .design, role: .architect, fence: 1),
      try stage(2, .red, role: .testEngineer, fence: 2),
      try stage(3, .green, role: .specialist, fence: 3),
    ]
  }

  @Test(arguments: SessionQuestion.allCases)
  func `an honest session answers every question with yes`(question: SessionQuestion) throws {
    #expect(verdict(question, try facts(try honest())) == .pass)
  }

  @Test(arguments: SessionQuestion.allCases.filter { $0 != .journalWhole })
  func `a session in which nothing happened answers none`(question: SessionQuestion) throws {
    #expect(verdict(question, try facts([])) == .didNotRun)
  }

  @Test func `each breach is seen by the gate that looks for it`() throws {
    let honest = try honest()
    #expect(verdict(.redBeforeGreen, try facts([honest[0], honest[2]])) == .fail)
    #expect(verdict(.designsAccepted, try facts([honest[1], honest[2]])) == .fail)
    #expect(verdict(.windowKept, try facts(honest, tokens: 2_001)) == .fail)
    #expect(verdict(.journalWhole, try facts(honest, problems: ["gap at 3"])) == .fail)
    let lost = try stage(3, .green, role: .specialist, fence: 3, missing: [.sha256(of: [])])
    #expect(verdict(.evidenceKept, try facts([lost])) == .fail)
    let foreign = try stage(3, .green, role: .reviewer, fence: 3)
    #expect(verdict(.rolesKept, try facts([foreign])) == .fail)
    let newer = SessionGateFacts(
      session: try #require(SessionID("7")), accepted: [honest[2]],
      runs: [.init(handoff: honest[2].handoff, fence: try #require(Fence(9)), tokens: 1)],
      windowTokens: 2_000, journalEntries: 1, journalProblems: [])
    #expect(verdict(.fencesHeld, newer) == .fail)
  }
}

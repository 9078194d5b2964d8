// SPDX-License-Identifier: Apache-2.0
// Every kind of event survives the journal.

import Domain
import Testing

@Suite struct SessionEventTests {
  private static let plan = SessionPlan(
    session: SessionID(number: 39)!, title: "Charts", objectives: ["draw"], complexity: .high,
    base: .sample(1),
    tasks: [
      PlannedTask(
        id: TaskID("a")!, title: "A", agent: "backend-specialist", workflow: .full,
        dependencies: [TaskID("b")!], files: ["a.py"], tests: ["draws"], blockers: ["key"],
        estimatedMinutes: 20)
    ],
    budget: BudgetLimits())

  private static let acceptance = Acceptance(
    fence: .held, checkpoint: .sample(2), reference: "refs/orchestrate/039/tasks/a/red-1-7",
    checks: [
      Check(name: "red.fails", level: .blocking, verdict: .pass, code: nil, message: "m"),
      Check(name: "x", level: .warn, verdict: .didNotRun, code: "PROOF001", message: "m"),
    ],
    evidence: [Digest.sha256(of: "e".utf8)])

  private static let id = HandoffSituation.id

  private static let events: [SessionEvent] = [
    .sessionPlanned(plan), .configurationRead(Digest.sha256(of: "c".utf8)),
    .lifecycleMoved(SessionLifecycle()),
    .segmentOpened(Segment(number: 1, openedAt: Timestamp(milliseconds: 5))),
    .segmentOpened(
      Segment(
        number: 2, openedAt: Timestamp(milliseconds: 5),
        openedBoot: BootInstant(bootID: "boot-1", milliseconds: 7))),
    .segmentClosed(number: 1, reason: "full"),
    .segmentClosed(number: 2, reason: "full", elapsedMilliseconds: 9),
    .healthChecked(.broken, forced: true, evidence: nil),
    .healthChecked(.healthy, forced: false, evidence: Digest.sha256(of: "h".utf8)),
    .branchMoved(to: .sample(3)), .budgetChanged(BudgetLimits(sessionMinutes: 300)),
    .taskMoved(TaskID("a")!, TaskSituation.working.progress),
    .handoffQueued(HandoffSituation.ready.handoff),
    .handoffClaimed(id, .sample(), attempt: 2), .handoffSubmitted(id, .held, .sample),
    .handoffReturned(HandoffSituation.dead.handoff, reason: .expired),
    .handoffAccepted(HandoffSituation.accepted.handoff, acceptance), .handoffCancelled(id),
    .usageReported(
      Usage(inputTokens: 1, outputTokens: 2, costMicroUSD: 3, isEstimated: true), handoff: id,
      fence: .held, segment: 1),
    .noted(Note(kind: "health.forced", text: "by hand")),
  ]

  @Test func `each event is the same after being written and read`() throws {
    for event in Self.events { try expectRoundTrip(event) }
  }

  @Test func `each kind of event is among those tried`() {
    var kinds: Set<Int> = []
    for event in Self.events { kinds.insert(Self.ordinal(event)) }
    #expect(kinds == Set(0..<17))
  }

  /// Exhaustive, so that a new kind of event does not compile here before it is tried above.
  private static func ordinal(_ event: SessionEvent) -> Int {
    switch event {
    case .sessionPlanned: 0
    case .configurationRead: 1
    case .lifecycleMoved: 2
    case .segmentOpened: 3
    case .segmentClosed: 4
    case .healthChecked: 5
    case .branchMoved: 6
    case .taskMoved: 7
    case .handoffQueued: 8
    case .handoffClaimed: 9
    case .handoffSubmitted: 10
    case .handoffReturned: 11
    case .handoffAccepted: 12
    case .handoffCancelled: 13
    case .usageReported: 14
    case .noted: 15
    case .budgetChanged: 16
    }
  }

  @Test func `evidence is named by the digest of the bytes that it is kept as`() throws {
    let evidence = Evidence(
      kind: .red, tree: .sample(1), command: ["pytest", "-q"], ending: "exit 1",
      startedAt: Timestamp(milliseconds: 5), durationMilliseconds: 12, outputDigest: nil,
      output: "1 failed", tests: .saw([newA: .assertion]), note: "n")
    try expectRoundTrip(evidence)
    let record = EvidenceRecord(kind: .red, body: "{}")
    #expect(record.digest == Digest.sha256(of: "{}".utf8))
    try expectRoundTrip(record)
  }
}

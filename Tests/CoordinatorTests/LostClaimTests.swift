// SPDX-License-Identifier: Apache-2.0
// Claims that go down with their coordinator or sleep past their lease, and clocks that jump.

import Agents
import Domain
import FoundationEssentials
import Glibc
import Store
import Supervision
import TestKit
import TestPacing
import Testing

@testable import Coordinator

@Suite(.paced, .enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct LostClaimTests {
  private let agent = ScriptedAgent()

  private func notes(_ count: Int) -> [FixtureTask] {
    (1...count).map { FixtureTask("task-\($0)", workflow: "notes") }
  }

  private func states(_ project: SessionFixture) throws -> [String] {
    try project.store.tasks(in: project.session).map(\.progress.state.name)
  }

  private func handoff(_ project: SessionFixture, _ ordinal: Int) throws -> Handoff {
    try #require(
      try project.store.handoff(HandoffID(session: project.session, ordinal: ordinal)))
  }

  /// Waits until something is so; the suite's own deadline ends what never comes.
  private func until(_ condition: () throws -> Bool) async throws {
    while try !condition() { try await Task.sleep(for: .milliseconds(10)) }
  }

  // MARK: Poison

  @Test
  func
    `work that takes its coordinator along is dead at exactly the fifth time, and the queue moves on`()
    async throws
  {
    let project = try SessionFixture(tasks: notes(2))
    var coordinator = try project.coordinator()
    try await project.start(coordinator)
    for number in 1...Handoff.lossesMax {
      let claimed = try await project.requireClaim(coordinator, worker: "run:1:1:1")
      #expect(claimed.handoff.id.ordinal == 1 && claimed.handoff.attempt == 1)
      coordinator = try project.coordinator()
      let report = try await coordinator.recover(isWorkerAlive: { _ in false })
      #expect(report.returned.count == (number < Handoff.lossesMax ? 1 : 0))
      #expect(report.dead.count == (number < Handoff.lossesMax ? 0 : 1))
    }
    #expect(try states(project) == ["blocked", "working"])
    #expect(try handoff(project, 1).feedback.map(\.code) == ["CRASH001"])
    let next = try await project.requireClaim(coordinator)
    #expect(next.handoff.task.text == "task-2")
    #expect(try await project.work(coordinator, on: next, as: agent).isAccepted)
    #expect(try project.store.verifyJournal(.replay).isWhole)
  }

  @Test func `a proof that takes its coordinator along is refused at exactly the fifth time`()
    async throws
  {
    let project = try SessionFixture(tasks: notes(1))
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let claimed = try await project.requireClaim(coordinator)
    let tree = try #require(ObjectID(try project.repository.revision("HEAD^{tree}")))
    let (id, fence) = (claimed.handoff.id, claimed.claim.fence)
    try project.store.commit(
      Transition(
        session: project.session, at: project.clock.now.wall,
        events: [
          .handoffSubmitted(
            id, fence, Submission(tree: tree, report: nil, submittedAt: project.clock.now.wall))
        ]
          // What recoveries that came to no end leave.
          + (1..<Handoff.lossesMax).map { _ in
            .noted(Note(kind: "recovery.proved-again", text: "\(id) \(fence)"))
          }))
    let report = try await project.coordinator().recover(isWorkerAlive: { _ in true })
    #expect(report.dead == [id] && report.proved.isEmpty)
    let refused = try handoff(project, 1)
    #expect(refused.state == .ready && refused.attempt == 2)
    #expect(refused.feedback.map(\.code) == ["CRASH002"])
    let reference = "refs/orchestrate/039/refused/task-1/document-1-\(fence)"
    #expect(try project.repository.revision("\(reference)^{tree}") == tree.text)
  }

  @Test func `one lapsed claim that cannot be ended does not keep the others from it`()
    async throws
  {
    let project = try SessionFixture(tasks: notes(2))
    let coordinator = try project.coordinator(jobs: 2, attempts: 1)
    try await project.start(coordinator)
    let bad = try await project.requireClaim(coordinator)
    let good = try await project.requireClaim(coordinator)
    // A task that is not where its handoff says cannot be blocked by the handoff's end.
    var progress = try #require(try project.store.tasks(in: project.session).first).progress
    _ = try progress.failed(reason: "somebody said so")
    try project.store.commit(
      Transition(
        session: project.session, at: project.clock.now.wall,
        events: [.taskMoved(bad.handoff.task, progress)]))
    project.clock.advance(by: .seconds(901))
    #expect(try await project.claim(coordinator) == nil)
    #expect(try await project.claim(coordinator) == nil)
    #expect(try handoff(project, good.handoff.id.ordinal).state == .dead)
    let warnings = project.told.filter { if case .warning = $0 { true } else { false } }
    #expect(warnings.count == 1, "it is told once")
  }

  // MARK: Clocks

  @Test func `a machine that was started anew ends a polling worker's claim and costs an attempt`()
    async throws
  {
    let project = try SessionFixture(tasks: notes(1))
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let claimed = try await project.requireClaim(coordinator)
    project.clock.reboot()
    let report = try await project.coordinator().recover(isWorkerAlive: { _ in true })
    #expect(report.expired == 1)
    #expect(try handoff(project, claimed.handoff.id.ordinal).attempt == 2)
  }

  @Test func `a machine that was started anew costs work of our own nothing`() async throws {
    let project = try SessionFixture(tasks: notes(1))
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let claimed = try await project.requireClaim(coordinator, worker: WorkerName.ours(slot: 1))
    let claim = claimed.claim
    // Its name is that of this process, but during another run of the machine.
    #expect(!WorkerName.mayBeAlive(claim))
    project.clock.reboot()
    let report = try await project.coordinator().recover(isWorkerAlive: WorkerName.mayBeAlive)
    #expect(report.returned == [claimed.handoff.id] && report.expired == 0)
    let returned = try handoff(project, claimed.handoff.id.ordinal)
    #expect(returned.attempt == 1 && returned.losses == 1)
  }

  @Test func `a worker is known again by number, start and boot`() throws {
    let boot = SystemClock.make()().boot
    func claim(_ worker: String, boot: String) -> Claim {
      let end = Moment(
        wall: Timestamp(milliseconds: 0), boot: BootInstant(bootID: boot, milliseconds: 0))
      return Claim(
        fence: Fence(1)!, worker: worker, claimedAt: end.wall,
        lease: Lease(from: end, length: .seconds(1)))
    }
    let ours = WorkerName.ours(slot: 3)
    #expect(WorkerName.mayBeAlive(claim(ours, boot: boot.bootID)))
    #expect(!WorkerName.mayBeAlive(claim(ours, boot: "another boot")))
    let parts = ours.split(separator: ":")
    let later = "run:\(parts[1]):\(UInt64(parts[2])! + 1):3"
    #expect(!WorkerName.mayBeAlive(claim(later, boot: boot.bootID)))
    #expect(!WorkerName.mayBeAlive(claim("run:\(parts[1]):3", boot: boot.bootID)))
    #expect(WorkerName.mayBeAlive(claim("poll-17", boot: "another boot")))
  }

  @Test(arguments: [3_650, -3_650])
  func `the wall clock may jump by years: no claim ends early, none lasts for ever`(
    days: Int
  ) async throws {
    let project = try SessionFixture(tasks: notes(2))
    let coordinator = try project.coordinator(jobs: 2)
    try await project.start(coordinator)
    let first = try await project.requireClaim(coordinator)
    project.clock.jumpWall(by: .seconds(days * 86_400))
    _ = try await coordinator.recover(isWorkerAlive: { _ in true })
    #expect(try handoff(project, 1).claim?.fence == first.claim.fence, "it ended early")
    #expect(try await coordinator.renew(first.handoff.id, fence: first.claim.fence).claim != nil)
    project.clock.advance(by: .seconds(901))
    #expect(try await coordinator.recover(isWorkerAlive: { _ in true }).expired == 1)
    let entries = try project.store.entries(in: nil, after: 0, limit: 1000)
    #expect(entries.map(\.sequence) == Array(1...entries.count))
    #expect(try project.store.verifyJournal(.replay).isWhole)
  }

  // MARK: Agents of our own

  private func driver(_ project: SessionFixture, _ script: String) -> CommandDriver {
    CommandDriver(
      name: "shell", argv: ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"],
      supervisor: project.supervisor)
  }

  @Test
  func `an agent that slept past its lease is ended with all it started, and counts no attempt`()
    async throws
  {
    let project = try SessionFixture(tasks: notes(1))
    let started = project.paths.root + "/started"
    let script = """
      if [ -e '\(started)' ]; then echo '{"summary": "no document is due"}' >"$ORCHESTRATE_REPORT"
      else (trap '' TERM; echo $$ >'\(started)'; while :; do sleep 1; done) & trap '' TERM
        while :; do sleep 1; done
      fi
      """
    let coordinator = try project.coordinator(
      lease: .seconds(2), agent: driver(project, script))
    try await project.start(coordinator)
    let session = project.session
    let run = SessionRun(coordinator: coordinator, session: session, launches: true)
    async let ending = run.run()
    try await until { directoryNames(project.paths.root).contains("started") }
    let slot = "\(project.paths.workspaces)/agent-1/"
    #expect(StrayProcesses.areWorking(below: slot) == false, "they are our own descendants")
    // The machine sleeps: only the boot clock jumps, and by more than the lease.
    project.clock.advance(by: .seconds(3))
    #expect(try await ending == .completed)
    let done = try handoff(project, 1)
    #expect(done.state == .accepted && done.attempt == 1 && done.losses == 1)
    let runs = try project.store.runs(in: session)
    #expect(runs.map(\.outcome) == [.released, .accepted])
    #expect(StrayProcesses.end(workingBelow: slot) == (0, 0))
  }

  @Test func `what a killed supervisor left running is ended before its workspace is used again`()
    async throws
  {
    let project = try SessionFixture(tasks: notes(1))
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let claimed = try await project.requireClaim(coordinator, worker: "run:1:1:1")
    // The supervisor is killed at once; what the agent had started by then lives on.
    let ending = await driver(
      project,
      "setsid sh -c 'echo >alive; while :; do date >>alive; sleep 0.1; done' & "
        + "until [ -e alive ]; do sleep 0.1; done; kill -9 $PPID; sleep 100"
    ).run(
      Assignment(
        packet: claimed.packet, workspace: claimed.slot.tree, packetPath: claimed.slot.packet,
        reportPath: claimed.slot.report, deadline: .seconds(60)))
    guard case .outlived = ending else {
      Issue.record("\(ending)")
      return
    }
    #expect(StrayProcesses.areWorking(below: claimed.slot.directory))
    let report = try await project.coordinator().recover(isWorkerAlive: { _ in false })
    #expect(report.strays > 0 && report.returned == [claimed.handoff.id])
    #expect(!StrayProcesses.areWorking(below: claimed.slot.directory))
    // The folder is free, and what lay in it is kept.
    #expect(!directoryNames(project.paths.workspaces).contains { $0.hasPrefix("lost-") })
    #expect(try project.repository.git("for-each-ref", "refs/orchestrate/039/rescue") != "")
  }

  @Test func `the removal of a folder that was given up is brought to its end after a crash`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1", workflow: "notes")])
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let claimed = try await project.requireClaim(coordinator)
    let pool = WorkspacePool(paths: project.paths)
    pool.giveUp(claimed.slot, fence: claimed.claim.fence)
    let lost = try #require(pool.lostSlots().first?.slot)
    // As a kill in the middle leaves it.
    for name in ["holder", "base", "index"] { unlink(lost.directory + "/" + name) }
    #expect(
      try pool.halfRemovedSlots() == [], "its removal never began: nobody knows what is in it")
    let retired = project.paths.workspaces + "/retired"
    try Data("agent-1\n".utf8).write(to: URL(fileURLWithPath: retired))
    try await coordinator.sweepWorkspaces()
    #expect(access(lost.directory, F_OK) != 0)
    #expect(try String(contentsOfFile: retired, encoding: .utf8) == "agent-1\n")
  }
}

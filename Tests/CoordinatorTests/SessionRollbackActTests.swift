// SPDX-License-Identifier: Apache-2.0
// A session taken back and forth, with real work, real git and a real store.

import Agents
import Coordinator
import Domain
import FoundationEssentials
import Git
import Glibc
import Store
import TestKit
import Testing

@Suite(.enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct SessionRollbackActTests {
  private let one = TaskID("task-1")!
  private let two = TaskID("task-2")!

  private func wish(
    _ reason: String = "a test wants it", isForced: Bool = false, isDryRun: Bool = false
  ) -> OperationWish {
    OperationWish(cause: .person, reason: reason, isForced: isForced, isDryRun: isDryRun)
  }

  private static let notes = [
    FixtureTask("task-1", workflow: "notes"),
    FixtureTask("task-2", workflow: "notes", after: ["task-1"]),
  ]

  /// Writes a line into a document of the task's own.
  private static let writer = ScriptedAgent { packet, folder in
    let (task, round) = (packet.task.id, packet.handoff.round)
    try ScriptedAgent.write("\(task), round \(round)\n", to: "\(task).md", in: folder)
    return .done(report: "{\"summary\": \"wrote it\"}")
  }

  /// Works everything off that can be claimed.
  private func work(
    _ project: SessionFixture, _ coordinator: Coordinator, as agent: ScriptedAgent = writer
  ) async throws {
    while let claimed = try await project.claim(coordinator) {
      let result = try await project.work(coordinator, on: claimed, as: agent)
      #expect(result.isAccepted, "\(result.checks)")
    }
  }

  private func merged(
    _ tasks: [FixtureTask] = notes
  ) async throws -> (SessionFixture, Coordinator) {
    let project = try SessionFixture(tasks: tasks)
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    try await work(project, coordinator)
    return (project, coordinator)
  }

  private func states(_ project: SessionFixture) throws -> [String] {
    try project.store.tasks(in: project.session).map(\.progress.state.name)
  }

  private func log(_ project: SessionFixture) throws -> OperationLog {
    try OperationBook.log(Repository(discoveringFrom: project.repository.path))
  }

  @Test func `a task goes back with what was built on it, comes back, and is done again`()
    async throws
  {
    let (project, coordinator) = try await merged()
    let before = try project.branch()
    let tasks = try project.store.tasks(in: project.session)
    #expect(before.count == 5)
    try project.repository.write("mine\n", to: "untracked.txt")

    let report = try await coordinator.rollback(
      project.session, .command, .command(one), wish())
    #expect(report.checks.map(\.verdict) == [.pass, .pass, .pass])
    #expect(try states(project) == ["pending", "pending"])
    #expect(try project.branch() == [before.last])
    // Everything that was left is kept, and so is what a person had not committed.
    let rescue = try #require(report.rescue)
    #expect(try project.repository.git("show", "\(rescue):untracked.txt") == "mine\n")
    _ = try project.repository.git("merge-base", "--is-ancestor", before[0], rescue)

    let undone = try await coordinator.takeBack(
      report.operation, as: .undo(of: report.operation.number), wish())
    #expect(undone.checks.allSatisfy { $0.verdict == .pass })
    #expect(try project.branch() == before)
    #expect(try project.store.tasks(in: project.session).map(\.progress) == tasks.map(\.progress))

    _ = try await coordinator.takeBack(
      undone.operation, as: .redo(of: undone.operation.number), wish())
    #expect(try states(project) == ["pending", "pending"])
    let again = try project.coordinator()
    _ = try await again.recover(isWorkerAlive: { _ in false })
    try await work(project, again)
    #expect(try states(project) == ["completed", "completed"])
    #expect(try project.repository.git("show", "session/039:task-1.md") == "task-1, round 2\n")
    #expect(try await again.conclude(project.session) == .completed)
  }

  @Test func `a stage is done again from the checkpoint that is named`() async throws {
    let project = try SessionFixture(tasks: [FixtureTask("task-1")])
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    try await work(project, coordinator, as: ScriptedAgent())
    let red = try #require(try project.store.acceptances(in: project.session).first)
    let (session, checkpoint) = (project.session, red.acceptance.checkpoint)
    let report = try await coordinator.rollback(
      session, .phase, .phase(one, stage: nil, checkpoint: checkpoint), wish())
    #expect(report.checks.allSatisfy { $0.verdict == .pass })
    let task = try #require(try project.store.task(one, in: session))
    #expect(task.progress.head == checkpoint)
    #expect(task.progress.state == .working(.init(stage: .green, round: 2)))
    try await work(project, coordinator, as: ScriptedAgent())
    #expect(try states(project) == ["completed"])
    #expect(
      try project.repository.git("show", "session/039:calc/twice.py").contains("once more"))
  }

  @Test func `a session that went on refuses the way back`() async throws {
    let (project, coordinator) = try await merged()
    let report = try await coordinator.rollback(
      project.session, .command, .command(two), wish())
    _ = try await coordinator.recover(isWorkerAlive: { _ in false })
    try await work(project, coordinator)
    let problem = await #expect(throws: Problem.self) {
      try await coordinator.takeBack(report.operation, as: .undo(of: 1), wish())
    }
    #expect(problem?.exit == .conflict)
    #expect(try states(project) == ["completed", "completed"])
  }

  @Test func `a complete rollback removes the branch and undo brings all of it back`()
    async throws
  {
    let (project, coordinator) = try await merged()
    let before = try project.branch()
    let lifecycle = try project.store.session(project.session)?.lifecycle
    let report = try await coordinator.rollback(
      project.session, .complete, .complete(reason: "not wanted"), wish())
    #expect(report.checks.allSatisfy { $0.verdict == .pass })
    #expect(try project.repository.git("branch", "--list", "session/*").isEmpty)
    #expect(try project.store.session(project.session)?.lifecycle.isEnded == true)
    #expect(try await coordinator.recover(isWorkerAlive: { _ in false }).isEmpty)
    #expect(try project.repository.git("branch", "--list", "session/*").isEmpty)
    _ = try await coordinator.takeBack(report.operation, as: .undo(of: 1), wish())
    #expect(try project.branch() == before)
    #expect(try project.store.session(project.session)?.lifecycle == lifecycle)
  }

  @Test func `work under a live claim is not taken away unless forced, and then kept`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1")])
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let red = try await project.requireClaim(coordinator)
    _ = try await project.work(coordinator, on: red, as: ScriptedAgent())
    let green = try await project.requireClaim(coordinator)
    try ScriptedAgent.write("half\n", to: "calc/half.py", in: green.slot.tree)
    let order = SessionRollback.phase(one, stage: .red, checkpoint: nil)
    let session = project.session
    let problem = await #expect(throws: Problem.self) {
      try await coordinator.rollback(session, .phase, order, wish())
    }
    #expect(problem?.exit == .conflict)
    #expect(problem?.remedy?.contains("--fence \(green.claim.fence)") == true)
    #expect(try log(project).operations.isEmpty)

    _ = try await coordinator.rollback(session, .phase, order, wish(isForced: true))
    let late = await #expect(throws: Problem.self) {
      try await project.work(coordinator, on: green, as: ScriptedAgent())
    }
    #expect(late?.exit == .leaseLost)
    let kept = try project.repository.git("for-each-ref", "refs/orchestrate/039/rescue")
    #expect(kept.contains("green-1-\(green.claim.fence)"))
    let next = try await project.requireClaim(coordinator)
    #expect(next.handoff.stage == .red)
    #expect(next.handoff.round == 2)
  }

  @Test func `a dry run changes nothing and writes nothing down`() async throws {
    let (project, coordinator) = try await merged()
    let before = try project.repository.git("for-each-ref")
    let head = try project.store.head()
    let report = try await coordinator.rollback(
      project.session, .command, .command(one), wish(isDryRun: true))
    #expect(report.rescue == nil)
    #expect(report.paths.map(\.path) == ["task-1.md", "task-2.md"])
    #expect(try project.repository.git("for-each-ref") == before)
    #expect(try project.store.head() == head)
  }

  @Test func `the sixth rollback of an hour is refused, and forced is logged with its reason`()
    async throws
  {
    let (project, coordinator) = try await merged()
    let session = project.session
    for _ in 1...5 {
      let report = try await coordinator.rollback(session, .command, .command(two), wish())
      _ = try await coordinator.takeBack(
        report.operation, as: .undo(of: report.operation.number), wish())
    }
    let problem = await #expect(throws: Problem.self) {
      try await coordinator.rollback(session, .command, .command(two), wish())
    }
    #expect(problem?.code == "ROLLBACK002")
    _ = try await coordinator.rollback(
      session, .command, .command(two), wish("the disk was swapped", isForced: true))
    let notes = try project.store.entries(in: session, after: 0, limit: 1000).compactMap {
      if case .noted(let note) = $0.event, note.kind == "operation" { note.text } else { nil }
    }
    #expect(notes.count == 11)
    #expect(notes.last?.contains("the disk was swapped") == true)
    project.clock.advance(by: .seconds(3601))
    _ = try await coordinator.takeBack(
      try #require(try log(project).nextUndo), as: .undo(of: 11), wish())
    _ = try await coordinator.rollback(session, .command, .command(two), wish())
  }

  @Test func `while another operation is under way it is said, and the next one goes through`()
    async throws
  {
    let (project, coordinator) = try await merged()
    let repository = try Repository(discoveringFrom: project.paths.root)
    var other = try OperationBook(repository) as OperationBook?
    let problem = await #expect(throws: Problem.self) {
      try await coordinator.rollback(project.session, .command, .command(two), wish())
    }
    #expect(problem?.code == "ROLLBACK009")
    #expect(problem?.exit == .conflict)
    withExtendedLifetime(other) {}
    #expect(try log(project).operations.isEmpty)
    other = nil
    _ = try await coordinator.rollback(project.session, .command, .command(two), wish())
  }

  @Test func `a branch that is checked out is not moved under a person's feet`() async throws {
    let (project, coordinator) = try await merged()
    try project.repository.git("switch", "-q", "session/039")
    let session = project.session
    let problem = await #expect(throws: Problem.self) {
      try await coordinator.rollback(session, .command, .command(one), wish())
    }
    #expect(problem?.exit == .denied)
    #expect(try states(project) == ["completed", "completed"])
  }

  // MARK: Crashes

  @Test func `a crash before the transaction leaves nothing but a rescue`() async throws {
    let (project, coordinator) = try await merged()
    let before = try project.branch()
    let report = try await coordinator.rollback(
      project.session, .command, .command(one), wish())
    _ = try await coordinator.takeBack(report.operation, as: .undo(of: 1), wish())
    // As if another one had been killed right after it was written down: its rescue is the newest
    // and the journal knows nothing of it.
    let rescue = try project.repository.revision("refs/orchestrate/rescue/000001")
    let message = try project.repository.git("log", "-1", "--format=%B", rescue)
      .replacing("\"number\":1", with: "\"number\":3")
    let tree = try project.repository.revision("\(rescue)^{tree}")
    let forged = try project.repository.git("commit-tree", "-m", message, tree).dropLast()
    try project.repository.git("update-ref", "refs/orchestrate/rescue/000003", String(forged))
    let again = try project.coordinator()
    let recovered = try await again.recover(isWorkerAlive: { _ in false })
    #expect(recovered.operation?.contains("nothing was changed") == true)
    #expect(try project.branch() == before)
    #expect(try log(project).operations.count == 2)
    #expect(try await again.recover(isWorkerAlive: { _ in false }).isEmpty)
  }

  @Test func `a crash after the transaction is brought to its end`() async throws {
    let (project, coordinator) = try await merged()
    let before = try project.branch()
    _ = try await coordinator.rollback(project.session, .command, .command(one), wish())
    // The branch had not moved yet, and the log does not say that it was done.
    try project.repository.git("update-ref", "refs/heads/session/039", before[0])
    try project.repository.git("update-ref", "-d", "refs/orchestrate/operations/000001")
    let again = try project.coordinator()
    let recovered = try await again.recover(isWorkerAlive: { _ in false })
    #expect(recovered.operation?.contains("it is done now") == true)
    #expect(try project.branch() == [before.last])
    #expect(try log(project).operations.count == 1)
  }

  @Test func `a branch that somebody else moved is not overwritten by a rollback`() async throws {
    let (project, coordinator) = try await merged()
    try project.repository.git("switch", "-q", "session/039")
    try project.repository.commit(["theirs.txt": "theirs\n"], message: "theirs")
    try project.repository.git("switch", "-q", "main")
    let theirs = try project.branch()
    let session = project.session
    _ = await #expect(throws: Problem.self) {
      try await coordinator.rollback(session, .command, .command(one), wish())
    }
    #expect(try project.branch() == theirs)
  }

  // MARK: By itself

  @Test func `a branch whose tests begin to fail goes back to where they pass`() async throws {
    let flag = "/tmp/orchestrate-test-flag-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(flag) }
    let bomb = ScriptedAgent { packet, folder in
      guard packet.task.id == TaskID("task-2")! else { return .honest }
      if packet.handoff.stage == .red, packet.handoff.round == 1 {
        try ScriptedAgent.write(
          "import os\nfrom calc.thrice import thrice\n\n\ndef test_thrice():\n"
            + "    assert thrice(3) == 6\n    assert not os.path.exists('\(flag)')\n",
          to: "tests/test_thrice.py", in: folder)
        return .done(report: "{\"summary\": \"wrote it\"}")
      }
      return .honest
    }
    let project = try SessionFixture(tasks: [
      FixtureTask("task-1"),
      FixtureTask("task-2", files: ["calc/thrice.py"], after: ["task-1"]),
    ])
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    try await work(project, coordinator, as: bomb)
    let before = try project.branch()
    #expect(try states(project) == ["completed", "completed"])
    try Data().write(to: URL(fileURLWithPath: flag))

    // A new process knows nothing of what passed before.
    let later = try project.coordinator(agent: bomb)
    _ = try await later.recover(isWorkerAlive: { _ in false })
    let ending = try await SessionRun(
      coordinator: later, session: project.session, launches: true
    ).run()
    #expect(ending == .completed)
    let operation = try #require(try log(project).operations.first)
    #expect(operation.act == .rollback(.quality))
    #expect(operation.cause == .rule(.validation))
    #expect(operation.reason.contains("test_thrice"))
    #expect(try project.branch().contains(before[0]) == false)
    #expect(
      try project.repository.git("show", "session/039:tests/test_thrice.py").contains(flag)
        == false)
  }

  // MARK: What is removed

  @Test func `a workspace whose holder cannot be read is neither handed out nor removed`()
    async throws
  {
    let project = try SessionFixture(tasks: Self.notes)
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let claimed = try await project.requireClaim(coordinator)
    try ScriptedAgent.write("the only copy\n", to: "only.md", in: claimed.slot.tree)
    try ScriptedAgent.write("damaged", to: "holder", in: claimed.slot.directory)
    project.clock.advance(by: .seconds(901))
    let again = try project.coordinator()
    _ = try await again.recover(isWorkerAlive: { _ in false })
    try await work(project, again)
    #expect(try await again.conclude(project.session) == .completed)
    #expect(
      FileManager.default.contents(atPath: claimed.slot.tree + "/only.md")
        == Data("the only copy\n".utf8))
  }
}

// SPDX-License-Identifier: Apache-2.0
// Claims and how they end: leases, fences, attempts, and what a crash leaves.

import Agents
import Coordinator
import Documents
import Domain
import Glibc
import Store
import TestKit
import TestPacing
import Testing

@testable import Git

@Suite(.paced, .enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct ClaimTests {
  private let task = TaskID("task-1")!
  private let agent = ScriptedAgent()

  private func started(
    _ tasks: [FixtureTask] = [FixtureTask("task-1", workflow: "notes")]
  ) async throws -> (SessionFixture, Coordinator) {
    let project = try SessionFixture(tasks: tasks)
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    return (project, coordinator)
  }

  private func exit(_ body: () async throws -> Void) async -> ExitCode? {
    do {
      try await body()
      return nil
    } catch let problem as Problem {
      return problem.exit
    } catch {
      Issue.record("\(error)")
      return nil
    }
  }

  private func attempt(_ project: SessionFixture, _ id: HandoffID) throws -> Handoff {
    try #require(try project.store.handoff(id))
  }

  @Test func `a lease that runs out hands the task back, and counts`() async throws {
    let (project, coordinator) = try await started()
    let first = try await project.requireClaim(coordinator)
    try ScriptedAgent.write("half\n", to: "half.txt", in: first.slot.tree)
    project.clock.advance(by: .seconds(901))
    let second = try await project.requireClaim(coordinator)
    #expect(second.handoff.id == first.handoff.id)
    #expect(second.handoff.attempt == 2)
    #expect(second.claim.fence > first.claim.fence)
    // The old folder is out of the new worker's way, and the old one may go on writing there.
    #expect(directoryNames(second.slot.tree).contains("half.txt") == false)
    #expect(directoryNames(project.paths.workspaces).contains { $0.hasPrefix("lost-") })
    // Not even where it writes by absolute paths does it meet the new one's files.
    #expect(second.slot.name != first.slot.name)
    let refs = try project.repository.git("for-each-ref", "refs/orchestrate/039/rescue")
    #expect(refs.contains("rescue/task-1/document-1-\(first.claim.fence)"))
  }

  @Test func `a name that was given up stays so once its folder is removed`() async throws {
    let (project, coordinator) = try await started([
      FixtureTask("task-1", workflow: "notes"), FixtureTask("task-2", workflow: "notes"),
    ])
    let first = try await project.requireClaim(coordinator)
    project.clock.advance(by: .seconds(901))
    for _ in 1...2 {
      let claimed = try await project.requireClaim(coordinator)
      #expect(claimed.slot.name != first.slot.name)
      #expect(try await project.work(coordinator, on: claimed, as: agent).isAccepted)
      _ = try await coordinator.recover(isWorkerAlive: { _ in true })
    }
    #expect(!directoryNames(project.paths.workspaces).contains { $0.hasPrefix("lost-") })
  }

  @Test func `retired names that cannot be read keep workspaces from being given`() async throws {
    let (project, coordinator) = try await started()
    let names = project.paths.workspaces + "/retired"
    try AtomicFile.makeFolder(names)
    await #expect(throws: Problem.self) { try await project.claim(coordinator) }
    rmdir(names)
    #expect(try await project.requireClaim(coordinator).handoff.attempt == 1)
  }

  @Test func `a stale fence is refused at every door`() async throws {
    let (project, coordinator) = try await started()
    let first = try await project.requireClaim(coordinator)
    let (id, fence) = (first.handoff.id, first.claim.fence)
    project.clock.advance(by: .seconds(901))
    #expect(await exit { _ = try await coordinator.renew(id, fence: fence) } == .leaseLost)
    let second = try await project.requireClaim(coordinator)
    #expect(await exit { _ = try await coordinator.renew(id, fence: fence) } == .leaseLost)
    #expect(await exit { try await coordinator.release(id, fence: fence) } == .leaseLost)
    #expect(
      await exit { try await coordinator.fail(id, fence: fence, reason: "x") } == .leaseLost)
    #expect(
      await exit {
        _ = try await coordinator.submit(id, fence: fence, report: nil, reportBody: nil)
      } == .leaseLost)
    #expect(try attempt(project, id).claim?.fence == second.claim.fence)
  }

  @Test func `releasing in time costs nothing, and too late an attempt`() async throws {
    let (project, coordinator) = try await started()
    let first = try await project.requireClaim(coordinator)
    try await coordinator.release(first.handoff.id, fence: first.claim.fence)
    let second = try await project.requireClaim(coordinator)
    #expect(second.handoff.attempt == 1)
    project.clock.advance(by: .seconds(901))
    #expect(
      await exit {
        try await coordinator.release(second.handoff.id, fence: second.claim.fence)
      } == .leaseLost)
    #expect(try attempt(project, second.handoff.id).attempt == 2)
  }

  @Test func `renewing keeps a claim beyond its first lease`() async throws {
    let (project, coordinator) = try await started()
    let claimed = try await project.requireClaim(coordinator)
    for _ in 1...3 {
      project.clock.advance(by: .seconds(600))
      _ = try await coordinator.renew(claimed.handoff.id, fence: claimed.claim.fence)
    }
    let result = try await project.work(coordinator, on: claimed, as: agent)
    #expect(result.isAccepted)
  }

  @Test func `the last attempt blocks the task and what depends on it, and retry revives both`()
    async throws
  {
    let (project, coordinator) = try await started([
      FixtureTask("task-1", workflow: "notes"),
      FixtureTask("task-2", workflow: "notes", after: ["task-1"]),
    ])
    for number in 1...3 {
      let claimed = try await project.requireClaim(coordinator)
      #expect(claimed.handoff.attempt == number)
      let willRetry = try await coordinator.fail(
        claimed.handoff.id, fence: claimed.claim.fence, reason: "no network")
      #expect(willRetry == (number < 3))
    }
    let states = try project.store.tasks(in: project.session).map(\.progress.state)
    #expect(states.map(\.name) == ["blocked", "blocked"])
    #expect(try await project.claim(coordinator) == nil)
    try await coordinator.retry(task, in: project.session)
    for _ in 1...2 {
      let claimed = try await project.requireClaim(coordinator)
      #expect(try await project.work(coordinator, on: claimed, as: agent).isAccepted)
    }
    #expect(try await coordinator.conclude(project.session) == .completed)
  }

  @Test func `files that cannot be taken end the attempt, and the next learns which`()
    async throws
  {
    let (project, coordinator) = try await started()
    let claimed = try await project.requireClaim(coordinator)
    try ScriptedAgent.write("x", to: "bad\u{1}name", in: claimed.slot.tree)
    let result = try await project.work(coordinator, on: claimed, as: agent)
    #expect(!result.isAccepted && result.commit == nil && result.willRetry)
    let next = try await project.requireClaim(coordinator)
    #expect(next.handoff.attempt == 2)
    let feedback = try #require(next.handoff.feedback.last)
    #expect(feedback.code == "WORKSPACE003")
    #expect(feedback.message.contains("name"))
  }

  @Test func `thousands of files too many are refused in good order`() async throws {
    let (project, coordinator) = try await started()
    let claimed = try await project.requireClaim(coordinator)
    for number in 1...5_100 {
      try ScriptedAgent.write("", to: "many/\(number)", in: claimed.slot.tree)
    }
    let result = try await project.work(coordinator, on: claimed, as: agent)
    #expect(result.checks.map(\.code) == ["WORKSPACE003"])
    #expect(try attempt(project, claimed.handoff.id).attempt == 2)
  }

  // MARK: After a crash

  @Test func `recover gives dead workers' claims back, and does nothing the second time`()
    async throws
  {
    let (project, coordinator) = try await started()
    let claimed = try await project.requireClaim(coordinator, worker: "run:1:1")
    try ScriptedAgent.write("half\n", to: "half.txt", in: claimed.slot.tree)
    let next = try project.coordinator()
    let report = try await next.recover(isWorkerAlive: { _ in false })
    #expect(report.returned == [claimed.handoff.id])
    #expect(try await next.recover(isWorkerAlive: { _ in false }).isEmpty)
    let again = try await project.requireClaim(next)
    #expect(again.handoff.attempt == 1)
    #expect(try project.repository.git("for-each-ref").contains("/rescue/"))
  }

  @Test func `a workspace that a crash kept from its worker is not kept for ever`() async throws {
    let (project, coordinator) = try await started()
    let claimed = try await project.requireClaim(coordinator, worker: "run:1:1")
    let folder = claimed.slot.directory
    for name in ["base", "packet.json", "hook.json"] { unlink("\(folder)/\(name)") }
    let next = try project.coordinator()
    _ = try await next.recover(isWorkerAlive: { _ in false })
    #expect(!directoryNames(project.paths.workspaces).contains { $0.hasPrefix("lost-") })
    #expect(try await project.work(next, on: project.requireClaim(next), as: agent).isAccepted)
    #expect(try !project.repository.git("for-each-ref").contains("/rescue/"))
  }

  @Test func `recover proves what was handed in before the crash`() async throws {
    let (project, coordinator) = try await started()
    let claimed = try await project.requireClaim(coordinator)
    let tree = try #require(ObjectID(try project.repository.revision("HEAD^{tree}")))
    let body = #"{"summary": "no document is due for this"}"#
    let document = Document(body: body)
    let submission = Submission(
      tree: tree, report: document.digest, submittedAt: project.clock.now.wall)
    try project.store.commit(
      Transition(
        session: project.session, at: project.clock.now.wall,
        events: [.handoffSubmitted(claimed.handoff.id, claimed.claim.fence, submission)],
        documents: [document]))
    let next = try project.coordinator()
    let report = try await next.recover(isWorkerAlive: { _ in true })
    #expect(report.proved == [claimed.handoff.id])
    #expect(try attempt(project, claimed.handoff.id).state == .accepted)
    #expect(try await next.recover(isWorkerAlive: { _ in true }).isEmpty)
  }

  @Test func `a proof made again after a crash gives the same commit, however long it took`()
    async throws
  {
    let red = [FixtureTask("task-1", workflow: "tdd")]
    let (whole, coordinator) = try await started(red)
    let undisturbed = try await whole.work(
      coordinator, on: whole.requireClaim(coordinator), as: agent)
    let first = try #require(try whole.store.acceptances(in: whole.session).first)

    let (project, killed) = try await started(red)
    let claimed = try await project.requireClaim(killed)
    try project.repository.git(
      "fetch", "-q", whole.paths.root, "refs/orchestrate/*:refs/undisturbed/*")
    project.clock.advance(by: .seconds(77))
    let now = project.clock.now.wall
    let submission = Submission(tree: first.tree, report: first.report, submittedAt: now)
    let report = try first.report.flatMap { try whole.store.document($0) }
    try project.store.commit(
      Transition(
        session: project.session, at: now,
        events: [.handoffSubmitted(claimed.handoff.id, claimed.claim.fence, submission)],
        documents: report.map { [Document(body: $0)] } ?? []))
    _ = try await project.coordinator().recover(isWorkerAlive: { _ in true })

    let again = try #require(try project.store.acceptances(in: project.session).first)
    #expect(again.acceptance.checkpoint == undisturbed.commit)
    #expect(again.acceptance.evidence != first.acceptance.evidence)
  }

  @Test func `a ref whose proof was never recorded gives way to the next proof`() async throws {
    let (project, coordinator) = try await started()
    let claimed = try await project.requireClaim(coordinator)
    let name = "refs/orchestrate/039/tasks/task-1/document-1-\(claimed.claim.fence)"
    try project.repository.git("update-ref", name, "HEAD")
    let result = try await project.work(coordinator, on: claimed, as: agent)
    #expect(result.isAccepted)
    #expect(try project.repository.revision(name) == result.commit?.text)
  }

  @Test func `a checkpoint's ref that was removed, or moved, is made again, and nothing is lost`()
    async throws
  {
    let (project, coordinator) = try await started([FixtureTask("task-1", workflow: "tdd")])
    let result = try await project.work(
      coordinator, on: project.requireClaim(coordinator), as: agent)
    let commit = try #require(result.commit?.text)
    let name = "refs/orchestrate/039/tasks/task-1/red-1-1"
    #expect(try project.repository.revision(name) == commit)
    try project.repository.git("update-ref", "-d", name)
    let removed = try await project.coordinator().recover(isWorkerAlive: { _ in true })
    #expect(removed.references == [name])
    #expect(try project.repository.revision(name) == commit)

    let other = try project.repository.revision("main")
    try project.repository.git("update-ref", name, other)
    let moved = try await project.coordinator().recover(isWorkerAlive: { _ in true })
    #expect(moved.references == [name])
    #expect(try project.repository.revision(name) == commit)
    #expect(try project.repository.git("for-each-ref", "--points-at", other).contains("-moved-"))
    let last = try project.coordinator()
    #expect(try await last.recover(isWorkerAlive: { _ in true }).isEmpty)
    try project.repository.git("update-ref", "-d", name)
    #expect(
      try await project.work(last, on: project.requireClaim(last), as: agent).isAccepted)
    #expect(try project.repository.revision(name) == commit)
  }

  @Test func `a checkpoint whose commit is gone is told, and the others go on`() async throws {
    let (project, coordinator) = try await started([FixtureTask("task-1", workflow: "tdd")])
    let result = try await project.work(
      coordinator, on: project.requireClaim(coordinator), as: agent)
    let commit = try #require(result.commit?.text)
    let name = "refs/orchestrate/039/tasks/task-1/red-1-1"
    try project.repository.git("update-ref", "-d", name)
    let object = "/.git/objects/\(commit.prefix(2))/\(commit.dropFirst(2))"
    #expect(unlink(project.repository.path + object) == 0)
    let folder = try Repository(discoveringFrom: project.repository.path).objectsDirectory
    WrittenObjects.shared.forget(in: folder)
    let report = try await project.coordinator().recover(isWorkerAlive: { _ in true })
    #expect(report.lostReferences == [name])
    let isTold = project.told.contains {
      if case .warning(let text) = $0 { text.contains("git fetch CLONE") } else { false }
    }
    #expect(isTold)
  }

  @Test func `a checkpoint that lacks an object is told, though its ref and its commit are there`()
    async throws
  {
    let (project, coordinator) = try await started([FixtureTask("task-1", workflow: "tdd")])
    let result = try await project.work(
      coordinator, on: project.requireClaim(coordinator), as: agent)
    let commit = try #require(result.commit?.text)
    let tree = try project.repository.revision("\(commit)^{tree}")
    let object = "/.git/objects/\(tree.prefix(2))/\(tree.dropFirst(2))"
    #expect(unlink(project.repository.path + object) == 0)
    let folder = try Repository(discoveringFrom: project.repository.path).objectsDirectory
    WrittenObjects.shared.forget(in: folder)
    let report = try await project.coordinator().recover(isWorkerAlive: { _ in true })
    #expect(report.lostReferences == ["refs/orchestrate/039/tasks/task-1/red-1-1"])
    let isTold = project.told.contains {
      if case .warning(let text) = $0 { text.contains(tree.prefix(10)) } else { false }
    }
    #expect(isTold)
  }

  @Test func `what was handed in outlives git's garbage collection while it is proved`()
    async throws
  {
    let (project, coordinator) = try await started()
    let claimed = try await project.requireClaim(coordinator)
    try ScriptedAgent.write("done\n", to: "done.txt", in: claimed.slot.tree)
    let pool = WorkspacePool(paths: project.paths)
    let tree = try pool.capture(claimed.slot, litter: []).tree
    try project.repository.git("gc", "--quiet", "--prune=now")
    #expect(try project.repository.git("show", "\(tree.text):done.txt") == "done\n")
    // Read again, it is held again; what is gone with its workspace is let go.
    try ScriptedAgent.write("more\n", to: "done.txt", in: claimed.slot.tree)
    let second = try pool.capture(claimed.slot, litter: []).tree
    try project.repository.git("gc", "--quiet", "--prune=now")
    #expect(try project.repository.gitOutcome(["cat-file", "-e", tree.text]).code != 0)
    #expect(try project.repository.gitOutcome(["cat-file", "-e", second.text]).code == 0)
    // It is this machine's alone: what travels lies under refs/orchestrate/.
    let held = try project.repository.git("for-each-ref", "--format=%(refname)")
    #expect(held.contains("refs/orchestrate-workspaces/\(claimed.slot.name)\n"))
  }

  @Test func `recover moves a branch that a crash left behind`() async throws {
    let (project, coordinator) = try await started()
    let claimed = try await project.requireClaim(coordinator)
    _ = try await project.work(coordinator, on: claimed, as: agent)
    let head = try project.repository.revision("session/039")
    try project.repository.git("update-ref", "refs/heads/session/039", "main")
    let next = try project.coordinator()
    let report = try await next.recover(isWorkerAlive: { _ in true })
    #expect(report.branches == [project.session])
    #expect(try project.repository.revision("session/039") == head)
  }

  @Test func `a lost workspace is kept until its handoff has ended and a ref holds what is in it`()
    async throws
  {
    let (project, coordinator) = try await started([
      FixtureTask("task-1", workflow: "notes"), FixtureTask("task-2", workflow: "notes"),
    ])
    let first = try await project.requireClaim(coordinator)
    project.clock.advance(by: .seconds(901))
    let second = try await project.requireClaim(coordinator)
    let lost = try #require(directoryNames(project.paths.workspaces).first { $0.hasPrefix("lost") })
    let folder = "\(project.paths.workspaces)/\(lost)/tree"
    try ScriptedAgent.write("late\n", to: "late.txt", in: folder)
    _ = try await coordinator.recover(isWorkerAlive: { _ in true })
    #expect(directoryNames(project.paths.workspaces).contains(lost))
    #expect(try await project.work(coordinator, on: second, as: agent).isAccepted)
    _ = try await coordinator.recover(isWorkerAlive: { _ in true })
    #expect(!directoryNames(project.paths.workspaces).contains(lost))
    let name = "refs/orchestrate/039/rescue/task-1/document-2-\(first.claim.fence)"
    #expect(try project.repository.git("show", "\(name):late.txt") == "late\n")
  }
}

// SPDX-License-Identifier: Apache-2.0
// SESSION001 to SESSION004 with real faults: files that cannot be read, a full window, a git that
// takes nothing.

import Agents
import Coordinator
import Documents
import Domain
import Glibc
import Store
import TestKit
import TestPacing
import Testing

@Suite(
  .paced,
  .enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct RecoveryFaultTests {
  private let agent = ScriptedAgent()

  private func started(
    _ count: Int = 1
  ) async throws -> (SessionFixture, Coordinator) {
    let project = try SessionFixture(
      tasks: (1...count).map { FixtureTask("task-\($0)", workflow: "notes") })
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    return (project, coordinator)
  }

  private func problem(_ body: () async throws -> Void) async -> Problem? {
    do {
      try await body()
      return nil
    } catch {
      return error as? Problem
    }
  }

  private func notes(_ project: SessionFixture) throws -> [String] {
    try project.store.entries(in: project.session, after: 0, limit: 1000).compactMap {
      if case .noted(let note) = $0.event { note.kind } else { nil }
    }
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path), as: UTF8.self)
  }

  // MARK: SESSION001

  @Test func `a plan that cannot be read is left out, and the session begins without it`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1", workflow: "notes")])
    mkdir(project.paths.sessions + "/session-039-plan.md", 0o755)
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    #expect(try notes(project).contains("recovery.simplified"))
    #expect(try project.store.session(project.session)?.plan.title == "Session 039")
    let claimed = try await project.requireClaim(coordinator)
    #expect(try await project.work(coordinator, on: claimed, as: agent).isAccepted)
  }

  @Test func `what cannot be begun either way is told how to do by hand`() async throws {
    let project = try SessionFixture(tasks: [FixtureTask("task-1", workflow: "notes")])
    let coordinator = try project.coordinator(command: ["/nonexistent/pytest"])
    let found = try #require(await problem { try await project.start(coordinator) })
    #expect(found.exit == .session001)
    let told = try await coordinator.askedToSetUp(project.session, found)
    #expect(told.exit == .session001 && told.remedy?.contains("manual-setup.md") == true)
    let page = try text(project.paths.sessions + "/session-039-manual-setup.md")
    #expect(page.contains(found.message) && page.contains("tasks.json"))
  }

  @Test func `how to do it by hand goes once the session has begun; a person's own words stay`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1", workflow: "notes")])
    let coordinator = try project.coordinator()
    let path = project.paths.sessions + "/session-039-manual-setup.md"
    _ = try await coordinator.askedToSetUp(
      project.session, Problem(code: "SESSION001", exit: .session001, message: "no tests"))
    coordinator.forgetManualSetup(of: project.session)
    #expect(access(path, F_OK) != 0)
    try AtomicFile.write(Array("# How we set it up\n".utf8), to: path)
    coordinator.forgetManualSetup(of: project.session)
    #expect(access(path, F_OK) == 0)
  }

  // MARK: SESSION002

  @Test(arguments: ["{\"state\": \"IMPLE", "[]", "{\"state\": \"NOWHERE\"}"])
  func `a damaged state file is set aside and written anew by the journal`(
    damage: String
  ) async throws {
    let (project, _) = try await started()
    let path = project.paths.progress + "/state.json"
    let before = try JSONValue(parsing: try readFile(path))
    try AtomicFile.write(Array(damage.utf8), to: path)
    let report = try await project.coordinator().recover(isWorkerAlive: { _ in true })
    #expect(report.rebuilt == [path])
    let after = try JSONValue(parsing: try readFile(path))
    for key in ["state", "health_status", "dirty", "last_action"] {
      #expect(after[key] == before[key], "\(key)")
    }
    #expect(try text(path + ".damaged-1") == damage)
    #expect(try notes(project).contains("recovery.SESSION002"))
    #expect(try await project.coordinator().recover(isWorkerAlive: { _ in true }).isEmpty)
  }

  @Test func `a damaged tasks file is written anew by the plan, with what has been done`()
    async throws
  {
    let (project, coordinator) = try await started(2)
    let claimed = try await project.requireClaim(coordinator)
    let path = project.paths.sessions + "/session-039-tasks.json"
    try AtomicFile.write(Array("{\"sessionId\": \"039\", \"tas".utf8), to: path)
    #expect(try await project.work(coordinator, on: claimed, as: agent).isAccepted)
    let tasks = try #require(try JSONValue(parsing: try readFile(path))["tasks"]?.array)
    #expect(tasks.map { $0["id"]?.string } == ["task-1", "task-2"])
    #expect(tasks.map { $0["status"]?.string }.first == "completed")
    #expect(tasks[1]["workflow"]?.string == "notes")
    #expect(try text(path + ".damaged-1").hasPrefix("{\"sessionId\""))
  }

  @Test
  func `without a journal the last checkpoint gives the state, and without one a person does`()
    async throws
  {
    let project = try SessionFixture(tasks: [FixtureTask("task-1", workflow: "notes")])
    let path = project.paths.progress + "/state.json"
    try AtomicFile.write(Array("{".utf8), to: path)
    let lost = await problem {
      _ = try await project.coordinator().recover(isWorkerAlive: { _ in true })
    }
    #expect(lost?.exit == .session002 && lost?.code == "SESSION002")
    #expect(try text(path) == "{", "what could not be mended was touched")
    let checkpoint: JSONValue = [
      "checkpoint_at": "2026-01-01T00:00:00Z", "pending_actions": [],
      "context_snapshot": ["tasks_done": 1, "tasks_total": 3],
    ]
    try AtomicFile.write(
      Array(checkpoint.prettyText.utf8), to: project.paths.progress + "/checkpoint.json")
    _ = try await project.coordinator().recover(isWorkerAlive: { _ in true })
    #expect(try JSONValue(parsing: try readFile(path))["state"]?.string == "IMPLEMENT")
  }

  // MARK: SESSION003

  private func fill(
    _ project: SessionFixture, _ coordinator: Coordinator, tokens: Int
  ) async throws {
    let spender = ScriptedAgent { _, _ in
      .done(report: "{\"summary\": \"none is due\", \"usage\": {\"inputTokens\": \(tokens)}}")
    }
    let claimed = try await project.requireClaim(coordinator)
    _ = try await project.work(coordinator, on: claimed, as: spender)
  }

  @Test func `a window at 97 % is compressed to a summary, and the next one is empty`()
    async throws
  {
    let (project, coordinator) = try await started(3)
    try await fill(project, coordinator, tokens: 194_000)
    _ = try await project.requireClaim(coordinator)
    let session = try #require(try project.store.session(project.session))
    #expect(session.segment?.number == 2 && session.spending?.segmentTokens == 0)
    #expect(try text(project.paths.sessions + "/session-039-summary.md").contains("194000 tokens"))
    #expect(try notes(project).contains("recovery.SESSION003"))
  }

  @Test func `a window that cannot be compressed stops the session with 23 until it can`()
    async throws
  {
    let (project, coordinator) = try await started(3)
    try await fill(project, coordinator, tokens: 194_000)
    let path = project.paths.sessions + "/session-039-summary.md"
    mkdir(path, 0o755)
    let found = await problem { _ = try await project.claim(coordinator) }
    #expect(found?.exit == .session003)
    #expect(found?.remedy?.contains("context_overflow") == true)
    #expect(try project.store.session(project.session)?.segment?.number == 1)
    rmdir(path)
    try await coordinator.compress(project.session, isAsked: true)
    #expect(try project.store.session(project.session)?.segment?.number == 2)
  }

  // MARK: SESSION004

  /// Lets git write no object any more: where its folders were, files are.
  private func breakObjects(_ project: SessionFixture) throws {
    try project.repository.git("repack", "-adq")
    try project.repository.git("prune-packed")
    for number in 0..<256 {
      let name = String(number, radix: 16)
      let path = project.paths.root + "/.git/objects/" + (name.count < 2 ? "0" + name : name)
      rmdir(path)
      try AtomicFile.write([], to: path)
    }
  }

  private func mendObjects(_ project: SessionFixture) {
    for name in directoryNames(project.paths.root + "/.git/objects") where name.utf8.count == 2 {
      unlink(project.paths.root + "/.git/objects/" + name)
    }
  }

  @Test func `work that git cannot take is kept outside it, and sealed by hand once it can`()
    async throws
  {
    let (project, coordinator) = try await started()
    let claimed = try await project.requireClaim(coordinator)
    try ScriptedAgent.write("# calc\n\nMore.\n", to: "README.md", in: claimed.slot.tree)
    try breakObjects(project)
    let found = await problem {
      _ = try await coordinator.handIn(
        claimed.handoff.id, fence: claimed.claim.fence, report: nil, reportBody: nil)
    }
    #expect(found?.exit == .session004, "\(String(describing: found))")
    #expect(found?.remedy?.contains("checkpoint create --manual") == true)
    let kept = project.paths.claude + "/emergency"
    #expect(
      directoryNames(kept) == ["session-039-task-1-document-\(claimed.claim.fence).zip"])
    let archive = try readFile("\(kept)/\(directoryNames(kept)[0])")
    #expect(String(decoding: archive, as: UTF8.self).contains("# calc\n\nMore.\n"))
    // The claim stands: nothing was accepted, and nothing is lost.
    #expect(try project.store.handoff(claimed.handoff.id)?.claim?.fence == claimed.claim.fence)

    mendObjects(project)
    let sealed = try await coordinator.sealByHand(project.session)
    #expect(sealed.unsealed.isEmpty && sealed.references.count == 1)
    let content = try project.repository.git("show", "\(sealed.references[0]):README.md")
    #expect(content == "# calc\n\nMore.\n")
    #expect(try await coordinator.sealByHand(project.session).references.isEmpty)
  }
}

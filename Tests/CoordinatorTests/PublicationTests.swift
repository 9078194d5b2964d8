// SPDX-License-Identifier: Apache-2.0
// A session's journal and evidence in git: complete, deterministic, and settled after a crash.

import Coordinator
import Domain
import Store
import TestKit
import TestPacing
import Testing

@Suite(.paced, .enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct PublicationTests {
  private static let reference = "refs/orchestrate/039/journal"

  private func finished() async throws -> SessionFixture {
    let project = try SessionFixture(tasks: [FixtureTask("task-1")])
    let coordinator = try project.coordinator(agent: ScriptedAgent())
    try await project.start(coordinator)
    let run = SessionRun(coordinator: coordinator, session: project.session, launches: true)
    #expect(try await run.run() == .completed)
    return project
  }

  private func recover(_ project: SessionFixture) async throws -> [SessionID] {
    try await project.coordinator().recover(isWorkerAlive: WorkerName.mayBeAlive).journals
  }

  @Test func `a merge outlives its branch and whatever git prunes, and recover leads back to it`()
    async throws
  {
    let project = try SessionFixture(
      tasks: (1...2).map { FixtureTask("task-\($0)", workflow: "notes") })
    let coordinator = try project.coordinator()
    try await project.start(coordinator)
    let claimed = try await project.requireClaim(coordinator)
    #expect(try await project.work(coordinator, on: claimed, as: ScriptedAgent()).isAccepted)
    let merge = try #require(try project.branch().first)
    _ = try project.repository.git("update-ref", "-d", "refs/heads/session/039")
    _ = try project.repository.git("reflog", "expire", "--expire=now", "--all")
    _ = try project.repository.git("gc", "-q", "--prune=now")
    _ = try project.repository.git("cat-file", "-e", "\(merge)^{tree}")
    _ = try await recover(project)
    #expect(try project.branch().first == merge)
  }

  @Test func `the archive holds every entry, and every body that a checkpoint names`()
    async throws
  {
    let project = try await finished()
    let last = try project.store.lastSequence(in: project.session)
    let lines = try project.repository.git("show", "\(Self.reference):journal/000000.jsonl")
      .split(separator: "\n")
    #expect(try lines.map(String.init) == project.store.lines(after: 0, limit: last).map(\.text))
    let files = Set(
      try project.repository.git("ls-tree", "-r", "--name-only", Self.reference)
        .split(separator: "\n").map(String.init))
    let accepted = try project.store.acceptances(in: project.session)
    #expect(accepted.count == 2)
    for digest in accepted.flatMap(\.acceptance.evidence) {
      #expect(files.contains("evidence/\(digest.hex.prefix(2))/\(digest).json"))
    }
    let record = try #require(try project.store.session(project.session))
    let configuration = try #require(record.configuration)
    #expect(files.contains("documents/\(configuration.hex.prefix(2))/\(configuration).json"))
  }

  @Test func `what a crash kept out of git is put there by recover, as the same commit`()
    async throws
  {
    let project = try await finished()
    let whole = try project.repository.revision(Self.reference)
    #expect(try await recover(project) == [])
    try project.repository.git("update-ref", Self.reference, Self.reference + "^")
    #expect(try await recover(project) == [project.session])
    #expect(try project.repository.revision(Self.reference) == whole)
    #expect(try await recover(project) == [])
  }

  @Test func `another store's journal is not written over, and a person is told`() async throws {
    let project = try await finished()
    let message = """
      journal(039): 1 entries

      Orchestrate-Session: 039
      Orchestrate-Entries: 1
      Orchestrate-Head: \(String(repeating: "0", count: 64))
      Orchestrate-Branch: \(String(repeating: "0", count: 40))
      Orchestrate-State: execution
      """
    let foreign = String(
      try project.repository.git("commit-tree", "HEAD^{tree}", "-m", message).dropLast())
    try project.repository.git("update-ref", Self.reference, foreign)
    #expect(try await recover(project) == [])
    #expect(try project.repository.revision(Self.reference) == foreign)
    let isTold = project.told.contains {
      if case .warning(let text) = $0 { text.contains("another journal") } else { false }
    }
    #expect(isTold)
  }
}

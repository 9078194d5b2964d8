// SPDX-License-Identifier: Apache-2.0
// `orchestrate verify` in a clone, through the built program: honest sessions and forged ones.

import Documents
import Glibc
import Supervision
import TestKit
import TestPacing
import Testing

private let hasPytest = access("/usr/lib/python3/dist-packages/pytest", F_OK) == 0

@Suite(.paced, .enabled(if: hasPytest, "Debian's python3-pytest is not installed"))
struct VerifyTests {
  /// A finished session of one task with two stages, and a clone of it beside, at `../clone`.
  private func finished(
    settings: String? = nil, before: String = "true"
  ) async throws -> ProjectFixture {
    let project = try await ProjectFixture(settings: settings)
    let made = await project.shell("mkdir -p .claude/workflows && \(before)")
    #expect(made.termination == .exited(0), said(made))
    try project.write(".claude/workflows/tiny.md", Self.workflow)
    try project.write(".claude/sessions/session-007-tasks.json", Self.tasks)
    try project.write(".claude/forge.py", ForgeryScript.python)
    let run = await project.orchestrate("run", "7")
    #expect(run.termination == .exited(0), said(run))
    let cloned = await project.shell(
      "git clone -q . ../clone && git -C ../clone fetch -q origin "
        + "'refs/orchestrate/*:refs/orchestrate/*' 'refs/heads/session/*:refs/heads/session/*'")
    #expect(cloned.termination == .exited(0), said(cloned))
    return project
  }

  private static let workflow = """
    ---
    name: tiny
    description: A failing test, then code.
    stages:
      - { stage: red, role: test-engineer }
      - { stage: green, role: specialist }
    ---
    """

  private static let tasks = """
    {
      "sessionId": "007",
      "tasks": [
        {
          "id": "task-1", "title": "Multiply", "agent": "backend-specialist",
          "status": "pending", "estimatedMinutes": 10, "actualMinutes": null,
          "files": ["calc/product.py"], "tests": ["Should multiply"], "blockers": [],
          "output": null, "workflow": "tiny"
        }
      ],
      "metrics": {
        "totalTasks": 1, "completed": 0, "failed": 0, "blocked": 0, "timeSpent": 0,
        "timeEstimated": 10
      }
    }
    """

  private func said(_ outcome: CommandOutcome) -> Comment {
    "\(outcome.termination) \(outcome.standardOutput.text) \(outcome.standardError.text)"
  }

  /// Runs a command in a fresh copy of the clone.
  private func inCopy(_ project: ProjectFixture, _ line: String) async -> CommandOutcome {
    await project.shell("rm -rf ../copy && cp -r ../clone ../copy && cd ../copy && \(line)")
  }

  @Test func `a clone with the refs reproduces an honest session, and is left as it was`()
    async throws
  {
    let project = try await finished()
    let state = "cd ../clone; git for-each-ref; md5sum .git/index; git status --porcelain"
    let before = await project.shell(state)
    let verified = await project.shell("$orchestrate -C ../clone verify")
    #expect(verified.termination == .exited(0), said(verified))
    #expect(verified.standardOutput.text.contains("3 claims: 3 reproduced\n"), said(verified))
    let after = await project.shell(state)
    #expect(before.standardOutput.text == after.standardOutput.text)
    let left = await project.shell("find ~/.local/state/orchestrate -name 'verify-*' | wc -l")
    #expect(left.standardOutput.text == "0\n", said(left))
  }

  @Test func `a bare clone, a range and one commit are checked, and nothing is nothing`()
    async throws
  {
    let project = try await finished()
    let bare = await project.shell(
      "git clone -q --mirror . ../bare && $orchestrate -C ../bare verify 7 --no-run --json")
    #expect(bare.termination == .exited(0), said(bare))
    let document = try JSONValue(parsing: bare.standardOutput.text)
    let claims = document["sessions"]?[0]?["claims"]?.array ?? []
    #expect(claims.map { $0["stage"]?.string } == ["red", "green", "merge"])
    #expect(claims.allSatisfy { $0["standing"]?.string == "on record" })
    for (what, exit) in [
      ("main..session/007", Int32(0)), ("session/007", 0), ("session/007^2", 0), ("main", 18),
      ("8", 4), ("main..main", 4), ("no-such-thing", 66),
    ] {
      let outcome = await project.shell("$orchestrate -C ../clone verify '\(what)' --no-run")
      #expect(outcome.termination == .exited(exit), said(outcome))
    }
    let one = await project.shell("$orchestrate -C ../clone verify session/007^2")
    #expect(one.standardOutput.text.contains("1 claims: 1 reproduced"), said(one))
    let none = await project.shell("git clone -q . ../none && $orchestrate -C ../none verify")
    #expect(none.termination == .exited(4), said(none))
  }

  @Test func `whatever a forger changes is said for what it is`() async throws {
    let project = try await finished()
    for (forgery, words) in [
      ("flip", "entry 10 of the journal, or one before it, is not what was journalled"),
      ("remove", "entry 10 of the journal is missing"),
      ("reorder", "entry 10 of the journal is missing"),
      ("truncate", "the journal ends at entry"),
      ("rewrite", "of the journal does not follow from those before"),
      ("evidence", "is not what its digest says"),
      ("missing", "is not in the archive"),
      ("extra", "is no checkpoint of the session: Just a small thing"),
      ("trailer", "is no checkpoint of the session, though its trailers say so"),
      ("measured", "its record is not what the journal says"),
    ] {
      let outcome = await inCopy(
        project,
        "python3 ../pr*/.claude/forge.py \(forgery) && $orchestrate verify --no-run")
      #expect(outcome.termination == .exited(18), "\(forgery): \(said(outcome))")
      #expect(outcome.standardOutput.text.contains(words), "\(forgery): \(said(outcome))")
    }
  }

  @Test func `a forger who makes everything agree is found out by running the tests`()
    async throws
  {
    let project = try await finished()
    let records = await inCopy(
      project, "python3 ../pr*/.claude/forge.py broken && $orchestrate verify --no-run")
    #expect(records.termination == .exited(0), said(records))
    let outcome = await project.shell("cd ../copy && $orchestrate verify")
    #expect(outcome.termination == .exited(12), said(outcome))
    #expect(outcome.standardOutput.text.contains("NOT REPRODUCED  green"), said(outcome))
    #expect(outcome.standardOutput.text.contains("NOT REPRODUCED  merge"), said(outcome))
    #expect(outcome.standardOutput.text.contains("REPRODUCED  red"), said(outcome))
    #expect(
      outcome.standardOutput.text.contains(
        "tests/test_product.py::test_product passed on record, failed now"), said(outcome))
  }

  @Test func `records of another format are refused, and whose they are is said`() async throws {
    let project = try await finished()
    let older = await inCopy(
      project, "python3 ../pr*/.claude/forge.py older && $orchestrate verify --no-run")
    #expect(older.termination == .exited(65), said(older))
    #expect(older.standardError.text.contains("format 1"), said(older))
    #expect(older.standardError.text.contains("that wrote them"), said(older))
  }

  @Test func `where the runner is missing, nothing is reproduced and nothing is blamed`()
    async throws
  {
    let project = try await finished(
      settings: Self.settings(testCommand: "python3 -m pytest -q --tb=short", more: ""))
    let here = await project.shell("PATH=/nowhere $orchestrate -C ../clone verify")
    #expect(here.termination == .exited(17), said(here))
    #expect(here.standardOutput.text.contains("3 claims: 3 not reproducible here"), said(here))
    #expect(here.standardOutput.text.contains("python3"), said(here))
  }

  @Test func `with a key each claim is signed, and without the right one none passes`()
    async throws
  {
    let key = "openssl genpkey -algorithm ed25519 -out"
    let project = try await finished(
      settings: Self.settings(
        testCommand: "/usr/bin/python3 -m pytest -q --tb=short",
        more: #""signing": {"key": "../key.pem"},"#),
      before: "umask 077 && \(key) ../key.pem && \(key) ../other.pem && "
        + "for k in key other; do openssl pkey -in ../$k.pem -pubout -out ../$k.pub.pem; done")
    for (keys, exit) in [
      ("--key ../key.pub.pem", Int32(0)), ("--key ../other.pub.pem", 18),
      ("--key ../other.pub.pem --key ../key.pub.pem", 0), ("--key ../key.pem", 65),
      ("--key ../nobody.pem", 65),
    ] {
      let outcome = await project.shell("$orchestrate -C ../clone verify --no-run \(keys)")
      #expect(outcome.termination == .exited(exit), "\(keys): \(said(outcome))")
    }
    let opened = await project.shell("chmod 644 ../key.pem; $orchestrate run 7")
    #expect(opened.termination == .exited(78), said(opened))
    #expect(opened.standardError.text.contains("chmod 600"), said(opened))
    let gone = await project.shell("rm ../key.pem; $orchestrate run 7")
    #expect(gone.termination == .exited(78), said(gone))
  }

  private static func settings(testCommand: String, more: String) -> String {
    """
    {
      "test_command": "\(testCommand)", \(more)
      "drivers": {"scripted": {"kind": "command", "argv": ["./agent.py"]}},
      "roles": {
        "specialist": {"driver": "scripted"}, "test-engineer": {"driver": "scripted"}
      }
    }
    """
  }
}

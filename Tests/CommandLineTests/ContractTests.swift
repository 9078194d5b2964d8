// SPDX-License-Identifier: Apache-2.0
// What every command promises to scripts: one JSON document, errors with code and remedy, exit
// codes that mean what the README says.

import Documents
import Domain
import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct ContractTests {
  private func json(_ outcome: CommandOutcome) throws -> JSONValue {
    try JSONValue(parsing: outcome.standardOutput.text)
  }

  private func error(_ outcome: CommandOutcome) throws -> JSONValue {
    try #require(try JSONValue(parsing: outcome.standardError.text)["error"])
  }

  @Test(arguments: [
    ["status"], ["session", "list"], ["task", "list"], ["handoff", "list"],
    ["checkpoint", "list"], ["tdd", "status"], ["gate", "list"], ["doctor"], ["enter"],
    ["recover"], ["version"], ["session", "show", "7"], ["task", "show", "task-1"],
    ["handoff", "show", "007-1"],
  ])
  func `a command prints exactly one JSON document`(command: [String]) async throws {
    let project = try await ProjectFixture()
    let started = await project.shell(
      "$orchestrate run 7 --no-launch >/dev/null 2>&1 & pid=$!; "
        + "until $orchestrate handoff claim --json >ticket 2>/dev/null; do sleep 0.1; done; "
        + "kill -TERM $pid; wait $pid")
    #expect(started.termination == .exited(143))
    let outcome = await project.shell(
      "$orchestrate " + command.joined(separator: " ") + " --json")
    #expect(outcome.termination == .exited(0), "\(outcome.standardError.text)")
    _ = try json(outcome)
  }

  @Test func `an error is one document with code, message, remedy and exit`() async throws {
    let project = try await ProjectFixture()
    for (command, exit) in [
      (["run", "99"], ExitCode.notFound), (["run", "x"], .usage), (["status"], .notFound),
      (["nonsense"], .usage), (["handoff", "show", "007-99"], .notFound),
      (["task", "show", "nobody"], .notFound), (["checkpoint", "show", "abcdef"], .notFound),
      (["handoff", "submit", "007-1"], .usage),
    ] {
      let outcome = await project.shell(
        "$orchestrate " + command.joined(separator: " ") + " --json")
      #expect(outcome.termination == .exited(exit.rawValue), "\(command)")
      let error = try error(outcome)
      #expect(error["exit"]?.int == Int(exit.rawValue))
      #expect(error["code"]?.string?.isEmpty == false)
      #expect(error["message"]?.string?.isEmpty == false)
      #expect(outcome.standardOutput.totalBytes == 0)
    }
  }

  @Test func `a stale fence is refused at every door, and its holder told to stop`() async throws {
    let project = try await ProjectFixture()
    let begun = await project.shell(
      "$orchestrate run 7 --no-launch >/dev/null 2>&1 & pid=$!; "
        + "$orchestrate handoff claim --wait 120s --json >ticket; kill -TERM $pid; wait $pid; "
        + "$orchestrate handoff release 007-1 --fence 1")
    #expect(begun.termination == .exited(0), "\(begun.standardError.text)")
    for verb in ["renew", "submit", "release", "fail --reason gone"] {
      let outcome = await project.shell("$orchestrate handoff \(verb) 007-1 --fence 1 --json")
      #expect(outcome.termination == .exited(ExitCode.leaseLost.rawValue), "\(verb)")
      #expect(try error(outcome)["code"]?.string == "LEASE001")
    }
  }

  @Test func `a waiting worker wakes when there is something to do, without a coordinator alive`()
    async throws
  {
    let project = try await ProjectFixture()
    let both = await project.shell(
      """
      $orchestrate run 7 --no-launch >/dev/null 2>&1 & pid=$!
      $orchestrate handoff claim --wait 120s --json >first; kill -TERM $pid; wait $pid
      $orchestrate handoff claim --wait 120s --json >second & waiting=$!
      sleep 1
      $orchestrate handoff release 007-1 --fence 1 >/dev/null || exit 9
      wait $waiting; echo "code $?"; cat second
      """)
    #expect(both.standardOutput.text.contains("code 0"), "\(both.standardError.text)")
    #expect(both.standardOutput.text.contains("\"id\":\"007-1\""))
  }

  @Test func `gates exit 0, 10 or 4, and a command that is missing never passes`() async throws {
    let project = try await ProjectFixture()
    func gates(_ list: String) throws {
      try project.write(
        ".claude/config/project.json",
        "{\"test_command\": \"/usr/bin/python3 -m pytest -q\", \"gates\": \(list)}")
    }
    try gates(#"[{"id": "builds", "kind": "command", "command": ["true"]}]"#)
    #expect(await project.orchestrate("gate").termination == .exited(0))
    try gates(
      #"""
      [{"id": "lint", "kind": "command", "command": ["no-such-linter"]},
       {"id": "ok", "kind": "command", "command": "true"}]
      """#)
    let missing = await project.orchestrate("gate", "run", "--json", "--junit", "gates.xml")
    #expect(missing.termination == .exited(10))
    #expect(try json(missing)["gates"]?[0]?["verdict"]?.string == "did not run")
    let report = try JUnitReport.parse(Array(try #require(project.read("gates.xml")).utf8))
    #expect(report.count == 2)
    #expect(report.count { $0.outcome.isPass } == 1)
    #expect(await project.orchestrate("gate", "--only", "ok").termination == .exited(0))
    #expect(await project.orchestrate("gate", "--only", "nothing").termination == .exited(4))
    try gates(#"[{"id": "slow", "kind": "command", "level": "warn", "command": ["false"]}]"#)
    #expect(await project.orchestrate("gate").termination == .exited(0))
    try project.write(".claude/config/project.json", "{}")
    #expect(await project.orchestrate("gate").termination == .exited(4))
  }

  @Test func `a broken project stops a run before any work, and force is recorded`() async throws {
    let project = try await ProjectFixture()
    try project.write(
      ".claude/config/project.json",
      #"{"health_check": "false", "test_command": "/usr/bin/python3 -m pytest -q"}"#)
    let enter = await project.orchestrate("enter", "--json")
    #expect(enter.termination == .exited(10))
    #expect(try json(enter)["next_state"]?.string == "FIX_BROKEN")
    let run = await project.orchestrate("run", "7", "--driver", "command:./agent.py")
    #expect(run.termination == .exited(10))
    for option in ["1. ", "2. ", "3. ", "--force"] {
      #expect(run.standardError.text.contains(option))
    }
    let state = try #require(project.read(".claude/progress/state.json"))
    #expect(try JSONValue(parsing: state)["health_status"]?.string == "BROKEN")
  }

  @Test func `outside a repository, and in one without a commit, the way out is named`()
    async throws
  {
    let folder = try TemporaryDirectory("nowhere")
    let supervisor = Supervisor(executable: BuiltExecutable.path)
    func run(_ arguments: String...) async -> CommandOutcome {
      await supervisor.run(
        Command(
          argv: [BuiltExecutable.path, "-C", folder.path] + arguments, workingDirectory: "/",
          environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path], deadline: .seconds(30)))
    }
    let outside = await run("status")
    #expect(outside.termination == .exited(ExitCode.notFound.rawValue))
    #expect(outside.standardError.text.contains("git init"))
  }
}

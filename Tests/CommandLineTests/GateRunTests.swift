// SPDX-License-Identifier: Apache-2.0
// Gates through the built program: what never passes, what the base excuses, and what it does not.

import Documents
import Domain
import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct GateRunTests {
  /// A project with these gates, and with its first commit behind it.
  private func project(_ gates: String, sets: String = "{}") async throws -> ProjectFixture {
    try await ProjectFixture(
      settings: """
        {"test_command": "/usr/bin/python3 -m pytest -q", "gates": \(gates), "gate_sets": \(sets)}
        """)
  }

  private func rows(_ outcome: CommandOutcome) throws -> [String: JSONValue] {
    let gates = try JSONValue(parsing: outcome.standardOutput.text)["gates"]?.array ?? []
    return Dictionary(uniqueKeysWithValues: gates.map { ($0["id"]?.string ?? "", $0) })
  }

  private func commit(_ project: ProjectFixture, _ script: String) async {
    _ = await project.shell(
      "\(script); git add -A && git -c user.name=t -c user.email=t@t commit -q -m next")
  }

  @Test func `whatever did not run is said to have not run, of every kind, and stops`()
    async throws
  {
    let broken: [(String, String)] = [
      ("missing", #"["no-such-tool"]"#), ("forbidden", #"["./README.md"]"#),
      ("killed", #"{"shell": "kill -9 $$"}"#), ("shell-127", #"{"shell": "no-such-tool"}"#),
      ("inner-kill", #"{"shell": "sh -c 'kill -9 $$'; exit $?"}"#),
    ]
    var gates: [String] = []
    for (name, command) in broken {
      for kind in ["command", "compiles", "performance", "no-console-errors"] {
        // Too slow is an answer of its own, and on a busy machine any command is.
        let limit = kind == "performance" ? #", "secondsMax": 600"# : ""
        gates.append(
          #"""
          {"id": "\#(name)-\#(kind)", "kind": "\#(kind)", "command": \#(command)\#(limit)}
          """#)
      }
      gates.append(
        #"""
        {"id": "\#(name)-coverage", "kind": "coverage", "command": \#(command), "report": "c.xml"}
        """#)
    }
    gates.append(#"{"id": "no-report", "kind": "coverage", "command": "true", "report": "c.xml"}"#)
    gates.append(#"{"id": "compiles", "level": "blocking"}"#)
    let project = try await project("[\(gates.joined(separator: ", "))]")
    let run = await project.orchestrate("gate", "run", "--json")
    #expect(run.termination == .exited(ExitCode.gateFailed.rawValue))
    let rows = try rows(run)
    #expect(rows.count == gates.count)
    for (id, row) in rows {
      // A coverage command that exits by a shell's word for a kill left no report either way.
      let verdict = row["verdict"]?.string
      #expect(
        verdict == "did not run" || (id == "inner-kill-coverage" && verdict == "fail"), "\(id)")
      #expect(row["stops"]?.bool == true, "\(id)")
    }
  }

  @Test func `tests that did not run are no pass`() async throws {
    for command in ["no-such-runner", "/usr/bin/python3 -m pytest -q nowhere", "/bin/kill -9 0"] {
      let project = try await ProjectFixture(
        settings: #"{"test_command": "\#(command)", "gates": [{"id": "tests-pass"}]}"#)
      let run = await project.orchestrate("gate", "run", "--json")
      #expect(run.termination == .exited(ExitCode.gateFailed.rawValue), "\(command)")
      #expect(try rows(run)["tests-pass"]?["verdict"]?.string == "did not run", "\(command)")
    }
  }

  @Test func `a command without an end, a broken report and one without a test did not run`()
    async throws
  {
    let reports = [
      "sleep 60", "echo rubbish > r.xml", "echo '<testsuite></testsuite>' > r.xml",
      "echo '<testsuite><testcase>' > r.xml", "kill -9 $$",
    ]
    for script in reports {
      let project = try await ProjectFixture(
        settings: """
          {
            "timeout_seconds": {"full_test": 2},
            "tests": {
              "command": {"shell": "\(script)"}, "report": "junit", "reportPath": "r.xml"
            },
            "gates": [
              {"id": "tests-pass"}, {"id": "slow", "kind": "command", "command": "sleep 60"}
            ]
          }
          """)
      let run = await project.orchestrate("gate", "run", "--json")
      #expect(run.termination == .exited(ExitCode.gateFailed.rawValue), "\(script)")
      let rows = try rows(run)
      #expect(rows["tests-pass"]?["verdict"]?.string == "did not run", "\(script)")
      #expect(rows["slow"]?["verdict"]?.string == "did not run")
    }
  }

  @Test func `a test that fails on the base too does not stop, and one that fails only here does`()
    async throws
  {
    let project = try await project(#"[{"id": "tests-pass"}]"#)
    await commit(project, "echo 'def test_old(): assert 1 == 2' > tests/test_old.py")
    await commit(project, "echo '# more' >> README.md")
    #expect(await project.orchestrate("gate").termination == .exited(10))
    let excused = await project.orchestrate("gate", "run", "--base", "HEAD~1", "--json")
    #expect(excused.termination == .exited(0), "\(excused.standardError.text)")
    let row = try #require(try rows(excused)["tests-pass"])
    #expect(row["verdict"]?.string == "fail")
    #expect(row["standing"]?["kind"]?.string == "fails-on-base")
    await commit(project, "echo 'def test_new(): assert 1 == 2' > tests/test_new.py")
    let stopped = await project.orchestrate("gate", "run", "--base", "HEAD~1", "--json")
    #expect(stopped.termination == .exited(10))
    #expect(
      try rows(stopped)["tests-pass"]?["message"]?.string?.contains(
        "these do not fail there: tests/test_new.py::test_new") == true)
    let old = await project.orchestrate("gate", "run", "--base", "HEAD~3", "--json")
    #expect(old.termination == .exited(10))
    let left = await project.shell("ls ~/.local/state/orchestrate")
    #expect(left.standardOutput.text.isEmpty, "the base's workspaces are gone")
  }

  @Test func `a base on which the gate did not run excuses nothing`() async throws {
    let project = try await project(
      #"[{"id": "lint", "kind": "command", "command": ["./lint.sh"]}]"#)
    await commit(project, "printf '#!/bin/sh\\nexit 1\\n' > lint.sh; chmod +x lint.sh")
    let stopped = await project.orchestrate("gate", "run", "--base", "HEAD~1", "--json")
    #expect(stopped.termination == .exited(10))
    #expect(
      try rows(stopped)["lint"]?["message"]?.string?.contains("it did not run there") == true)
    await commit(project, "echo more >> README.md")
    let excused = await project.orchestrate("gate", "run", "--base", "HEAD~1")
    #expect(excused.termination == .exited(0))
    #expect(excused.standardOutput.text.contains("fails on HEAD~1 too"))
    let unknown = await project.orchestrate("gate", "run", "--base", "no-such-ref")
    #expect(unknown.termination == .exited(ExitCode.notFound.rawValue))
  }

  @Test func `coverage may not fall below the base's, and is found in whatever was written`()
    async throws
  {
    let project = try await project(
      #"""
      [{"id": "cov", "kind": "coverage", "command": ["cp", "rec.info", "out.info"],
        "report": "out.info", "lineMin": 50}]
      """#)
    func record(_ covered: Int) -> String {
      let lines = (1...10).map { "DA:\($0),\($0 <= covered ? 1 : 0)" }
      return
        "printf 'SF:calc/basic.py\\n\(lines.joined(separator: "\\n"))\\nend_of_record\\n' > rec.info"
    }
    await commit(project, record(8))
    await commit(project, record(7))
    #expect(await project.orchestrate("gate").termination == .exited(0))
    let fell = await project.orchestrate("gate", "run", "--base", "HEAD~1", "--json")
    #expect(fell.termination == .exited(10))
    #expect(try rows(fell)["cov"]?["code"]?.string == "TDD004")
    await commit(project, record(4))
    let low = await project.orchestrate("gate", "run", "--json")
    #expect(low.termination == .exited(10))
    #expect(try rows(low)["cov"]?["message"]?.string?.contains("40.0 % (4 of 10)") == true)
    await commit(project, "echo more >> README.md")
    let older = await project.orchestrate("gate", "run", "--base", "HEAD~1", "--json")
    #expect(try rows(older)["cov"]?["standing"]?["kind"]?.string == "fails-on-base")
  }

  @Test func `a universal set is asked only where it is named`() async throws {
    let gates = #"[{"id": "ok", "kind": "command", "command": "true"}]"#
    let plain = try await project(gates)
    #expect(try rows(await plain.orchestrate("gate", "run", "--json")).count == 1)
    let named = await plain.orchestrate("gate", "run", "--set", "docs", "--json")
    #expect(try rows(named).count == 7)
    #expect(named.termination == .exited(10))
    let pre = await plain.orchestrate(
      "gate", "run", "--set", "docs", "--moment", "pre", "--json")
    #expect(
      Set(try rows(pre).keys) == [
        "critical_thinking_validation", "requirement_clarity", "module_integration_compliance",
      ])
    #expect(try rows(pre)["module_integration_compliance"]?["stops"]?.bool == false)
    let configured = try await project(gates, sets: #"{"default": "docs"}"#)
    #expect(try rows(await configured.orchestrate("gate", "run", "--json")).count == 7)
  }

  @Test func `the list shows nineteen universal gates beside the project's own`() async throws {
    let project = try await project(
      #"""
      [{"id": "security_requirements", "kind": "command", "command": "true"},
       {"id": "own", "kind": "command", "command": "true"}]
      """#)
    let list = await project.orchestrate("gate", "list", "--json")
    let rows = try JSONValue(parsing: list.standardOutput.text).array ?? []
    #expect(rows.count == 20)
    #expect(rows.filter { $0["category"]?.string != nil }.count == 19)
    let security = rows.first { $0["id"]?.string == "security_requirements" }
    #expect(security?["answered"]?.string == "measured")
    #expect(security?["moment"]?.string == "post")
  }

  @Test func `the table in the documentation is the list`() async throws {
    let project = try await ProjectFixture(settings: "{}")
    let list = await project.orchestrate("gate", "list", "--json")
    let gates = try JSONValue(parsing: list.standardOutput.text).array ?? []
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let document = String(decoding: try readFile("/\(root)/docs/gates.md"), as: UTF8.self)
    for gate in gates {
      let figures = (gate["thresholds"]?.array ?? []).map {
        "\($0["value"]?.string ?? "") \($0["unit"]?.string ?? "") (\($0["source"]?.string ?? ""))"
      }
      let cells = ["category", "moment", "level", "answer"].map { gate[$0]?.string ?? "" }
      let row = ["`\(gate["id"]?.string ?? "")`"] + cells + [figures.joined(separator: "; ")]
      #expect(document.contains("| \(row.joined(separator: " | ")) |\n"))
    }
    #expect(gates.count == 19)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Gates of a whole session: at its start, and at each merge.

import Documents
import Domain
import Glibc
import Supervision
import TestKit
import TestPacing
import Testing

private let hasPytest = access("/usr/lib/python3/dist-packages/pytest", F_OK) == 0

@Suite(.paced, .enabled(if: hasPytest, "Debian's python3-pytest is not installed"))
struct SessionGateTests {
  private func project(_ more: String) async throws -> ProjectFixture {
    try await ProjectFixture(
      settings: """
        {
          "test_command": "/usr/bin/python3 -m pytest -q --tb=short",
          "drivers": {"scripted": {"kind": "command", "argv": ["./agent.py"]}},
          "roles": {
            "architect": {"driver": "scripted"}, "specialist": {"driver": "scripted"},
            "test-engineer": {"driver": "scripted"}, "reviewer": {"driver": "scripted"},
            "documenter": {"driver": "scripted"}
          },
          \(more)
        }
        """)
  }

  private func said(_ outcome: CommandOutcome) -> Comment {
    "\(outcome.termination) \(outcome.standardOutput.text) \(outcome.standardError.text)"
  }

  @Test
  func `a set that needs a person's word waits for it, and then asks everything at the merge`()
    async throws
  {
    let project = try await project(
      #"""
      "gate_sets": {"default": "session", "workflows": {"feature-development": "protocol"}}
      """#)
    let waiting = await project.orchestrate("run", "7", "--json")
    #expect(waiting.termination == .exited(ExitCode.approvalNeeded.rawValue), said(waiting))
    #expect(waiting.standardError.text.contains("GATE006"))
    let day = await project.shell("date -u -d '+30 days' +%F")
    let until = String(day.standardOutput.text.prefix(10))
    for gate in GateSet.protocol.gates.map({ $0.gate(in: []) }) where gate.needsSignature {
      let signed =
        gate.id == "security_requirements"
        ? await project.orchestrate(
          "gate", "waive", gate.id, "--by", "Ada", "--reason", "no scanner", "--until", until)
        : await project.orchestrate(
          "gate", "attest", gate.id, "--by", "Ada", "--evidence", "README.md")
      #expect(signed.termination == .exited(0), said(signed))
    }
    let run = await project.orchestrate("run", "7")
    #expect(run.termination == .exited(0), said(run))
    #expect(run.standardError.text.contains("gate security_requirements: waived by Ada"), said(run))
    let after = await project.orchestrate("gate", "run", "--set", "protocol", "--json")
    let gates = try JSONValue(parsing: after.standardOutput.text)["gates"]?.array ?? []
    let stopping = gates.filter { $0["stops"]?.bool == true }.compactMap { $0["id"]?.string }
    // The branch that the user has checked out has one commit.
    #expect(stopping == ["documentation_standards_compliance"], said(after))
  }

  @Test func `a merge by which coverage falls is refused, and the next attempt is accepted`()
    async throws
  {
    let script = """
      n=1; if [ -f calc/product.py ] && ! grep -q 'The product' calc/product.py; then n=0; fi; \
      printf 'SF:calc\\\\nDA:1,1\\\\nDA:2,%s\\\\nend_of_record\\\\n' $n > cov.info
      """
    let project = try await project(
      #"""
      "gates": [{"id": "cov", "kind": "coverage", "report": "cov.info", "lineMin": 10,
                 "command": {"shell": "\#(script)"}}]
      """#)
    let run = await project.orchestrate("run", "7")
    #expect(run.termination == .exited(0), said(run))
    #expect(
      run.standardError.text.contains("line coverage fell from 100.0 % on the session branch"),
      said(run))
    let log = await project.shell("git log --first-parent --format=%s session/007")
    #expect(log.standardOutput.text.contains("merge(task-2): Divide"))
  }
}

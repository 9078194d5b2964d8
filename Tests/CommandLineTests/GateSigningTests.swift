// SPDX-License-Identifier: Apache-2.0
// Attestations and waivers through the built program.

import Documents
import Domain
import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct GateSigningTests {
  private func project() async throws -> ProjectFixture {
    try await ProjectFixture(
      settings: #"{"gates": [{"id": "lint", "kind": "command", "command": "false"}]}"#)
  }

  private func standing(_ project: ProjectFixture, _ gate: String) async throws -> String {
    let list = await project.orchestrate("gate", "list", "--json")
    let rows = try JSONValue(parsing: list.standardOutput.text).array ?? []
    return rows.first { $0["id"]?.string == gate }?["standing"]?["kind"]?.string ?? ""
  }

  @Test func `a waived gate is asked, shown and stops nothing until it is revoked`() async throws {
    let project = try await project()
    let day = await project.shell("date -u -d '+30 days' +%F")
    let until = String(day.standardOutput.text.prefix(10))
    let waived = await project.orchestrate(
      "gate", "waive", "lint", "--by", "Ada", "--reason", "rules | change", "--until", until)
    #expect(waived.termination == .exited(0), "\(waived.standardError.text)")
    #expect(try await standing(project, "lint") == "waived")
    let run = await project.orchestrate("gate", "run", "--junit", "j.xml")
    #expect(run.termination == .exited(0))
    #expect(run.standardOutput.text.contains("waived by Ada until"))
    #expect(run.standardOutput.text.contains("fail: exit 1"))
    #expect(project.read("j.xml")?.contains("<skipped message=\"waived by Ada") == true)
    #expect(await project.orchestrate("gate", "revoke", "lint").termination == .exited(0))
    #expect(await project.orchestrate("gate").termination == .exited(10))
    #expect(await project.orchestrate("gate", "revoke", "lint").termination == .exited(4))
  }

  @Test(arguments: [
    ["waive", "lint"], ["waive", "lint", "--by", "A", "--reason", "r"],
    ["waive", "lint", "--by", " ", "--reason", "r", "--until", "2999-01-01"],
    ["waive", "lint", "--by", "A", "--until", "2999-01-01"],
    ["waive", "lint", "--by", "A", "--reason", "r", "--until", "2999-01-01"],
    ["waive", "lint", "--by", "A", "--reason", "r", "--until", "2001-01-01"],
    ["waive", "lint", "--by", "A", "--reason", "r", "--until", "some day"],
    ["attest", "requirement_clarity", "--by", "A"],
    ["attest", "requirement_clarity", "--evidence", "README.md"],
    ["attest", "requirement_clarity", "--by", "A", "--evidence", "../../etc/passwd"],
    ["attest", "lint", "--by", "A", "--evidence", "README.md"],
  ])
  func `a signature without a name, a reason or an end is refused`(words: [String]) async throws {
    let project = try await project()
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    let outcome = await project.shell("$orchestrate gate \(line)")
    #expect(
      outcome.termination == .exited(ExitCode.usage.rawValue), "\(outcome.standardError.text)")
    #expect(await project.shell("ls .claude/gates").termination != .exited(0))
  }

  @Test func `an attestation holds while its evidence stays as it was`() async throws {
    let project = try await project()
    let only = ["gate", "run", "--only", "requirement_clarity"].joined(separator: " ")
    #expect(await project.shell("$orchestrate \(only)").termination == .exited(10))
    let attested = await project.orchestrate(
      "gate", "attest", "requirement_clarity", "--by", "Ada", "--evidence", "README.md")
    #expect(attested.termination == .exited(0), "\(attested.standardError.text)")
    #expect(await project.shell("$orchestrate \(only)").termination == .exited(0))
    #expect(try await standing(project, "requirement_clarity") == "attested")
    try project.write("README.md", "# other\n")
    let void = await project.shell("$orchestrate \(only)")
    #expect(void.termination == .exited(10))
    #expect(void.standardOutput.text.contains("its evidence has changed: README.md"))
    #expect(try await standing(project, "requirement_clarity") == "attestation-void")
  }

  @Test(arguments: ["ORCHESTRATE_HANDOFF=007-1", "ORCHESTRATE_FENCE=3"])
  func `an agent signs nothing`(mark: String) async throws {
    let project = try await project()
    for verb in [
      "waive lint --by A --reason r --until 2999-01-01", "revoke lint",
      "attest requirement_clarity --by A --evidence README.md",
    ] {
      let outcome = await project.shell("\(mark) $orchestrate gate \(verb)")
      #expect(outcome.termination == .exited(ExitCode.denied.rawValue))
    }
  }

  @Test func `a file of waivers that says more than is known is refused whole`() async throws {
    let project = try await project()
    _ = await project.shell("mkdir .claude/gates")
    try project.write(".claude/gates/waivers.json", #"{"waivers": [{"gate": "lint"}]}"#)
    let outcome = await project.orchestrate("gate")
    #expect(outcome.termination == .exited(ExitCode.badConfiguration.rawValue))
    #expect(outcome.standardError.text.contains("waivers[0]"))
  }
}

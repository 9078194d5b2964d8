// SPDX-License-Identifier: Apache-2.0
// Workflow files: those that ship, and those that are none.

import Documents
import Domain
import Testing

@Suite struct WorkflowTests {
  private let aliases: RoleAliases

  init() throws { aliases = try RepositoryFiles.shipped().roleAliases() }

  private func parse(_ head: String) throws -> WorkflowDocument {
    try WorkflowDocument.parse("---\n\(head)\n---\nProse.\n", file: "w.md", aliases: aliases)
  }

  @Test func `the three shipped workflows have their stages and roles`() throws {
    let workflows = try RepositoryFiles.shipped().workflows()
    let lines = workflows.map { document in
      let steps = document.workflow.steps.map { "\($0.stage.rawValue)/\($0.role.rawValue)" }
      return "\(document.workflow.name): \(steps.joined(separator: " "))"
    }
    let middle = "red/test-engineer green/specialist refactor/specialist verify/test-engineer"
    #expect(
      lines == [
        "bug-fix: design/specialist red/test-engineer green/specialist verify/test-engineer "
          + "review/reviewer",
        "feature-development: design/architect \(middle) review/reviewer document/documenter",
        "performance-optimization: design/architect \(middle) review/reviewer",
      ])
    #expect(workflows.allSatisfy { !$0.prose.isEmpty && $0.warnings.isEmpty })
  }

  @Test func `roles go by any of their names`() throws {
    let document = try parse(
      "name: own\nstages:\n  - stage: red\n    role: qa\n"
        + "  - {stage: green, role: backend-specialist}")
    #expect(document.workflow.steps.map(\.role) == [.testEngineer, .specialist])
    #expect(document.prose == "Prose.")
    #expect(document.description == nil)
  }

  @Test(arguments: [
    ("stages: []", "w.md name: the workflow's name is missing"),
    ("name: x", "w.md stages: the list of stages is missing"),
    ("name: x\nstages: []", "w.md stages: a workflow needs a stage"),
    ("name: x\nstages: red", "w.md stages: expected a list of stages, each with its role"),
    ("name: ../x\nstages: []", "w.md name: expected a workflow's name"),
    ("name: x\nstages: [{stage: red}]", "w.md stages[0].role: the role that does it is missing"),
    (
      "name: x\nstages: [{stage: blue, role: qa}]", "w.md stages[0].stage: 'blue' is no stage"
    ),
    (
      "name: x\nstages: [{stage: red, role: wizard}]",
      "w.md stages[0].role: 'wizard' is no role"
    ),
    (
      "name: x\nstages: [{stage: green, role: qa}]", "w.md stages: green needs red before it"
    ),
    (
      "name: x\nstages: [{stage: red, role: qa}, {stage: red, role: qa}]",
      "w.md stages: the stage red occurs twice"
    ),
    (
      "name: x\nstages: [{stage: green, role: qa}, {stage: red, role: qa}]",
      "w.md stages: green cannot come before red"
    ),
    ("name: [", "w.md:3:"), ("name: x: y", "w.md:2:8: the front matter is no YAML"),
  ])
  func `what is no workflow is refused with its place`(head: String, expected: String) {
    let complaint = complaint { _ = try parse(head) }
    #expect(complaint.hasPrefix(expected), "\(complaint)")
  }

  @Test func `a file without front matter has no stages`() {
    let complaint = complaint {
      _ = try WorkflowDocument.parse("# Bug fix\n", file: "w.md", aliases: aliases)
    }
    #expect(complaint == "w.md name: the workflow's name is missing")
  }
}

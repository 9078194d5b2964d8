// SPDX-License-Identifier: Apache-2.0
// A workflow's file: its stages in the front matter, its reasons below.

package import Domain

/// A file of `config/workflows/` or `.claude/workflows/` (S4-09).
package struct WorkflowDocument: Hashable, Sendable {
  /// The workflow.
  package let workflow: Workflow
  /// When to use it; `nil` where it was not said.
  package let description: String?
  /// What stands below the front matter, without white space around it.
  package let prose: String
  /// What was odd but could be read.
  package let warnings: [DocumentWarning]

  private static let keys = ["name", "description", "stages"]

  /// Reads a workflow's file.
  ///
  /// - Throws: `DocumentError` where it has no front matter with `name` and `stages`, a stage or a
  ///   role is not known, or the stages make no workflow.
  package static func parse(
    _ text: String, file: String, aliases: RoleAliases
  ) throws(DocumentError) -> WorkflowDocument {
    let matter = FrontMatter(of: text, file: file)
    if let fault = matter.fault { throw fault }
    let root = DocumentField(file: file, value: .object(matter.fields))
    let name = try Self.name(try root.required("name", "the workflow's name"))
    let stages = try root.required("stages", "the list of stages")
    let steps = try stages.elements("a list of stages, each with its role")
      .map { (entry) throws(DocumentError) in try step(entry, aliases) }
    let workflow: Workflow
    do throws(WorkflowRejection) {
      workflow = try Workflow(name: name, steps: steps)
    } catch {
      throw stages.fault(.notAWorkflow(error))
    }
    return WorkflowDocument(
      workflow: workflow, description: try root.optional("description")?.string(),
      prose: trimmed(matter.body), warnings: try root.unknownKeys(known: keys))
  }

  private static func step(
    _ entry: DocumentField, _ aliases: RoleAliases
  ) throws(DocumentError) -> Workflow.Step {
    let stage = try entry.required("stage", "the stage's name").choice(of: "stage", Stage.self)
    let role = try entry.required("role", "the role that does it")
    return Workflow.Step(
      stage: stage,
      role: try aliases.role(of: try role.text(), file: role.file, place: .path(role.path)))
  }

  private static func name(_ field: DocumentField) throws(DocumentError) -> String {
    let expected = "a workflow's name: letters, digits, '-' and '_'"
    let name = try field.text(expected)
    let isName =
      name.utf8.count <= 64
      && name.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (97...122).contains(byte | 0x20)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      }
    guard isName else { throw field.unexpected(expected) }
    return name
  }
}

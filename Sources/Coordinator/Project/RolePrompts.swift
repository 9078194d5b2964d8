// SPDX-License-Identifier: Apache-2.0
// The prompts of the five roles, and the workflows: the project's own win over the shipped ones.

import Documents
import Domain

struct RolePrompts {
  private(set) var bodies: [Role: String] = [:]
  private(set) var warnings: [String] = []

  /// Reads the shipped prompts, then the project's `.claude/agents/*.md`.
  ///
  /// A file of the project plays a role if its name is the role's; a file that is an alias of one
  /// (`bug-hunter.md`) does not displace the role's own.
  init(paths: ProjectPaths, shipped: ShippedFiles) throws(DocumentError) {
    for role in Role.allCases { bodies[role] = try shipped.definition(of: role).prompt }
    for file in ownFiles(in: paths.agents) {
      let definition = RoleDefinition(parsing: try text(of: file), file: file)
      warnings += definition.warnings.map { $0.description }
      if let role = Role(rawValue: definition.name) { bodies[role] = definition.prompt }
    }
  }
}

/// The workflows by name.
struct WorkflowLibrary {
  private(set) var workflows: [String: Workflow] = [:]

  init(paths: ProjectPaths, shipped: ShippedFiles) throws(DocumentError) {
    for document in try shipped.workflows() {
      workflows[document.workflow.name] = document.workflow
    }
    let aliases = try shipped.roleAliases()
    for file in ownFiles(in: paths.workflows) {
      let text = try text(of: file)
      // A workflow of prose alone, as people kept them before, names no stages: it stays prose.
      guard text.hasPrefix("---") else { continue }
      let document = try WorkflowDocument.parse(text, file: file, aliases: aliases)
      workflows[document.workflow.name] = document.workflow
    }
  }
}

/// The Markdown files of one of the project's folders, by path; none where it is not there.
private func ownFiles(in folder: String) -> [String] {
  directoryEntries(folder).filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
}

private func text(of file: String) throws(DocumentError) -> String {
  do throws(FileError) {
    return String(decoding: try readFile(file), as: UTF8.self)
  } catch {
    throw DocumentError(file: file, place: .whole, fault: .unreadable(error))
  }
}

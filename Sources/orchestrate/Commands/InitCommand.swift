// SPDX-License-Identifier: Apache-2.0
// `orchestrate init`: the few files that a project needs.

import Coordinator
import Documents
import Domain
import Glibc
import Supervision

enum InitCommand {
  static let spec = CommandSpec(
    ["init"], summary: "Make the few files that a project needs",
    discussion: """
      Writes .claude/config/project.json with a test command that fits what is there, makes the \
      folders, and keeps .claude/state/ out of git. What exists is left as it is.
      With --hooks it registers 'orchestrate hook' with Claude Code (.claude/settings.json) and \
      Codex (.codex/hooks.json) instead: it shows the difference, asks, and leaves everything else \
      in those files alone. --hooks --remove takes it out again.
      """,
    examples: [
      Example("orchestrate init", "In a project of yours"),
      Example("orchestrate init --roles", "Also copy the role prompts, to change them"),
      Example("orchestrate init --hooks", "Help agents to notice early; asks first"),
    ],
    options: [
      OptionSpec("roles", help: "Copy the role prompts into .claude/agents/"),
      OptionSpec("hooks", help: "Register the agents' hooks instead"),
      OptionSpec("remove", help: "With --hooks: take them out again"),
      OptionSpec("yes", short: "y", help: "With --hooks: write without asking"),
      OptionSpec("dry-run", help: "Say what would be written, and write nothing"),
    ]
  ) { (invocation) throws(Problem) in
    let project = try ProjectAccess(invocation)
    let root = project.paths.root
    if invocation.flag("hooks") { return try registerHooks(invocation, root: root) }
    if invocation.flag("remove") || invocation.flag("yes") {
      throw .usage(
        "--remove and --yes belong to --hooks", remedy: "orchestrate init --hooks --help")
    }
    var files: [(path: String, text: String)] = [
      (".claude/config/project.json", configuration(root).prettyText + "\n"),
      (".claude/state/.gitignore", "*\n"),
    ]
    if invocation.flag("roles") {
      for role in Role.allCases {
        files.append((".claude/agents/\(role.rawValue).md", try prompt(of: role)))
      }
    }
    var written: [String] = []
    var kept: [String] = []
    for file in files {
      guard access("\(root)/\(file.path)", F_OK) != 0 else {
        kept.append(file.path)
        continue
      }
      written.append(file.path)
      if !invocation.flag("dry-run") { try write(file.text, to: "\(root)/\(file.path)") }
    }
    if invocation.wantsJSON {
      let document: JSONValue = ["written": .strings(written), "kept": .strings(kept)]
      invocation.print(document.prettyText)
      return .done
    }
    for path in written { invocation.print("wrote  \(path)") }
    for path in kept { invocation.print("kept   \(path)") }
    invocation.print("\nnext: orchestrate session new 'What you want'")
    invocation.print("      orchestrate init --hooks, so that agents notice early what is refused")
    return .done
  }

  private static func prompt(of role: Role) throws(Problem) -> String {
    do throws(DocumentError) {
      return try ShippedFiles.embedded.definition(of: role).text
    } catch {
      throw .defect(error, in: "the program's own files")
    }
  }

  /// The kind of project by its files, and the command that its own runner is started with; a
  /// project of no known kind is taken for one in Python.
  private static func configuration(_ root: String) -> JSONValue {
    let project = RunnerCatalogue.Project.reading(root)
    let kind = ProjectKind(project)
    var document = JSONObject()
    if let kind { document["project_type"] = .string(kind.rawValue) }
    document["test_command"] = .string(
      (kind ?? .python).command(project).joined(separator: " "))
    document["timeout_seconds"] = ["health_check": 5, "smoke_test": 60, "full_test": 300]
    return .object(document)
  }

  static func write(_ text: String, to path: String) throws(Problem) {
    do throws(FileError) {
      try AtomicFile.write(Array(text.utf8), to: path)
    } catch {
      throw Problem(
        code: "OUTPUT001", exit: .failure, message: "\(path) cannot be written",
        reason: "\(error)")
    }
  }
}

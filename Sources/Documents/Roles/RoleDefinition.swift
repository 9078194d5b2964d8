// SPDX-License-Identifier: Apache-2.0
// A role's file: the prompt of an agent, with or without front matter.

package import Domain

/// A file of `agents/` or `.claude/agents/`, in the format of Claude Code's subagents: front matter
/// with `name`, `description`, `tools`, `model`, then the prompt. All of the front matter may be
/// missing.
package struct RoleDefinition: Hashable, Sendable {
  /// Its name; where the front matter has none, the file's name without `.md`.
  package let name: String
  /// When to use it; `nil` where it was not said.
  package let description: String?
  /// The tools that it may use; `nil` where it was not said, which means all.
  package let tools: [String]?
  /// The model that it asks for; `nil` where it was not said.
  package let model: String?
  /// The prompt, without white space around it.
  package let prompt: String
  /// Every field of the front matter, known or not.
  package let fields: JSONObject
  /// The file, letter for letter.
  package let text: String
  /// What was odd but could be read.
  package let warnings: [DocumentWarning]

  /// Reads a role's file. Nothing is refused: the format is other tools' as well, and they take
  /// almost anything.
  package init(parsing text: String, file: String) {
    let matter = FrontMatter(of: text, file: file)
    var warnings: [DocumentWarning] = []
    if let fault = matter.fault {
      warnings.append(
        DocumentWarning(
          file: file, place: fault.place, message: fault.sentence + "; it was read line by line"))
    }
    func field(_ key: String) -> String? {
      guard let value = matter.fields[key], !value.isNull else { return nil }
      if let text = value.string { return trimmed(text) }
      if case .number(let number) = value { return number.text }
      warnings.append(
        DocumentWarning(
          file: file, place: .path([key]), message: "\(value.inWords) was passed over"))
      return nil
    }
    name = field("name") ?? Self.stem(of: file)
    description = field("description")
    model = field("model")
    tools = Self.tools(matter.fields["tools"])
    prompt = trimmed(matter.body)
    fields = matter.fields
    self.text = text
    self.warnings = warnings
  }

  /// A new role, with a front matter that every reader of the format takes.
  package init(
    name: String, description: String?, tools: [String]? = nil, model: String? = nil,
    prompt: String
  ) {
    var fields: JSONObject = ["name": .string(name)]
    if let description { fields["description"] = .string(description) }
    if let tools { fields["tools"] = .string(tools.joined(separator: ", ")) }
    if let model { fields["model"] = .string(model) }
    // JSON's strings are YAML's strings in double quotes.
    let head = fields.members.map { "\($0.key): \($0.value.compactText)\n" }.joined()
    let text = "---\n\(head)---\n\n\(trimmed(prompt))\n"
    self.init(parsing: text, file: name + ".md")
  }

  /// The role that it plays, by its name; `nil` where nobody knows that.
  package func role(in aliases: RoleAliases) -> Role? { aliases.role(of: name) }

  /// `Read, Grep, Bash(git diff:*, git log:*)`, or a list.
  private static func tools(_ value: JSONValue?) -> [String]? {
    if let list = value?.array { return list.compactMap(\.string) }
    guard let text = value?.string else { return nil }
    var tools: [String] = [""]
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == ",", depth <= 0 {
        tools.append("")
      } else {
        tools[tools.count - 1].append(character)
      }
    }
    return tools.map { trimmed($0) }.filter { !$0.isEmpty }
  }

  private static func stem(of file: String) -> String {
    let name = file.split(separator: "/").last ?? ""
    return String(name.hasSuffix(".md") ? name.dropLast(3) : name)
  }
}

// SPDX-License-Identifier: Apache-2.0
// A task as a session's file writes it.

package import Domain

/// One entry of a session's `tasks`.
package struct SessionTask: Hashable, Sendable {
  /// Its id; numbers are read as text.
  package let id: TaskID
  /// What is to be done.
  package let title: String
  /// The agent's name as written; `nil` where none is named.
  package let agent: String?
  /// Its status as written.
  package let status: WrittenStatus
  /// Planned minutes; `nil` where none are given.
  package let estimatedMinutes: Int?
  /// Minutes it took; `nil` where none are given.
  package let actualMinutes: Int?
  /// The paths that it is about, as written.
  package let files: [String]
  /// What its tests should show.
  package let tests: [String]
  /// What stands in its way.
  package let blockers: [String]
  /// Whatever the file keeps as its output; `null` where it keeps none.
  package let output: JSONValue
  /// The tasks that must be complete first.
  package let dependencies: [TaskID]
  /// The name of its workflow; `nil` for the default one.
  package let workflow: String?
  /// More on what is to be done.
  package let description: String?
  /// How it is known to be done.
  package let successCriteria: [String]
  /// How much thought it demands; `nil` where the file does not say.
  package let complexity: Complexity?
}

extension SessionTask {
  private static let minutes = 0...100_000

  /// Reads one entry, collecting what is odd about it.
  init(
    _ entry: DocumentField, aliases: StatusAliases, warnings: inout [DocumentWarning]
  ) throws(DocumentError) {
    id = try Self.id(try entry.required("id", "the task's id"))
    if let name = try entry.optional(anyOf: ["title", "name"]) {
      title = try name.text()
    } else {
      title = try entry.required("title", "the task's title").text()
    }
    agent = try entry.optional("agent")?.string()
    status = try aliases.status(of: entry) ?? WrittenStatus(text: "", meaning: .pending)
    if status.meaning == nil {
      warnings.append(
        entry.warning(
          "the status '\(status.text)' is not known; it is kept and does not count as done"))
    }
    estimatedMinutes = try Self.minutes(entry, "estimatedMinutes")
    actualMinutes = try Self.minutes(entry, "actualMinutes")
    files = try entry.optional("files")?.strings() ?? []
    tests = try entry.optional("tests")?.strings() ?? []
    blockers = try entry.optional("blockers")?.strings() ?? []
    output = try entry.optional("output")?.value ?? .null
    let needed = try entry.optional(anyOf: ["dependencies", "dependsOn", "depends_on"])
    dependencies = try (needed?.elements("an array of task ids") ?? [])
      .map { (field) throws(DocumentError) in try Self.id(field) }
    workflow = try entry.optional("workflow")?.text()
    description = try entry.optional("description")?.string()
    successCriteria = try Self.criteria(entry)
    complexity = try entry.optional("complexity")?.choice(of: "complexity", Complexity.self)
  }

  private static func id(_ field: DocumentField) throws(DocumentError) -> TaskID {
    let text = field.value.string ?? field.value.int.map(String.init)
    guard let id = text.flatMap({ TaskID($0) }) else {
      throw field.unexpected("a task id: one line of 1 to 200 bytes")
    }
    return id
  }

  private static func minutes(
    _ entry: DocumentField, _ key: String
  ) throws(DocumentError) -> Int? {
    guard let field = try entry.optional(key) else { return nil }
    guard let number = field.value.double, number >= 0, number <= Double(minutes.upperBound) else {
      throw field.unexpected("minutes, 0 to \(minutes.upperBound), or null")
    }
    return Int(number.rounded())
  }

  private static func criteria(_ entry: DocumentField) throws(DocumentError) -> [String] {
    guard let field = try entry.optional("successCriteria") else { return [] }
    if let text = field.value.string { return [text] }
    return try field.strings("a string or an array of strings")
  }
}

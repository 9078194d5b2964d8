// SPDX-License-Identifier: Apache-2.0
// Our hooks in the configuration files of agents, put in and taken out without touching the rest.

/// Where and how an agent's program is told to call `orchestrate hook`.
package enum HookRegistration: Hashable, Sendable, CaseIterable {
  case claudeCode
  case codex

  /// The program's name, for people.
  package var name: String {
    switch self {
    case .claudeCode: "Claude Code"
    case .codex: "Codex"
    }
  }

  /// The file, relative to the project.
  package var file: String {
    switch self {
    case .claudeCode: ".claude/settings.json"
    case .codex: ".codex/hooks.json"
    }
  }

  /// The tools that are held against rules, as the program matches them.
  private var matcher: String {
    switch self {
    case .claudeCode: "Bash|Edit|MultiEdit|Write|NotebookEdit|Read|Grep"
    case .codex: "Bash|apply_patch"
    }
  }

  /// What stands under each event.
  private var groups: [(event: String, group: JSONValue)] {
    [
      ("PreToolUse", group("orchestrate hook", matcher: matcher)),
      ("SessionStart", group("orchestrate hook session_loader", matcher: nil)),
      ("Stop", group("orchestrate hook handoff-reminder", matcher: nil)),
    ]
  }

  private func group(_ command: String, matcher: String?) -> JSONValue {
    var group = JSONObject()
    if let matcher { group["matcher"] = .string(matcher) }
    group["hooks"] = [["type": "command", "command": .string(command), "timeout": 10]]
    return .object(group)
  }

  // MARK: Putting in and taking out

  /// The file with our hooks, each once.
  ///
  /// - Parameter bytes: the file as it is; `nil` where there is none.
  /// - Throws: `DocumentError` where it is no JSON, or its hooks have another shape than agents
  ///   read. It is then left to a person.
  package func registered(in bytes: [UInt8]?, path: String) throws(DocumentError) -> String {
    var file = try HooksFile(bytes ?? Array("{}".utf8), path)
    for (event, group) in groups {
      let present = try file.groups(of: event)
      if present.contains(group) { continue }
      file.set(present.compactMap(Self.withoutOurs) + [group], of: event)
    }
    // A new file is laid out for people.
    return bytes == nil ? JSONLayout.standard.text(of: file.root) : file.text
  }

  /// The file without our hooks; everything else stays, byte by byte.
  ///
  /// - Throws: `DocumentError` as `registered`.
  package func removed(from bytes: [UInt8], path: String) throws(DocumentError) -> String {
    var file = try HooksFile(bytes, path)
    for event in try file.events() {
      let present = try file.groups(of: event)
      let rest = present.compactMap(Self.withoutOurs)
      if rest != present { file.set(rest, of: event) }
    }
    return file.text
  }

  /// Whether the file calls us.
  ///
  /// - Throws: `DocumentError` as `registered`.
  package func isRegistered(in bytes: [UInt8], path: String) throws(DocumentError) -> Bool {
    let file = try HooksFile(bytes, path)
    for event in try file.events() {
      let present = try file.groups(of: event)
      if present.compactMap(Self.withoutOurs) != present { return true }
    }
    return false
  }

  /// A group with its other hooks; `nil` where it had none.
  private static func withoutOurs(_ group: JSONValue) -> JSONValue? {
    guard let hooks = group["hooks"]?.array else { return group }
    let others = hooks.filter { !isOurs($0) }
    guard others.count < hooks.count else { return group }
    guard !others.isEmpty else { return nil }
    var group = group
    group.set("hooks", .array(others))
    return group
  }

  private static func isOurs(_ hook: JSONValue) -> Bool {
    let words = (hook["command"]?.string ?? "").split(separator: " ").prefix(2)
    return words.elementsEqual(["orchestrate", "hook"])
  }
}

/// A configuration file while its hooks are changed.
private struct HooksFile {
  private(set) var root: JSONValue
  private var source: JSONText
  private let path: String

  init(_ bytes: [UInt8], _ path: String) throws(DocumentError) {
    let document = try DocumentField(reading: bytes, file: path)
    _ = try document.object()
    root = document.value
    source = JSONText(bytes)
    self.path = path
  }

  var text: String { source.text }

  func events() throws(DocumentError) -> [String] {
    try hooks()?.object().keys ?? []
  }

  func groups(of event: String) throws(DocumentError) -> [JSONValue] {
    try hooks()?.optional(event)?.elements("an array of hooks with matchers").map(\.value) ?? []
  }

  private func hooks() throws(DocumentError) -> DocumentField? {
    guard let hooks = try DocumentField(file: path, value: root).optional("hooks") else {
      return nil
    }
    _ = try hooks.object()
    return hooks
  }

  /// Sets an event's groups. An event without any goes, and so does what held only it.
  mutating func set(_ groups: [JSONValue], of event: String) {
    var hooks = root["hooks"]?.object ?? JSONObject()
    let isNew = root["hooks"]?.object == nil
    hooks[event] = groups.isEmpty ? nil : .array(groups)
    if hooks.isEmpty {
      source.remove(at: ["hooks"])
    } else if groups.isEmpty {
      source.remove(at: ["hooks", event])
    } else if isNew {
      source.set(.object(hooks), at: ["hooks"])
    } else {
      source.set(.array(groups), at: ["hooks", event])
    }
    guard var object = root.object else { return }
    object["hooks"] = hooks.isEmpty ? nil : .object(hooks)
    root = .object(object)
  }
}

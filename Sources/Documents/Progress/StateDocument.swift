// SPDX-License-Identifier: Apache-2.0
// The project's state as people, scripts and hooks read it.

package import Domain

/// `.claude/progress/state.json` (S2-09, S2-45, M5). Keys that are not ours survive.
package struct StateDocument: Hashable, Sendable {
  /// A change of state.
  package struct Transition: Hashable, Sendable {
    /// The state before; as written, since old files hold states that we do not know.
    package let from: String
    /// The state after.
    package let to: String
    /// When, as written.
    package let at: String
    /// Why; empty where it was not said.
    package let reason: String
  }

  /// The state.
  package private(set) var state: ProjectState
  /// When it was entered, as written.
  package private(set) var enteredAt: String
  /// What the last health check said.
  package private(set) var health: HealthStatus
  /// Every change of state, oldest first.
  package private(set) var history: [Transition]
  /// Whether something is under way; after a crash this is still true.
  package private(set) var isDirty: Bool
  /// What was done last; `nil` where it was not said.
  package private(set) var lastAction: String?
  /// The history as written, with the keys that are not ours.
  private var entries: [JSONValue]
  private var source: JSONText

  /// A project that was just begun.
  package init(at moment: Timestamp, health: HealthStatus) {
    state = .start
    enteredAt = moment.description
    self.health = health
    history = []
    isDirty = false
    entries = []
    let root: JSONValue = [
      "state": .string(ProjectState.start.rawValue), "entered_at": .string(moment.description),
      "health_status": .string(health.rawValue), "history": [],
    ]
    source = JSONText(Array(JSONLayout.standard.text(of: root).utf8))
  }

  /// Reads the file.
  ///
  /// - Throws: `DocumentError` where a key has another shape, or the state is none of the six.
  package init(parsing bytes: [UInt8], file: String) throws(DocumentError) {
    let document = try DocumentField(reading: bytes, file: file)
    state = try Self.state(try document.required("state", "the state"))
    enteredAt = try document.optional("entered_at")?.string() ?? ""
    health =
      try document.optional("health_status")
      .map { (field) throws(DocumentError) in try Self.health(field) } ?? .unknown
    history = try (document.optional("history")?.elements("an array of changes") ?? [])
      .map { (field) throws(DocumentError) in try Transition(field) }
    isDirty = try document.optional("dirty")?.bool() ?? false
    lastAction = try document.optional("last_action")?.string()
    entries = document.value["history"]?.array ?? []
    source = JSONText(bytes)
  }

  static func state(_ field: DocumentField) throws(DocumentError) -> ProjectState {
    try field.choice(of: "state of a project", ProjectState.self)
  }

  static func health(_ field: DocumentField) throws(DocumentError) -> HealthStatus {
    let text = try field.string("HEALTHY, BROKEN or UNKNOWN")
    guard let health = HealthStatus(rawValue: text) else {
      throw field.unexpected("HEALTHY, BROKEN or UNKNOWN")
    }
    return health
  }

  /// The file's text.
  package var text: String { source.text }

  // MARK: Changes

  /// The project is now in another state.
  package mutating func moved(to state: ProjectState, at moment: Timestamp, reason: String) {
    let transition = Transition(
      from: self.state.rawValue, to: state.rawValue, at: moment.description, reason: reason)
    history.append(transition)
    self.state = state
    enteredAt = moment.description
    source.set(.string(state.rawValue), at: ["state"])
    source.set(.string(enteredAt), at: ["entered_at"])
    entries.append(transition.json)
    source.set(.array(entries), at: ["history"])
  }

  /// The health was checked; a file that is there is brought up to date as well (S2-09).
  package mutating func healthChecked(_ health: HealthStatus) {
    self.health = health
    source.set(.string(health.rawValue), at: ["health_status"])
  }

  /// Work begins, or it ended in order (S2-22, S2-45).
  package mutating func marked(isDirty: Bool, lastAction: String, at moment: Timestamp) {
    self.isDirty = isDirty
    self.lastAction = lastAction
    source.set(.bool(isDirty), at: ["dirty"])
    source.set(.string(lastAction), at: ["last_action"])
    source.set(.string(moment.description), at: ["timestamp"])
  }
}

extension StateDocument.Transition {
  init(_ field: DocumentField) throws(DocumentError) {
    from = try field.optional("from")?.string() ?? ""
    to = try field.required("to", "the state after the change").string()
    at = try field.optional("at")?.string() ?? ""
    reason = try field.optional("reason")?.string() ?? ""
  }

  var json: JSONValue {
    ["from": .string(from), "to": .string(to), "at": .string(at), "reason": .string(reason)]
  }
}

// SPDX-License-Identifier: Apache-2.0
// A gate as it is written down, shipped or in a project's configuration.

package import Domain

/// One gate.
package struct GateDefinition: Hashable, Sendable {
  /// Its name, without spaces: `tests-pass`.
  package let id: String
  /// What it looks at.
  package let kind: GateKind
  /// How much its verdict binds.
  package let level: Level
  /// What it demands, in a sentence; empty where nothing was written.
  package let description: String
  /// What it runs; `nil` where its kind needs no command.
  package let command: ConfiguredCommand?
  /// When it is asked.
  package let moment: Gate.Moment
  /// What its kind is set to.
  package let limits: GateLimits
  /// Whether the project itself set its figures, as against what is shipped.
  package let setsLimits: Bool

  /// What may be written of a gate.
  static let keys =
    ["id", "kind", "level", "moment", "description", "command"]
    + GateKind.allCases.flatMap(GateLimits.keys)

  /// Reads a gate, falling back on the shipped one of the same name.
  ///
  /// - Parameter id: the gate's name where it is the key of an object and not a member.
  init(
    _ field: DocumentField, id: String? = nil, shipped: [GateDefinition]
  ) throws(DocumentError) {
    let id = if let id { id } else { try Self.id(try field.required("id", "the gate's id")) }
    let base = shipped.first { $0.id == id }
    let kind: GateKind
    if let written = try field.optional("kind") {
      kind = try written.choice(of: "kind of gate", GateKind.self)
    } else if let known = base?.kind ?? GateKind(rawValue: id) {
      kind = known
    } else {
      throw field.unknown(id, "shipped gate, and no kind is given", known: shipped.map(\.id))
    }
    let command = try field.optional("command")
      .map { (field) throws(DocumentError) in try ConfiguredCommand(field) }
    if kind == .command, command == nil, base?.command == nil {
      throw try field.required("command", "the gate's command").unexpected("a command")
    }
    self.id = id
    self.kind = kind
    self.command = command ?? base?.command
    let universal = UniversalGate.all.first { $0.id == id }
    level =
      try field.optional("level")?.choice(of: "level", Level.self) ?? base?.level
      ?? universal?.level ?? .blocking
    moment =
      try field.optional("moment")?.choice(of: "moment", Gate.Moment.self) ?? base?.moment
      ?? universal?.moment ?? .post
    description = try field.optional("description")?.string() ?? base?.description ?? ""
    limits = try GateLimits(field, kind: kind, shipped: base?.limits)
    setsLimits = limits != base?.limits
    if kind == .coverage { try Self.requireReport(limits, self.command, field) }
  }

  private static func requireReport(
    _ limits: GateLimits, _ command: ConfiguredCommand?, _ field: DocumentField
  ) throws(DocumentError) {
    if command == nil {
      throw try field.required("command", "the command that measures coverage")
        .unexpected("a command")
    }
    if limits.report == nil {
      throw try field.required("report", "the path of the coverage report").unexpected("a path")
    }
  }

  private static func id(_ field: DocumentField) throws(DocumentError) -> String {
    let expected = "a gate's id: letters, digits, '-' and '_'"
    let id = try field.text(expected)
    let isName =
      id.utf8.count <= 64
      && id.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (97...122).contains(byte | 0x20)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      }
    guard isName else { throw field.unexpected(expected) }
    return id
  }
}

/// The gates of `config/gates.json`.
package enum GateCatalogue {
  /// Reads a catalogue.
  ///
  /// - Throws: `DocumentError` where it is none, or two gates have the same id.
  package static func parse(
    _ bytes: [UInt8], file: String
  ) throws(DocumentError) -> [GateDefinition] {
    let root = try DocumentField(reading: bytes, file: file, allowingComments: true)
    return try list(try root.required("gates", "the gates"), shipped: [])
  }

  /// Reads gates from an array of objects with an `id`, or an object of objects by id.
  static func list(
    _ field: DocumentField, shipped: [GateDefinition]
  ) throws(DocumentError) -> [GateDefinition] {
    var gates: [GateDefinition] = []
    var places: [String: JSONPath] = [:]
    func add(_ gate: GateDefinition, at field: DocumentField) throws(DocumentError) {
      if let first = places[gate.id] { throw field.fault(.duplicate(gate.id, first: first)) }
      places[gate.id] = field.path
      gates.append(gate)
    }
    switch field.value {
    case .array:
      for entry in try field.elements() {
        try add(try GateDefinition(entry, shipped: shipped), at: entry)
      }
    case .object:
      for (id, entry) in try field.members() {
        try add(try GateDefinition(entry, id: id, shipped: shipped), at: entry)
      }
    case .null, .bool, .number, .string:
      throw field.unexpected("an array of gates, or an object of gates by id")
    }
    return gates
  }
}

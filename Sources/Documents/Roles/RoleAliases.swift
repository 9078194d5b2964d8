// SPDX-License-Identifier: Apache-2.0
// The names that agents have in the wild, and which of the five roles each plays (R10, M6).

package import Domain

/// The tables of `config/roles.json`.
package struct RoleAliases: Hashable, Sendable {
  private let roles: [String: Role]
  /// In the table's order, for messages.
  private let names: [String]
  private let routes: [Route]
  private let otherwise: String

  private struct Route: Hashable {
    let agent: String
    let words: [String]
  }

  /// Reads the tables.
  ///
  /// - Throws: `DocumentError` where they are none, or a name stands for two roles.
  package init(parsing bytes: [UInt8], file: String) throws(DocumentError) {
    let root = try DocumentField(reading: bytes, file: file, allowingComments: true)
    var roles: [String: Role] = [:]
    var names: [String] = []
    for role in Role.allCases {
      roles[role.rawValue] = role
      names.append(role.rawValue)
    }
    for (name, aliases) in try root.required("roles", "the roles").members() {
      guard let role = Role(rawValue: name) else {
        throw aliases.unknown(name, "role", known: Role.allCases.map(\.rawValue))
      }
      for alias in try aliases.elements() {
        let text = Self.normal(try alias.text())
        if let other = roles[text], other != role {
          throw alias.unexpected("a name that does not stand for \(other.rawValue) already")
        }
        if roles[text] == nil { names.append(text) }
        roles[text] = role
      }
    }
    self.roles = roles
    self.names = names
    routes = try (root.optional("routing")?.elements() ?? [])
      .map { (entry) throws(DocumentError) in
        Route(
          agent: try Self.agent(try entry.required("agent", "the agent"), roles, names),
          words: try entry.required("words", "the words").strings().map { $0.lowercased() })
      }
    otherwise =
      try root.optional("otherwise")
      .map { (field) throws(DocumentError) in try Self.agent(field, roles, names) }
      ?? Role.specialist.rawValue
  }

  private static func agent(
    _ field: DocumentField, _ roles: [String: Role], _ names: [String]
  ) throws(DocumentError) -> String {
    let name = try field.text()
    guard roles[normal(name)] != nil else { throw field.unknown(name, "role", known: names) }
    return name
  }

  // MARK: Names

  /// The role that a name stands for; `nil` where nobody knows it. Case, `_` and spaces for `-`,
  /// a leading `@` or `agent-`, and a model in brackets after it do not matter.
  package func role(of name: String) -> Role? { roles[Self.normal(name)] }

  /// The role that a name in a file stands for.
  ///
  /// - Throws: `DocumentError` at `place` that lists the known names, where nobody knows it.
  package func role(
    of name: String, file: String, place: DocumentError.Place
  ) throws(DocumentError) -> Role {
    guard let role = role(of: name) else {
      throw DocumentError(
        file: file, place: place, fault: .unknownName(name, what: "role", known: names))
    }
    return role
  }

  private static func normal(_ name: String) -> String {
    var text = name.prefix { $0 != "[" }.lowercased()[...]
    if text.hasPrefix("@") { text = text.dropFirst() }
    if text.hasPrefix("agent-") { text = text.dropFirst("agent-".count) }
    return text.split { $0 == "-" || $0 == "_" || $0.isWhitespace }.joined(separator: "-")
  }

  // MARK: Routing

  /// The agent for a task that names none, going by its title: whoever has the most words in it,
  /// among equals whose word comes first; the table's `otherwise` where nobody has any.
  ///
  /// A word of four letters or more also stands for words that begin with it: `test` for `tests`.
  package func agent(forTitle title: String) -> String {
    let words = title.lowercased().split { !($0.isLetter || $0.isNumber) }
    var best: (agent: String, hits: Int, first: Int)?
    for route in routes {
      let hits = words.indices.filter { index in
        route.words.contains { Self.stands($0, for: words[index]) }
      }
      guard let first = hits.first else { continue }
      if best.map({ (hits.count, -first) > ($0.hits, -$0.first) }) ?? true {
        best = (route.agent, hits.count, first)
      }
    }
    return best?.agent ?? otherwise
  }

  private static func stands(_ keyword: String, for word: Substring) -> Bool {
    word == keyword || keyword.count >= 4 && word.hasPrefix(keyword)
  }
}

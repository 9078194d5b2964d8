// SPDX-License-Identifier: Apache-2.0
// The members of a JSON object, in their order.

/// Members in the order in which they were written or added; no key occurs twice.
package struct JSONObject: Hashable, Sendable {
  /// One member.
  package struct Member: Hashable, Sendable {
    /// Its name.
    package let key: String
    /// What it holds.
    package fileprivate(set) var value: JSONValue
  }

  /// All members.
  package private(set) var members: [Member] = []
  /// Where each key stands. Kept only for objects too long to be searched quickly.
  private var positions: [String: Int] = [:]
  private static let searchableMax = 16

  /// An object without members.
  package init() {}

  /// The names of all members.
  package var keys: [String] { members.map(\.key) }

  /// How many members there are.
  package var count: Int { members.count }

  /// Whether there are none.
  package var isEmpty: Bool { members.isEmpty }

  /// The member of that name. Setting one that is there leaves it in its place; a new one comes
  /// last; `nil` removes it.
  package subscript(key: String) -> JSONValue? {
    get { position(of: key).map { members[$0].value } }
    set {
      guard let newValue else {
        remove(key)
        return
      }
      if let position = position(of: key) {
        members[position].value = newValue
      } else {
        append(key, newValue)
      }
    }
  }

  /// Adds a member whose key is new, and says whether it was.
  mutating func appendIfNew(_ key: String, _ value: JSONValue) -> Bool {
    guard position(of: key) == nil else { return false }
    append(key, value)
    return true
  }

  private func position(of key: String) -> Int? {
    members.count > Self.searchableMax
      ? positions[key] : members.firstIndex { $0.key == key }
  }

  private mutating func append(_ key: String, _ value: JSONValue) {
    members.append(Member(key: key, value: value))
    if members.count == Self.searchableMax + 1 {
      indexAll()
    } else if members.count > Self.searchableMax {
      positions[key] = members.count - 1
    }
  }

  private mutating func remove(_ key: String) {
    guard let position = position(of: key) else { return }
    members.remove(at: position)
    if members.count > Self.searchableMax { indexAll() } else { positions = [:] }
  }

  private mutating func indexAll() {
    positions = [:]
    for (index, member) in members.enumerated() { positions[member.key] = index }
  }

  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members == right.members
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(members) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Members in the order written; of a repeated key the last value counts.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }
}

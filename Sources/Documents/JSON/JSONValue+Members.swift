// SPDX-License-Identifier: Apache-2.0
// Adding members to a document that is being put together.

extension JSONValue {
  /// Sets a member of an object, in its place or as the last one. Of anything else nothing changes.
  package mutating func set(_ key: String, _ value: JSONValue) {
    guard case .object(var members) = self else { return }
    members[key] = value
    self = .object(members)
  }
}

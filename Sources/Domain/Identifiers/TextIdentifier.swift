// SPDX-License-Identifier: Apache-2.0
// What the identifiers that are made of text have in common.

/// An identifier that is written as text wherever it crosses a boundary.
///
/// Conforming types refuse malformed text in `init?(_:)`, so a value that exists is well formed.
package protocol TextIdentifier: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  var text: String { get }
  init?(_ text: String)
}

extension TextIdentifier {
  package var description: String { text }

  package static func < (left: Self, right: Self) -> Bool { left.text < right.text }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let id = Self(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a \(Self.self): \(text)"))
    }
    self = id
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

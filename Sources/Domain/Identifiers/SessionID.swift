// SPDX-License-Identifier: Apache-2.0
// The number by which people, files, refs and commands name a session.

/// A session's number. `39`, `039` and `session-039` name the same one (R17).
package struct SessionID: Hashable, Comparable, Sendable {
  /// 1 … 999 999.
  package let number: Int

  /// `nil` outside 1 … 999 999.
  package init?(number: Int) {
    guard (1...999_999).contains(number) else { return nil }
    self.number = number
  }

  /// Reads `39`, `039`, `session-039` or `Session-39`; anything else is `nil`.
  package init?(_ text: some StringProtocol) {
    let lowered = text.lowercased()
    let digits = lowered.hasPrefix("session-") ? lowered.dropFirst("session-".count) : lowered[...]
    guard !digits.isEmpty, digits.count <= 6, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let number = Int(digits)
    else { return nil }
    self.init(number: number)
  }

  /// The number in at least three digits: `039`.
  package var padded: String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }

  /// The stem of the session's files: `session-039`.
  package var fileStem: String { "session-" + padded }

  package static func < (left: SessionID, right: SessionID) -> Bool { left.number < right.number }
}

extension SessionID: CustomStringConvertible {
  package var description: String { padded }
}

extension SessionID: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let id = SessionID(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a session: \(text)"))
    }
    self = id
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(padded)
  }
}

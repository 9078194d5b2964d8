// SPDX-License-Identifier: Apache-2.0
// The text form in which keys are kept, read strictly.

import FoundationEssentials

/// One block of a PEM file (RFC 7468).
struct PEM {
  /// What the block says it holds, such as `PUBLIC KEY`.
  let label: String
  /// The DER inside.
  let bytes: [UInt8]

  /// Reads a text that is one block and nothing else; `nil` for any other.
  init?(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.count >= 3, let first = lines.first, let last = lines.last,
      first.hasPrefix(Self.begin), first.hasSuffix(Self.dashes)
    else { return nil }
    let label = String(first.dropFirst(Self.begin.count).dropLast(Self.dashes.count))
    guard last == "-----END \(label)-----",
      let data = Data(base64Encoded: lines.dropFirst().dropLast().joined())
    else { return nil }
    self.label = label
    bytes = Array(data)
  }

  private static let begin = "-----BEGIN "
  private static let dashes = "-----"
}

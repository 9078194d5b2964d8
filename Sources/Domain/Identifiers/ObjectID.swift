// SPDX-License-Identifier: Apache-2.0
// The name of a git object.

/// A git object's SHA-1 name: forty lower-case hexadecimal digits.
package struct ObjectID: TextIdentifier {
  /// The digits: forty, lower-case.
  package let text: String

  /// Reads forty lower-case hexadecimal digits; anything else is `nil`.
  package init?(_ text: String) {
    guard text.utf8.count == 40, text.utf8.allSatisfy(Digest.isLowercaseHex) else { return nil }
    self.text = text
  }

  /// The first ten digits, enough to name it to a person.
  package var short: String { String(text.prefix(10)) }
}

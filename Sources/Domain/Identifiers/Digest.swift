// SPDX-License-Identifier: Apache-2.0
// The digest by which evidence, configuration and journal entries are named.

/// A SHA-256 digest in sixty-four lower-case hexadecimal digits.
package struct Digest: TextIdentifier {
  /// The digits: sixty-four, lower-case.
  package let hex: String

  /// The same as `hex`.
  package var text: String { hex }

  /// Reads sixty-four lower-case hexadecimal digits; anything else is `nil`.
  package init?(_ text: String) {
    guard text.utf8.count == 64, text.utf8.allSatisfy(Self.isLowercaseHex) else { return nil }
    hex = text
  }

  /// The digest whose eight words these are.
  init(words: [UInt32]) {
    let digits: StaticString = "0123456789abcdef"
    hex = String(unsafeUninitializedCapacity: words.count * 8) { bytes in
      for (index, word) in words.enumerated() {
        for place in 0..<8 {
          let digit = Int(word >> (28 - 4 * UInt32(place)) & 0xf)
          bytes.initializeElement(at: index * 8 + place, to: digits.utf8Start[digit])
        }
      }
      return words.count * 8
    }
  }

  static func isLowercaseHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  /// The SHA-256 of bytes at hand; `SHA256` takes those that come one piece at a time.
  package static func sha256(of bytes: some Sequence<UInt8>) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.digest
  }
}

// SPDX-License-Identifier: Apache-2.0
// A JSON number as it was written.

/// A number in the text of RFC 8259. `1.0`, `1` and `1e0` are different values here, since each is
/// written again as it was read.
package struct JSONNumber: Hashable, Sendable {
  /// The number as written.
  package let text: String

  /// A whole number.
  package init(_ value: Int) { text = String(value) }

  /// The shortest text that reads back as `value`; `nil` for infinities and what is not a number.
  package init?(_ value: Double) {
    guard value.isFinite else { return nil }
    // Whole values are written without a fraction, as people write them.
    if let whole = Int(exactly: value), abs(whole) < 1 << 53 {
      text = String(whole)
    } else {
      text = value.description
    }
  }

  /// A text that the grammar of RFC 8259 takes for a number; `nil` for any other.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard Self.length(in: bytes, from: 0) == bytes.count, !bytes.isEmpty else { return nil }
    self.text = text
  }

  /// For text that was checked already.
  init(checked text: String) { self.text = text }

  /// The value, where it is whole and fits into 64 bits: `12`, but also `12.0` and `1.2e1`.
  package var int: Int? { Int(text) ?? Double(text).flatMap { Int(exactly: $0) } }

  /// The value, as near as 64 bits come; infinite where it is too large.
  package var double: Double { Double(text) ?? .nan }

  /// How many bytes from `start` make up a number; `nil` where none begins there.
  static func length(in bytes: [UInt8], from start: Int) -> Int? {
    var index = start
    func isDigit() -> Bool { index < bytes.count && (48...57).contains(bytes[index]) }
    func skipDigits() -> Bool {
      let first = index
      while isDigit() { index += 1 }
      return index > first
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
    if index < bytes.count, bytes[index] == UInt8(ascii: "0") {
      index += 1
    } else if !skipDigits() {
      return nil
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      guard skipDigits() else { return nil }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[index]) {
        index += 1
      }
      guard skipDigits() else { return nil }
    }
    return index - start
  }
}

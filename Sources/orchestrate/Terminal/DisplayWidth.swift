// SPDX-License-Identifier: Apache-2.0
// How many columns a text fills on a terminal.

/// Measures text in terminal columns. A table of our own, since the C library's depends on the
/// locale and knows nothing in the one that servers run in.
enum DisplayWidth {
  /// The columns of a text without control characters.
  static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

  /// 0 for a lone combining mark, 2 for East Asian wide characters and emoji, else 1.
  static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // U+FE0F asks for the emoji form of the character before it.
      if scalar.value == 0xFE0F, width == 1 { return 2 }
      width = max(width, of(scalar))
    }
    return width
  }

  /// The longest start of `text` that fills at most `columns`, an ellipsis in its last place where
  /// something was cut off.
  static func fitted(_ text: String, to columns: Int) -> String {
    guard of(text) > columns else { return text }
    guard columns > 0 else { return "" }
    var fitted = ""
    var width = 0
    for character in text {
      width += of(character)
      if width > columns - 1 { break }
      fitted.append(character)
    }
    return fitted + "…"
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    // Nearly all text is ASCII; the property tables are slow.
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: return scalar.properties.isEmojiPresentation || isWide(scalar.value) ? 2 : 1
    }
  }

  /// East Asian Width W and F (Unicode Standard Annex 11), blocks joined where all between is
  /// unassigned.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
      0x1F200...0x1F2FF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}

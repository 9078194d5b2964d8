// SPDX-License-Identifier: Apache-2.0
// Whether and how a stream may be dressed for a person's eyes.

/// What a terminal can show and its user wants to see.
struct TerminalStyle: Hashable, Sendable {
  /// What `--color` says.
  enum Choice: String, Hashable, Sendable {
    case auto, always, never
  }

  /// The few ways in which a word can stand out; none carries meaning on its own.
  enum Ink: String, Hashable, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  let hasColor: Bool
  /// Whether lines may be rewritten in place.
  let isAnimated: Bool
  /// The width of the terminal; 80 where there is none.
  let columns: Int

  /// No colour, no motion.
  static let plain = TerminalStyle(hasColor: false, isAnimated: false, columns: 80)

  init(hasColor: Bool, isAnimated: Bool, columns: Int) {
    self.hasColor = hasColor
    self.isAnimated = isAnimated
    self.columns = columns
  }

  /// Colour: `--color`, else `NO_COLOR`, else `CLICOLOR_FORCE`, else `CLICOLOR=0` or `TERM=dumb`,
  /// else whether it is a terminal. Motion: only on a terminal that is not dumb, and never with
  /// `ORCHESTRATE_A11Y=1`, since screen readers read every rewrite aloud.
  init(choice: Choice, environment: EnvironmentLookup, isTerminal: Bool, columns: Int) {
    let isDumb = environment("TERM") == "dumb"
    func isSet(_ name: String) -> Bool { !(environment(name) ?? "").isEmpty }
    func isOn(_ name: String) -> Bool { isSet(name) && environment(name) != "0" }
    switch choice {
    case .always: hasColor = true
    case .never: hasColor = false
    case .auto:
      if isSet("NO_COLOR") {
        hasColor = false
      } else if isOn("CLICOLOR_FORCE") {
        hasColor = true
      } else {
        hasColor = isTerminal && !isDumb && environment("CLICOLOR") != "0"
      }
    }
    isAnimated = isTerminal && !isDumb && !isOn("ORCHESTRATE_A11Y")
    self.columns = columns
  }

  /// `text`, in `ink` where there is colour.
  func ink(_ text: String, _ ink: Ink) -> String {
    hasColor && !text.isEmpty ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// `text` on one line with its control characters made visible, so that what an agent or a file
  /// says cannot move the cursor, change colours or forge a line.
  static func harmless(_ text: String) -> String {
    // Most lines hold nothing but what every terminal prints.
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator:
        shown += scalar == "\t" || scalar == "\n" ? " " : "\\u{\(String(scalar.value, radix: 16))}"
      case .format where isDirectional(scalar):
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  /// Scalars that reorder the text around them, and so can make it read as something else.
  private static func isDirectional(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// A Markdown text as headings with lines below them: as much of the grammar as session files use.

/// One line of a text.
struct MarkdownLine: Hashable {
  /// From 1.
  let number: Int
  /// The line without its end.
  let text: String
  /// Whether it is a fence or stands between two.
  let isCode: Bool

  /// How far it is indented, and what stands there.
  private var content: (indent: Int, text: Substring) {
    let indent = text.prefix { $0 == " " || $0 == "\t" }.count
    return (indent, text.dropFirst(indent))
  }

  var isBlank: Bool { text.allSatisfy(\.isWhitespace) }

  /// The text of a list item that begins with `-`, `*` or `+`.
  var bullet: (indent: Int, text: String)? {
    let content = content
    guard !isCode, let first = content.text.first, "-*+".contains(first),
      content.text.dropFirst().first?.isWhitespace ?? true
    else { return nil }
    return (content.indent, trimmed(content.text.dropFirst()))
  }

  /// The text of a list item that begins with a number and `.` or `)`.
  var numbered: String? {
    let text = content.text
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let rest = text.dropFirst(digits.count)
    guard !isCode, !digits.isEmpty, let mark = rest.first, mark == "." || mark == ")",
      rest.dropFirst().first?.isWhitespace ?? true
    else { return nil }
    return trimmed(rest.dropFirst())
  }

  /// The text of a list item of any kind.
  var item: String? { numbered ?? bullet?.text }

  /// A heading's depth and text.
  var heading: (level: Int, title: String)? {
    let level = text.prefix { $0 == "#" }.count
    let rest = text.dropFirst(level)
    guard !isCode, (1...6).contains(level), rest.first?.isWhitespace ?? true else { return nil }
    let title = trimmed(rest)
    // Number signs that close a heading stand apart from it; those of `C#` do not.
    let closing = title.reversed().prefix { $0 == "#" }.count
    let isClosed = closing > 0 && title.dropLast(closing).last.map(\.isWhitespace) ?? true
    return (level, isClosed ? trimmed(title.dropLast(closing)) : title)
  }
}

/// A heading and everything up to the next one.
struct MarkdownSection {
  /// 1 to 6; 0 for what stands before the first heading.
  let level: Int
  /// As written.
  let title: String
  var lines: [MarkdownLine] = []

  /// The title in lower case, without an emoji or the like before it.
  var key: String { plainWords(title) }

  /// The number and the name of `Task 3: Name`, where `word` is `task`; `nil` for other titles.
  func numbered(_ word: String) -> (number: Int, name: String)? {
    let start = word + " "
    guard level > 1, key.hasPrefix(start), let first = key.dropFirst(start.count).first,
      first.isNumber
    else { return nil }
    let rest = title.drop { !$0.isNumber }
    let digits = rest.prefix { $0.isNumber && $0.isASCII }
    guard let number = Int(digits) else { return nil }
    var name = rest.dropFirst(digits.count).drop(while: \.isWhitespace)
    if let mark = name.first, ":.-–—)".contains(mark) { name = name.dropFirst() }
    return (number, trimmed(name))
  }

  /// What stands below, without blank lines around it.
  var text: String {
    let kept = lines.drop(while: \.isBlank)
    let end = kept.lastIndex { !$0.isBlank }.map { $0 + 1 } ?? kept.startIndex
    return kept[..<end].map(\.text).joined(separator: "\n")
  }

  /// The texts of its list items.
  var items: [String] { lines.compactMap(\.item).filter { !$0.isEmpty } }

  /// The items that are `key: value`, with or without bold type, by their keys in lower case.
  var pairs: [(key: String, value: String)] {
    lines.compactMap { $0.bullet.flatMap { keyAndValue($0.text) } }
  }

  /// The value of such an item.
  func value(_ key: String) -> String? { pairs.first { $0.key == key }?.value }

  /// The items with a box before them.
  var checkboxes: [Checkbox] { items.compactMap { Checkbox(item: $0) } }
}

/// A text in sections.
struct MarkdownOutline {
  let sections: [MarkdownSection]

  init(_ text: String) {
    var sections = [MarkdownSection(level: 0, title: "")]
    var fence: Substring?
    for (index, line) in Self.lines(text).enumerated() {
      let mark = Self.fence(line)
      var isCode = fence != nil
      if let open = fence {
        if let mark, mark.hasPrefix(open), line.allSatisfy({ $0 == mark.first || $0.isWhitespace })
        {
          fence = nil
        }
      } else if let mark {
        fence = mark
        isCode = true
      }
      let line = MarkdownLine(number: index + 1, text: String(line), isCode: isCode)
      if let heading = line.heading {
        sections.append(MarkdownSection(level: heading.level, title: heading.title))
      } else {
        sections[sections.count - 1].lines.append(line)
      }
    }
    self.sections = sections
  }

  /// The first section with that title, in lower case; one whose title begins with it otherwise.
  func section(_ key: String) -> MarkdownSection? {
    sections.first { $0.key == key } ?? sections.first { $0.level > 0 && $0.key.hasPrefix(key) }
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }

  /// The three or more backticks or tildes that a line begins with.
  private static func fence(_ line: Substring) -> Substring? {
    let text = line.drop { $0 == " " }
    guard let first = text.first, first == "`" || first == "~" else { return nil }
    let mark = text.prefix { $0 == first }
    return mark.count >= 3 ? mark : nil
  }
}

/// A list item with a box that may be ticked.
package struct Checkbox: Hashable, Sendable {
  /// Whether it is ticked.
  package let isTicked: Bool
  /// What it says.
  package let text: String

  /// A box; not ticked by default.
  package init(_ text: String, isTicked: Bool = false) {
    self.text = text
    self.isTicked = isTicked
  }

  init?(item: String) {
    let marks = ["[ ]": false, "[]": false, "[x]": true, "[X]": true]
    for (mark, isTicked) in marks where item.hasPrefix(mark) {
      self.init(trimmed(item.dropFirst(mark.count)), isTicked: isTicked)
      return
    }
    return nil
  }

  var line: String { "- [\(isTicked ? "x" : " ")] \(text)" }
}

/// Splits `**Key**: value`, `**Key:** value` and `Key: value`; the key comes in lower case.
func keyAndValue(_ text: String) -> (key: String, value: String)? {
  guard let colon = text.firstIndex(of: ":") else { return nil }
  let key = text[..<colon].filter { $0 != "*" && $0 != "_" }
  var value = text[text.index(after: colon)...]
  if text.hasPrefix("**"), value.hasPrefix("**") { value = value.dropFirst(2) }
  guard !key.isEmpty, key.count <= 40 else { return nil }
  return (plainWords(key), trimmed(value))
}

/// A heading's words in lower case, without what stands before its first letter or digit.
func plainWords(_ text: some StringProtocol) -> String {
  trimmed(text.drop { !($0.isLetter || $0.isNumber) }).lowercased()
}

/// A text as one line: line ends become spaces, so that it stays where it is put.
func oneLine(_ text: String) -> String {
  trimmed(String(text.map { $0.isNewline ? " " : $0 }))
}

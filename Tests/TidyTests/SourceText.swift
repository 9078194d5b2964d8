// SPDX-License-Identifier: Apache-2.0
// A source file as the rules see it: its lines, and each line split into code and comment.

/// A file of the repository. Rules about code don't trip over strings, nor those about comments
/// over code.
struct SourceText: Sendable {
  /// Relative to the repository: `Sources/Domain/Identifiers/Fence.swift`.
  let path: String
  /// As written.
  let lines: [String]
  /// The same lines with comments left out and the insides of string literals blanked.
  let code: [String]
  /// The same lines with everything but comments left out.
  let comments: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var scanner = SourceScanner(text)
    scanner.scan()
    code = scanner.code.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    comments = scanner.comments.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// `Fence.swift`.
  var fileName: String { String(path.split(separator: "/").last ?? "") }

  /// `Fence`.
  var stem: String { String(fileName.split(separator: ".").first ?? "") }

  var isSwift: Bool { path.hasSuffix(".swift") }

  /// `Domain` for what lies in `Sources/Domain`; `nil` outside `Sources`.
  var target: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }
}

/// Splits Swift and C text into code and comments, newlines kept in both.
private struct SourceScanner {
  private let characters: [Character]
  private var index = 0
  private(set) var code = ""
  private(set) var comments = ""

  init(_ text: String) { characters = Array(text) }

  mutating func scan() { scanCode(until: nil) }

  /// Scans code; inside an interpolation, up to the parenthesis that closes it.
  private mutating func scanCode(until close: Character?) {
    var depth = 0
    while index < characters.count {
      if starts("//") {
        while index < characters.count, characters[index] != "\n" { takeComment() }
      } else if starts("/*") {
        scanBlockComment()
      } else if let pounds = poundsBeforeQuote() {
        scanString(pounds: pounds)
      } else {
        if close != nil, characters[index] == "(" { depth += 1 }
        if close != nil, characters[index] == ")" {
          if depth == 0 { return }
          depth -= 1
        }
        takeCode()
      }
    }
  }

  private mutating func scanBlockComment() {
    var depth = 0
    repeat {
      if starts("/*") {
        depth += 1
        takeComment()
      } else if starts("*/") {
        depth -= 1
        takeComment()
      }
      takeComment()
    } while depth > 0 && index < characters.count
  }

  /// How many `#` stand before the quote that begins here; `nil` where no string begins.
  private func poundsBeforeQuote() -> Int? {
    var pounds = 0
    while index + pounds < characters.count, characters[index + pounds] == "#" { pounds += 1 }
    guard index + pounds < characters.count, characters[index + pounds] == "\"" else { return nil }
    return pounds
  }

  private mutating func scanString(pounds: Int) {
    let hashes = String(repeating: "#", count: pounds)
    for _ in 0..<pounds { takeCode() }
    let quote = starts("\"\"\"") ? "\"\"\"" : "\""
    for _ in quote { takeCode() }
    while index < characters.count {
      if starts(quote + hashes) {
        for _ in 0..<(quote.count + pounds) { takeCode() }
        return
      }
      // An unclosed string ends with its line, so that one odd file can't hide its rest.
      if quote.count == 1, characters[index] == "\n" { return }
      if starts("\\" + hashes) {
        for _ in 0...pounds { blank() }
        if index < characters.count, characters[index] == "(" {
          takeCode()
          scanCode(until: ")")
          if index < characters.count { takeCode() }
        } else {
          blank()
        }
      } else {
        blank()
      }
    }
  }

  private func starts(_ text: String) -> Bool { characters[index...].starts(with: text) }

  private mutating func takeCode() {
    guard index < characters.count else { return }
    code.append(characters[index])
    if characters[index] == "\n" { comments.append("\n") }
    index += 1
  }

  private mutating func takeComment() {
    guard index < characters.count else { return }
    comments.append(characters[index])
    if characters[index] == "\n" { code.append("\n") }
    index += 1
  }

  private mutating func blank() {
    guard index < characters.count else { return }
    code.append(characters[index] == "\n" ? "\n" : " ")
    if characters[index] == "\n" { comments.append("\n") }
    index += 1
  }
}

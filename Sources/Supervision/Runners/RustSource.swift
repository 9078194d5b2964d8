// SPDX-License-Identifier: Apache-2.0
// Takes a Rust source file apart: its modules of tests, and the code that they test.

/// A Rust file. Only what is code is looked at: comments, strings and character literals may hold
/// any brace or attribute without meaning it.
struct RustSource {
  private let bytes: [UInt8]
  /// Whether a byte is code, not part of a comment or literal.
  private let isCode: [Bool]

  init(_ text: String) {
    bytes = Array(text.utf8)
    isCode = RustLiterals.codeMask(of: bytes)
  }

  /// The modules marked `#[cfg(test)]`, and the rest. A module of tests whose braces do not balance
  /// is none: what follows it cannot be told from it.
  var parts: SourceParts {
    var implementation: [UInt8] = []
    var tests: [UInt8] = []
    var at = 0
    while at < bytes.count {
      if let end = endOfTestModule(at) {
        tests += bytes[at..<end] + [UInt8(ascii: "\n")]
        at = end
      } else {
        implementation.append(bytes[at])
        at += 1
      }
    }
    return SourceParts(
      implementation: Self.withoutBlankLines(implementation), tests: Self.withoutBlankLines(tests))
  }

  private static func withoutBlankLines(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .filter { !$0.allSatisfy(\.isWhitespace) }.joined(separator: "\n")
  }

  /// Where the module of tests that begins at `start` ends; `nil` where none begins there.
  private func endOfTestModule(_ start: Int) -> Int? {
    guard isCode[start], bytes[start] == UInt8(ascii: "#"),
      var at = after(["#", "[", "cfg", "(", "test", ")", "]"], from: start)
    else { return nil }
    // Further attributes, such as `#[allow(dead_code)]`.
    while let bracket = after(["#", "["], from: at) {
      guard let end = balanced(from: bracket, open: "[", close: "]") else { return nil }
      at = end
    }
    if let visible = after(["pub"], from: at) {
      at = visible
      if let bracket = after(["("], from: at) {
        guard let end = balanced(from: bracket, open: "(", close: ")") else { return nil }
        at = end
      }
    }
    guard let name = after(["mod"], from: at),
      let brace = after(["{"], from: endOfWord(skippingSpace(name)))
    else { return nil }
    return balanced(from: brace, open: "{", close: "}")
  }

  /// Where these pieces end, blanks and comments between them left out.
  private func after(_ pieces: [String], from start: Int) -> Int? {
    var at = start
    for piece in pieces {
      at = skippingSpace(at)
      let word = Array(piece.utf8)
      guard at + word.count <= bytes.count, isCode[at], bytes[at..<at + word.count] == word[...]
      else { return nil }
      at += word.count
      if Self.isWordByte(word[0]), at < bytes.count, Self.isWordByte(bytes[at]) { return nil }
    }
    return at
  }

  private func skippingSpace(_ start: Int) -> Int {
    var at = start
    while at < bytes.count, !isCode[at] || [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    return at
  }

  private func endOfWord(_ start: Int) -> Int {
    var at = start
    while at < bytes.count, Self.isWordByte(bytes[at]) { at += 1 }
    return at
  }

  /// Where the bracket that was opened right before `start` is closed.
  private func balanced(from start: Int, open: Character, close: Character) -> Int? {
    var depth = 1
    for at in start..<bytes.count where isCode[at] {
      if bytes[at] == open.asciiValue { depth += 1 }
      if bytes[at] == close.asciiValue { depth -= 1 }
      if depth == 0 { return at + 1 }
    }
    return nil
  }

  static func isWordByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x80
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}

/// Finds Rust's comments and literals.
private enum RustLiterals {
  static func codeMask(of bytes: [UInt8]) -> [Bool] {
    var mask = [Bool](repeating: true, count: bytes.count)
    var at = 0
    while at < bytes.count {
      let end = endOfLiteral(bytes, at)
      if let end {
        for hidden in at..<end { mask[hidden] = false }
        at = end
      } else {
        at += 1
      }
    }
    return mask
  }

  /// Where the comment or literal that begins at `at` ends; the end of the file where it is open.
  private static func endOfLiteral(_ bytes: [UInt8], _ at: Int) -> Int? {
    func has(_ text: String) -> Bool { bytes[at...].starts(with: text.utf8) }
    if has("//") { return bytes[at...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count }
    if has("/*") { return endOfBlockComment(bytes, at) }
    if bytes[at] == UInt8(ascii: "\"") { return endOfString(bytes, at + 1) }
    if bytes[at] == UInt8(ascii: "'") { return endOfCharacter(bytes, at) }
    let isWordStart = at == 0 || !RustSource.isWordByte(bytes[at - 1])
    if isWordStart, has("r") || has("br") || has("cr") { return endOfRawString(bytes, at) }
    return nil
  }

  /// Block comments nest.
  private static func endOfBlockComment(_ bytes: [UInt8], _ start: Int) -> Int {
    var depth = 0
    var at = start
    while at + 1 < bytes.count {
      switch (bytes[at], bytes[at + 1]) {
      case (UInt8(ascii: "/"), UInt8(ascii: "*")): (depth, at) = (depth + 1, at + 2)
      case (UInt8(ascii: "*"), UInt8(ascii: "/")):
        (depth, at) = (depth - 1, at + 2)
        if depth == 0 { return at }
      default: at += 1
      }
    }
    return bytes.count
  }

  private static func endOfString(_ bytes: [UInt8], _ start: Int) -> Int {
    var at = start
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "\"") { return at + 1 }
      at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    return bytes.count
  }

  /// `'x'`, `'\n'`, `'ü'`; a lifetime such as `'a` is code.
  private static func endOfCharacter(_ bytes: [UInt8], _ at: Int) -> Int? {
    guard at + 2 < bytes.count else { return nil }
    if bytes[at + 1] == UInt8(ascii: "\\") {
      return bytes[(at + 3)...].firstIndex(of: UInt8(ascii: "'")).map { $0 + 1 }
    }
    var end = at + 2
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return end < bytes.count && bytes[end] == UInt8(ascii: "'") ? end + 1 : nil
  }

  /// `r"…"`, `br#"…"#`: ends at a quote with as many `#` as it began with.
  private static func endOfRawString(_ bytes: [UInt8], _ start: Int) -> Int? {
    var at = start + (bytes[start] == UInt8(ascii: "r") ? 1 : 2)
    let hashes = bytes[at...].prefix { $0 == UInt8(ascii: "#") }.count
    at += hashes
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return nil }
    at += 1
    while let quote = bytes[at...].firstIndex(of: UInt8(ascii: "\"")) {
      at = quote + 1
      if bytes[at...].prefix(hashes).count(where: { $0 == UInt8(ascii: "#") }) == hashes {
        return at + hashes
      }
    }
    return bytes.count
  }
}

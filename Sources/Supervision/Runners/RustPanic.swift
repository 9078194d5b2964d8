// SPDX-License-Identifier: Apache-2.0
// Tells from what a failing Rust test printed why it failed.

import Domain

/// Reads `thread 'adds' panicked at tests/calc.rs:4:5:` and the message after it; toolchains
/// before 1.73 write the message first, in quotes.
enum RustPanic {
  /// - Parameter file: the file in which the test's program begins.
  static func failure(of text: String, file: String) -> TestFailure {
    let panic = panics(in: text).first
    let message = panic?.message ?? Excerpt.line(text)
    return TestFailure(
      cause: cause(panic, text, testFile: file), message: Excerpt.line(message),
      detail: Excerpt.text(text, limit: 8000))
  }

  private struct Panic {
    let file: String
    let message: String
  }

  private static func cause(
    _ panic: Panic?, _ text: String, testFile: String
  ) -> TestFailure.Cause {
    guard let panic else {
      let isExpectation =
        text.contains("note: test did not panic as expected")
        || text.contains("note: panic did not contain expected string")
      if isExpectation { return .assertion }
      return text.hasPrefix("Error: ") ? .raised(type: "Error", file: "") : .unspecified
    }
    let isTests = panic.file == testFile || panic.file.split(separator: "/").contains("tests")
    if isTests && !runtimeMessages.contains(where: panic.message.hasPrefix) { return .assertion }
    return .raised(type: "panic", file: panic.file)
  }

  /// What the language and its library say where no assertion failed. An assertion with words of
  /// its own says nothing but those, like a plain `panic!`, which a test calls to fail.
  private static let runtimeMessages = [
    "called `", "index out of bounds", "attempt to ", "not yet implemented", "not implemented",
    "internal error: entered unreachable code", "range ", "slice index", "byte index",
    "already borrowed", "already mutably borrowed", "explicit panic", "capacity overflow",
  ]

  private static func panics(in text: String) -> [Panic] {
    var panics: [Panic] = []
    var rest = text[...]
    while let mark = rest.firstRange(of: "panicked at ") {
      rest = rest[mark.upperBound...]
      if let panic = rest.first == "'" ? quoted(rest.dropFirst()) : located(rest) {
        panics.append(panic)
      }
    }
    return panics
  }

  /// `tests/calc.rs:4:5:` and the message on the lines after it.
  private static func located(_ text: Substring) -> Panic? {
    let lines = text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
    guard lines.count > 1, let file = file(of: lines[0]) else { return nil }
    return Panic(file: file, message: String(lines[1]))
  }

  /// `message', tests/calc.rs:4:5`; the message may span lines.
  private static func quoted(_ text: Substring) -> Panic? {
    guard let end = text.firstRange(of: "', "),
      let file = file(of: text[end.upperBound...].prefix { !$0.isNewline })
    else { return nil }
    return Panic(file: file, message: String(text[..<end.lowerBound]))
  }

  /// The file of `tests/calc.rs:4:5`; empty where it lies outside of the project.
  private static func file(of place: Substring) -> String? {
    let parts = place.split(separator: ":")
    guard parts.count > 2, Int(parts[1]) != nil else { return nil }
    let isOutside = parts[0].hasPrefix("/") || parts[0].hasPrefix("library/")
    return isOutside ? "" : String(parts[0])
  }
}

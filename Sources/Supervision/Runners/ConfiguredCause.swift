// SPDX-License-Identifier: Apache-2.0
// Tells why a test did not pass from a report of a runner that we know nothing else of.

import Domain

/// Reads the cause of a failure out of what a JUnit report says.
///
/// JUnit's own words are the rule: a `<failure>` is an assertion that did not hold, an `<error>`
/// is anything else. Where a report names the exception, that decides: Node's runner writes
/// everything as a failure and the exception on a line `cause: TypeError: …`.
enum ConfiguredCause {
  static func classify(_ test: JUnitCase, projectRoot: String) -> TestFailure.Cause {
    switch test.decisive {
    case .failure(let remark):
      let summary = exceptionLine(in: remark) ?? remark.summary
      if let missing = missingName(in: summary) { return missing }
      if test.plainCause == .assertion { return .assertion }
      guard let type = exceptionType(of: summary, remark) else { return .assertion }
      return isAssertion(type, summary)
        ? .assertion : .raised(type: type, file: innermostFile(remark.text, projectRoot))
    case .error(let remark):
      let summary = exceptionLine(in: remark) ?? remark.summary
      if let missing = missingName(in: summary) { return missing }
      guard let type = exceptionType(of: summary, remark) else { return .unspecified }
      return .raised(type: type, file: innermostFile(remark.text, projectRoot))
    case .skipped, .flaky, nil: return .unspecified
    }
  }

  /// What follows `cause: ` where Node's runner names the exception.
  private static func exceptionLine(in remark: JUnitCase.Remark) -> String? {
    for line in remark.text.split(whereSeparator: \.isNewline) {
      let text = line.drop { $0.isWhitespace }
      guard text.hasPrefix("cause: "), !text.hasPrefix("cause: '") else { continue }
      return String(text.dropFirst("cause: ".count))
    }
    return nil
  }

  /// `TypeError` of `TypeError [Error]: m.mul is not a function`, or the type that the report
  /// gives; `nil` where neither is the name of an exception.
  private static func exceptionType(of summary: String, _ remark: JUnitCase.Remark) -> String? {
    if let type = ScriptException.type(of: summary) ?? ScriptException.type(of: remark.type) {
      return type
    }
    return isPanic(remark) ? "panic" : nil
  }

  /// Rust's assertions panic as well, and say so: ``assertion `left == right` failed``.
  private static func isPanic(_ remark: JUnitCase.Remark) -> Bool {
    let text = remark.message + "\n" + remark.text
    return text.contains("panic: ")
      || (text.contains("panicked at ") && !text.contains("assertion"))
  }

  /// What other languages say of a name that does not exist; JavaScript's words are the rule.
  private static func missingName(in summary: String) -> TestFailure.Cause? {
    if let missing = ScriptException.missingName(in: summary)
      ?? PythonException(summary).missingSymbol
    {
      return missing
    }
    for words in phrases {
      guard let range = summary.firstRange(of: words) else { continue }
      let named = summary[range.upperBound...].drop { "'\"`".contains($0) }
      let path = named.prefix { $0.isLetter || $0.isNumber || "_\\:.?!".contains($0) }
      let parts = path.split { $0 == "\\" || $0 == ":" || $0 == "." }
      guard let symbol = parts.last else { continue }
      let module = parts.dropLast().joined(separator: ".")
      return .missingSymbol(
        symbol: String(symbol), module: module.isEmpty ? TestFailure.placeUnknown : module)
    }
    return nil
  }

  /// PHP's words and Ruby's.
  private static let phrases = [
    "Call to undefined function ", "Call to undefined method ", "Undefined constant ",
    "undefined method ", "uninitialized constant ", "undefined local variable or method ",
  ]

  private static func isAssertion(_ type: String, _ summary: String) -> Bool {
    type.contains("Assertion") || type.hasPrefix("Expectation") || type.hasPrefix("Comparison")
      || summary.contains("[ERR_ASSERTION]") || summary.contains("expect(")
  }

  /// The first frame's file, relative to the project, or the place of a panic in Rust; empty where
  /// it lies outside.
  private static func innermostFile(_ text: String, _ root: String) -> String {
    if let range = text.firstRange(of: "panicked at ") {
      return String(text[range.upperBound...].prefix { $0 != ":" && !$0.isNewline })
    }
    guard let range = text.firstRange(of: root + "/") else { return "" }
    let rest = text[range.upperBound...]
    return String(rest.prefix { $0 != ":" && $0 != ")" && !$0.isNewline })
  }
}

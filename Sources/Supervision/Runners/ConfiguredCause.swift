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
      if let missing = missingSymbol(in: summary) { return missing }
      if test.plainCause == .assertion { return .assertion }
      guard let type = exceptionType(of: summary, remark) else { return .assertion }
      return isAssertion(type, summary)
        ? .assertion : .raised(type: type, file: innermostFile(remark.text, projectRoot))
    case .error(let remark):
      let summary = exceptionLine(in: remark) ?? remark.summary
      if let missing = missingSymbol(in: summary) { return missing }
      guard let type = exceptionType(of: summary, remark) else { return .unspecified }
      return .raised(type: type, file: innermostFile(remark.text, projectRoot))
    case .skipped, nil: return .unspecified
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
    let first = String(summary.prefix { !$0.isWhitespace && $0 != ":" })
    for name in [first, remark.type] {
      let last = name.split { $0 == "." || $0 == "\\" || $0 == "/" }.last.map(String.init) ?? ""
      if last.count >= 5, last.hasSuffix("Error") || last.hasSuffix("Exception") { return last }
    }
    return remark.text.contains("panic: ") ? "panic" : nil
  }

  private static func isAssertion(_ type: String, _ summary: String) -> Bool {
    type.contains("Assertion") || type.hasPrefix("Expectation") || type.hasPrefix("Comparison")
      || summary.contains("[ERR_ASSERTION]") || summary.contains("expect(")
  }

  /// `x.mul is not a function`, `mul is not defined`: the last name is what is missing. Where it was
  /// looked for is not said.
  private static func missingSymbol(in summary: String) -> TestFailure.Cause? {
    for ending in [" is not a function", " is not defined", " is not a constructor"] {
      guard let range = summary.firstRange(of: ending) else { continue }
      let place = summary[..<range.lowerBound].reversed()
        .prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
      let symbol = String(place.reversed())
      if !symbol.isEmpty { return .missingSymbol(symbol: symbol, module: TestFailure.placeUnknown) }
    }
    return nil
  }

  /// The first frame's file, relative to the project; empty where it lies outside.
  private static func innermostFile(_ text: String, _ root: String) -> String {
    guard let range = text.firstRange(of: root + "/") else { return "" }
    let rest = text[range.upperBound...]
    return String(rest.prefix { $0 != ":" && $0 != ")" && !$0.isNewline })
  }
}

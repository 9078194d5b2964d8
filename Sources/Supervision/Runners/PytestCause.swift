// SPDX-License-Identifier: Apache-2.0
// Tells from pytest's own words why a test did not pass.

import Domain

/// Reads the cause of a failure out of a message such as
/// `AttributeError: module 'chart' has no attribute 'width'`.
enum PytestCause {
  static func classify(_ test: JUnitCase, projectRoot: String) -> TestFailure.Cause {
    switch test.decisive {
    case .failure(let remark):
      return classify(remark.message, remark, projectRoot, isCollecting: false)
    case .error(let remark) where remark.message == "collection failure":
      return classify(raised(in: remark.text), remark, projectRoot, isCollecting: true)
    case .error(let remark):
      if let fixture = missingFixture(remark.text) { return .notLoadable(reason: fixture) }
      return classify(setUpMessage(remark.message), remark, projectRoot, isCollecting: false)
    case .skipped, .flaky, nil: return .unspecified
    }
  }

  private static func classify(
    _ message: String, _ remark: JUnitCase.Remark, _ root: String, isCollecting: Bool
  ) -> TestFailure.Cause {
    let raised = PythonException(message)
    if let missing = raised.missingSymbol { return missing }
    if raised.isSyntaxError || isCollecting { return .notLoadable(reason: Excerpt.line(message)) }
    if raised.isAssertion { return .assertion }
    guard let type = raised.type else { return .unspecified }
    return .raised(type: type, file: innermostFile(remark.text, root))
  }

  /// `failed on setup with "ValueError: …"` without what is around it.
  private static func setUpMessage(_ message: String) -> String {
    for phase in ["setup", "teardown"] {
      let prefix = "failed on \(phase) with \""
      guard message.hasPrefix(prefix) else { continue }
      let inner = message.dropFirst(prefix.count)
      return String(inner.hasSuffix("\"") ? inner.dropLast() : inner)
    }
    return message
  }

  /// The lines that pytest marks with `E` say what was raised. Of several exceptions, one leading
  /// to the next, the last block is the one that ended the test.
  private static func raised(in text: String) -> String {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard let last = lines.lastIndex(where: isMarked) else { return Excerpt.line(text) }
    let before = lines[..<last].lastIndex { !isMarked($0) }
    let block = lines[(before.map { $0 + 1 } ?? 0)...last]
    // Of a syntax error its place comes first, of any other its message goes on below; both are
    // indented further.
    let first = block.first { !$0.dropFirst(4).hasPrefix(" ") } ?? block[last]
    return String(first.dropFirst(4))
  }

  private static func isMarked(_ line: Substring) -> Bool { line == "E" || line.hasPrefix("E   ") }

  private static func missingFixture(_ text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) where isMarked(line) {
      let words = line.dropFirst().drop { $0 == " " }
      if words.hasPrefix("fixture '") && words.hasSuffix("' not found") { return String(words) }
    }
    return nil
  }

  /// The file of the last frame, a line that reads `file:12: in function`; empty where it lies
  /// outside of the project.
  private static func innermostFile(_ text: String, _ root: String) -> String {
    for line in text.split(whereSeparator: \.isNewline).reversed() {
      // Source lines and messages are indented.
      guard line.first?.isWhitespace == false, !isMarked(line),
        let function = line.firstRange(of: ": in "),
        let colon = line[..<function.lowerBound].lastIndex(of: ":"),
        line[colon..<function.lowerBound].dropFirst().allSatisfy(\.isNumber)
      else { continue }
      return relative(String(line[..<colon]), to: root)
    }
    return ""
  }

  private static func relative(_ path: String, to root: String) -> String {
    if path.hasPrefix(root + "/") { return String(path.dropFirst(root.count + 1)) }
    return path.hasPrefix("/") || path.hasPrefix("..") || path.hasPrefix("<") ? "" : path
  }
}

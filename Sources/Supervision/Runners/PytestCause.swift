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
    case .skipped, nil: return .unspecified
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

/// An exception as Python prints it: its type, a colon, and its message.
private struct PythonException {
  /// Without the module it lives in; nil where the text names none.
  let type: String?
  private let isQualified: Bool
  private let text: String

  init(_ message: String) {
    let line = message.split(whereSeparator: \.isNewline).first ?? ""
    let name = line.prefix { $0 != ":" }
    let isName =
      name.first.map { $0.isLetter || $0 == "_" } ?? false
      && name.allSatisfy { $0.isLetter || $0.isNumber || "_.<>".contains($0) }
    isQualified = name.contains(".")
    type = isName ? name.split(separator: ".").last.map(String.init) : nil
    text = isName ? String(line.dropFirst(name.count + 1).drop { $0 == " " }) : String(line)
  }

  /// pytest prints a plain assertion as `assert 1 == 2`, and `Failed` is how it names what
  /// `pytest.fail` and `pytest.raises` raise; a time-out plugin uses the former as well.
  var isAssertion: Bool {
    guard let type else { return text.hasPrefix("assert ") }
    if type == "Failed" && !isQualified { return !text.hasPrefix("Timeout ") }
    return type.hasSuffix("AssertionError")
  }

  var isSyntaxError: Bool {
    type == "SyntaxError" || type == "IndentationError" || type == "TabError"
  }

  /// What does not exist yet. A half-initialised module is a circular import, and a built-in type
  /// will never get the attribute: neither is something still to be written.
  var missingSymbol: TestFailure.Cause? {
    guard !text.contains("partially initialized module") else { return nil }
    let quoted = text.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
    switch type {
    case "ModuleNotFoundError" where text.hasPrefix("No module named '"): return module(quoted[1])
    case "ImportError" where text.hasPrefix("cannot import name '") && quoted.count > 3:
      return .missingSymbol(symbol: quoted[1], module: quoted[3])
    case "AttributeError": return attribute(quoted)
    case "TypeError":
      guard let call = text.firstRange(of: "() got an unexpected keyword argument '") else {
        return nil
      }
      return .missingSymbol(symbol: quoted[1], module: String(text[..<call.lowerBound]))
    default: return nil
    }
  }

  private func module(_ name: String) -> TestFailure.Cause {
    let parts = name.split(separator: ".")
    return .missingSymbol(
      symbol: parts.last.map(String.init) ?? name,
      module: parts.dropLast().joined(separator: "."))
  }

  private func attribute(_ quoted: [String]) -> TestFailure.Cause? {
    guard quoted.count > 3, !Self.builtInTypes.contains(quoted[1]) else { return nil }
    let isOwner = quoted[0] == "module " || quoted[0] == "type object " || quoted[0].isEmpty
    let isMissing = quoted[2] == " has no attribute " || quoted[2] == " object has no attribute "
    return isOwner && isMissing ? .missingSymbol(symbol: quoted[3], module: quoted[1]) : nil
  }

  private static let builtInTypes: Set<String> = [
    "NoneType", "bool", "bytearray", "bytes", "complex", "coroutine", "dict", "ellipsis", "float",
    "frozenset", "function", "generator", "int", "list", "method", "object", "range", "set", "str",
    "tuple", "type",
  ]
}

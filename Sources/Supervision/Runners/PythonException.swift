// SPDX-License-Identifier: Apache-2.0
// What an exception of Python's says of why it was raised.

import Domain

/// An exception as Python prints it: its type, a colon, and its message.
struct PythonException {
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

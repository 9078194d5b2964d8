// SPDX-License-Identifier: Apache-2.0
// Tells from Perl's own words why a test or a whole test file failed.

import Domain

/// Reads the cause of a failure out of lines such as
/// `Undefined subroutine &Calc::mul called at t/calc.t line 5.`
enum PerlCause {
  /// - Returns: `nil` where no line tells of an exception.
  static func classify(_ lines: [String], _ projectRoot: String) -> TestFailure.Cause? {
    guard let line = decisiveLine(lines) else { return nil }
    if let missing = missingSymbol(line) { return missing }
    let isCompiling = lines.contains {
      $0.contains("BEGIN failed--compilation aborted") || $0.contains("due to compilation errors")
    }
    if isCompiling || line.hasPrefix("syntax error ") {
      return .notLoadable(reason: Excerpt.line(line))
    }
    guard let place = place(line) else { return nil }
    let file = place.replacing(projectRoot + "/", with: "")
    return .raised(type: "die", file: file.hasPrefix("/") ? "" : file)
  }

  /// The line that says what is missing, or else the first that names a place in a file; a failed
  /// assertion names its place on a line of its own.
  static func decisiveLine(_ lines: [String]) -> String? {
    let plain = lines.map { String($0.drop { $0 == "#" || $0.isWhitespace }) }
    return plain.first { missingSymbol($0) != nil }
      ?? plain.first { place($0) != nil && !$0.hasPrefix("at ") && !$0.hasPrefix("Failed ") }
  }

  private static func missingSymbol(_ line: String) -> TestFailure.Cause? {
    if let name = between("Undefined subroutine &", " called", line) { return symbol(name) }
    if let method = between("Can't locate object method \"", "\"", line) {
      return missing(method, in: between(" via package \"", "\"", line) ?? "")
    }
    if let path = between("Can't locate ", " in @INC", line) {
      let parts = path.split(separator: "/")
      guard let file = parts.last, file.hasSuffix(".pm") else { return nil }
      return .missingSymbol(
        symbol: String(file.dropLast(3)), module: parts.dropLast().joined(separator: "::"))
    }
    if line.hasPrefix("\""), let name = between("\"", "\" is not exported by the ", line) {
      return missing(name, in: between("\" is not exported by the ", " module", line) ?? "")
    }
    return nil
  }

  /// `Calc::mul`; what is looked for in `main` was to come from somewhere else.
  private static func symbol(_ name: String) -> TestFailure.Cause? {
    let parts = name.split(separator: ":")
    guard let last = parts.last else { return nil }
    return missing(String(last), in: parts.dropLast().joined(separator: "::"))
  }

  private static func missing(_ symbol: String, in module: String) -> TestFailure.Cause {
    .missingSymbol(
      symbol: symbol, module: module == "main" ? TestFailure.placeUnknown : module)
  }

  /// The file of `… at lib/Calc.pm line 3.`
  private static func place(_ line: String) -> String? {
    guard let at = line.ranges(of: " at ").last else { return nil }
    let rest = line[at.upperBound...]
    guard let end = rest.firstRange(of: " line "),
      rest[end.upperBound...].first?.isNumber == true
    else { return nil }
    return String(rest[..<end.lowerBound])
  }

  private static func between(_ start: String, _ end: String, _ line: String) -> String? {
    guard let from = line.firstRange(of: start),
      let to = line[from.upperBound...].firstRange(of: end)
    else { return nil }
    return String(line[from.upperBound..<to.lowerBound])
  }
}

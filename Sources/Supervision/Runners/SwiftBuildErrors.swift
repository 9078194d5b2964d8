// SPDX-License-Identifier: Apache-2.0
// Reads what the Swift compiler refuses, and which names do not exist.

import Domain

/// Reads errors such as `/…/AxisTests.swift:3:27: error: cannot find 'mul' in scope`.
enum SwiftBuildErrors {
  static func errors(in output: String, projectRoot: String) -> [BuildError] {
    var seen: Set<BuildError> = []
    var errors: [BuildError] = []
    // The compiler draws each error once more below the line that it is about.
    for line in output.split(separator: "\n") where !line.hasPrefix(" ") {
      guard let mark = line.firstRange(of: ": error: ") else { continue }
      let place = line[..<mark.lowerBound].split(separator: ":")
      guard place.count > 1, place[0].hasSuffix(".swift"), let number = Int(place[1]),
        !place[0].contains("@__swiftmacro")
      else { continue }
      let path = String(place[0])
      let message = String(line[mark.upperBound...])
      let error = BuildError(
        file: path.hasPrefix(projectRoot + "/")
          ? String(path.dropFirst(projectRoot.count + 1)) : "",
        line: number, missing: missing(message), message: Excerpt.line(message))
      if seen.insert(error).inserted { errors.append(error) }
    }
    let missing = Set(errors.filter { $0.missing != nil }.map(\.file))
    return errors.filter {
      $0.missing != nil || !missing.contains($0.file) || !isFollowUp($0.message)
    }
  }

  /// What the compiler cannot tell since a name does not exist.
  private static func isFollowUp(_ message: String) -> Bool {
    [
      "cannot infer", "generic parameter '", "type of expression is ambiguous",
      "failed to produce diagnostic", "'nil' requires a contextual type",
    ].contains { message.hasPrefix($0) } || message.hasSuffix("without a contextual type")
  }

  private static func missing(_ message: String) -> BuildError.MissingSymbol? {
    let quoted = message.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    guard let first = quoted.first else { return nil }
    if message.hasPrefix("cannot find "), message.hasSuffix(" in scope") {
      return .init(symbol: first, place: .unknown)
    }
    if message.hasPrefix("no such module '") {
      return .init(symbol: first, place: .named(first))
    }
    guard quoted.count > 1 else { return nil }
    if message.contains("' has no member '") || message.contains("' has no member named '")
      || message.contains("' has no static member '")
    {
      return .init(symbol: quoted[1], place: .named(type(first)))
    }
    if message.contains("' is not a member type of ") {
      return .init(symbol: first, place: .named(type(quoted[1])))
    }
    return nil
  }

  /// `Calc.Box` of `any Calc.Box<Int>?` or `Calc.Box.Type`.
  private static func type(_ text: String) -> String {
    let name = text.prefix { $0 != "<" }.split(separator: " ").last ?? ""
    let bare = name.prefix { $0 != "?" && $0 != "!" }
    return String(bare.hasSuffix(".Type") ? bare.dropLast(5) : bare)
  }
}

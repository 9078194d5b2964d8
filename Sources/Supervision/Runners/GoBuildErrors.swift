// SPDX-License-Identifier: Apache-2.0
// Reads what Go's compiler and loader say of packages that cannot be built.

import Domain

/// The errors of one build by the package whose tests they keep from running.
struct GoBuildErrors {
  private var byPackage: [String: [BuildError]] = [:]
  private var all: [BuildError] = []

  /// Each block begins with `# example.com/calc_test [example.com/calc.test]`: what was compiled,
  /// and for which package's tests.
  init(_ text: String) {
    var package = ""
    var isExternal = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# ") {
        let words = line.dropFirst(2).split(separator: " ")
        let unit = String(words.first ?? "")
        let test = words.dropFirst().first.map { $0.dropFirst().dropLast() }
        package = test.map { $0.hasSuffix(".test") ? String($0.dropLast(5)) : String($0) } ?? unit
        isExternal = unit == package + "_test"
      } else if let error = Self.error(line, isExternal: isExternal) {
        all.append(error)
        byPackage[package, default: []].append(error)
      }
    }
  }

  /// Those of a package; where it has none of its own, a package that it needs has: then all.
  func errors(ofPackage name: String) -> [BuildError] { byPackage[name] ?? all }

  /// `ops/ops_test.go:4:33: undefined: Div`
  private static func error(_ line: Substring, isExternal: Bool) -> BuildError? {
    let parts = line.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count > 2, parts[0].hasSuffix(".go"), let number = Int(parts[1]) else { return nil }
    let hasColumn = parts.count > 3 && Int(parts[2]) != nil
    let message = hasColumn ? parts[3] : line[parts[2].startIndex...]
    let file = parts[0].hasPrefix("./") ? parts[0].dropFirst(2) : parts[0]
    let isOutside = file.hasPrefix("/") || file.hasPrefix("..")
    let said = message.drop { $0 == " " }
    guard said != "too many errors" else { return nil }
    return BuildError(
      file: isOutside ? "" : String(file), line: number,
      missing: missing(String(said), in: String(file), isExternal: isExternal),
      message: Excerpt.line(String(said)))
  }

  // MARK: Names that do not exist

  private static func missing(
    _ message: String, in file: String, isExternal: Bool
  ) -> BuildError.MissingSymbol? {
    if let name = message.after("undefined: ") ?? message.after("undeclared name: ") {
      return undefined(name, in: file, isExternal: isExternal)
    }
    if let range = message.firstRange(of: " has no field or method ") {
      let type = message[..<range.lowerBound].split { " (".contains($0) }.last ?? ""
      return .init(
        symbol: word(message[range.upperBound...]), place: .named(typeName(type)))
    }
    if message.hasPrefix("unknown field "), let type = message.after("in struct literal of type ") {
      let name = message.dropFirst("unknown field ".count).drop { $0 == "'" }
      return .init(symbol: word(name), place: .named(typeName(type[...])))
    }
    return package(message)
  }

  /// A test outside of its package reaches nothing there without a qualifier, whatever is written.
  private static func undefined(
    _ name: String, in file: String, isExternal: Bool
  ) -> BuildError.MissingSymbol? {
    let parts = name.split(separator: ".")
    if parts.count > 1, let symbol = parts.last {
      return .init(
        symbol: word(symbol), place: .named(parts.dropLast().joined(separator: ".")))
    }
    guard !isExternal, let symbol = parts.first else { return nil }
    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
    return .init(symbol: word(symbol), place: .folder(folder))
  }

  /// `no required module provides package example.com/calc/ops; to add it:`
  private static func package(_ message: String) -> BuildError.MissingSymbol? {
    let isMissing =
      message.contains("no required module provides package ")
      || message.contains("cannot find package ")
      || message.contains("cannot find module providing ")
      || message.contains(" is not in std") || message.contains(" is not in GOROOT")
      || message.contains("does not contain package ")
    guard isMissing, let named = message.after("package ") else { return nil }
    let path = named.drop { $0 == "\"" }.prefix { !" ;:\"".contains($0) }
    return .init(
      symbol: String(path.split(separator: "/").last ?? ""), place: .named(String(path)))
  }

  /// `*ext.Calc[int]` as `ext.Calc`.
  private static func typeName(_ text: Substring) -> String {
    String(text.drop { "*&[]".contains($0) }.prefix { !"[{),".contains($0) })
  }

  private static func word(_ text: Substring) -> String {
    String(text.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
  }
}

extension String {
  /// What follows the first `mark`.
  fileprivate func after(_ mark: String) -> String? {
    firstRange(of: mark).map { String(self[$0.upperBound...]) }
  }
}

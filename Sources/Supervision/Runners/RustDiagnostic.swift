// SPDX-License-Identifier: Apache-2.0
// What rustc says of one error, and whether a name that does not exist is the reason.

import Domain

/// One diagnostic of rustc's JSON, as far as it is of use.
struct RustDiagnostic: Decodable {
  struct Code: Decodable { let code: String }
  struct Span: Decodable {
    let fileName: String
    let lineStart: Int
    let isPrimary: Bool
    let label: String?
  }

  let message: String
  let level: String
  let code: Code?
  let spans: [Span]

  /// Whether it says that a type cannot be inferred, as follows from names that do not exist.
  var isFollowUp: Bool { code?.code == "E0282" || code?.code == "E0283" }

  /// The errors that it stands for: one for each name where it speaks of several.
  func buildErrors(target: CargoMessage.Target?, projectRoot: String) -> [BuildError] {
    let primary = spans.filter(\.isPrimary)
    // `aborting due to 2 previous errors` is about no place.
    guard !primary.isEmpty || code != nil else { return [] }
    let file = primary.first.map { Self.relative($0.fileName, to: projectRoot) } ?? ""
    let missing = missingSymbols(primary.map { $0.label ?? "" })
    return (missing.isEmpty ? [nil] : missing).map { name in
      BuildError(
        file: file, line: primary.first?.lineStart ?? 0, missing: name?.symbol(in: target),
        message: Excerpt.line(message))
    }
  }

  /// `path` relative to the project; empty where it lies outside.
  static func relative(_ path: String, to root: String) -> String {
    if path.hasPrefix(root + "/") { return String(path.dropFirst(root.count + 1)) }
    return path.hasPrefix("/") || path.hasPrefix("..") ? "" : path
  }

  // MARK: Names that do not exist

  /// A name, and the path it was looked for in; `nil` where it was looked for everywhere.
  private struct Name {
    let name: String
    let place: String?

    /// What a test writes `crate`, `super` or `self` for is its own crate: that of the code under
    /// test only where the test is inside of it.
    func symbol(in target: CargoMessage.Target?) -> BuildError.MissingSymbol? {
      guard let place else { return .init(symbol: name, place: .unknown) }
      var parts = place.split(separator: ":").map(String.init)
      if let first = parts.first, ["crate", "super", "self"].contains(first) {
        guard let target, !target.kind.contains("test") else { return nil }
        parts[0] = target.name.replacing("-", with: "_")
      }
      return .init(symbol: name, place: .named(parts.joined(separator: "::")))
    }
  }

  private func missingSymbols(_ labels: [String]) -> [Name?] {
    let quoted = Self.quoted(message)
    switch code?.code {
    case "E0432": return unresolvedImports(quoted, labels)
    case "E0433": return [unresolvedPath(labels.first ?? "", quoted)]
    case "E0425", "E0412", "E0405", "E0422", "E0531", "E0573", "E0574", "E0576":
      return [notFound(quoted)]
    case nil where message.hasPrefix("cannot find "): return [notFound(quoted)]
    case "E0599" where message.hasPrefix("no "): return [member(quoted, ofType: 1)]
    case "E0609": return [member(quoted, ofType: 1)]
    case "E0407": return [member(quoted, ofType: 1)]
    case "E0560", "E0559", "E0026": return [member(quoted.reversed(), ofType: 1)]
    default: return []
    }
  }

  /// ``cannot find function `mul` in module `calc::ops` ``, or `in this scope`.
  private func notFound(_ quoted: [String]) -> Name? {
    guard let name = quoted.first else { return nil }
    let isAnywhere = message.contains(" in this scope")
    return Name(name: name, place: isAnywhere ? nil : quoted.dropFirst().first ?? name)
  }

  /// ``no method named `mul` found for struct `Calc<i32>` ``.
  private func member(_ quoted: [String], ofType index: Int) -> Name? {
    guard quoted.count > index else { return nil }
    let type = quoted[index].drop { "&* ".contains($0) }.prefix { $0 != "<" }
    let words = type.split(separator: " ")
    return Name(name: quoted[0], place: String(words.last ?? ""))
  }

  /// ``cannot find `ops` in `calc` ``, ``use of undeclared type `Calc` ``, or a crate.
  private func unresolvedPath(_ label: String, _ quoted: [String]) -> Name? {
    guard let name = quoted.first else { return nil }
    if quoted.count > 1 { return Name(name: name, place: quoted[1]) }
    let isType = label.contains("undeclared type") || message.contains("undeclared type")
    return Name(name: name, place: isType ? nil : name)
  }

  /// Each path of ``unresolved imports `calc::a`, `calc::b::c` `` with its label, such as
  /// ``no `a` in the root``.
  private func unresolvedImports(_ paths: [String], _ labels: [String]) -> [Name?] {
    paths.enumerated().map { index, path in
      let parts = path.split(separator: ":").map(String.init)
      guard let last = parts.last else { return nil }
      let label = index < labels.count ? Self.quoted(labels[index]) : []
      let place = parts.count > 1 ? parts.dropLast().joined(separator: "::") : last
      return Name(name: label.first ?? last, place: place)
    }
  }

  /// What stands between backticks.
  private static func quoted(_ text: String) -> [String] {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    return stride(from: 1, to: parts.count - 1, by: 2).map { String(parts[$0]) }
  }
}

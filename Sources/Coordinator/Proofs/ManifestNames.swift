// SPDX-License-Identifier: Apache-2.0
// What a project's manifests call its own packages, crates, modules and targets.

/// Reads names out of manifests, as far as it takes to tell the project's own from all others.
enum ManifestNames {
  /// The manifests that are read, by their file names.
  static let files: Set<String> = ["Cargo.toml", "go.mod", "Package.swift", "CMakeLists.txt"]

  /// The project's own names in a manifest at `path`; none where the file is no manifest.
  static func names(in text: String, at path: String) -> Set<String> {
    switch path.split(separator: "/").last {
    case "Cargo.toml": crates(text)
    case "go.mod": module(text)
    case "Package.swift": targets(text)
    case "CMakeLists.txt": artefacts(text)
    default: []
    }
  }

  /// Every `name = "…"`, written as the code must write it.
  private static func crates(_ text: String) -> Set<String> {
    Set(
      text.split(whereSeparator: \.isNewline).compactMap { line in
        let sides = line.split(separator: "=", maxSplits: 1)
        guard sides.count == 2, sides[0].filter({ !$0.isWhitespace }) == "name" else { return nil }
        return quoted(sides[1])?.replacing("-", with: "_")
      })
  }

  /// The module's path, and its last component as packages at its root are called.
  private static func module(_ text: String) -> Set<String> {
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count > 1, words[0] == "module" else { continue }
      let path = String(words[1].filter { $0 != "\"" })
      return [path, String(path.split(separator: "/").last ?? "")]
    }
    return []
  }

  /// Every `name: "…"` but those of what other packages offer.
  private static func targets(_ text: String) -> Set<String> {
    let compact = String(text.filter { !$0.isWhitespace })
    var names: Set<String> = []
    for range in compact.ranges(of: "name:\"") {
      let before = compact[..<range.lowerBound]
      guard !before.hasSuffix(".product("), !before.hasSuffix(".package(") else { continue }
      names.insert(String(compact[range.upperBound...].prefix { $0 != "\"" }))
    }
    return names
  }

  /// What `project`, `add_library` and `add_executable` are given.
  private static func artefacts(_ text: String) -> Set<String> {
    var names: Set<String> = []
    for command in ["project(", "add_library(", "add_executable("] {
      for range in text.ranges(of: command) {
        let name = text[range.upperBound...].drop(while: \.isWhitespace)
          .prefix { !$0.isWhitespace && $0 != ")" }
        names.insert(String(name))
      }
    }
    return names.subtracting([""])
  }

  private static func quoted(_ text: Substring) -> String? {
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "\"" || $0 == "'" }
    return parts.count > 2 ? String(parts[1]) : nil
  }
}

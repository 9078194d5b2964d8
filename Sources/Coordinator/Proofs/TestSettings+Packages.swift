// SPDX-License-Identifier: Apache-2.0
// What concerns tests in the files that describe packages of other languages.

import Documents

/// The members of `package.json`.
enum PackageMembers {
  private static let members = [
    "jest", "mocha", "ava", "vitest", "tap", "nyc", "c8", "type", "imports", "overrides",
    "resolutions", "pnpm", "babel",
  ]

  /// Each member that concerns tests on a line of its own; a file that is no JSON concerns them as
  /// a whole.
  static func parts(of text: String) -> [String] {
    guard !text.allSatisfy(\.isWhitespace) else { return [] }
    guard let root = try? JSONValue(parsing: text) else { return ["unreadable=\(text)"] }
    var parts = members.compactMap { name in root[name].map { "\(name)=\($0.compactText)" } }
    let scripts = root["scripts"]?.object?.members.map { ($0.key, $0.value.string ?? "") } ?? []
    let tested = scripts.filter { isTested($0.0) }
    for (name, script) in scripts where isTested(name) || isCalled(name, by: tested.map(\.1)) {
      parts.append("scripts.\(name)=\(script)")
    }
    // Where a runner comes from a folder, that folder is the runner.
    for group in ["dependencies", "devDependencies", "optionalDependencies"] {
      for (name, value) in root[group]?.object?.members.map({ ($0.key, $0.value.string ?? "") })
        ?? []
      where ["file:", "link:", "portal:", "workspace:"].contains(where: value.hasPrefix) {
        parts.append("\(group).\(name)=\(value)")
      }
    }
    return parts
  }

  /// Scripts that run with the tests, or before and after anything.
  private static func isTested(_ name: String) -> Bool {
    name.contains("test") || name.hasPrefix("pre") || name.hasPrefix("post")
  }

  private static func isCalled(_ name: String, by scripts: [String]) -> Bool {
    scripts.contains { $0.split { " &|;".contains($0) }.contains { $0 == name } }
  }
}

/// The sections of `Cargo.toml`.
enum CargoSections {
  @Sendable static func relevance(_ name: String?) -> SectionedText.Relevance {
    guard let name else { return .all }
    switch name {
    case "package": return .keys(["autotests", "autobenches", "autobins", "build", "links"])
    case "lib": return .keys(["test", "doctest", "harness", "path", "required-features"])
    case "bin", "example", "bench": return .keys(["test", "harness"])
    case "workspace": return .keys(["exclude", "default-members"])
    default:
      let last = name.split(separator: ".").last.map(String.init) ?? name
      let isDependency =
        name.split(separator: ".").contains { $0.hasSuffix("dependencies") } || last == "lints"
        || name.hasPrefix("lints.") || name.hasPrefix("package.metadata")
      return isDependency || name == "workspace.package" ? .keys([]) : .all
    }
  }
}

/// The targets of `Package.swift`.
enum PackageManifest {
  /// Each `.testTarget(…)` as one part, and every line that speaks of targets from outside of them.
  ///
  /// - Parameter lines: without comments.
  static func parts(of lines: [String]) -> [String] {
    let text = lines.joined(separator: "\n")
    var parts: [String] = []
    var rest = text[...]
    while let start = rest.firstRange(of: ".testTarget") {
      let block = Self.call(in: rest[start.lowerBound...])
      parts.append(block.filter { !$0.isWhitespace })
      rest = rest[start.lowerBound...].dropFirst(block.count)
    }
    for line in lines
    where ["package.", "isTest", "unsafeFlags", "#if", "#else", "#endif", "#elseif"]
      .contains(where: line.contains)
    {
      parts.append(line.filter { !$0.isWhitespace })
    }
    return parts
  }

  /// A call from its name to the bracket that closes it, or to the end.
  private static func call(in text: Substring) -> Substring {
    var depth = 0
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" {
        depth -= 1
        if depth == 0 { return text[...index] }
      }
    }
    return text
  }
}

/// The commands of `CMakeLists.txt`.
enum CMakeCommands {
  /// Every command that speaks of tests, or of an executable that one of these names.
  ///
  /// - Parameter lines: without comments.
  static func parts(of lines: [String]) -> [String] {
    let commands = commands(in: lines.joined(separator: "\n"))
    let tested = commands.filter { $0.text.lowercased().contains("test") || $0.name == "return" }
    let words = Set(tested.flatMap(\.words))
    return commands.filter { command in
      tested.contains(command)
        || command.name == "add_executable" && command.words.first.map(words.contains) ?? false
    }.map(\.text)
  }

  private struct Command: Hashable {
    let name: String
    /// Its words, without the name.
    let words: [String]
    /// The whole with single blanks.
    var text: String { "\(name)(\(words.joined(separator: " ")))" }
  }

  private static func commands(in text: String) -> [Command] {
    var commands: [Command] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "(") {
      let name = rest[..<open].split(whereSeparator: \.isWhitespace).last ?? ""
      var depth = 0
      let close = rest[open...].indices.first { index in
        if rest[index] == "(" { depth += 1 }
        if rest[index] == ")" { depth -= 1 }
        return depth == 0
      }
      let end = close ?? rest.endIndex
      let words = rest[rest.index(after: open)..<end].split(whereSeparator: \.isWhitespace)
      commands.append(Command(name: name.lowercased(), words: words.map(String.init)))
      rest = close.map { rest[rest.index(after: $0)...] } ?? ""
    }
    return commands
  }
}

/// The directives of `go.mod`.
enum GoModule {
  /// What is replaced or excluded; what is required may change.
  static func parts(of text: String) -> [String] {
    var parts: [String] = []
    var block: Substring?
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace).prefix { !$0.hasPrefix("//") }
      guard let first = words.first else { continue }
      if first == ")" {
        block = nil
      } else if words.last == "(" {
        block = first
      } else {
        let directive = block ?? first
        let said = words.joined(separator: " ")
        if ["replace", "exclude", "tool"].contains(directive) {
          parts.append("\(directive) \(said)")
        }
      }
    }
    return parts
  }
}

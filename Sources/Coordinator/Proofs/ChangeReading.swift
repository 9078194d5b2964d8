// SPDX-License-Identifier: Apache-2.0
// What lies between two trees, sorted into the groups that the rules speak of.

import Documents
package import Domain
package import Git

/// A submission as the rules and the proofs need it.
package struct ChangeSet: Sendable {
  /// Every changed path, sorted by path.
  package let changes: [Change]
  /// Lines added plus lines removed in implementation files.
  package let implementationLines: Int
}

extension PathGroups {
  /// Reads what changed from one tree to another.
  package func changes(
    from old: ObjectID, to new: ObjectID, in repository: Repository
  ) throws(GitError) -> ChangeSet {
    var changes: [Change] = []
    for file in try repository.changes(from: old, to: new) {
      let kind: Change.Kind =
        switch file.kind {
        case .added: .added
        case .modified: .modified
        case .deleted: .deleted
        }
      var group = group(of: file.path)
      if group == .testConfiguration,
        try !touchesTests(file.path, from: old, to: new, in: repository)
      {
        group = .implementation
      }
      var isRewritten = false
      if kind == .modified, group == .test {
        isRewritten = try losesLines(file.path, from: old, to: new, in: repository)
      }
      changes.append(
        Change(path: file.path, kind: kind, group: group, isRewritten: isRewritten))
    }
    let counts = try repository.lineCounts(from: old, to: new)
    let lines = changes.filter { $0.group == .implementation }.reduce(0) { sum, change in
      sum + (counts[change.path].map { $0.added + $0.removed } ?? 0)
    }
    return ChangeSet(changes: changes, implementationLines: lines)
  }

  /// Whether lines of a file are gone that are neither blank nor imports.
  private func losesLines(
    _ path: String, from old: ObjectID, to new: ObjectID, in repository: Repository
  ) throws(GitError) -> Bool {
    let hunks = try repository.hunks(from: old, to: new, paths: [path], contextLines: 0)
    return hunks.contains { $0.removedLines.contains { !Self.mayBeRewritten($0) } }
  }

  /// Imports grow with the tests that need them, in whatever language.
  private static func mayBeRewritten(_ line: String) -> Bool {
    let text = line.drop { $0.isWhitespace }
    return text.isEmpty
      || ["import ", "from ", "use ", "using ", "#include", "require", "@testable "]
        .contains(where: text.hasPrefix)
  }

  /// Files that hold many things besides the tests' settings: only those sections count.
  static let sharedFiles: Set<String> = [
    "pyproject.toml", "setup.cfg", "tox.ini", "package.json",
  ]

  private func touchesTests(
    _ path: String, from old: ObjectID, to new: ObjectID, in repository: Repository
  ) throws(GitError) -> Bool {
    guard let name = path.split(separator: "/").last, Self.sharedFiles.contains(String(name)) else {
      return true
    }
    if name == "package.json" {
      return try Self.testMembers(repository.text(at: path, inTree: old))
        != Self.testMembers(repository.text(at: path, inTree: new))
    }
    let before = Self.testSections(try repository.text(at: path, inTree: old))
    let after = Self.testSections(try repository.text(at: path, inTree: new))
    return before != after
  }

  /// What a package file says of its scripts and its test runners; a file that is no JSON says
  /// nothing that could be compared, and so differs from every other.
  private static func testMembers(_ text: String?) -> [JSONValue?] {
    guard let root = try? JSONValue(parsing: text ?? "{}") else { return [.string(text ?? "")] }
    return ["scripts", "jest", "mocha", "ava", "vitest", "type"].map { root[$0] }
  }

  /// The lines that may be about tests: all but those of sections that are known to be about
  /// something else. An allow-list, since TOML has many ways to write a key.
  static func testSections(_ text: String?) -> [Substring] {
    var isHarmless = false
    var lines: [Substring] = []
    for line in (text ?? "").split(separator: "\n") {
      let content = line.drop { $0.isWhitespace }
      guard !content.isEmpty, content.first != "#" else { continue }
      if content.first == "[" { isHarmless = isHarmlessHeader(line) }
      if !isHarmless { lines.append(line) }
    }
    return lines
  }

  /// `[project]`, `[tool.ruff.lint]`: plainly written, from the first column, and about no tests.
  private static func isHarmlessHeader(_ line: Substring) -> Bool {
    guard line.first == "[", line.last == "]" else { return false }
    let name = line.dropFirst().dropLast()
    guard name.allSatisfy({ $0.isLetter || $0.isNumber || "._-".contains($0) }) else {
      return false
    }
    return harmless.contains { name == $0 || name.hasPrefix($0 + ".") }
  }

  private static let harmless = [
    "project", "build-system", "dependency-groups", "tool.black", "tool.ruff", "tool.isort",
    "tool.mypy", "tool.pyright", "tool.setuptools", "tool.hatch.build", "tool.hatch.version",
    "tool.poetry", "tool.pdm", "tool.flit", "tool.uv", "metadata", "options", "bdist_wheel",
    "flake8", "mypy", "isort", "pycodestyle",
  ]
}

extension Repository {
  /// A file's text in a tree; `nil` where there is none.
  func text(at path: String, inTree tree: ObjectID) throws(GitError) -> String? {
    guard let entry = try entry(at: path, inTree: tree) else { return nil }
    return String(decoding: try contents(of: entry.id), as: UTF8.self)
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a change of a file of settings means for tests: nothing, something more, something else.

import Documents
import Domain

/// Files that hold settings of tests, alone or among other things.
enum TestSettings {
  /// What a change does to the parts of a file that concern tests.
  enum Effect: Hashable, Sendable {
    /// They are what they were.
    case none
    /// They say what they said, and more that new tests need.
    case extended
    /// They do not say what they said, or say more of which tests run and what is told of them.
    case bent
  }

  /// - Parameters:
  ///   - old: the text before; `nil` where there was no file.
  ///   - new: the text after; `nil` where there is no file any more.
  static func effect(of path: String, from old: String?, to new: String?) -> Effect {
    let before = parts(of: path, in: old ?? "")
    let after = parts(of: path, in: new ?? "")
    if before == after { return isShared(path) || old == new ? .none : .bent }
    guard let added = additions(from: before, to: after),
      !added.contains(where: { steers($0, in: path) })
    else {
      return .bent
    }
    return .extended
  }

  /// Whether a file holds other things besides tests' settings, which are nobody's tests.
  static func isShared(_ path: String) -> Bool { format(of: path) != .settingsOnly }

  /// Whether a file describes a project: what it is called, what it is made of and depends on.
  static func isManifest(_ path: String) -> Bool {
    switch format(of: path) {
    case .pyproject, .setupConfiguration, .packageJSON, .cargo, .swiftPackage, .cmake, .goMod: true
    case .setupScript, .settingsOnly: false
    }
  }

  private enum Format: Hashable {
    case pyproject, setupConfiguration, setupScript, packageJSON, cargo, swiftPackage, cmake, goMod
    case settingsOnly
  }

  private static let formats: [String: Format] = [
    "pyproject.toml": .pyproject, "setup.cfg": .setupConfiguration, "setup.py": .setupScript,
    "package.json": .packageJSON, "Cargo.toml": .cargo, "Package.swift": .swiftPackage,
    "CMakeLists.txt": .cmake, "go.mod": .goMod,
  ]
  private static let formatsByFoldedName = Dictionary(
    uniqueKeysWithValues: formats.map { ($0.lowercased(), $1) })

  /// The names of the files that hold other things besides tests' settings, sorted.
  static var sharedNames: [String] { formats.keys.sorted() }

  private static func format(of path: String) -> Format {
    let name = (path.split(separator: "/").last ?? "").lowercased()
    return formatsByFoldedName[name] ?? .settingsOnly
  }

  /// The parts of a file that concern tests, in the file's order.
  static func parts(of path: String, in text: String) -> [String] {
    switch format(of: path) {
    case .pyproject: SectionedText(text).lines(by: PythonSections.pyproject)
    case .setupConfiguration: SectionedText(text).lines(by: PythonSections.setup)
    case .setupScript: CodeText(text, path: path).lines.filter(PythonSections.namesRunner)
    case .packageJSON: PackageMembers.parts(of: text)
    case .cargo: SectionedText(text).lines(by: CargoSections.relevance)
    case .swiftPackage: PackageManifest.parts(of: CodeText(text, path: path).lines)
    case .cmake: CMakeCommands.parts(of: CodeText(text, path: path).lines)
    case .goMod: GoModule.parts(of: text)
    case .settingsOnly:
      text.split(separator: "\n").map(String.init).filter { $0.contains { !$0.isWhitespace } }
    }
  }

  /// What `new` says beyond `old`; `nil` where `old` is not all in it, in its order.
  private static func additions(from old: [String], to new: [String]) -> [String]? {
    var remaining = old[...]
    var added: [String] = []
    for part in new {
      if part == remaining.first { remaining.removeFirst() } else { added.append(part) }
    }
    return remaining.isEmpty ? added : nil
  }

  /// Words by which a setting decides which tests run, with what, and what is told of them; `nil`
  /// where nothing may be added at all.
  private static func steering(_ path: String) -> [String]? {
    let name = (path.split(separator: "/").last ?? "").lowercased()
    switch format(of: path) {
    case .settingsOnly where name == "conftest.py": return conftestSteering
    case .settingsOnly where pytestFiles.contains(name), .pyproject, .setupConfiguration:
      return pytestSteering
    case .cargo:
      return ["harness", "autotests", "required-features", "[profile", "[patch", "build"]
    case .cmake: return ["will_fail", "disabled", "skip_r", "return(", "ctest_custom"]
    case .packageJSON:
      return ["--require", "--import", "--loader", "-r ", "jest=", "overrides=", "unreadable="]
    case .swiftPackage: return ["unsafeflags", "#if", "package.", "exclude:"]
    case .goMod, .setupScript, .settingsOnly: return nil
    }
  }

  private static let pytestFiles: Set<String> = [
    "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini",
  ]

  private static let pytestSteering = [
    "addopts", "plugins", "python_files", "python_functions", "python_classes", "norecursedirs",
    "collect_ignore", "env", "commands", "entry", "pytest11",
  ]

  /// The hooks by which pytest is made to run, or to tell, something else.
  private static let conftestSteering = [
    "pytest_runtest", "pytest_pyfunc_call", "pytest_collect", "pytest_itemcollected",
    "pytest_ignore", "pytest_deselected", "pytest_report", "pytest_session", "pytest_unconfigure",
    "pytest_cmdline", "pytest_load", "pytest_make", "pytest_exception", "pytest_fixture_",
    "pytest_terminal", "pytest_assert", "pytest_pycollect", "pytest_plugins", "collect_ignore",
    "hookwrapper", "hookimpl", "_pytest", "testreport", "pluginmanager", "atexit", "_exit",
    "builtins",
  ]

  private static func steers(_ part: String, in path: String) -> Bool {
    guard let words = steering(path) else { return true }
    let text = part.lowercased()
    return words.contains(where: text.contains)
      || text.split(whereSeparator: { $0.isWhitespace || "=\"'[,".contains($0) }).contains("-p")
  }
}

/// A file of `[sections]`, as INI and TOML write it.
struct SectionedText {
  /// How much of a section concerns tests.
  enum Relevance {
    case all
    /// Only lines that pass.
    case lines(@Sendable (String) -> Bool)
    /// Only these keys, with the lines that go on with them.
    case keys(Set<String>)
    /// All but these keys.
    case allBut(Set<String>)
  }

  private let text: String

  init(_ text: String) { self.text = text }

  /// The lines that concern tests, comments and blank lines left out.
  ///
  /// - Parameter relevance: is asked with a section's name as it is plainly written, and with `nil`
  ///   for one that is written in any other way, and for what comes before the first.
  func lines(by relevance: (String?) -> Relevance) -> [String] {
    var current = relevance(nil)
    var key = ""
    var kept: [String] = []
    for line in text.split(separator: "\n").map(String.init) {
      let content = line.drop { $0.isWhitespace }
      guard let first = content.first, first != "#", first != ";" else { continue }
      // A line that goes on with a list may begin with a bracket, too: it names no section then.
      if first == "[" {
        current = relevance(Self.plainName(line))
        key = ""
      } else if let end = content.firstIndex(of: "="), line.first == content.first {
        key = content[..<end].prefix { !$0.isWhitespace && $0 != "." }.lowercased()
      }
      if isRelevant(line, key, current) { kept.append(line) }
    }
    return kept
  }

  private func isRelevant(_ line: String, _ key: String, _ relevance: Relevance) -> Bool {
    // Keys can be spelled with escapes; nobody needs to.
    if line.contains("\\u") || line.contains("\\U") || line.contains("\\x") { return true }
    switch relevance {
    case .all: return true
    case .lines(let passes): return passes(line)
    case .keys(let keys): return keys.contains(key) || key.hasPrefix("\"") || key.hasPrefix("'")
    case .allBut(let keys): return !keys.contains(key) && !line.hasPrefix("[")
    }
  }

  /// `project` of `[project]`, from the first column; `test` of `[[test]]`.
  private static func plainName(_ line: String) -> String? {
    var name = Substring(line)
    while name.last?.isWhitespace == true { name.removeLast() }
    for _ in 0..<2 where name.first == "[" && name.last == "]" {
      name = name.dropFirst().dropLast()
    }
    return name.allSatisfy { $0.isLetter || $0.isNumber || "._-:".contains($0) } && !name.isEmpty
      ? String(name) : nil
  }
}

// SPDX-License-Identifier: Apache-2.0
// Recognises a project by the names of its files, where nobody said how its tests are run.

import Domain

/// A kind of project, in the order in which they are looked for: a Python or Swift project may well
/// have a `package.json` for its tools.
package enum ProjectKind: String, Hashable, Sendable, CaseIterable {
  case python, swift, rust, go, cmake, perl, node

  /// The first whose signs are there; `nil` where none is.
  package init?(_ project: RunnerCatalogue.Project) {
    guard let kind = Self.allCases.first(where: { $0.signOrNil(project) != nil }) else {
      return nil
    }
    self = kind
  }

  /// The command that runs its tests.
  package func command(_ project: RunnerCatalogue.Project) -> [String] {
    switch self {
    case .python: return ["pytest", "-q", "--tb=short"]
    case .swift: return ["swift", "test"]
    case .rust: return ["cargo", "test"]
    case .go: return ["go", "test", "./..."]
    case .cmake: return ["ctest", "--test-dir", "build"]
    case .perl: return ["prove", "-lr", "t"]
    case .node:
      // npm's own placeholder is no test.
      let script = project.packageTestScript.flatMap { $0.contains("no test specified") ? nil : $0 }
      return script == nil
        ? ["node", "--test"] : RunnerCommand(["npm", "test"], project: project).words
    }
  }

  /// What it was recognised by.
  func sign(_ project: RunnerCatalogue.Project) -> String { signOrNil(project) ?? rawValue }

  private func signOrNil(_ project: RunnerCatalogue.Project) -> String? {
    let names = project.names
    if let found = signs.first(where: names.contains) { return found }
    switch self {
    case .python: return names.sorted().first { $0.hasPrefix("test_") && $0.hasSuffix(".py") }
    case .perl: return names.contains("t") && names.contains("lib") ? "t/ and lib/" : nil
    case .swift, .rust, .go, .cmake, .node: return nil
    }
  }

  private var signs: [String] {
    switch self {
    case .python:
      ["pyproject.toml", "pytest.ini", "setup.py", "setup.cfg", "conftest.py", "tox.ini"]
    case .swift: ["Package.swift"]
    case .rust: ["Cargo.toml"]
    case .go: ["go.mod"]
    case .cmake: ["CMakeLists.txt"]
    case .perl: ["cpanfile", "Makefile.PL", "Build.PL", "dist.ini"]
    case .node: ["package.json"]
    }
  }
}

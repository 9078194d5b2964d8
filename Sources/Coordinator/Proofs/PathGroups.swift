// SPDX-License-Identifier: Apache-2.0
// Which paths are tests, which decide what tests do, which are documents.

package import Domain
import Glibc
package import Supervision

/// Which paths are tests, test configuration or documents; everything else is implementation.
package struct PathGroups: Sendable {
  /// Tests and what only tests load.
  package let tests: [PathPattern]
  /// What can select, deselect or reconfigure tests; wins over tests and documents.
  package let testConfiguration: [PathPattern]
  /// Documents.
  package let documents: [PathPattern]
  /// What is left behind by tools and never handed in.
  package let litter: [String]
  /// Parts a file, by its text and its path, that holds both tests and what they test; `nil` for
  /// every other file.
  package let regions: @Sendable (_ text: String, _ path: String) -> TestRegions?

  /// Groups from their patterns; what tests keep as snapshots and fixtures, and the settings that
  /// every runner heeds, are added to them.
  package init(
    tests: [PathPattern], testConfiguration: [PathPattern], documents: [PathPattern],
    litter: [String],
    regions: @escaping @Sendable (_ text: String, _ path: String) -> TestRegions? = { _, _ in nil }
  ) {
    self.tests = tests + Self.testData
    self.testConfiguration = testConfiguration + Self.settings
    self.documents = documents
    self.litter = litter
    self.regions = regions
  }

  /// The groups of a project.
  ///
  /// - Parameters:
  ///   - tests: in place of the runner's own patterns.
  ///   - command: the words that run the tests; a file of the project that one of them names is
  ///     test configuration, since whoever may change it decides what the tests say.
  ///   - root: the project's folder.
  package init(
    of runner: any TestRunner, tests: [PathPattern]?, documents: [PathPattern], command: [String],
    root: String
  ) {
    let own = tests ?? runner.testPathPatterns
    let isMake = command.contains { $0.split { "/ ;&|".contains($0) }.contains("make") }
    self.init(
      tests: own,
      testConfiguration: runner.configurationPatterns
        + command.flatMap { Self.named(in: $0, root: root, exceptTests: own) }
        + (isMake ? Self.makefiles : []),
      documents: documents, litter: runner.litter.map(\.text) + Self.litter,
      regions: { runner.testRegions(of: $0, path: $1) })
  }

  /// The test patterns as they are written.
  package var testPatterns: [String] { tests.map(\.text) }

  /// The group of a path, going by its name alone.
  package func group(of path: String) -> Change.Group {
    if RunnerShadows.contains(path) { return .testRunner }
    let folded = path.lowercased()
    let names = PathNames(path)
    let foldedNames = folded == path ? names : PathNames(folded)
    if testConfiguration.contains(where: { $0.matches(names) || $0.matches(foldedNames) }),
      !Self.isSample(folded)
    {
      return .testConfiguration
    }
    if isTest(names) { return .test }
    if documents.contains(where: { $0.matches(names) }) { return .documentation }
    return .implementation
  }

  /// Whether a path is one of a test, or of what only tests load.
  func isTest(_ path: String) -> Bool { isTest(PathNames(path)) }

  private func isTest(_ names: PathNames) -> Bool { tests.contains { $0.matches(names) } }

  /// `.env.example` sets nothing.
  private static func isSample(_ path: String) -> Bool {
    ["example", "sample", "template", "dist"].contains { path.hasSuffix("." + $0) }
  }

  /// What tests compare with and feed on, in whatever language.
  private static let testData = [
    "__snapshots__/", "__fixtures__/", "__mocks__/", "*.snap", "*.ambr", "*.golden", "testdata/",
    "test-data/", "test_data/", "/fixtures/", "spec/fixtures/",
  ].map { PathPattern($0) }

  /// Files that say how tests are run, whatever the runner; of those that hold other things as
  /// well, only the parts about tests count.
  private static let settings: [PathPattern] = [
    "conftest.py", "pyproject.toml", "setup.cfg", "setup.py", "package.json", "Cargo.toml",
    "Package.swift", "CMakeLists.txt", "*.cmake", "go.mod", "go.work", "build.rs", ".cargo/",
    ".config/nextest.toml", "rust-toolchain", "rust-toolchain.toml", "jest.config.*",
    "vitest.config.*", "vite.config.*", ".mocharc*", "karma.conf.*", "ava.config.*",
    "babel.config.*", ".babelrc*", "playwright.config.*", ".env", ".env.*", ".envrc", ".npmrc",
    ".yarnrc*", ".pnpmfile.cjs", ".nvmrc", ".node-version", ".python-version", ".tool-versions",
    "mise.toml", ".mise.toml", ".proverc", ".rspec", "phpunit.xml*", "noxfile.py", ".coveragerc",
    "CTestTestfile.cmake", "CTestCustom.*", ".swiftpm/",
  ].reduce(into: []) { patterns, name in
    let folded = name.lowercased()
    patterns.append(PathPattern(name))
    if folded != name { patterns.append(PathPattern(folded)) }
  }

  private static let makefiles = ["Makefile", "makefile", "GNUmakefile", "*.mk"]
    .map { PathPattern($0) }

  /// What no project means to keep, whatever its ignore rules say.
  private static let litter = [
    "__pycache__/", "*.pyc", ".pytest_cache/", "node_modules/", ".DS_Store", "*.swp",
  ]

  /// The project's files that a word of the test command names: a script of its own, a
  /// configuration given by `-c`. A test that it names is a test.
  private static func named(
    in word: String, root: String, exceptTests tests: [PathPattern]
  ) -> [PathPattern] {
    word.split { " =;&|<>()'\"\t\n".contains($0) }.compactMap { part in
      let path = part.hasPrefix("./") ? part.dropFirst(2) : part
      guard !path.isEmpty, !path.hasPrefix("-"), !path.hasPrefix("/"),
        !tests.contains(where: { $0.matches(String(path)) })
      else { return nil }
      var status = stat()
      guard stat("\(root)/\(path)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        return nil
      }
      return PathPattern("/" + path)
    }
  }
}

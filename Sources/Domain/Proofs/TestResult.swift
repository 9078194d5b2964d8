// SPDX-License-Identifier: Apache-2.0
// What one test is called and what became of it, whichever runner ran it.

/// A test's name as its runner reports it. All three parts empty stand for the whole suite, which
/// could not be built.
package struct TestIdentity: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// The file that holds it, relative to the project; empty where the runner does not say.
  package let file: String
  /// The class, suite or module inside the file; empty where there is none.
  package let suite: String
  /// The test's own name; empty where it stands for its whole file or suite.
  package let name: String

  package init(file: String, suite: String, name: String) {
    self.file = file
    self.suite = suite
    self.name = name
  }

  /// Stands for every test there is, where the suite could not be built.
  package static let wholeSuite = TestIdentity(file: "", suite: "", name: "")

  /// Whether it stands for a file, or a suite, that could not be loaded: it names no test.
  package var isWholeFile: Bool { name.isEmpty }

  /// Whether it stands for a file or a suite that `test` is in.
  func covers(_ test: TestIdentity) -> Bool {
    guard isWholeFile, !test.isWholeFile else { return false }
    return (file.isEmpty || test.file == file) && (suite.isEmpty || test.suite == suite)
  }

  /// `tests/test_chart.py::TestChart::test_width`, empty parts left out; `the whole suite` where
  /// all are.
  package var description: String {
    let parts = [file, suite, name].filter { !$0.isEmpty }
    return parts.isEmpty ? "the whole suite" : parts.joined(separator: "::")
  }

  package static func < (left: TestIdentity, right: TestIdentity) -> Bool {
    (left.file, left.suite, left.name) < (right.file, right.suite, right.name)
  }
}

/// Why a test did not pass.
package struct TestFailure: Hashable, Sendable, Codable {
  /// Ordered from the strongest proof of a missing behaviour to none at all.
  package enum Cause: Hashable, Sendable, Codable {
    /// An assertion of the test's own did not hold.
    case assertion
    /// The test needs a module, name, attribute or parameter that does not exist. `symbol` is its
    /// last component as the test would write it; `module` the dotted or slashed place it was
    /// looked for in, empty where the runner does not say.
    case missingSymbol(symbol: String, module: String)
    /// An exception of `type` was raised. `file` is the innermost frame's file, relative to the
    /// project, or empty where it lies outside or is unknown.
    case raised(type: String, file: String)
    /// The file could not even be loaded: a syntax error, an import that fails for another reason.
    case notLoadable(reason: String)
    /// A compiler refused the file, its suite or all of the tests, for all of these reasons.
    case notBuilt([BuildError])
    /// The runner reports a failure but not which kind.
    case unspecified
  }

  /// Stands for the module of a missing symbol where the runner does not say where it looked.
  package static let placeUnknown = "?"

  /// The kind of failure, as far as the runner tells.
  package let cause: Cause
  /// One line, at most 500 characters.
  package let message: String
  /// The runner's own detail, cut to at most 8 000 characters, head and tail kept.
  package let detail: String

  package init(cause: Cause, message: String, detail: String) {
    self.cause = cause
    self.message = message
    self.detail = detail
  }
}

/// One thing that a compiler or linker refused.
package struct BuildError: Hashable, Sendable, Codable {
  /// Where a name was looked for.
  package enum Place: Hashable, Sendable, Codable {
    /// The compiler does not say.
    case unknown
    /// A module, crate, package, type or header, as the compiler writes it.
    case named(String)
    /// The package that the folder holds, relative to the project; empty for the project's root.
    case folder(String)
  }

  /// The name that does not exist, and where it was looked for.
  package struct MissingSymbol: Hashable, Sendable, Codable {
    /// Its last component, as a test would write it.
    package let symbol: String
    /// Where the compiler looked for it.
    package let place: Place

    package init(symbol: String, place: Place) {
      self.symbol = symbol
      self.place = place
    }
  }

  /// The file that could not be compiled, relative to the project; empty where it lies outside or
  /// is unknown.
  package let file: String
  /// 1 for the first; 0 where it is unknown.
  package let line: Int
  /// The name that is missing; `nil` where the file was refused for any other reason.
  package let missing: MissingSymbol?
  /// The compiler's own line, at most 500 characters.
  package let message: String

  package init(file: String, line: Int, missing: MissingSymbol?, message: String) {
    self.file = file
    self.line = line
    self.missing = missing
    self.message = message
  }
}

/// What became of one test in one run.
package enum TestOutcome: Hashable, Sendable, Codable {
  case passed
  /// The test's body failed.
  case failed(TestFailure)
  /// The test could not be set up, torn down or loaded.
  case errored(TestFailure)
  case skipped(reason: String)

  /// Whether it passed; a test that was skipped did not.
  package var isPass: Bool {
    switch self {
    case .passed: true
    case .failed, .errored, .skipped: false
    }
  }
}

/// One test and its outcome.
package struct TestResult: Hashable, Sendable, Codable {
  /// Which test.
  package let identity: TestIdentity
  /// What became of it.
  package let outcome: TestOutcome

  package init(identity: TestIdentity, outcome: TestOutcome) {
    self.identity = identity
    self.outcome = outcome
  }
}

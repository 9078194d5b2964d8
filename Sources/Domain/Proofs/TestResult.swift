// SPDX-License-Identifier: Apache-2.0
// What one test is called and what became of it, whichever runner ran it.

/// A test's name as its runner reports it.
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

  /// Whether it stands for a file, or a suite, that could not be loaded: it names no test.
  package var isWholeFile: Bool { name.isEmpty }

  /// Whether it stands for a file or a suite that `test` is in.
  func covers(_ test: TestIdentity) -> Bool {
    guard isWholeFile, !test.isWholeFile, !(file.isEmpty && suite.isEmpty) else { return false }
    return test.file == file && (suite.isEmpty || test.suite == suite)
  }

  /// `tests/test_chart.py::TestChart::test_width`, empty parts left out.
  package var description: String {
    [file, suite, name].filter { !$0.isEmpty }.joined(separator: "::")
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

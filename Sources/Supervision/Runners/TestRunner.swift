// SPDX-License-Identifier: Apache-2.0
// What every test runner's adapter provides.

package import Domain

/// Knows one test runner: how to start it, how to read what it reports, and which files are its.
package protocol TestRunner: Sendable {
  /// As it appears in evidence and messages: `pytest`.
  var name: String { get }

  /// How to run all tests, or only the selected ones.
  ///
  /// - Parameter reportPath: a file outside of the workspace, in a private directory that exists
  ///   and is empty before the run.
  func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation

  /// Judges one finished run. Only a report that is whole and agrees with the exit code counts:
  /// everything else did not run, whatever it printed (R11).
  ///
  /// - Parameters:
  ///   - reports: the files that lay at the invocation's report location afterwards.
  ///   - projectRoot: the absolute path that files in tracebacks are made relative to.
  func read(reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String) -> TestRun

  /// What a compiler refused in a preparation that did not end with exit 0; empty where nothing of
  /// the kind was recognised. The tests themselves are not started then.
  func buildErrors(in outcome: CommandOutcome, of step: [String], projectRoot: String)
    -> [BuildError]

  /// The files that hold tests or what tests share.
  var testPathPatterns: [PathPattern] { get }

  /// The files that can deselect tests or change how they run.
  var configurationPatterns: [PathPattern] { get }

  /// What the runner leaves in a working directory, and nobody means to keep.
  var litter: [PathPattern] { get }

  /// A test file with the same tests, each of them made to fail by an assertion that says `nonce`.
  /// Where a run of it shows anything else, somebody lies to the runner from inside its process.
  ///
  /// - Returns: `nil` where the runner cannot say how.
  func control(of text: String, path: String, nonce: String) -> ControlTests?

  /// The two parts of a file that holds both tests and what they test; `nil` where it holds only
  /// one of them.
  func testRegions(of text: String, path: String) -> TestRegions?

  /// Words by which an implementation speaks of this runner: its modules, its variables.
  var runnerMarks: [String] { get }

  /// What its results cannot show, and what to configure so that they can; `nil` for a runner that
  /// tells tests apart.
  var weakness: String? { get }
}

/// A test file's control: what it becomes, and what its run must show.
package struct ControlTests: Hashable, Sendable {
  /// The control's text, to stand in the test file's place.
  package let text: String
  /// What must be seen to fail.
  package enum Failing: Hashable, Sendable {
    /// Every test of the file.
    case everyTest
    /// One more test, by its name.
    case added(name: String)
  }
  /// What its run must show; anything else is a lie.
  package let failing: Failing

  package init(text: String, failing: Failing) {
    self.text = text
    self.failing = failing
  }
}

/// A file with tests inside of it, in its two parts. Blank lines are left out, so that two versions
/// can be compared by part.
package struct TestRegions: Hashable, Sendable {
  /// The lines that only tests are made of, in their order; empty where there are none.
  package let tests: String
  /// All other lines, in their order.
  package let implementation: String

  package init(tests: String, implementation: String) {
    self.tests = tests
    self.implementation = implementation
  }
}

extension TestRunner {
  /// None, unless a runner compiles.
  package func buildErrors(in outcome: CommandOutcome, of step: [String], projectRoot: String)
    -> [BuildError]
  { [] }

  /// Judges a preparation that did not end with exit 0. Errors that a compiler reports are results;
  /// a build that failed for another reason proves nothing.
  func read(failedPreparation step: [String], outcome: CommandOutcome, projectRoot: String)
    -> TestRun
  {
    switch DidNotRun.startedExitCode(of: outcome) {
    case .reason(let reason): return .didNotRun(reason: reason)
    case .exit:
      let errors = buildErrors(in: outcome, of: step, projectRoot: projectRoot)
      return TestRun.notBuilt([(.wholeSuite, errors)])
        ?? .didNotRun(reason: .notBuilt(DidNotRun.lastWords(of: outcome)))
    }
  }

  /// None, unless a runner says how.
  package func control(of text: String, path: String, nonce: String) -> ControlTests? { nil }

  /// Tests lie in files of their own, unless a runner says otherwise.
  package func testRegions(of text: String, path: String) -> TestRegions? { nil }

  /// None, unless a runner names some.
  package var runnerMarks: [String] { [] }

  /// None, unless a runner admits to one.
  package var weakness: String? { nil }
}

/// How to start a test runner once.
package struct RunnerInvocation: Hashable, Sendable {
  /// Where the report will lie.
  package enum Report: Hashable, Sendable {
    /// A file outside of the workspace, by its absolute path.
    case file(String)
    /// Files inside the workspace. What matches is deleted before the run.
    case workspace(PathPattern)
    /// What the runner prints on standard output, up to the limit of a report's size.
    case standardOutput
  }

  /// What is executed beforehand, one after the other: a compiler, for one. All must end with
  /// exit 0; the deadline is for all of them and the tests together.
  package let preparation: [[String]]
  /// The words to execute in the project's directory.
  package let argv: [String]
  /// Set on top of the environment that the run is given.
  package let environment: [String: String]
  /// What is written before the run: absolute paths in the report's private directory.
  package let supportFiles: [String: [UInt8]]
  /// Where to look for the report afterwards.
  package let report: Report

  /// An invocation that adds nothing to the environment and writes nothing, unless said otherwise.
  package init(
    argv: [String], preparation: [[String]] = [], environment: [String: String] = [:],
    supportFiles: [String: [UInt8]] = [:], report: Report
  ) {
    self.preparation = preparation
    self.supportFiles = supportFiles
    self.argv = argv
    self.environment = environment
    self.report = report
  }
}

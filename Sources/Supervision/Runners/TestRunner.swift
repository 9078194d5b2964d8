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

  /// The files that hold tests or what tests share.
  var testPathPatterns: [PathPattern] { get }

  /// The files that can deselect tests or change how they run.
  var configurationPatterns: [PathPattern] { get }

  /// What the runner leaves in a working directory, and nobody means to keep.
  var litter: [PathPattern] { get }
}

/// How to start a test runner once.
package struct RunnerInvocation: Hashable, Sendable {
  /// Where the report will lie.
  package enum Report: Hashable, Sendable {
    /// A file outside of the workspace, by its absolute path.
    case file(String)
    /// Files inside the workspace. What matches is deleted before the run.
    case workspace(PathPattern)
  }

  /// The words to execute in the project's directory.
  package let argv: [String]
  /// Set on top of the environment that the run is given.
  package let environment: [String: String]
  /// Where to look for the report afterwards.
  package let report: Report

  /// An invocation that adds nothing to the environment, unless said otherwise.
  package init(argv: [String], environment: [String: String] = [:], report: Report) {
    self.argv = argv
    self.environment = environment
    self.report = report
  }
}

// SPDX-License-Identifier: Apache-2.0
// Runs a command of which nothing but its exit code is known.

package import Domain

/// The weakest runner: one test that stands for all of them, passed where the command ends with 0.
///
/// It serves gates and health checks. It never proves red, since nobody can tell what failed, nor
/// that anything was tested at all.
package struct ExitCodeRunner: TestRunner {
  private let command: [String]
  private let advice: String

  /// - Parameters:
  ///   - command: the words to execute.
  ///   - advice: what to configure so that tests are told apart.
  package init(command: [String], advice: String) {
    self.command = command
    self.advice = advice
  }

  /// `exit-code`.
  package var name: String { RunnerName.exitCode.rawValue }

  /// Says that only the exit code is seen, and the advice.
  package var weakness: String? {
    "weak: of '\(command.joined(separator: " "))' only the exit code is seen; \(advice)"
  }

  /// The whole command, whatever is selected.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    RunnerInvocation(argv: command, report: .standardOutput)
  }

  /// 126 and 127 mean by the custom of shells that nothing ran; 128 and more, that a signal ended
  /// what the shell ran.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.exitCode(of: outcome) {
    case .reason(let reason): .didNotRun(reason: reason)
    case .exit(0): .ran([TestResult(identity: identity, outcome: .passed)])
    case .exit(let code) where code == 126 || code == 127:
      .didNotRun(reason: .withoutReport(exit: code, outcome))
    case .exit(let code) where code > 128: .didNotRun(reason: .killed(signal: code - 128))
    case .exit(let code): .ran([TestResult(identity: identity, outcome: failed(code, outcome))])
    }
  }

  private var identity: TestIdentity {
    TestIdentity(file: "", suite: "exit code only", name: command.joined(separator: " "))
  }

  private func failed(_ code: Int32, _ outcome: CommandOutcome) -> TestOutcome {
    .failed(
      TestFailure(
        cause: .unspecified,
        message: "the command ended with \(code), which does not tell which test failed or why; "
          + advice,
        detail: Excerpt.text(
          outcome.standardOutput.text + outcome.standardError.text, limit: 8000)))
  }

  /// The folders and names that tests have in most languages.
  package var testPathPatterns: [PathPattern] {
    ["tests/", "test/", "spec/", "Tests/", "test_*", "*_test.*", "*.test.*", "*.spec.*", "*.bats"]
      .map(PathPattern.init)
  }

  /// Build files through which such commands are mostly started.
  package var configurationPatterns: [PathPattern] {
    ["Makefile", "makefile", "GNUmakefile", "justfile", "Rakefile", "tox.ini", "noxfile.py"]
      .map { PathPattern("/" + $0) }
  }

  /// None is known of.
  package var litter: [PathPattern] { [] }
}

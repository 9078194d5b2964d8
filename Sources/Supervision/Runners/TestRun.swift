// SPDX-License-Identifier: Apache-2.0
// What one run of a test runner proves: results, or why there are none.

package import Domain

/// The outcome of one run. The second case never counts as the first.
package enum TestRun: Hashable, Sendable {
  /// At least one result, each identity once.
  case ran([TestResult])
  case didNotRun(reason: DidNotRun)

  /// Results that agree with the exit code: 0 comes with no failure, any other with one.
  ///
  /// - Parameter reason: why nothing ran where there is no result.
  static func judged(
    _ results: [TestResult], exit: Int32, elseFor reason: DidNotRun = .zeroTests
  ) -> TestRun {
    if results.isEmpty { return .didNotRun(reason: reason) }
    let failures = results.contains { $0.outcome.isFailure || $0.outcome.isError }
    guard failures == (exit != 0) else {
      return .didNotRun(reason: .exitDisagreesWithReport(exit: exit))
    }
    return .ran(results)
  }

  /// A run in which compilers refused what each identity stands for; `nil` where no compiler's
  /// error was recognised.
  static func notBuilt(_ refused: [(TestIdentity, [BuildError])]) -> TestRun? {
    let results = refused.compactMap { identity, errors -> TestResult? in
      guard let first = errors.first else { return nil }
      let detail = errors.map { "\($0.file):\($0.line): \($0.message)" }.joined(separator: "\n")
      return TestResult(
        identity: identity,
        outcome: .errored(
          TestFailure(
            cause: .notBuilt(errors), message: Excerpt.line(first.message),
            detail: Excerpt.text(detail, limit: 8000))))
    }
    return results.isEmpty ? nil : .ran(results)
  }
}

extension TestOutcome {
  var isError: Bool {
    switch self {
    case .errored: true
    case .passed, .failed, .skipped: false
    }
  }

  var isFailure: Bool {
    switch self {
    case .failed: true
    case .passed, .errored, .skipped: false
    }
  }
}

/// Why a run proves nothing.
package enum DidNotRun: Hashable, Sendable, CustomStringConvertible {
  case commandNotFound(String)
  case notExecutable(String)
  /// The runner did not start for another reason, or was not seen to end.
  case notStarted(String)
  case killed(signal: Int32)
  case deadlineExceeded
  case cancelled
  case noReport(exit: Int32)
  case unreadableReport(String)
  case zeroTests
  /// The report shows failures and the exit code success, or the other way round.
  case exitDisagreesWithReport(exit: Int32)
  /// A compiler refused the tests, or a step before them failed.
  case notBuilt(String)
  /// The runner refused its arguments, its configuration or the tests that were selected.
  case refused(String)
  /// The runner itself failed.
  case internalError(String)

  /// One line for messages.
  package var description: String {
    switch self {
    case .commandNotFound(let text), .notExecutable(let text), .notStarted(let text): text
    case .killed(let signal): "the test run was killed by signal \(signal)"
    case .deadlineExceeded: "the test run exceeded its deadline"
    case .cancelled: "the test run was cancelled"
    case .noReport(let exit): "the test run left no report (exit code \(exit))"
    case .unreadableReport(let reason): reason
    case .zeroTests: "no test ran"
    case .exitDisagreesWithReport(let exit): "the exit code \(exit) disagrees with the report"
    case .notBuilt(let text): "the tests could not be built: \(text)"
    case .refused(let text): "the test runner refused to run: \(text)"
    case .internalError(let text): "the test runner failed: \(text)"
    }
  }

  /// Why a command that did not exit by itself proves nothing, or its exit code.
  static func exitCode(of outcome: CommandOutcome) -> ExitOrReason {
    switch outcome.termination {
    case .exited(let code): .exit(code)
    case .signalled(let signal): .reason(.killed(signal: signal))
    case .deadlineExceeded: .reason(.deadlineExceeded)
    case .cancelled: .reason(.cancelled)
    case .supervisorLost: .reason(.notStarted("the process that watched the test run is gone"))
    case .notStarted(let text, let errno): .reason(notStarted(text, errno))
    }
  }

  /// The same, where a program that a shell, or anything like it, could not start has no exit code.
  static func startedExitCode(of outcome: CommandOutcome) -> ExitOrReason {
    switch exitCode(of: outcome) {
    case .exit(let code) where code == 126 || code == 127:
      .reason(withoutReport(exit: code, outcome))
    case let other: other
    }
  }

  enum ExitOrReason {
    case exit(Int32)
    case reason(DidNotRun)
  }

  /// What an exit code without a report says by the custom of shells.
  static func withoutReport(exit: Int32, _ outcome: CommandOutcome) -> DidNotRun {
    switch exit {
    case 126: .notExecutable(lastWords(of: outcome))
    case 127: .commandNotFound(lastWords(of: outcome))
    default: .noReport(exit: exit)
    }
  }

  /// The last line that speaks of an error, or else the last line; standard error first.
  static func lastWords(of outcome: CommandOutcome) -> String {
    for stream in [outcome.standardError, outcome.standardOutput] {
      let lines = stream.text.split(whereSeparator: \.isNewline)
        .filter { !$0.allSatisfy(\.isWhitespace) }
      let error = lines.last { $0.lowercased().contains("error: ") }
      if let line = error ?? lines.last { return Excerpt.line(String(line)) }
    }
    return "nothing was printed"
  }

  private static func notStarted(_ text: String, _ errno: Int32) -> DidNotRun {
    switch errno {
    case 2: .commandNotFound(text)  // ENOENT
    case 8, 13: .notExecutable(text)  // ENOEXEC, EACCES
    default: .notStarted(text)
    }
  }
}

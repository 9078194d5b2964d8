// SPDX-License-Identifier: Apache-2.0
// Runs whatever prints the Test Anything Protocol.

package import Domain

/// A test command of which only one thing is known: on standard output it prints TAP.
package struct TAPRunner: TestRunner {
  private let command: [String]

  /// - Parameter command: the words to execute.
  package init(command: [String]) {
    self.command = command
  }

  /// `tap`.
  package var name: String { RunnerName.tap.rawValue }

  /// The whole run, whatever is selected: nothing is known of how to select.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    RunnerInvocation(argv: command, report: .standardOutput)
  }

  /// A plan that was not kept, and numbers out of order, are a report that cannot be read.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.exitCode(of: outcome) {
    case .reason(let reason): return .didNotRun(reason: reason)
    case .exit(let code):
      let text = String(decoding: reports.first ?? [], as: UTF8.self)
      let stream = TAPStream(
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline))
      if let reason = stream.bailOut {
        return .didNotRun(reason: .internalError("it bailed out: \(reason)"))
      }
      if stream.points.isEmpty {
        let isSkipped = stream.skipReason != nil && code == 0
        return .didNotRun(
          reason: isSkipped ? .zeroTests : .withoutReport(exit: code, outcome))
      }
      if let fault = stream.faults.first {
        return .didNotRun(reason: .unreadableReport("the TAP output is not whole: \(fault)"))
      }
      return .judged(stream.points.map { $0.result(in: "", cause: Self.cause) }, exit: code)
    }
  }

  /// `not ok` is an assertion that did not hold, unless its diagnostics name another exception.
  private static func cause(_ diagnostics: [String]) -> TestFailure.Cause {
    let text = diagnostics.joined(separator: "\n")
    if text.contains("ERR_ASSERTION") || text.contains("AssertionError") { return .assertion }
    for line in diagnostics {
      if let missing = ScriptException.missingName(in: line) { return missing }
    }
    let name = diagnostics.lazy.map { $0.drop(while: \.isWhitespace) }
      .first { $0.hasPrefix("name: ") }?.dropFirst("name: ".count)
    guard let name, let type = ScriptException.type(of: name.filter { $0 != "'" && $0 != "\"" })
    else { return .assertion }
    return .raised(type: type, file: "")
  }

  /// The folders and names that tests have where TAP is at home.
  package var testPathPatterns: [PathPattern] {
    ["/t/", "*.t", "tests/", "test/", "*.test.*", "*.bats"].map(PathPattern.init)
  }

  /// None is known of.
  package var configurationPatterns: [PathPattern] { [] }

  /// None is known of.
  package var litter: [PathPattern] { [] }
}

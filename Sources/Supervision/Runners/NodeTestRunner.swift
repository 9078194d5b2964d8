// SPDX-License-Identifier: Apache-2.0
// Runs Node's own test runner as the project runs it, through a reporter of ours.

package import Domain

/// `node --test` of Node 18 to 24, started by the project's own command.
package struct NodeTestRunner: TestRunner {
  private let command: NodeCommand

  /// - Parameter command: the project's words: `["node", "--test"]`,
  ///   `["node", "--import", "tsx", "--test", "test/**/*.test.ts"]`.
  package init(command: [String]) {
    self.command = NodeCommand(command)
  }

  /// `node`.
  package var name: String { "node" }

  /// The reporters of the command give way to ours, which writes the report, and to one that
  /// prints. Selected tests are asked for by their files and by patterns for their names, those
  /// of the tests around them among them: a little more may run than was selected.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    let script = ReporterScript.node.path(beside: reportPath)
    let reporters = [
      "--test-reporter=spec", "--test-reporter-destination=stdout",
      "--test-reporter=\(script)", "--test-reporter-destination=\(reportPath)",
    ]
    return RunnerInvocation(
      argv: command.words(adding: reporters, selecting: selecting),
      supportFiles: [script: ReporterScript.node.bytes], report: .file(reportPath))
  }

  /// Exit code 0 with no failure in the report, or 1 with one.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.exitCode(of: outcome) {
    case .reason(let reason): return .didNotRun(reason: reason)
    case .exit(9): return .didNotRun(reason: .refused(DidNotRun.lastWords(of: outcome)))
    case .exit(let code):
      guard let report = reports.first, !report.isEmpty else {
        return .didNotRun(reason: Self.withoutReport(exit: code, outcome))
      }
      do throws(ReportError) {
        let records = try ReporterLines.read(report, as: ReporterRecord.self)
        let results = records.map { $0.result(NodeCause.classify) }
        return .judged(JUnitReport.mergeDuplicates(results), exit: code)
      } catch {
        return .didNotRun(reason: .unreadableReport(error.description))
      }
    }
  }

  /// Node refuses files that are not there with exit 1.
  private static func withoutReport(exit: Int32, _ outcome: CommandOutcome) -> DidNotRun {
    let words = DidNotRun.lastWords(of: outcome)
    return words.hasPrefix("Could not find ")
      ? .refused(words) : .withoutReport(exit: exit, outcome)
  }

  /// Node's own patterns, those of other runners, and snapshots.
  package var testPathPatterns: [PathPattern] {
    let endings = ["js", "cjs", "mjs", "ts", "cts", "mts", "jsx", "tsx"]
    return
      (["test/", "tests/", "__tests__/", "__snapshots__/", "*.snapshot"]
      + endings.flatMap { ["*.test.\($0)", "*.spec.\($0)", "*-test.\($0)", "*_test.\($0)"] }
      + endings.flatMap { ["test-*.\($0)", "test.\($0)"] }).map(PathPattern.init)
  }

  /// `.npmrc` may carry `node-options`; of `package.json` only a part concerns tests.
  package var configurationPatterns: [PathPattern] {
    [
      "package.json", ".npmrc", "node.config.json", ".env", ".env.*", ".mocharc*",
      "jest.config.*", "vitest.config.*", "ava.config.*",
    ].map(PathPattern.init)
  }

  /// Node's own modules and variables for tests.
  package var runnerMarks: [String] { NodeControl.marks }

  /// One more test in a file of tests, which fails.
  package func control(of text: String, path: String, nonce: String) -> ControlTests? {
    text.contains("node:test") ? NodeControl.control(of: text, path: path, nonce: nonce) : nil
  }

  /// Installed packages and coverage data.
  package var litter: [PathPattern] { ["node_modules/", "coverage/"].map(PathPattern.init) }
}

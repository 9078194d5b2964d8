// SPDX-License-Identifier: Apache-2.0
// Runs whatever a project's configuration says, and reads the JUnit report it leaves.

package import Domain

/// A test command of which only two things are known: where its JUnit report is found, and which
/// files are tests.
package struct ConfiguredRunner: TestRunner {
  /// The two ways in which a configuration may write a command.
  package enum CommandForm: Hashable, Sendable {
    case words([String])
    /// A script for `/bin/sh -c`.
    case shell(String)

    /// The words to execute.
    package var argv: [String] {
      switch self {
      case .words(let words): words
      case .shell(let script): ["/bin/sh", "-c", script]
      }
    }
  }

  private let command: CommandForm
  private let report: PathPattern
  /// As configured.
  package let testPathPatterns: [PathPattern]

  /// - Parameters:
  ///   - command: run in the project's directory.
  ///   - report: the report's path relative to the project; a pattern where there are several.
  ///     What matches is deleted before each run.
  ///   - paths: the files that hold tests.
  package init(command: CommandForm, report: PathPattern, paths: [PathPattern]) {
    self.command = command
    self.report = report
    testPathPatterns = paths
  }

  /// `junit`.
  package var name: String { RunnerName.junit.rawValue }

  /// The whole run, whatever is selected: nothing is known of how to select.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    RunnerInvocation(argv: command.argv, report: .workspace(report))
  }

  /// Several reports count as one. An exit code other than 0 must come with a failure in them, and
  /// 0 with none.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.exitCode(of: outcome) {
    case .reason(let reason): return .didNotRun(reason: reason)
    case .exit(let code):
      guard !reports.isEmpty else {
        return .didNotRun(reason: .withoutReport(exit: code, outcome))
      }
      do throws(ReportError) {
        return .judged(try Self.parseAll(reports, projectRoot), exit: code)
      } catch {
        return .didNotRun(reason: .unreadableReport(error.description))
      }
    }
  }

  private static func parseAll(
    _ reports: [[UInt8]], _ root: String
  ) throws(ReportError) -> [TestResult] {
    var results: [TestResult] = []
    for report in reports {
      for test in try JUnitReport.cases(report) {
        results.append(result(of: test.relative(to: root), root))
      }
    }
    return JUnitReport.mergeDuplicates(results)
  }

  /// A test case that is called like a file stands for the file: its tests could not be loaded, or
  /// there are none in it.
  private static func result(of test: JUnitCase, _ root: String) -> TestResult {
    guard test.isWholeFile else {
      return test.result(cause: ConfiguredCause.classify(test, projectRoot: root))
    }
    let identity = TestIdentity(file: test.name, suite: "", name: "")
    guard let finding = test.decisive else { return test.result(as: identity, cause: .unspecified) }
    switch finding {
    case .failure(let remark), .error(let remark):
      let reason = "the file could not be loaded: \(Excerpt.line(remark.summary))"
      return TestResult(
        identity: identity, outcome: .errored(remark.failure(cause: .notLoadable(reason: reason))))
    case .skipped, .flaky: return test.result(as: identity, cause: .unspecified)
    }
  }

  /// None is known of.
  package var configurationPatterns: [PathPattern] { [] }

  /// The report itself.
  package var litter: [PathPattern] { [report] }
}

extension JUnitCase {
  /// The same with paths made relative to the workspace, which differs from run to run.
  fileprivate func relative(to root: String) -> JUnitCase {
    func cut(_ text: String) -> String {
      text.replacing("file://" + root + "/", with: "").replacing(root + "/", with: "")
    }
    var relative = JUnitCase(file: cut(file), suite: cut(suite), name: cut(name))
    relative.findings = findings
    return relative
  }

  /// Whether it is named like a source file and by nothing else.
  fileprivate var isWholeFile: Bool {
    guard file.isEmpty || file == name, !name.contains(where: \.isWhitespace),
      let ending = name.split(separator: ".").last
    else { return false }
    return name.contains("/") && ["js", "mjs", "cjs", "ts", "mts", "cts"].contains(ending)
  }
}

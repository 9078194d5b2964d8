// SPDX-License-Identifier: Apache-2.0
// Runs pytest, 7.2 to 9, as the project runs it, and reads its xunit1 report.

package import Domain

/// pytest, started by the project's own command with a report added.
package struct PytestRunner: TestRunner {
  private let command: [String]

  /// - Parameter command: the project's words: `["pytest", "-q"]`, `["python", "-m", "pytest"]`,
  ///   `["uv", "run", "pytest"]`. Tests that these words name run in addition to those selected.
  package init(command: [String]) {
    self.command = command
  }

  /// `pytest`.
  package var name: String { "pytest" }

  /// Later options win over the project's own, both in its command and in its `addopts`:
  /// - identities and tracebacks are relative to the working directory, not to a configuration
  ///   file that happens to lie above it;
  /// - a test file that cannot be imported does not keep the others from running, nor does the
  ///   first failure, so that a lost test is never mistaken for one that was not reached;
  /// - the cache, which steers `--last-failed` and its like, is empty and outside the workspace;
  /// - what is imported is the workspace's code, though the project be installed, as with
  ///   `pip install -e`, where the user works.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    let script = ReporterScript.pytest
    let options = [
      "-p", "pytest_workspace",
      "--junitxml=\(reportPath)", "-o", "junit_family=xunit1", "-o", "junit_logging=no",
      "-o", "cache_dir=\(reportPath).cache", "--rootdir=.", "--tb=short", "--maxfail=0",
      "--continue-on-collection-errors",
    ]
    return RunnerInvocation(
      argv: command + options + (selecting ?? []).map(Self.nodeID),
      environment: [
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ReporterScript.folder(of: reportPath),
      ], supportFiles: [script.path(beside: reportPath): script.bytes],
      report: .file(reportPath))
  }

  private static func nodeID(_ identity: TestIdentity) -> String {
    let classes = identity.suite.split(separator: ".").map(String.init)
    return ([identity.file] + classes + [identity.name]).filter { !$0.isEmpty }
      .joined(separator: "::")
  }

  /// Exit codes 0, 1 and 2 count where the report agrees with them; 3, 4 and 5 never do.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.exitCode(of: outcome) {
    case .reason(let reason): .didNotRun(reason: reason)
    case .exit(3): .didNotRun(reason: .internalError(DidNotRun.lastWords(of: outcome)))
    case .exit(4): .didNotRun(reason: .refused(DidNotRun.lastWords(of: outcome)))
    case .exit(let code): read(reports.first, exit: code, outcome, projectRoot)
    }
  }

  private func read(
    _ report: [UInt8]?, exit: Int32, _ outcome: CommandOutcome, _ projectRoot: String
  ) -> TestRun {
    guard let report else {
      return .didNotRun(reason: .withoutReport(exit: exit, outcome))
    }
    do throws(ReportError) {
      let results = try JUnitReport.cases(report).map {
        $0.result(
          as: Self.identity(of: $0), cause: PytestCause.classify($0, projectRoot: projectRoot))
      }
      return Self.judge(JUnitReport.mergeDuplicates(results), exit: exit)
    } catch {
      return .didNotRun(reason: .unreadableReport(error.description))
    }
  }

  /// pytest's exit codes: 0 all passed, 1 some failed, 2 interrupted (by errors while collecting,
  /// among others), 5 nothing collected.
  private static func judge(_ results: [TestResult], exit: Int32) -> TestRun {
    let errors = results.contains { $0.outcome.isError }
    let failures = errors || results.contains { $0.outcome.isFailure }
    switch exit {
    case 5 where !failures: return .didNotRun(reason: .zeroTests)
    case _ where results.isEmpty && exit == 0: return .didNotRun(reason: .zeroTests)
    case 0 where !failures, 1 where failures, 2 where errors: return .ran(results)
    default: return .didNotRun(reason: .exitDisagreesWithReport(exit: exit))
    }
  }

  /// The class name of a report begins with the module, which the file says already. A file that
  /// could not be collected is reported as a test of no class: it gets an empty name.
  private static func identity(of test: JUnitCase) -> TestIdentity {
    let module = (test.file.hasSuffix(".py") ? String(test.file.dropLast(3)) : test.file)
      .split(separator: "/").joined(separator: ".")
    if test.suite.isEmpty, test.name == module {
      return TestIdentity(file: test.file, suite: "", name: "")
    }
    let suite =
      if test.suite == module { "" } else if test.suite.hasPrefix(module + ".") {
        String(test.suite.dropFirst(module.count + 1))
      } else { test.suite }
    return TestIdentity(file: test.file, suite: suite, name: test.name)
  }

  /// Every test of a Python file, made to fail.
  package func control(of text: String, path: String, nonce: String) -> ControlTests? {
    PythonControl.control(of: text, path: path, nonce: nonce)
  }

  /// pytest's own names, unittest's, and Python's ways into a caller's frame.
  package var runnerMarks: [String] { PythonControl.marks }

  /// Test directories at any depth, test files by pytest's own naming, and `conftest.py`.
  package var testPathPatterns: [PathPattern] {
    ["tests/", "test/", "test_*.py", "*_test.py", "conftest.py"].map(PathPattern.init)
  }

  /// Every file from which pytest takes options; of `pyproject.toml` only a part concerns it.
  package var configurationPatterns: [PathPattern] {
    [
      "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg",
      "pyproject.toml", "conftest.py",
    ].map(PathPattern.init)
  }

  /// Byte code, caches and coverage data.
  package var litter: [PathPattern] {
    ["__pycache__/", ".pytest_cache/", "*.pyc", ".coverage", ".coverage.*", "htmlcov/"]
      .map(PathPattern.init)
  }
}

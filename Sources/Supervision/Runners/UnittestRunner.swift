// SPDX-License-Identifier: Apache-2.0
// Runs Python's unittest as the project runs it, through a reporter of ours.

package import Domain

/// unittest of Python 3.8 to 3.13, started by the project's own command.
///
/// Our reporter takes the place of `-m unittest` and does what that does; it needs nothing but the
/// standard library, and changes nothing in the project.
package struct UnittestRunner: TestRunner {
  private let command: [String]

  /// - Parameter command: the project's words, with `-m unittest` among them:
  ///   `["python3", "-m", "unittest", "discover", "-s", "tests"]`.
  package init(command: [String]) {
    self.command = command
  }

  /// `unittest`.
  package var name: String { "unittest" }

  /// Everything is loaded as the command says, and what was not selected is then left out, so that
  /// a test has the same name in either run. `--failfast` is not obeyed: a test that was not
  /// reached must not pass for a lost one.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    let script = ReporterScript.unittest.path(beside: reportPath)
    let module = command.indices.dropLast().first {
      command[$0] == "-m" && command[$0 + 1] == "unittest"
    }
    let before = Array(command[..<(module ?? command.endIndex)])
    let after = Array(command[(module.map { $0 + 2 } ?? command.endIndex)...])
    let selected = (selecting ?? []).map { "--select=\($0)" }
    let own = [script, "--report=\(reportPath)"] + selected + ["--"]
    return RunnerInvocation(
      argv: before + own + after,
      environment: ["PYTHONDONTWRITEBYTECODE": "1"],
      supportFiles: [script: ReporterScript.unittest.bytes], report: .file(reportPath))
  }

  /// Exit codes as of Python 3.12: 0 all passed, 1 some failed, 5 none ran, 2 the arguments are
  /// wrong.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.exitCode(of: outcome) {
    case .reason(let reason): return .didNotRun(reason: reason)
    case .exit(let code):
      guard let report = reports.first else {
        return .didNotRun(
          reason: code == 2
            ? .refused(DidNotRun.lastWords(of: outcome)) : .withoutReport(exit: code, outcome))
      }
      do throws(ReportError) {
        let records = try ReporterLines.read(report, as: ReporterRecord.self)
        return .judged(records.map { $0.result(Self.cause) }, exit: code)
      } catch {
        return .didNotRun(reason: .unreadableReport(error.description))
      }
    }
  }

  private static func cause(_ record: ReporterRecord) -> TestFailure.Cause {
    if record.assertion == true { return .assertion }
    let message = record.message ?? ""
    let raised = PythonException(message)
    if let missing = raised.missingSymbol { return missing }
    if raised.isSyntaxError || record.identity.isWholeFile {
      return .notLoadable(reason: Excerpt.line(message))
    }
    guard let type = raised.type else { return .unspecified }
    return .raised(type: type, file: record.at ?? "")
  }

  /// Test folders at any depth, and files by unittest's own naming and by pytest's.
  package var testPathPatterns: [PathPattern] {
    ["tests/", "test/", "test*.py", "*_test.py"].map(PathPattern.init)
  }

  /// unittest has no settings of its own; `tox.ini` and `setup.cfg` may say how it is started.
  package var configurationPatterns: [PathPattern] {
    ["tox.ini", "setup.cfg", "pyproject.toml", "/unittest/**", "/unittest.py"]
      .map(PathPattern.init)
  }

  /// unittest's own names, pytest's, and Python's ways into a caller's frame.
  package var runnerMarks: [String] { PythonControl.marks }

  /// Every test of a Python file, made to fail.
  package func control(of text: String, path: String, nonce: String) -> ControlTests? {
    PythonControl.control(of: text, path: path, nonce: nonce)
  }

  /// Byte code and coverage data.
  package var litter: [PathPattern] {
    ["__pycache__/", "*.pyc", ".coverage", ".coverage.*", "htmlcov/"].map(PathPattern.init)
  }
}

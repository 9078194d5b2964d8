// SPDX-License-Identifier: Apache-2.0
// Runs Perl's prove as the project runs it, and reads what each test file printed.

package import Domain

/// prove of Perl 5.10 or later, started by the project's own command.
///
/// A program of ours takes the place of `prove` and does what it does; beside that it keeps the TAP
/// of each file, and how the file ended.
package struct ProveRunner: TestRunner {
  private let command: [String]

  /// - Parameter command: the project's words: `["prove", "-lr", "t"]`.
  package init(command: [String]) {
    self.command = command
  }

  /// `prove`.
  package var name: String { RunnerName.prove.rawValue }

  /// Selected tests are run with the whole of their files: a file's tests depend on each other.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    let script = ReporterScript.prove.path(beside: reportPath)
    let place = command.firstIndex { $0.split(separator: "/").last == "prove" } ?? 0
    let perl = String(command[place].dropLast("prove".count)) + "perl"
    let files = Set((selecting ?? []).map(\.file).filter { !$0.isEmpty })
    let own =
      [perl, script, "--report=\(reportPath)"] + files.sorted().map { "--select=\($0)" } + ["--"]
    return RunnerInvocation(
      argv: Array(command[..<place]) + own + Array(command[(place + 1)...]),
      supportFiles: [script: ReporterScript.prove.bytes], report: .file(reportPath))
  }

  /// Exit code 0 with no failure in the report, or 1 with one; prove fails by any other.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.exitCode(of: outcome) {
    case .reason(let reason): return .didNotRun(reason: reason)
    case .exit(let code) where code > 1 && code != 126 && code != 127:
      return .didNotRun(reason: .internalError(DidNotRun.lastWords(of: outcome)))
    case .exit(let code):
      guard let report = reports.first else {
        return .didNotRun(reason: .withoutReport(exit: code, outcome))
      }
      do throws(ReportError) {
        let files = try ReporterLines.read(report, as: ProvedFile.self)
        return .judged(files.flatMap { $0.results(projectRoot) }, exit: code)
      } catch {
        return .didNotRun(reason: .unreadableReport(error.description))
      }
    }
  }

  /// Perl's own places, and what tests share.
  package var testPathPatterns: [PathPattern] {
    ["/t/", "/xt/", "*.t"].map(PathPattern.init)
  }

  /// prove's options and its memory of earlier runs.
  package var configurationPatterns: [PathPattern] {
    [
      ".proverc", ".prove", "/TAP/**", "/App/**", "/Test/**", "/lib/Test/More.pm",
      "/lib/Test/Builder.pm",
    ]
    .map(PathPattern.init)
  }

  /// Build products and coverage data.
  package var litter: [PathPattern] { ["/blib/", "/cover_db/"].map(PathPattern.init) }
}

/// One test file, as our program recorded it.
private struct ProvedFile: Decodable {
  let file: String
  /// What it printed on both streams.
  let lines: [String]
  let exit: Int
  /// As `waitpid` gives it: the lower seven bits are the signal.
  let wait: Int

  func results(_ projectRoot: String) -> [TestResult] {
    let stream = TAPStream(lines)
    let path = file.hasPrefix("./") ? String(file.dropFirst(2)) : file
    let whole = TestIdentity(file: path, suite: "", name: "")
    if let reason = stream.skipReason, stream.points.isEmpty, exit == 0 {
      return [TestResult(identity: whole, outcome: .skipped(reason: reason))]
    }
    let results = stream.points.map {
      $0.result(in: path) { PerlCause.classify($0, projectRoot) ?? .assertion }
    }
    let hasFailure = results.contains { $0.outcome.isFailure }
    guard let fault = fault(stream, hasFailure: hasFailure) else { return results }
    let cause = PerlCause.classify(stream.noise, projectRoot)
    let message = PerlCause.decisiveLine(stream.noise) ?? fault
    let failure = TestFailure(
      cause: cause ?? .notLoadable(reason: Excerpt.line(fault)), message: Excerpt.line(message),
      detail: Excerpt.text(lines.joined(separator: "\n"), limit: 8000))
    return results + [TestResult(identity: whole, outcome: .errored(failure))]
  }

  /// Why the file as a whole did not do what it said it would.
  private func fault(_ stream: TAPStream, hasFailure: Bool) -> String? {
    if let reason = stream.bailOut { return "it bailed out: \(reason)" }
    if wait & 0x7F != 0 { return "it was killed by signal \(wait & 0x7F)" }
    if let fault = stream.faults.first { return fault }
    return exit != 0 && !hasFailure ? "it ended with exit code \(exit)" : nil
  }
}

extension TAPStream.Point {
  /// - Parameter cause: what its diagnostics say of why it failed.
  func result(in file: String, cause: ([String]) -> TestFailure.Cause) -> TestResult {
    let identity = TestIdentity(
      file: file, suite: suite.joined(separator: NodeCommand.separator), name: name)
    let outcome: TestOutcome =
      switch directive {
      case .todo(let reason): .skipped(reason: reason.isEmpty ? "to do" : "to do: \(reason)")
      case .skip(let reason): .skipped(reason: reason)
      case nil where isOK: .passed
      case nil:
        .failed(
          TestFailure(
            cause: cause(diagnostics), message: Excerpt.line(summary),
            detail: Excerpt.text(diagnostics.joined(separator: "\n"), limit: 8000)))
      }
    return TestResult(identity: identity, outcome: outcome)
  }

  /// The diagnostics on one line, comment signs left out.
  private var summary: String {
    let lines = diagnostics.map { $0.drop { $0 == "#" || $0.isWhitespace } }
    let text = lines.filter { !$0.isEmpty && $0 != "---" && $0 != "..." }.joined(separator: "; ")
    return text.isEmpty ? "not ok" : text
  }
}

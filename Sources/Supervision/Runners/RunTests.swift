// SPDX-License-Identifier: Apache-2.0
// Runs a project's tests once and keeps what proves it.

package import Domain
import Glibc

/// One run of a project's tests: the results, and what they rest on.
package struct TestRunRecord: Hashable, Sendable {
  /// The results, or why there are none.
  package let run: TestRun
  /// The words that were executed; empty where it did not come to that.
  package let command: [String]
  /// How the runner's process ended.
  package let termination: Termination
  /// From the start to the end of the runner's process.
  package let duration: Duration
  /// Over the digests of standard output and standard error, in this order, as text.
  package let outputDigest: Digest
  /// Standard output, then standard error: at most 64 KiB of each, cut in the middle.
  package let output: String
}

/// Runs tests with one runner in one directory.
///
/// A report that is to lie in the directory is deleted beforehand; any other lies in a private
/// directory outside, which is gone afterwards. Where neither can be had, nothing is run.
///
/// - Parameters:
///   - environment: the whole environment; the runner adds to it.
///   - selecting: the tests to run; nil for all.
///   - deadline: after which the run is ended and counts as not run.
package func runTests(
  _ runner: some TestRunner, in directory: String, environment: [String: String],
  selecting: [TestIdentity]?, deadline: Duration, supervisor: Supervisor
) async -> TestRunRecord {
  do throws(SystemError) {
    let place = try PrivateDirectory()
    let invocation = runner.invocation(selecting: selecting, reportPath: place.path + "/report.xml")
    let files = ReportFiles(location: invocation.report, workspace: directory)
    try files.removeStale()
    let command = Command(
      argv: invocation.argv, workingDirectory: directory,
      environment: environment.merging(invocation.environment) { $1 }, deadline: deadline,
      outputLimit: 64 << 10)
    let outcome = await supervisor.run(command)
    let run = judge(runner, files, outcome, directory)
    place.remove()
    return TestRunRecord(run: run, command: invocation.argv, outcome: outcome)
  } catch {
    let outcome = CommandOutcome.notStarted(reason: error.description, code: error.code)
    return TestRunRecord(
      run: .didNotRun(reason: .notStarted(error.description)), command: [], outcome: outcome)
  }
}

private func judge(
  _ runner: some TestRunner, _ files: ReportFiles, _ outcome: CommandOutcome, _ directory: String
) -> TestRun {
  do throws(ReportError) {
    let reports = try files.readAll()
    return runner.read(reports: reports, outcome: outcome, projectRoot: directory)
  } catch {
    return .didNotRun(reason: .unreadableReport(error.description))
  }
}

extension TestRunRecord {
  fileprivate init(run: TestRun, command: [String], outcome: CommandOutcome) {
    let streams = [outcome.standardOutput, outcome.standardError]
    self.run = run
    self.command = command
    termination = outcome.termination
    duration = outcome.duration
    outputDigest = .sha256(of: streams.flatMap { $0.digest.hex.utf8 })
    output = streams.map(\.text).filter { !$0.isEmpty }.joined(separator: "\n")
  }
}

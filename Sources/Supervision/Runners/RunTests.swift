// SPDX-License-Identifier: Apache-2.0
// Runs a project's tests once and keeps what proves it.

package import Domain
import Glibc

/// One run of a project's tests: the results, and what they rest on.
package struct TestRunRecord: Hashable, Sendable {
  /// The results, or why there are none.
  package let run: TestRun
  /// The words that were executed; empty where it did not come to that. The tests' folder and the
  /// run's private one stand in them as `$WORKSPACE` and `$PRIVATE`.
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
    for (path, bytes) in invocation.supportFiles { try place.write(bytes, to: path) }
    let bench = TestProcess(
      directory: directory, environment: merged(environment, invocation.environment),
      deadline: deadline, supervisor: supervisor)
    let (argv, outcome, run) = await bench.run(runner, invocation, files)
    place.remove()
    // Both folders are this run's alone; under their own names no two runs would look the same.
    let command = argv.map {
      $0.replacing(place.path, with: "$PRIVATE").replacing(directory, with: "$WORKSPACE")
    }
    return TestRunRecord(run: run, command: command, outcome: outcome)
  } catch {
    let outcome = CommandOutcome.notStarted(reason: error.description, code: error.code)
    return TestRunRecord(
      run: .didNotRun(reason: .notStarted(error.description)), command: [], outcome: outcome)
  }
}

/// The runner's variables on top of those that the run is given; the folders in which Python looks
/// for modules add up.
private func merged(_ given: [String: String], _ own: [String: String]) -> [String: String] {
  var merged = given.merging(own) { $1 }
  let path = "PYTHONPATH"
  if let first = own[path], let second = given[path], !second.isEmpty {
    merged[path] = "\(first):\(second)"
  }
  return merged
}

/// The processes of one run of the tests: what prepares it, and the runner itself.
private struct TestProcess {
  let directory: String
  let environment: [String: String]
  let deadline: Duration
  let supervisor: Supervisor

  /// The words of the last process, how it ended, and what it proves.
  func run(
    _ runner: some TestRunner, _ invocation: RunnerInvocation, _ files: ReportFiles
  ) async -> ([String], CommandOutcome, TestRun) {
    var remaining = deadline
    for step in invocation.preparation {
      let outcome = await execute(step, within: remaining, outputLimit: 1 << 20)
      guard outcome.termination == .exited(0) else {
        let run = runner.read(
          failedPreparation: step, outcome: outcome, projectRoot: directory)
        return (step, outcome, run)
      }
      remaining -= outcome.duration
    }
    let printsReport = invocation.report == .standardOutput
    let outcome = await execute(
      invocation.argv, within: remaining,
      outputLimit: printsReport ? 2 * XMLReader.byteLimit : TestRunRecord.outputKept)
    return (invocation.argv, outcome, judge(runner, invocation, files, outcome))
  }

  private func execute(
    _ argv: [String], within deadline: Duration, outputLimit: Int
  ) async -> CommandOutcome {
    await supervisor.run(
      Command(
        argv: argv, workingDirectory: directory, environment: environment,
        deadline: max(.zero, deadline), outputLimit: outputLimit))
  }

  private func judge(
    _ runner: some TestRunner, _ invocation: RunnerInvocation, _ files: ReportFiles,
    _ outcome: CommandOutcome
  ) -> TestRun {
    if invocation.report == .standardOutput {
      let output = outcome.standardOutput
      guard output.omittedBytes == 0 else {
        let error = ReportError.tooLarge(bytes: output.totalBytes)
        return .didNotRun(reason: .unreadableReport(error.description))
      }
      return runner.read(
        reports: [output.head + output.tail], outcome: outcome, projectRoot: directory)
    }
    do throws(ReportError) {
      let reports = try files.readAll()
      return runner.read(reports: reports, outcome: outcome, projectRoot: directory)
    } catch {
      return .didNotRun(reason: .unreadableReport(error.description))
    }
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
    output = streams.map(Self.excerpt).filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// A report on standard output is captured whole, and kept no longer than any other output.
  private static func excerpt(_ stream: CapturedOutput) -> String {
    let kept = stream.head + stream.tail
    return kept.count <= outputKept
      ? stream.text : CapturedOutput(bytes: kept, limit: outputKept).text
  }

  fileprivate static let outputKept = 64 << 10
}

// SPDX-License-Identifier: Apache-2.0
// Runs the command that measures coverage, and reads the one report that it leaves.

package import Domain

/// One measuring: what it came to, and how the command ended.
package struct CoverageRun: Sendable {
  /// What was measured, or why nothing was.
  package let observation: CoverageObservation
  /// How the command ended, with what it printed.
  package let outcome: CommandOutcome
}

extension CoverageRun {
  /// Measures coverage in a directory.
  ///
  /// Whatever lies at the report's place is deleted first, so that no earlier report passes for this
  /// run's. A report that a failing command leaves is not looked at: tests that fail cover nothing
  /// that counts.
  package static func measure(
    _ demand: CoverageDemand, in directory: String, environment: [String: String],
    deadline: Duration, supervisor: Supervisor
  ) async -> CoverageRun {
    let files = ReportFiles(
      location: .workspace(PathPattern("/" + demand.report)), workspace: directory)
    do throws(SystemError) {
      try files.removeStale()
    } catch {
      return CoverageRun(
        observation: .didNotRun(error.description),
        outcome: .notStarted(reason: error.description, code: error.code))
    }
    let outcome = await supervisor.run(
      Command(
        argv: demand.command, workingDirectory: directory, environment: environment,
        deadline: deadline, outputLimit: 64 << 10))
    return CoverageRun(
      observation: seen(demand, files, outcome, directory), outcome: outcome)
  }
}

private func seen(
  _ demand: CoverageDemand, _ files: ReportFiles, _ outcome: CommandOutcome, _ directory: String
) -> CoverageObservation {
  guard case .exited(let code) = outcome.termination else {
    return .didNotRun(outcome.termination.words)
  }
  switch code {
  case 0: break
  case 126, 127: return .didNotRun(DidNotRun.withoutReport(exit: code, outcome).description)
  default: return .failed("exit \(code): \(DidNotRun.lastWords(of: outcome))")
  }
  do throws(ReportError) {
    let reports = try files.readAll()
    guard let report = reports.first else {
      return .didNotRun("the command left no report at \(demand.report)")
    }
    guard reports.count == 1 else {
      return .didNotRun("\(reports.count) files match \(demand.report); one report is read")
    }
    return parsed(report, demand, directory)
  } catch {
    return .didNotRun(error.description)
  }
}

private func parsed(
  _ report: [UInt8], _ demand: CoverageDemand, _ directory: String
) -> CoverageObservation {
  do throws(CoverageReportError) {
    return .measured(try CoverageReport.parse(report, format: demand.format, root: directory))
  } catch {
    return .didNotRun(error.description)
  }
}

// SPDX-License-Identifier: Apache-2.0
// The gates of a configuration as values that can be asked.

import Documents
import Domain

/// Makes gates of what a project's file says.
struct GateReading {
  /// The command that runs the project's tests.
  let testWords: [String]
  /// Whether the project itself names that command.
  let isTestCommandConfigured: Bool

  /// The gates that the file names; without any, that the tests pass, where there is a command.
  func gates(
    _ configuration: ProjectConfiguration,
    words: (ConfiguredCommand) throws(DocumentError) -> [String]
  ) throws(DocumentError) -> [Gate] {
    guard !configuration.gates.isEmpty else {
      return isTestCommandConfigured
        ? [Gate(id: "tests-pass", level: .blocking, question: .testsPass)] : []
    }
    return try configuration.gates.map { (gate) throws(DocumentError) in
      let command = try gate.command.map { (command) throws(DocumentError) in try words(command) }
      return Gate(
        id: gate.id, level: gate.level, moment: gate.moment, question: question(gate, command),
        thresholds: thresholds(gate))
    }
  }

  private func question(_ gate: GateDefinition, _ command: [String]?) -> Gate.Question {
    let limits = gate.limits
    switch gate.kind {
    case .testsPass: return .testsPass
    case .documentationUpdated: return .documentationUpdated
    case .microTaskSize: return .microTaskSize(linesMax: linesMax(gate) + 1)
    case .noConsoleErrors:
      return .noConsoleErrors(command ?? testWords, words: limits.words ?? Self.errorWords)
    case .command, .compiles:
      return command.map { .command($0) } ?? .unanswerable("the gate names no command")
    case .performance:
      guard let command else { return .unanswerable("the gate names no command") }
      return .performance(command, within: .milliseconds(Int(secondsMax(gate) * 1000)))
    case .coverage:
      guard let command, let report = limits.report else {
        return .unanswerable("the gate names no command, or no report")
      }
      return .coverage(
        CoverageDemand(
          command: command, report: report, format: limits.format,
          lineMin: limits.lineMin ?? CoverageDemand.lineMinDefault,
          branchMin: limits.branchMin ?? CoverageDemand.branchMinDefault,
          needsBranches: limits.branchMin != nil, dropMax: limits.dropMax ?? 0))
    }
  }

  private func thresholds(_ gate: GateDefinition) -> [GateThreshold] {
    let limits = gate.limits
    let own = "project.json"
    switch gate.kind {
    case .microTaskSize:
      let source = gate.setsLimits ? own : "S4-12"
      return [GateThreshold(value: "\(linesMax(gate))", unit: "changed lines", source: source)]
    case .performance:
      return [
        GateThreshold(
          value: "\(secondsMax(gate))", unit: "s",
          source: limits.secondsMax == nil ? "the default" : own)
      ]
    case .coverage:
      let line = limits.lineMin ?? CoverageDemand.lineMinDefault
      let branch = limits.branchMin ?? CoverageDemand.branchMinDefault
      return [
        GateThreshold(
          value: Coverage.tenths(line), unit: "% of lines",
          source: limits.lineMin == nil ? "M2: coverage 90 %" : own),
        GateThreshold(
          value: Coverage.tenths(branch), unit: "% of branches",
          source: limits.branchMin == nil ? "M7" : own),
        GateThreshold(
          value: Coverage.tenths(limits.dropMax ?? 0), unit: "points lost at most",
          source: limits.dropMax == nil ? "the default" : own),
      ]
    case .testsPass, .documentationUpdated, .noConsoleErrors, .command, .compiles: return []
    }
  }

  private func linesMax(_ gate: GateDefinition) -> Int { gate.limits.linesMax ?? 99 }

  private func secondsMax(_ gate: GateDefinition) -> Double { gate.limits.secondsMax ?? 1 }

  private static let errorWords = ["ERROR", "Error:", "FATAL", "Uncaught", "Traceback"]
}

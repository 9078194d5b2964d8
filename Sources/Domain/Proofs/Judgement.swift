// SPDX-License-Identifier: Apache-2.0
// What the rules of a stage say of a submission, before anything is recorded.

/// The checks of one submission and what they amount to.
package struct Judgement: Hashable, Sendable, Codable {
  /// In the order in which they were made.
  package private(set) var checks: [Check]

  package init(checks: [Check] = []) { self.checks = checks }

  /// Whether something was checked and nothing stops the stage.
  package var isAccepted: Bool { !checks.isEmpty && !checks.contains(where: \.stops) }

  /// The checks that stop it, in the order in which they were made.
  package var stopping: [Check] { checks.filter(\.stops) }

  /// The code of the first check that stops it.
  package var code: String? { stopping.first?.code }

  mutating func pass(_ name: String, _ message: String, level: Level = .blocking) {
    checks.append(Check(name: name, level: level, verdict: .pass, code: nil, message: message))
  }

  mutating func fail(
    _ name: String, _ code: RefusalCode, _ message: String, level: Level = .blocking
  ) {
    checks.append(
      Check(name: name, level: level, verdict: .fail, code: code.rawValue, message: message))
  }

  mutating func didNotRun(_ name: String, _ message: String, level: Level = .blocking) {
    checks.append(
      Check(
        name: name, level: level, verdict: .didNotRun, code: RefusalCode.didNotRun.rawValue,
        message: message))
  }

  /// The outcomes of a run; where nothing ran, a check that says so.
  mutating func outcomes(of observation: TestObservation, _ name: String) -> TestOutcomes? {
    switch observation {
    case .ran(let results): return TestOutcomes(results)
    case .didNotRun(let reason):
      didNotRun(name, "the tests did not run: \(reason)")
      return nil
    }
  }

  /// Adds checks that were made elsewhere.
  package mutating func add(_ more: [Check]) { checks += more }
}

/// The stable codes of refusals; the first five and the violations are M7's.
package enum RefusalCode: String, Hashable, Sendable, Codable, CaseIterable {
  /// Implementation without a failing test.
  case implementationFirst = "TDD001"
  /// A test that passes without its implementation.
  case testNotFailing = "TDD002"
  /// A refactoring lost or broke a test.
  case refactorRegression = "TDD003"
  /// Coverage fell.
  case insufficientCoverage = "TDD004"
  /// A refactoring step is too large.
  case refactorTooLarge = "TDD005"
  /// Tests, or what selects them, were changed where they are frozen.
  case evidenceTampering = "TDD006"
  /// A red test still fails.
  case stillRed = "TDD007"
  /// A test that passed before fails now.
  case regression = "TDD008"
  /// Two runs of the same tree disagree.
  case flaky = "TDD009"
  /// Code that no test misses.
  case excessiveImplementation = "TDD010"
  /// The tests were red before the change.
  case baselineRed = "TDD011"
  /// Whatever should have been seen was not: the command is missing, was killed, ran no test.
  case didNotRun = "PROOF001"
  /// A stage changed files that are not its own.
  case foreignFiles = "PROOF002"
  /// A stage handed in nothing.
  case nothingChanged = "PROOF003"
  case designIncomplete = "DESIGN001"
  case reviewMissing = "REVIEW001"
  case reviewRejected = "REVIEW002"
  case documentationMissing = "DOCS001"
  /// A task's change is larger than a micro-task.
  case tooLarge = "GATE001"
  case gateFailed = "GATE002"

  /// What M7 calls the violation behind the code; `nil` where it has no name for it.
  package var violation: String? {
    switch self {
    case .implementationFirst: "IMPLEMENTATION_FIRST"
    case .testNotFailing: "TEST_NOT_FAILING"
    case .refactorRegression: "REFACTOR_REGRESSION"
    case .insufficientCoverage: "INSUFFICIENT_COVERAGE"
    case .evidenceTampering: "EVIDENCE_TAMPERING"
    case .excessiveImplementation: "EXCESSIVE_IMPLEMENTATION"
    case .refactorTooLarge, .stillRed, .regression, .flaky, .baselineRed, .didNotRun,
      .foreignFiles, .nothingChanged, .designIncomplete, .reviewMissing, .reviewRejected,
      .documentationMissing, .tooLarge, .gateFailed:
      nil
    }
  }
}

/// Lists names for a sentence: at most `limit`, then how many more there are.
package func listed(_ names: some Collection<some CustomStringConvertible>, limit: Int = 8)
  -> String
{
  let shown = names.prefix(limit).map(\.description).joined(separator: ", ")
  return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}

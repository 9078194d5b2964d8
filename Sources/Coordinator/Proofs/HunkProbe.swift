// SPDX-License-Identifier: Apache-2.0
// What a run of the tests says of the hunk that was undone for it.

import Domain
import Supervision

/// The measure by which runs without a hunk are read: how the tests did with it.
struct HunkProbe: Sendable {
  /// The tests that pass with the hunk.
  let clean: Set<TestIdentity>
  /// How long the whole run with the hunk took.
  let cleanDuration: Duration
  /// The longest that a run may take.
  let deadline: Duration

  /// What the task's own tests say; `nil` where only a whole run can tell: none of them noticed,
  /// or the runner could not even load or find them, which may be the hunk's absence or our
  /// selection.
  func result(ofSelected run: Observed, own: Set<TestIdentity>) -> NecessityFinding.Result? {
    guard let obstacle = run.obstacle else {
      return passes(own, in: run) ? nil : .needed
    }
    switch obstacle {
    // No selection keeps code from being built.
    case .notBuilt: return .needed
    case .refused, .zeroTests, .noReport, .unreadableReport, .internalError,
      .exitDisagreesWithReport:
      return nil
    case .deadlineExceeded: return afterDeadline
    case .killed, .cancelled, .commandNotFound, .notExecutable, .notStarted: return .notTried
    }
  }

  /// What every test says.
  func result(ofWhole run: Observed) -> NecessityFinding.Result {
    guard let obstacle = run.obstacle else {
      return passes(clean, in: run) ? .unneeded : .needed
    }
    switch obstacle {
    // The command ended by itself and badly, where with the hunk it told of every test.
    case .refused, .notBuilt, .internalError, .zeroTests: return .needed
    case .noReport(let exit), .exitDisagreesWithReport(let exit):
      return exit == 0 ? .notTried : .needed
    case .deadlineExceeded: return afterDeadline
    case .unreadableReport, .killed, .cancelled, .commandNotFound, .notExecutable, .notStarted:
      return .notTried
    }
  }

  private func passes(_ expected: Set<TestIdentity>, in run: Observed) -> Bool {
    guard let outcomes = run.tests.outcomes else { return false }
    return expected.allSatisfy { outcomes[$0]?.isPass == true }
  }

  /// Where the tests are much quicker with the hunk, they hang without it; else the machine may
  /// only have been busy.
  private var afterDeadline: NecessityFinding.Result {
    cleanDuration * 3 <= deadline ? .needed : .notTried
  }
}

// SPDX-License-Identifier: Apache-2.0
// Two proofs of the same work held against each other: the one on record, and the one made now.

/// What was checked and run for a checkpoint or a merge.
package struct Grounds: Hashable, Sendable {
  /// In the order in which they were made.
  package let checks: [Check]
  /// In the order in which it was gathered.
  package let evidence: [Evidence]

  package init(checks: [Check], evidence: [Evidence]) {
    self.checks = checks
    self.evidence = evidence
  }
}

/// How a proof that was made again differs from the one on record.
///
/// What is compared is what a proof claims: which checks passed, and what became of each test on
/// each tree. Durations, messages and the order in which hunks were tried are nobody's claim.
package struct Reproduction: Hashable, Sendable {
  /// What came out otherwise, in sentences.
  package let differences: [String]
  /// What passed on record and did not run now, in sentences.
  package let obstacles: [String]
  /// Whether a run of the tests is among the obstacles.
  package let lacksTests: Bool

  /// Compares a proof with the one on record.
  package init(recorded: Grounds, now: Grounds) {
    var differences: [String] = []
    var obstacles: [String] = []
    let runs = Self.compare(recorded.evidence, now.evidence)
    for check in recorded.checks where check.verdict == .pass {
      let again = now.checks.filter { $0.name == check.name }
      switch Verdict.combined(again.map(\.verdict)) {
      case _ where again.isEmpty:
        // A proof that could not go on makes fewer checks, which is no finding of its own.
        if runs.obstacles.isEmpty { differences.append("\(check.name) is not checked any more") }
      case .pass: continue
      case .fail: differences.append("\(check.name) passed; now: \(Self.message(again, .fail))")
      case .didNotRun:
        obstacles.append("\(check.name) did not run: \(Self.message(again, .didNotRun))")
      }
    }
    let known = Set(recorded.checks.map(\.name))
    for check in now.checks where check.stops && !known.contains(check.name) {
      switch check.verdict {
      case .didNotRun: obstacles.append("\(check.name) did not run: \(check.message)")
      case .fail, .pass: differences.append("\(check.name) now: \(check.message)")
      }
    }
    self.differences = differences + runs.differences
    self.obstacles = runs.obstacles + obstacles
    lacksTests = !runs.obstacles.isEmpty
  }

  private static func message(_ checks: [Check], _ verdict: Verdict) -> String {
    checks.first { $0.verdict == verdict }?.message ?? ""
  }

  // MARK: Runs

  /// Each run on record is held against a run of the same tree; what was run on a tree more than
  /// once, in its order. Which hunks are tried, and what each breaks, follows from time and chance:
  /// of necessity only the verdict is compared.
  private static func compare(
    _ recorded: [Evidence], _ now: [Evidence]
  ) -> (differences: [String], obstacles: [String]) {
    var differences: [String] = []
    var obstacles: [String] = []
    var left = now.filter { $0.kind != .necessity && $0.tests != nil }
    for run in recorded where run.kind != .necessity {
      guard case .ran(let before)? = run.tests else { continue }
      guard let index = left.firstIndex(where: { $0.tree == run.tree }) else {
        // Where one run is missing, those that build on it are not made either.
        if obstacles.isEmpty { differences.append("was not run any more: \(run.note)") }
        continue
      }
      switch left.remove(at: index).tests {
      case .ran(let after):
        differences += outcomes(TestOutcomes(before), TestOutcomes(after), run.note)
      case .didNotRun(let reason): obstacles.append("\(run.note): \(reason)")
      case nil: continue
      }
    }
    return (differences, obstacles)
  }

  private static func outcomes(
    _ before: TestOutcomes, _ after: TestOutcomes, _ note: String
  ) -> [String] {
    let differing = before.identities.union(after.identities).filter {
      before[$0]?.word != after[$0]?.word
    }.sorted()
    var lines = differing.prefix(5).map { test in
      "\(test) \(before[test]?.word ?? "was not there") on record, "
        + "\(after[test]?.word ?? "is not there") now (\(note))"
    }
    if differing.count > 5 { lines.append("and \(differing.count - 5) more tests differ") }
    return lines
  }
}

extension TestOutcome {
  /// The class of an outcome, without what was said about it.
  fileprivate var word: String {
    switch self {
    case .passed: "passed"
    case .failed: "failed"
    case .errored: "could not run"
    case .skipped: "was skipped"
    }
  }
}

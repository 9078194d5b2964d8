// SPDX-License-Identifier: Apache-2.0
// When an implementation counts as green, and what every later stage has to keep.

/// The rules of the green stage.
package enum GreenRules {
  /// Judges a green submission.
  ///
  /// - Parameters:
  ///   - now: the project's tests on the submission's tree.
  ///   - again: a second run of the added tests; `nil` where the first already decided. Where it
  ///     did not, the submission is not accepted without one.
  ///   - unsteady: older tests that were run again since they failed.
  package static func judge(
    changes: [Change], facts: RedFacts, now: TestObservation, again: TestObservation?,
    unsteady: UnsteadyTests = .none
  ) -> Judgement {
    var judgement = Judgement()
    judgement.frozenTests(changes, stage: "green")
    if changes.paths(in: [.implementation]).isEmpty {
      judgement.fail("green.changed", .nothingChanged, "no implementation file was changed")
    }
    guard let outcomes = judgement.outcomes(of: now, "green.ran") else { return judgement }
    judgement.addedPass(facts, outcomes, stage: "green")
    judgement.unsteady(unsteady, stage: "green")
    judgement.nothingBroke(
      expected: facts.olderPassing, tolerated: facts.baseline.broken.union(facts.red.broken),
      outcomes, unsteady, stage: "green", code: .regression)
    if let again {
      judgement.agree(outcomes, again, on: facts.proving(in: outcomes), stage: "green")
    } else if judgement.isAccepted {
      judgement.didNotRun("green.again", "the tests of the red stage were run only once")
    }
    return judgement
  }
}

/// The rules of the refactor stage.
package enum RefactorRules {
  /// Judges a refactoring against the tests as they passed before it. No change at all is fine
  /// where the worker says why.
  ///
  /// - Parameters:
  ///   - lineLimit: the most changed lines for one step (TDD005 warns above it).
  ///   - unsteady: older tests that were run again since they failed.
  package static func judge(
    changes: [Change], before: TestOutcomes, now: TestObservation, changedLines: Int,
    lineLimit: Int, summary: String, unsteady: UnsteadyTests = .none
  ) -> Judgement {
    var judgement = Judgement()
    judgement.frozenTests(changes, stage: "refactor")
    if changes.isEmpty {
      judgement.reasonGiven(
        "refactor.changed", summary, for: "nothing was refactored", code: .nothingChanged)
    }
    guard let outcomes = judgement.outcomes(of: now, "refactor.ran") else { return judgement }
    judgement.unsteady(unsteady, stage: "refactor")
    judgement.nothingBroke(
      expected: before.passed, tolerated: before.broken, outcomes, unsteady, stage: "refactor",
      code: .refactorRegression)
    judgement.sameTests(before, outcomes)
    if changedLines > lineLimit {
      judgement.fail(
        "refactor.step-size", .refactorTooLarge,
        "\(changedLines) lines changed in one refactoring step; \(lineLimit) is the limit",
        level: .warn)
    }
    return judgement
  }
}

/// One hunk of an implementation that was undone to see whether a test notices.
package struct NecessityFinding: Hashable, Sendable, Codable {
  /// What undoing the hunk showed.
  package enum Result: String, Hashable, Sendable, Codable {
    /// A test failed, or the tests could no longer be loaded: the hunk is needed.
    case needed
    /// Every test still passed.
    case unneeded
    /// There was no time to try, or the run did not come to an end.
    case notTried
  }

  /// The file that holds the hunk, relative to the project.
  package let path: String
  /// The lines of the new file, `12-15`.
  package let lines: String
  /// What undoing it showed.
  package let result: Result

  package init(path: String, lines: String, result: Result) {
    self.path = path
    self.lines = lines
    self.result = result
  }
}

/// The rules of the verify stage.
package enum VerifyRules {
  /// The share of hunks that may stay untried; above it nothing can be said of the rest.
  package static let untriedShareMax = 0.25

  /// Judges a verification: the suite from clean, twice, and whether every hunk is needed.
  ///
  /// - Parameters:
  ///   - unneededShareMax: the share of tried hunks that may go unmissed, 0 … 1.
  ///   - unsteady: older tests that were run again since they failed.
  package static func judge(
    changes: [Change], facts: RedFacts, before: TestOutcomes, runs: [TestObservation],
    necessity: [NecessityFinding], unneededShareMax: Double, unsteady: UnsteadyTests = .none
  ) -> Judgement {
    var judgement = Judgement()
    let foreign = changes.paths(in: [.implementation, .documentation])
    let touched = changes.filter { $0.bendsTest || $0.bendsSettings }.map(\.path).sorted()
    if !foreign.isEmpty {
      judgement.fail(
        "verify.only-tests", .foreignFiles,
        "the verify stage adds tests only, but these were changed: \(listed(foreign))")
    } else if !touched.isEmpty {
      judgement.fail(
        "verify.only-tests", .evidenceTampering,
        "the tests that the task is proved by, or what runs them, are not what they were: "
          + listed(touched))
    } else {
      judgement.pass("verify.only-tests", "no file but new tests was touched")
    }
    guard let first = runs.first else {
      judgement.didNotRun("verify.ran", "the tests were not run")
      return judgement
    }
    guard let outcomes = judgement.outcomes(of: first, "verify.ran") else { return judgement }
    judgement.addedPass(facts, outcomes, stage: "verify")
    judgement.unsteady(unsteady, stage: "verify")
    judgement.nothingBroke(
      expected: before.passed, tolerated: before.broken, outcomes, unsteady, stage: "verify",
      code: .regression)
    for again in runs.dropFirst() {
      judgement.agree(
        outcomes, again, on: outcomes.identities, except: unsteady.quarantined, stage: "verify")
    }
    judgement.necessity(necessity, unneededShareMax: unneededShareMax)
    return judgement
  }
}

/// The rule for the older tests as they were before the task touched them.
package enum OlderTestRules {
  /// Judges a run of the submission under the task base's own tests.
  ///
  /// - Parameters:
  ///   - expected: what passed on the task's base.
  ///   - unsteady: those of them that were run again since they failed.
  package static func judge(
    expected: Set<TestIdentity>, now: TestObservation, stage: String,
    unsteady: UnsteadyTests = .none
  ) -> Judgement {
    var judgement = Judgement()
    judgement.unsteady(unsteady, stage: "\(stage).older-tests")
    let expected = expected.subtracting(unsteady.quarantined).subtracting(unsteady.caused)
    guard !expected.isEmpty else {
      judgement.pass("\(stage).older-tests", "there were no older tests")
      return judgement
    }
    guard let outcomes = judgement.outcomes(of: now, "\(stage).older-tests-ran") else {
      return judgement
    }
    let broken = expected.filter { outcomes[$0]?.isPass != true }
    if broken.isEmpty {
      judgement.pass(
        "\(stage).older-tests", "\(expected.count) older tests pass as they were written")
    } else {
      judgement.fail(
        "\(stage).older-tests", .regression,
        "older tests, as they were before this task, do not pass:\n\(outcomes.sentences(broken))")
    }
    return judgement
  }
}

/// The rule for a merged tree: the task's tests and everybody else's pass.
package enum MergeRules {
  /// Judges a merged tree.
  ///
  /// - Parameters:
  ///   - facts: what the task's red stage saw; `nil` for a task that has none.
  ///   - expected: the tests that passed on the session branch or in the task's newest run.
  ///   - now: the tests of the merged tree.
  ///   - unsteady: older tests that were run again since they failed.
  package static func judge(
    facts: RedFacts?, expected: Set<TestIdentity>, now: TestObservation,
    unsteady: UnsteadyTests = .none
  ) -> Judgement {
    var judgement = Judgement()
    guard let outcomes = judgement.outcomes(of: now, "merge.ran") else { return judgement }
    if let facts { judgement.addedPass(facts, outcomes, stage: "merge") }
    // What is broken on the session branch is no part of `expected`, and the task is not blamed.
    judgement.unsteady(unsteady, stage: "merge")
    judgement.nothingBroke(
      expected: expected, tolerated: outcomes.broken, outcomes, unsteady, stage: "merge",
      code: .regression)
    return judgement
  }
}

extension Judgement {
  mutating func frozenTests(_ changes: [Change], stage: String) {
    let touched = changes.paths(in: [.test, .testConfiguration, .testRunner])
    if touched.isEmpty {
      pass("\(stage).frozen-tests", "no test and nothing that selects tests was touched")
    } else {
      fail(
        "\(stage).frozen-tests", .evidenceTampering,
        "tests are frozen in the \(stage) stage, but these were changed: \(listed(touched))")
    }
  }

  mutating func addedPass(_ facts: RedFacts, _ now: TestOutcomes, stage: String) {
    guard !facts.added.isEmpty else {
      didNotRun("\(stage).red-tests-pass", "the red stage added no test that could pass")
      return
    }
    let failing = facts.stillRed(in: now)
    if failing.isEmpty {
      pass("\(stage).red-tests-pass", "all \(facts.added.count) tests of the red stage pass")
    } else {
      fail(
        "\(stage).red-tests-pass", .stillRed,
        "tests of the red stage do not pass:\n" + failing.prefix(5).joined(separator: "\n"))
    }
  }

  /// - Parameters:
  ///   - expected: what must pass.
  ///   - tolerated: what may be broken, since it was before.
  ///   - unsteady: what other checks speak of.
  mutating func nothingBroke(
    expected: Set<TestIdentity>, tolerated: Set<TestIdentity>, _ now: TestOutcomes,
    _ unsteady: UnsteadyTests, stage: String, code: RefusalCode
  ) {
    let known = unsteady.quarantined.union(unsteady.caused)
    let broken = expected.subtracting(known).filter { now[$0]?.isPass != true }
    let fresh = now.broken.subtracting(tolerated).subtracting(broken).subtracting(known)
    if !fresh.isEmpty {
      fail("\(stage).all-pass", code, "tests fail:\n\(now.sentences(fresh))")
    }
    if broken.isEmpty {
      pass(
        "\(stage).nothing-broke",
        "\(expected.subtracting(known).count) tests that passed before still pass")
    } else {
      fail(
        "\(stage).nothing-broke", code,
        "tests that passed before do not pass any more:\n\(now.sentences(broken))")
    }
  }

  /// Whether every test of `needed`, and whatever else ran again, did as it did the first time.
  mutating func agree(
    _ first: TestOutcomes, _ again: TestObservation, on needed: Set<TestIdentity>,
    except quarantined: Set<TestIdentity> = [], stage: String
  ) {
    guard let second = outcomes(of: again, "\(stage).again") else { return }
    let flaky = second.identities.union(needed).subtracting(quarantined).filter {
      first[$0]?.isPass != second[$0]?.isPass
    }
    if flaky.isEmpty {
      pass("\(stage).again", "a second run agrees")
    } else {
      fail(
        "\(stage).again", .flaky,
        "two runs of the same tree disagree about: \(listed(flaky.sorted()))")
    }
  }

  mutating func necessity(_ findings: [NecessityFinding], unneededShareMax: Double) {
    let tried = findings.filter { $0.result != .notTried }
    let unneeded = findings.filter { $0.result == .unneeded }
    guard !findings.isEmpty else {
      didNotRun("verify.necessity", "there was no hunk to undo", level: .conditional)
      return
    }
    guard !tried.isEmpty else {
      didNotRun("verify.necessity", "not one of \(findings.count) hunks could be tried in time")
      return
    }
    let missing = findings.count - tried.count
    if missing > 0 {
      let share = Double(missing) / Double(findings.count)
      didNotRun(
        "verify.necessity-complete",
        "\(missing) of \(findings.count) hunks could not be tried in time",
        level: share <= VerifyRules.untriedShareMax ? .warn : .blocking)
    }
    guard !unneeded.isEmpty else {
      pass("verify.necessity", "each of \(tried.count) hunks is missed by a test when undone")
      return
    }
    let share = Double(unneeded.count) / Double(tried.count)
    let places = unneeded.map { "\($0.path):\($0.lines)" }
    let isWithin = share <= unneededShareMax
    fail(
      "verify.necessity", .excessiveImplementation,
      "\(unneeded.count) of \(tried.count) hunks can be undone and no test fails: \(listed(places))",
      level: isWithin ? .warn : .blocking)
  }

  /// - Parameter code: what a missing reason is called.
  mutating func reasonGiven(
    _ name: String, _ summary: String, for what: String, code: RefusalCode
  ) {
    if summary.split(whereSeparator: \.isWhitespace).count >= 3 {
      pass(name, "\(what); stated reason: \(summary)")
    } else {
      fail(name, code, "\(what), and the report's summary gives no reason")
    }
  }

  mutating func sameTests(_ before: TestOutcomes, _ now: TestOutcomes) {
    let more = now.identities.subtracting(before.identities)
    let gone = now.lost(since: before).subtracting(before.passed)
    if !more.isEmpty {
      fail(
        "refactor.same-tests", .refactorRegression,
        "tests appeared that were not there before: \(listed(more.sorted()))")
    }
    if !gone.isEmpty {
      fail(
        "refactor.same-tests", .refactorRegression,
        "tests that were there before are gone: \(listed(gone.sorted()))")
    }
  }
}

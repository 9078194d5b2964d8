// SPDX-License-Identifier: Apache-2.0
// When tests count as red: new, failing for the right reason, with everything older intact.

/// How a red was reached; the later cases are weaker and are recorded as such.
package enum RedStrength: Int, Hashable, Comparable, Sendable, Codable {
  case byAssertion
  /// The code under test raised an exception of its own.
  case byException
  /// The thing under test does not exist yet.
  case byMissingSymbol

  package static func < (left: RedStrength, right: RedStrength) -> Bool {
    left.rawValue < right.rawValue
  }

  /// How the strength is written in checks and reports.
  package var words: String {
    switch self {
    case .byAssertion: "red by assertion"
    case .byException: "red by exception in the code under test"
    case .byMissingSymbol: "red by missing symbol"
    }
  }
}

/// The rules of the red stage.
package enum RedRules {
  /// What a red submission amounts to.
  package struct Result: Sendable {
    /// The checks, and whether they let it pass.
    package let judgement: Judgement
    /// The weakest reason for which one of its tests is red; says nothing unless it is accepted.
    package let strength: RedStrength
    /// What was added and why it is red, for one line.
    package let summary: String
  }

  /// Judges a red submission.
  ///
  /// - Parameters:
  ///   - baseline: the project's tests on the task's base.
  ///   - after: the same on base + the submission's test files.
  ///   - knownBroken: tests that a person let the session start with although they failed.
  ///   - unsteady: older tests that were run again since they failed.
  ///   - plan: the task's planned tests; an older test that they name may be rewritten.
  package static func judge(
    changes: [Change], baseline: TestObservation, after: TestObservation,
    knownBroken: Set<TestIdentity>, ground: SymbolGround, unsteady: UnsteadyTests = .none,
    plan: [String] = []
  ) -> Result {
    var judgement = Judgement()
    var restated: Set<TestIdentity> = []
    if let before = baseline.outcomes, let now = after.outcomes {
      restated = RestatedTests.find(plan: plan, before: before, now: now)
    }
    checkFiles(changes, restated, &judgement)
    guard let before = judgement.outcomes(of: baseline, "red.baseline-ran")?.without(restated),
      let now = judgement.outcomes(of: after, "red.ran")
    else {
      return Result(judgement: judgement, strength: .byAssertion, summary: "the tests did not run")
    }
    if !restated.isEmpty {
      judgement.pass(
        "red.restated-tests",
        "older tests say something else now, as the plan names them: \(listed(restated.sorted()))",
        level: .warn)
    }

    judgement.unsteady(unsteady, stage: "red")
    let brokenBefore = before.broken.subtracting(knownBroken).subtracting(unsteady.quarantined)
    if brokenBefore.isEmpty {
      judgement.pass("red.baseline", "all \(before.passed.count) older tests passed before")
    } else {
      judgement.fail(
        "red.baseline", .baselineRed,
        "the tests were red before this change:\n\(before.sentences(brokenBefore))")
    }
    checkOlder(before, now, unsteady, &judgement)
    let new = now.identities.subtracting(before.identities)
    let tests = changes.filter { $0.group == .test && $0.kind != .deleted }
    let measure = Measure(ground: ground.without(changes), tests: Set(tests.map(\.path)))
    let strength = checkNew(new, in: now, measure, &judgement)
    return Result(
      judgement: judgement, strength: strength, summary: sentence(new, in: now, strength))
  }

  /// By what a failure is measured.
  private struct Measure {
    let ground: SymbolGround
    /// The test files that were added or changed.
    let tests: Set<String>
  }

  /// An older test keeps passing. One that did not pass, since it was skipped or known to be
  /// broken, is still there and no worse: a later stage would take it for what it always was.
  /// What a build that failed hides is not lost: whether that build may fail is judged elsewhere.
  private static func checkOlder(
    _ before: TestOutcomes, _ now: TestOutcomes, _ unsteady: UnsteadyTests,
    _ judgement: inout Judgement
  ) {
    let lost = before.passed.filter { now[$0]?.isPass != true }
    let worse = now.newlyBroken(since: before).intersection(before.identities)
    let gone = now.lost(since: before)
    let hidden = now.hidden(of: before)
    let all = lost.union(worse).union(gone).subtracting(hidden)
      .subtracting(unsteady.quarantined).subtracting(unsteady.caused)
    if !hidden.isEmpty {
      judgement.pass(
        "red.older-tests-hidden",
        "\(hidden.count) older tests are hidden by a build that cannot succeed yet; they ran on the "
          + "base and are run again at green")
    }
    if all.isEmpty {
      judgement.pass(
        "red.older-tests",
        hidden.isEmpty
          ? "every older test is there and still passes"
          : "every older test that could be built still passes")
    } else {
      judgement.fail(
        "red.older-tests", .regression,
        "older tests are not what they were before:\n\(now.sentences(all))")
    }
  }

  /// - Parameter restated: older tests that may be rewritten; what else is in their files is run as
  ///   it was before, at green.
  private static func checkFiles(
    _ changes: [Change], _ restated: Set<TestIdentity>, _ judgement: inout Judgement
  ) {
    let files = Set(restated.map(\.file))
    let foreign = changes.paths(in: [.implementation, .documentation])
    let tests = changes.paths(in: [.test])
    let bent = changes.filter { change in
      let isRestated = change.kind == .modified && files.contains(change.path)
      return change.bendsTest && !isRestated || change.bendsSettings
    }.map(\.path).sorted()
    if !foreign.isEmpty {
      let isImplementation = !changes.paths(in: [.implementation]).isEmpty
      judgement.fail(
        "red.only-tests", isImplementation ? .implementationFirst : .foreignFiles,
        "the red stage changes test files only, but these were changed: \(listed(foreign))")
    } else if !bent.isEmpty {
      judgement.fail(
        "red.only-tests", .evidenceTampering,
        "the red stage adds tests and settings that these need, but here lines are gone, or added "
          + "that decide what runs and what is reported: \(listed(bent))")
    } else if tests.isEmpty {
      judgement.fail("red.only-tests", .nothingChanged, "no test file was added or changed")
    } else {
      judgement.pass("red.only-tests", "only test files changed: \(listed(tests))")
    }
  }

  private static func checkNew(
    _ new: Set<TestIdentity>, in now: TestOutcomes, _ measure: Measure,
    _ judgement: inout Judgement
  ) -> RedStrength {
    guard !new.isEmpty else {
      judgement.fail("red.new-tests", .testNotFailing, "no new test was found when they were run")
      return .byAssertion
    }
    var strength = RedStrength.byAssertion
    var passing: [TestIdentity] = []
    var wrong: [TestIdentity] = []
    var objections: [String] = []
    for identity in new.sorted() {
      switch now[identity] {
      case .passed: passing.append(identity)
      case .failed(let failure), .errored(let failure):
        switch honest(failure.cause, measure) {
        case .red(let reached): strength = max(strength, reached)
        case .notBuilt(let reasons): objections += reasons
        case .nothing: wrong.append(identity)
        }
      case .skipped, nil: wrong.append(identity)
      }
    }
    if !passing.isEmpty {
      judgement.fail(
        "red.fails", .testNotFailing,
        "new tests pass although nothing was implemented: \(listed(passing))")
    }
    if !wrong.isEmpty {
      judgement.fail(
        "red.reason", .testNotFailing,
        "new tests do not fail by an assertion, nor for want of a symbol of the project's own that "
          + "they name:\n\(now.sentences(wrong))")
    }
    if !objections.isEmpty {
      judgement.fail(
        "red.build", .testNotFailing,
        "the tests cannot be built, and not only for want of symbols of the project's own that "
          + "they name:\n" + lines(objections))
    }
    if passing.isEmpty && wrong.isEmpty && objections.isEmpty {
      judgement.pass("red.fails", sentence(new, in: now, strength))
    }
    return strength
  }

  private static func sentence(
    _ new: Set<TestIdentity>, in now: TestOutcomes, _ strength: RedStrength
  ) -> String {
    let unbuilt = new.intersection(now.unbuilt)
    guard !unbuilt.isEmpty else { return "\(new.count) new tests fail, \(strength.words)" }
    let missing = Set(unbuilt.flatMap { now.missingSymbols(of: $0) }).sorted()
    return "\(listed(unbuilt.sorted())) cannot be built for want of \(listed(missing)), "
      + strength.words
  }

  /// At most five of them, one on a line.
  private static func lines(_ texts: [String]) -> String {
    let more = texts.count > 5 ? ["and \(texts.count - 5) more"] : []
    return (texts.prefix(5) + more).joined(separator: "\n")
  }

  /// What a failure is worth.
  private enum Worth {
    case red(RedStrength)
    /// A build failed for these reasons, none of which makes a test red.
    case notBuilt([String])
    case nothing
  }

  private static func honest(_ cause: TestFailure.Cause, _ measure: Measure) -> Worth {
    switch cause {
    case .assertion: return .red(.byAssertion)
    case .missingSymbol(let symbol, let module):
      let isHonest = measure.ground.isHonestlyMissing(symbol: symbol, module: module)
      return isHonest ? .red(.byMissingSymbol) : .nothing
    case .raised(_, let file):
      return measure.ground.isImplementation(file) ? .red(.byException) : .nothing
    case .notBuilt(let errors):
      // A build that failed without a word says nothing.
      guard !errors.isEmpty else { return .nothing }
      let objections = errors.compactMap {
        measure.ground.objection(to: $0, changedTests: measure.tests)
      }
      return objections.isEmpty ? .red(.byMissingSymbol) : .notBuilt(objections)
    case .notLoadable, .unspecified: return .nothing
    }
  }
}

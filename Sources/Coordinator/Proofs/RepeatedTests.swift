// SPDX-License-Identifier: Apache-2.0
// Running older tests again: whether they are unsteady, and whether the change made them so.

import Domain

extension ProofBench {
  /// The most runs of a tree that are made to see a test fail there. One that fails every other
  /// time passes so often in a row one time in 32.
  private static let runsMax = 5

  /// Which tests do not do on a tree what they did there before, in at least one of a few runs of
  /// nothing but them.
  ///
  /// - Parameter passed: what all of them did before: whether they passed, or failed.
  func unsteady(
    _ suspects: Set<TestIdentity>, on tree: ObjectID, passed: Bool
  ) async throws(WorkspaceError) -> (tests: Set<TestIdentity>, records: [EvidenceRecord]) {
    var steady = suspects
    var records: [EvidenceRecord] = []
    for number in 1...Self.runsMax where !steady.isEmpty {
      let run = try await observe(
        tree, kind: .again, selecting: steady.sorted(),
        note: "older tests in doubt, again on their base, run \(number)")
      records.append(run.record)
      guard let outcomes = run.tests.outcomes else { break }
      steady.subtract(passed ? outcomes.broken : outcomes.passed)
    }
    return (suspects.subtracting(steady), records)
  }
}

extension StageProver {
  /// The most further runs with the change that tell a test that always fails from one that
  /// sometimes does.
  private static let furtherRunsMax = 2

  /// Runs older tests again that passed on their base and do not with a change.
  ///
  /// - Parameter runs: what was seen on `tree`, which is the base with the change.
  func unsteady(
    among suspects: Set<TestIdentity>, base: ObjectID, tree: ObjectID, runs: [TestObservation]
  ) async throws(ProofError) -> (tests: UnsteadyTests, records: [EvidenceRecord]) {
    guard !suspects.isEmpty else { return (.none, []) }
    var quarantined: Set<TestIdentity> = []
    var records: [EvidenceRecord] = []
    do throws(WorkspaceError) {
      (quarantined, records) = try await bench.unsteady(suspects, on: base, passed: true)
    } catch {
      throw ProofError(description: error.description)
    }
    let others = suspects.subtracting(quarantined)
    var passing = others.filter { test in
      runs.contains { $0.outcomes?[test]?.isPass == true }
    }
    for number in 1...Self.furtherRunsMax where passing != others {
      let run = try await observed { () async throws(WorkspaceError) in
        try await bench.observe(
          tree, kind: .again, selecting: others.subtracting(passing).sorted(),
          note: "older tests that failed, once more, run \(number)")
      }
      records.append(run.record)
      if let outcomes = run.tests.outcomes {
        passing.formUnion(outcomes.passed.intersection(others))
      }
    }
    return (UnsteadyTests(quarantined: quarantined, caused: passing), records)
  }

  /// The same for a submission: tests of the task's base that did not pass in one of its runs.
  ///
  /// - Parameter expected: what has to pass.
  func unsteady(
    _ question: StageQuestion, _ facts: RedFacts, expected: Set<TestIdentity>, _ runs: [Observed]
  ) async throws(ProofError) -> (tests: UnsteadyTests, records: [EvidenceRecord]) {
    let known = facts.baseline.broken.union(facts.red.broken)
    var suspects: Set<TestIdentity> = []
    for outcomes in runs.compactMap(\.tests.outcomes) {
      suspects.formUnion(expected.filter { outcomes[$0]?.isPass != true })
      suspects.formUnion(outcomes.broken.subtracting(known))
    }
    // Only what is on the task's base can be run there.
    return try await unsteady(
      among: suspects.intersection(facts.baseline.identities), base: question.taskBase,
      tree: question.submission.tree, runs: runs.map(\.tests))
  }

  /// The same for a red stage, whose base may be red itself: steadily, or now and then.
  func unsteady(
    _ question: StageQuestion, baseline: TestObservation, after: TestObservation, tree: ObjectID
  ) async throws(ProofError) -> (tests: UnsteadyTests, records: [EvidenceRecord]) {
    guard let before = baseline.outcomes, let now = after.outcomes else { return (.none, []) }
    let failing = before.broken.subtracting(question.knownBroken)
    var (quarantined, records) = (Set<TestIdentity>(), [EvidenceRecord]())
    do throws(WorkspaceError) {
      (quarantined, records) = try await bench.unsteady(
        failing, on: question.stageBase, passed: false)
    } catch {
      throw ProofError(description: error.description)
    }
    // What a build hides and what the plan lets a test say anew need no second look.
    let explained = now.hidden(of: before).union(
      RestatedTests.find(plan: question.planned.tests, before: before, now: now))
    let later = try await unsteady(
      among: before.passed.filter { now[$0]?.isPass != true }.subtracting(explained),
      base: question.stageBase, tree: tree, runs: [after])
    return (
      UnsteadyTests(
        quarantined: quarantined.union(later.tests.quarantined), caused: later.tests.caused),
      records + later.records
    )
  }
}

// SPDX-License-Identifier: Apache-2.0
// What counts as green, and each way of getting there without an implementation.

import Domain
import Testing

@Suite struct GreenRulesTests {
  private static let facts = RedFacts(
    baseline: TestOutcomes([olderA: .passed, olderB: .passed]),
    red: TestOutcomes([olderA: .passed, olderB: .passed, newA: .assertion, newB: .assertion]))
  private static let allPass: Results = [
    olderA: .passed, olderB: .passed, newA: .passed, newB: .passed,
  ]
  private static let again = TestObservation.saw([newA: .passed, newB: .passed])

  private func judge(
    _ now: Results = Self.allPass, changes: [Change] = [.code()], facts: RedFacts = Self.facts,
    again: TestObservation? = Self.again
  ) -> Judgement {
    GreenRules.judge(changes: changes, facts: facts, now: .saw(now), again: again)
  }

  // MARK: Honest work

  @Test func `an implementation with which every test passes twice is green`() {
    let judgement = judge()
    #expect(judgement.isAccepted)
    #expect(judgement.code == nil)
    #expect(judgement.checks.allSatisfy { $0.verdict == .pass })
  }

  @Test func `documents may be changed along with it`() {
    #expect(judge(changes: [.code(), .document()]).isAccepted)
  }

  @Test func `a file that could not be loaded is green once its tests pass twice`() {
    let facts = RedFacts(
      baseline: TestOutcomes([olderA: .passed]),
      red: TestOutcomes([olderA: .passed, newFile: .missing("width", in: "gantt")]))
    let now: Results = [olderA: .passed, newA: .passed, newB: .passed]
    #expect(judge(now, facts: facts).isAccepted)
    #expect(judge(now, facts: facts, again: .saw([newA: .passed])).code == "TDD009")
  }

  @Test func `what was broken before may stay broken`() {
    let facts = RedFacts(
      baseline: TestOutcomes([olderA: .passed, olderB: .assertion]),
      red: TestOutcomes([olderA: .passed, olderB: .assertion, newA: .assertion]))
    #expect(
      judge(
        [olderA: .passed, olderB: .assertion, newA: .passed], facts: facts,
        again: .saw([newA: .passed])
      )
      .isAccepted)
  }

  // MARK: Tests that are frozen

  @Test(arguments: [
    Change.test("tests/test_chart.py", .modified), .test("tests/test_chart.py", .deleted),
    .test("tests/test_more.py", .added), .configuration(), .configuration("conftest.py"),
  ])
  func `no test and nothing that selects tests is touched in green`(change: Change) {
    let judgement = judge(changes: [.code(), change])
    #expect(judgement.stops == ["green.frozen-tests"])
    #expect(judgement.code == "TDD006")
    #expect(judgement.mentions(change.path))
  }

  @Test func `handing in no implementation is not green`() {
    for changes in [[], [Change.document()]] {
      #expect(judge(changes: changes).code == "PROOF003")
    }
  }

  // MARK: Tests that do not pass

  @Test(arguments: [TestOutcome?.none, .skip, .assertion, .missing("x", in: "y")])
  func `a red test that is gone, skipped or fails is still red`(outcome: TestOutcome?) {
    var results = [olderA, olderB, newA].map { TestResult(identity: $0, outcome: .passed) }
    if let outcome { results.append(TestResult(identity: newB, outcome: outcome)) }
    let judgement = GreenRules.judge(
      changes: [.code()], facts: Self.facts, now: .ran(results), again: nil)
    #expect(judgement.stops == ["green.red-tests-pass"])
    #expect(judgement.code == "TDD007")
    #expect(judgement.mentions("test_height"))
  }

  @Test func `a test of the same name in another file is another test`() {
    let judgement = judge([
      olderA: .passed, olderB: .passed, newA: .passed, "gantt/chart.py::test_height": .passed,
    ])
    #expect(judgement.code == "TDD007")
  }

  @Test(arguments: [TestOutcome?.none, .skip, .assertion])
  func `an older test that is gone, skipped or fails is a regression`(outcome: TestOutcome?) {
    var results = [olderA, newA, newB].map { TestResult(identity: $0, outcome: .passed) }
    if let outcome { results.append(TestResult(identity: olderB, outcome: outcome)) }
    let judgement = GreenRules.judge(
      changes: [.code()], facts: Self.facts, now: .ran(results), again: Self.again)
    #expect(judgement.stops == ["green.nothing-broke"])
    #expect(judgement.code == "TDD008")
  }

  @Test func `a test that nobody knew and that fails is a regression`() {
    let judgement = judge([
      olderA: .passed, olderB: .passed, newA: .passed, newB: .passed,
      "gantt/chart.py::doctest": .assertion,
    ])
    #expect(judgement.stops == ["green.all-pass"])
    #expect(judgement.code == "TDD008")
  }

  @Test func `a skipped older test that now fails is a regression`() {
    let facts = RedFacts(
      baseline: TestOutcomes([olderA: .passed, olderB: .skip]),
      red: TestOutcomes([olderA: .passed, olderB: .skip, newA: .assertion]))
    let judgement = judge(
      [olderA: .passed, olderB: .assertion, newA: .passed], facts: facts,
      again: .saw([newA: .passed]))
    #expect(judgement.code == "TDD008")
  }

  @Test func `a failure hides behind no second report of the same test`() {
    for order in [[TestOutcome.skip, .assertion], [.assertion, .skip], [.passed, .assertion]] {
      let results =
        [olderA, olderB, newA].map { TestResult(identity: $0, outcome: .passed) }
        + order.map { TestResult(identity: newB, outcome: $0) }
      let judgement = GreenRules.judge(
        changes: [.code()], facts: Self.facts, now: .ran(results), again: Self.again)
      #expect(judgement.code == "TDD007")
      #expect(judgement.mentions("test_height failed"))
    }
  }

  // MARK: The second run

  @Test(arguments: [
    TestObservation.saw([newA: .passed, newB: .assertion]),
    .saw([newA: .passed, newB: .skip]), .saw([newA: .passed]), .saw([:]),
    .saw([newA: .passed, newB: .passed, "tests/test_chart.py::test_ghost": .passed]),
  ])
  func `a second run that differs, or leaves a test out, is flaky`(again: TestObservation) {
    let judgement = judge(again: again)
    #expect(judgement.stops == ["green.again"])
    #expect(judgement.code == "TDD009")
  }

  @Test func `a second run that did not run, or was not made, is no agreement`() {
    for again in [TestObservation.silent, nil] {
      let judgement = judge(again: again)
      #expect(!judgement.isAccepted)
      #expect(judgement.verdict("green.again") == .didNotRun)
      #expect(judgement.code == "PROOF001")
    }
  }

  @Test func `where the first run decided, no second one is asked for`() {
    let judgement = judge(
      [olderA: .passed, olderB: .passed, newA: .passed, newB: .assertion], again: nil)
    #expect(judgement.verdict("green.again") == nil)
  }

  // MARK: Runs that were none

  @Test func `a run that did not happen, or showed no test, is never green`() {
    let silent = GreenRules.judge(
      changes: [.code()], facts: Self.facts, now: .silent, again: Self.again)
    #expect(silent.verdict("green.ran") == .didNotRun)
    #expect(silent.code == "PROOF001")
    #expect(judge([:], again: .saw([:])).code == "TDD007")
  }

  @Test func `facts of a red stage that added nothing prove nothing`() {
    let nothing = RedFacts(baseline: Self.facts.baseline, red: Self.facts.baseline)
    let judgement = judge(facts: nothing)
    #expect(judgement.verdict("green.red-tests-pass") == .didNotRun)
    #expect(!judgement.isAccepted)
  }
}

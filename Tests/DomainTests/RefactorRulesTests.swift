// SPDX-License-Identifier: Apache-2.0
// A refactoring keeps every test as it was.

import Domain
import Testing

@Suite struct RefactorRulesTests {
  private static let before = TestOutcomes([olderA: .passed, newA: .passed, olderB: .skip])
  private static let same: Results = [olderA: .passed, newA: .passed, olderB: .skip]

  private func judge(
    _ now: Results = Self.same, changes: [Change] = [.code()], lines: Int = 20, summary: String = ""
  ) -> Judgement {
    RefactorRules.judge(
      changes: changes, before: Self.before, now: .saw(now), changedLines: lines, lineLimit: 100,
      summary: summary)
  }

  @Test func `the same tests with the same outcomes are all that it takes`() {
    #expect(judge().isAccepted)
    #expect(judge(changes: [.code(), .document()]).isAccepted)
    #expect(judge([olderA: .passed, newA: .passed, olderB: .passed]).isAccepted)
  }

  @Test(arguments: [TestOutcome?.none, .skip, .assertion])
  func `a test that passed and does not any more is a regression`(outcome: TestOutcome?) {
    var results = [
      TestResult(identity: olderA, outcome: .passed), TestResult(identity: olderB, outcome: .skip),
    ]
    if let outcome { results.append(TestResult(identity: newA, outcome: outcome)) }
    let judgement = RefactorRules.judge(
      changes: [.code()], before: Self.before, now: .ran(results), changedLines: 1, lineLimit: 100,
      summary: "")
    #expect(judgement.stops == ["refactor.nothing-broke"])
    #expect(judgement.code == "TDD003")
  }

  @Test func `a skipped test may neither vanish nor begin to fail`() {
    #expect(judge([olderA: .passed, newA: .passed]).stops == ["refactor.same-tests"])
    #expect(
      judge([olderA: .passed, newA: .passed, olderB: .assertion]).stops == ["refactor.all-pass"])
  }

  @Test func `a test that appears is new behaviour`() {
    let judgement = judge([
      olderA: .passed, newA: .passed, olderB: .skip, newB: .passed,
    ])
    #expect(judgement.stops == ["refactor.same-tests"])
    #expect(judgement.code == "TDD003")
    #expect(judgement.mentions("test_height"))
  }

  @Test(arguments: [Change.test("tests/test_chart.py", .modified), .configuration()])
  func `tests are frozen here, too`(change: Change) {
    #expect(judge(changes: [.code(), change]).code == "TDD006")
  }

  @Test(arguments: [
    ("", false), ("   \n\t ", false), ("nothing needed", false),
    ("the code is plain", true), ("the\ncode\tis plain", true),
  ])
  func `changing nothing takes a reason in words`(summary: String, isEnough: Bool) {
    let judgement = judge(changes: [], summary: summary)
    #expect(judgement.isAccepted == isEnough)
    if !isEnough { #expect(judgement.code == "PROOF003") }
  }

  @Test func `a step over the limit is warned of and no more`() {
    #expect(judge(lines: 100).verdict("refactor.step-size") == nil)
    let judgement = judge(lines: 101)
    #expect(judgement.isAccepted)
    #expect(judgement.verdict("refactor.step-size") == .fail)
    #expect(judgement.checks.last?.code == "TDD005")
  }

  @Test func `a run that did not happen is no refactoring`() {
    let judgement = RefactorRules.judge(
      changes: [.code()], before: Self.before, now: .silent, changedLines: 1, lineLimit: 100,
      summary: "")
    #expect(judgement.verdict("refactor.ran") == .didNotRun)
    #expect(!judgement.isAccepted)
  }
}

// SPDX-License-Identifier: Apache-2.0
// A verification: runs that agree, and hunks that tests would miss.

import Domain
import Testing

@Suite struct VerifyRulesTests {
  private static let facts = RedFacts(
    baseline: TestOutcomes([olderA: .passed]),
    red: TestOutcomes([olderA: .passed, newA: .assertion]))
  private static let before = TestOutcomes([olderA: .passed, newA: .passed, olderB: .skip])
  private static let run = TestObservation.saw([olderA: .passed, newA: .passed, olderB: .skip])

  private func judge(
    changes: [Change] = [], runs: [TestObservation] = [Self.run, Self.run],
    necessity: [NecessityFinding.Result] = [.needed], shareMax: Double = 0.25,
    facts: RedFacts = Self.facts
  ) -> Judgement {
    VerifyRules.judge(
      changes: changes, facts: facts, before: Self.before, runs: runs,
      necessity: necessity.enumerated().map {
        NecessityFinding(path: "gantt/chart.py", lines: "\($0.offset)", result: $0.element)
      }, unneededShareMax: shareMax)
  }

  @Test func `two runs that agree and hunks that are needed are verified`() {
    #expect(judge().isAccepted)
    #expect(judge().checks.allSatisfy { $0.verdict == .pass })
  }

  @Test func `new tests may be added, and must pass`() {
    let added = TestObservation.saw([
      olderA: .passed, newA: .passed, olderB: .skip, newB: .passed,
    ])
    let failing = TestObservation.saw([
      olderA: .passed, newA: .passed, olderB: .skip, newB: .assertion,
    ])
    let changes = [Change.test("tests/test_more.py")]
    #expect(judge(changes: changes, runs: [added, added]).isAccepted)
    let judgement = judge(changes: changes, runs: [failing, failing])
    #expect(judgement.stops == ["verify.all-pass"])
    #expect(judgement.code == "TDD008")
  }

  @Test(arguments: [Change.code(), .document()])
  func `nothing but tests is touched`(change: Change) {
    #expect(judge(changes: [change]).code == "PROOF002")
  }

  @Test(arguments: [
    Change.configuration(), Change(path: "pluggy.py", kind: .added, group: .testRunner),
  ])
  func `what runs the tests is not touched`(change: Change) {
    #expect(judge(changes: [change]).code == "TDD006")
  }

  @Test(arguments: [
    Change.rewrittenTest("tests/test_chart.py"), .test("tests/test_chart.py", .deleted),
    .rewrittenTest("tests/test_old.py"),
  ])
  func `a test that was there may not lose a line or its file`(change: Change) {
    let judgement = judge(changes: [.test("tests/test_more.py"), change])
    #expect(!judgement.isAccepted)
    #expect(judgement.code == "TDD006")
    #expect(judgement.mentions(change.path))
    #expect(!judgement.mentions("tests/test_more.py"))
  }

  @Test(arguments: ["tests/test_chart.py", "tests/test_old.py"])
  func `a file of tests that were there may gain lines`(path: String) {
    #expect(judge(changes: [.test(path, .modified)]).isAccepted)
  }

  // MARK: Runs

  @Test func `no run at all verifies nothing`() {
    let judgement = judge(runs: [])
    #expect(judgement.verdict("verify.ran") == .didNotRun)
    #expect(judgement.code == "PROOF001")
  }

  @Test func `a first or a second run that did not happen verifies nothing`() {
    #expect(judge(runs: [.silent, Self.run]).code == "PROOF001")
    let second = judge(runs: [Self.run, .silent])
    #expect(second.stops == ["verify.again"])
    #expect(second.code == "PROOF001")
  }

  @Test(arguments: [
    TestObservation.saw([olderA: .passed, newA: .assertion, olderB: .skip]),
    .saw([olderA: .passed, newA: .passed]), .saw([:]),
    .saw([olderA: .passed, newA: .passed, olderB: .skip, newB: .passed]),
  ])
  func `a second run that differs anywhere is flaky, the third as well`(other: TestObservation) {
    #expect(judge(runs: [Self.run, other]).code == "TDD009")
    #expect(judge(runs: [Self.run, Self.run, other]).code == "TDD009")
  }

  @Test func `the red tests and what passed before must pass`() {
    let red = TestObservation.saw([olderA: .passed, newA: .skip, olderB: .skip])
    #expect(judge(runs: [red, red]).code == "TDD007")
    let lost = TestObservation.saw([newA: .passed, olderB: .skip])
    #expect(judge(runs: [lost, lost]).code == "TDD008")
  }

  // MARK: Necessity

  @Test(arguments: [
    ([NecessityFinding.Result.needed, .needed, .needed, .unneeded], true),
    ([.needed, .needed, .unneeded], false),
    ([.unneeded], false),
    ([.unneeded, .notTried, .notTried, .notTried, .notTried], false),
  ])
  func `hunks that no test misses stop it above their share of those tried`(
    results: [NecessityFinding.Result], isAccepted: Bool
  ) {
    let judgement = judge(necessity: results)
    #expect(judgement.isAccepted == isAccepted)
    #expect(judgement.verdict("verify.necessity") == .fail)
    #expect(judgement.checks.contains { $0.code == "TDD010" })
    #expect(judgement.mentions("gantt/chart.py:"))
  }

  @Test func `a share that is no number lets nothing through`() {
    #expect(!judge(necessity: [.needed, .unneeded], shareMax: .nan).isAccepted)
    #expect(!judge(necessity: [.needed, .unneeded], shareMax: -1).isAccepted)
    #expect(judge(necessity: [.needed, .unneeded], shareMax: 0.5).isAccepted)
    #expect(judge(necessity: [.unneeded], shareMax: 1).isAccepted)
  }

  @Test func `hunks that could not be tried are told of, and do not count as needed`() {
    let some = judge(necessity: [.needed, .needed, .needed, .notTried])
    #expect(some.isAccepted)
    #expect(some.verdict("verify.necessity-complete") == .didNotRun)
    #expect(some.mentions("each of 3 hunks"))
    #expect(judge(necessity: [.needed, .needed, .notTried]).code == "PROOF001")
    let none = judge(necessity: [.notTried, .notTried])
    #expect(none.stops == ["verify.necessity"])
    #expect(none.code == "PROOF001")
  }

  @Test func `where there was no hunk, none is said to be needed`() {
    let judgement = judge(necessity: [])
    #expect(judgement.isAccepted)
    #expect(judgement.verdict("verify.necessity") == .didNotRun)
  }
}

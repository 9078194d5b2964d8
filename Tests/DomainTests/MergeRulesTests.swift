// SPDX-License-Identifier: Apache-2.0
// A merged tree: the task's tests and everybody else's.

import Domain
import Testing

@Suite struct MergeRulesTests {
  private static let facts = RedFacts(
    baseline: TestOutcomes([olderA: .passed]),
    red: TestOutcomes([olderA: .passed, newA: .assertion]))
  private let expected: Set<TestIdentity> = [olderA, olderB]

  private func judge(_ now: TestObservation, facts: RedFacts? = Self.facts) -> Judgement {
    MergeRules.judge(facts: facts, expected: expected, now: now)
  }

  @Test func `what passed on both sides passes together`() {
    let now = TestObservation.saw([olderA: .passed, olderB: .passed, newA: .passed])
    #expect(judge(now).isAccepted)
    #expect(judge(now, facts: nil).isAccepted)
  }

  @Test func `what was broken on the branch is not held against the task`() {
    #expect(
      judge(.saw([olderA: .passed, olderB: .passed, newA: .passed, newB: .assertion])).isAccepted)
  }

  @Test(arguments: [TestOutcome.skip, .assertion])
  func `the task's tests must pass on the merged tree`(outcome: TestOutcome) {
    let judgement = judge(.saw([olderA: .passed, olderB: .passed, newA: outcome]))
    #expect(judgement.stops == ["merge.red-tests-pass"])
    #expect(judgement.code == "TDD007")
  }

  @Test func `so must everybody else's`() {
    for now in [
      TestObservation.saw([olderA: .passed, newA: .passed]),
      .saw([olderA: .passed, olderB: .skip, newA: .passed]),
      .saw([olderA: .passed, olderB: .assertion, newA: .passed]),
    ] {
      #expect(judge(now).stops == ["merge.nothing-broke"])
      #expect(judge(now, facts: nil).code == "TDD008")
    }
  }

  @Test func `a run that did not happen merges nothing`() {
    for facts in [Self.facts, nil] {
      let judgement = judge(.silent, facts: facts)
      #expect(judgement.verdict("merge.ran") == .didNotRun)
      #expect(!judgement.isAccepted)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Older tests as they were before a task: a line added to one must not disarm it.

import Domain
import Testing

@Suite struct OlderTestRulesTests {
  private let one = TestIdentity(file: "tests/test_a.py", suite: "", name: "test_one")

  private func judge(_ outcome: TestOutcome?) -> Judgement {
    let results = outcome.map { [TestResult(identity: one, outcome: $0)] } ?? []
    return OlderTestRules.judge(expected: [one], now: .ran(results), stage: "green")
  }

  @Test func `older tests that pass as they were written let the task through`() {
    #expect(judge(.passed).isAccepted)
    #expect(OlderTestRules.judge(expected: [], now: .ran([]), stage: "green").isAccepted)
  }

  @Test func `one that fails, is skipped or is gone stops it`() {
    let failure = TestFailure(cause: .assertion, message: "", detail: "")
    for outcome in [TestOutcome.failed(failure), .errored(failure), .skipped(reason: ""), nil] {
      #expect(judge(outcome).code == "TDD008")
    }
  }

  @Test func `a run that did not happen is no pass`() {
    let judgement = OlderTestRules.judge(
      expected: [one], now: .didNotRun(reason: "killed"), stage: "verify")
    #expect(!judgement.isAccepted)
  }
}

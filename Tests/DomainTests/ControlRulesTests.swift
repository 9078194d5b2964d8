// SPDX-License-Identifier: Apache-2.0
// A control run shows whether failures are seen at all.

import Domain
import Testing

@Suite struct ControlRulesTests {
  private func failed(_ message: String, detail: String = "") -> TestOutcome {
    .failed(TestFailure(cause: .assertion, message: message, detail: detail))
  }

  private func judge(
    _ outcome: TestOutcome?, added: [String] = [], of test: TestIdentity = newA
  ) -> Judgement {
    let results = outcome.map { [TestResult(identity: test, outcome: $0)] } ?? []
    return ControlRules.judge(
      ControlExpectation(failing: added.isEmpty ? [newA] : [], added: added, nonce: "n-1"),
      now: .ran(results), stage: "green")
  }

  @Test func `tests that are seen to fail in our words are no lie`() {
    #expect(judge(failed("assert n-1")).isAccepted)
    #expect(judge(failed("", detail: "… n-1 …")).isAccepted)
    #expect(judge(.errored(.of(.unspecified))).code == "TDD006")
    // A runner that gives no words at all is believed.
    #expect(judge(failed("")).isAccepted)
  }

  @Test(arguments: [TestOutcome.passed, .skip, .assertion, nil])
  func `a test that passes, is skipped, gone or fails otherwise shows the lie`(
    outcome: TestOutcome?
  ) {
    let judgement = judge(outcome)
    #expect(judgement.code == "TDD006")
    #expect(judgement.mentions("test_width"))
  }

  @Test func `an added test is looked for by its name`() {
    let added: TestIdentity = "tests/test_chart.py::n-1"
    #expect(judge(failed("n-1"), added: ["n-1"], of: added).isAccepted)
    #expect(judge(.passed, added: ["n-1"], of: added).code == "TDD006")
    #expect(judge(nil, added: ["n-1"]).code == "TDD006")
  }

  @Test func `a control that did not run proves nothing, one that is not to be had stops nothing`()
  {
    let expected = ControlExpectation(failing: [newA], added: [], nonce: "n-1")
    #expect(ControlRules.judge(expected, now: .silent, stage: "green").code == "PROOF001")
    let none = ControlRules.judge(expected, now: nil, stage: "green")
    #expect(none.isAccepted)
    #expect(none.verdict("green.control") == .didNotRun)
  }
}

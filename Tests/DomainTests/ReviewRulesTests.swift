// SPDX-License-Identifier: Apache-2.0
// A review: what it may say, and what follows from it.

import Domain
import Testing

@Suite struct ReviewRulesTests {
  private func finding(_ severity: String, _ message: String = "off by one") -> ReviewFinding {
    ReviewFinding(severity: severity, path: "gantt/chart.py", line: 12, message: message)
  }

  private func judgement(_ result: ReviewRules.Result) -> Judgement {
    switch result {
    case .judged(let judgement), .turnedDown(let judgement, _): judgement
    }
  }

  private func reason(_ result: ReviewRules.Result) -> String? {
    switch result {
    case .judged: nil
    case .turnedDown(_, let reason): reason
    }
  }

  @Test func `an approval with nothing serious is accepted`() {
    for findings in [[], [finding("info"), finding("minor"), finding("nit")]] {
      let result = ReviewRules.judge(changes: [], approved: true, findings: findings)
      #expect(judgement(result).isAccepted)
      #expect(reason(result) == nil)
    }
  }

  @Test(arguments: [
    "major", "critical", "error", "blocker", "blocking", "high", "severe", "fatal", "CRITICAL",
    " Critical ", "major\n",
  ])
  func `an approval with a serious finding turns the work down`(severity: String) {
    let result = ReviewRules.judge(
      changes: [], approved: true, findings: [finding("info", "fine"), finding(severity)])
    #expect(!judgement(result).isAccepted)
    #expect(judgement(result).code == "REVIEW002")
    #expect(reason(result)?.contains("gantt/chart.py:12: \(severity): off by one") == true)
    #expect(reason(result)?.contains("fine") == false)
  }

  @Test func `a rejection turns the work down for the reasons that it gives`() {
    let result = ReviewRules.judge(changes: [], approved: false, findings: [finding("minor")])
    #expect(judgement(result).code == "REVIEW002")
    #expect(reason(result) == "gantt/chart.py:12: minor: off by one")
  }

  @Test func `a rejection that says nothing is the reviewer's own failure`() {
    for findings in [[], [finding("critical", "")], [finding("minor", " \n")]] {
      let result = ReviewRules.judge(changes: [], approved: false, findings: findings)
      #expect(reason(result) == nil)
      #expect(judgement(result).code == "REVIEW001")
    }
  }

  @Test func `a report that says neither is the reviewer's own failure`() {
    let result = ReviewRules.judge(changes: [], approved: nil, findings: [finding("critical")])
    #expect(reason(result) == nil)
    #expect(judgement(result).stops == ["review.verdict"])
    #expect(judgement(result).code == "REVIEW001")
  }

  @Test func `a reviewer who edits a file is heard by nobody`() {
    for approved in [true, false, nil] {
      for change in [Change.code(), .document(), .test("tests/test_x.py")] {
        let result = ReviewRules.judge(
          changes: [change], approved: approved, findings: [finding("critical")])
        #expect(reason(result) == nil)
        #expect(judgement(result).code == "PROOF002")
      }
    }
  }

  @Test func `of many and endless findings, five and a bounded text are passed on`() {
    let many = (0..<50).map { finding("major", "number \($0)") }
    let result = ReviewRules.judge(changes: [], approved: true, findings: many)
    #expect(reason(result)?.split(separator: "\n").count == 5)
    let endless = [finding("major", String(repeating: "x", count: 1_000_000))]
    let long = ReviewRules.judge(changes: [], approved: true, findings: endless)
    #expect(reason(long)?.count == Check.messageMax)
  }

  @Test func `a finding is written with the place that it names`() {
    func sentence(_ path: String, _ line: Int) -> String {
      ReviewFinding(severity: "minor", path: path, line: line, message: "m").sentence
    }
    #expect(sentence("a.py", 3) == "a.py:3: minor: m")
    #expect(sentence("a.py", 0) == "a.py: minor: m")
    #expect(sentence("", 3) == "minor: m")
  }
}

// SPDX-License-Identifier: Apache-2.0
// A design: its record, its counts, and the time it took.

import Domain
import Testing

@Suite struct DesignRulesTests {
  private func texts(_ count: Int, _ word: String) -> [String] {
    (0..<count).map { "\(word) \($0)" }
  }

  private func judge(
    questions: [String]? = nil, alternatives: [String]? = nil, consequences: [String]? = nil,
    problem: String = "too slow", decision: String = "cache it", milliseconds: Int = 30_000,
    complexity: Complexity = .high, changes: [Change] = []
  ) -> Judgement {
    let record = DesignRecord(
      problem: problem, questions: questions ?? texts(5, "why"),
      alternatives: alternatives ?? texts(3, "or"), decision: decision,
      consequences: consequences ?? texts(3, "then"), risks: [])
    return DesignRules.judge(
      changes: changes, record: record, thinking: .milliseconds(milliseconds),
      complexity: complexity)
  }

  @Test(arguments: Complexity.allCases)
  func `a full record that took its time is accepted`(complexity: Complexity) {
    let judgement = judge(complexity: complexity, changes: [.document("docs/adr.md")])
    #expect(judgement.isAccepted)
    #expect(judgement.checks.allSatisfy { $0.verdict == .pass })
  }

  @Test(arguments: Complexity.allCases)
  func `each count below its least stops it when the complexity is high and warns otherwise`(
    complexity: Complexity
  ) {
    let short: [(String, Judgement)] = [
      ("design.questions", judge(questions: texts(4, "why"), complexity: complexity)),
      ("design.alternatives", judge(alternatives: texts(2, "or"), complexity: complexity)),
      ("design.consequences", judge(consequences: texts(2, "then"), complexity: complexity)),
      ("design.thinking", judge(milliseconds: 29_999, complexity: complexity)),
    ]
    for (name, judgement) in short {
      #expect(judgement.verdict(name) == .fail)
      #expect(judgement.isAccepted == (complexity != .high))
      #expect(judgement.code == (complexity == .high ? "DESIGN001" : nil))
    }
  }

  @Test func `thirty seconds are enough and one millisecond less is not`() {
    #expect(judge(milliseconds: 30_000).isAccepted)
    #expect(!judge(milliseconds: 29_999).isAccepted)
    #expect(judge(milliseconds: 29_999).mentions("29999 ms"))
    #expect(!judge(milliseconds: -30_000).isAccepted)
  }

  @Test(arguments: [
    ["", "", "", "", ""], [" ", "\n", "\t", "  ", " \n"], ["why?", "why?", "why?", "why?", "why?"],
    ["why?", "Why?", " why?", "why? ", "WHY?"], ["a", "b", "c", "d", ""],
  ])
  func `blanks and repetitions make up no number`(questions: [String]) {
    #expect(judge(questions: questions).stops == ["design.questions"])
  }

  @Test func `a record without a problem or a decision is none`() {
    for judgement in [judge(problem: ""), judge(problem: " \n"), judge(decision: "\t")] {
      #expect(judgement.stops == ["design.record"])
      #expect(judgement.code == "DESIGN001")
    }
    let missing = DesignRules.judge(
      changes: [], record: nil, thinking: .seconds(60), complexity: .low)
    #expect(missing.stops == ["design.record"])
  }

  @Test(arguments: [Change.code(), .test("tests/test_x.py"), .configuration()])
  func `a design changes no code and no test`(change: Change) {
    let judgement = judge(complexity: .low, changes: [change])
    #expect(judgement.stops == ["design.no-code"])
    #expect(judgement.code == "PROOF002")
  }
}

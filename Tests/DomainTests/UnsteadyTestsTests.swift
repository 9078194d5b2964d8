// SPDX-License-Identifier: Apache-2.0
// What the rules make of older tests that do not do the same each time.

import Domain
import Testing

@Suite struct UnsteadyTestsTests {
  private static let facts = RedFacts(
    baseline: TestOutcomes([olderA: .passed, olderB: .passed]),
    red: TestOutcomes([olderA: .passed, olderB: .passed, newA: .assertion]))

  private func judge(_ unsteady: UnsteadyTests) -> Judgement {
    GreenRules.judge(
      changes: [.code()], facts: Self.facts,
      now: .saw([olderA: .assertion, olderB: .passed, newA: .passed]),
      again: .saw([newA: .passed]), unsteady: unsteady)
  }

  @Test func `one that is unsteady without the change is named and counts for nothing`() {
    let judgement = judge(UnsteadyTests(quarantined: [olderA], caused: []))
    #expect(judgement.isAccepted)
    #expect(judgement.verdict("green.quarantined") == .fail)
    #expect(judgement.mentions("test_a"))
    #expect(judgement.mentions("1 tests that passed before"))
  }

  @Test func `one that the change made unsteady is refused, any other is a regression`() {
    #expect(judge(UnsteadyTests(quarantined: [], caused: [olderA])).code == "TDD009")
    #expect(judge(.none).code == "TDD008")
  }

  @Test func `a base that fails now and then is not red`() {
    let ground = SymbolGround(paths: [], implementationOwns: { _ in false }, testTexts: [])
    func code(_ unsteady: UnsteadyTests) -> String? {
      RedRules.judge(
        changes: [.test("tests/test_chart.py")], baseline: .saw([olderA: .assertion]),
        after: .saw([olderA: .passed, newA: .assertion]), knownBroken: [], ground: ground,
        unsteady: unsteady
      ).judgement.code
    }
    #expect(code(UnsteadyTests(quarantined: [olderA], caused: [])) == nil)
    #expect(code(.none) == "TDD011")
  }

  @Test func `every violation has one code`() {
    let violations = RefusalCode.allCases.compactMap(\.violation)
    #expect(
      Set(violations) == [
        "IMPLEMENTATION_FIRST", "TEST_NOT_FAILING", "EXCESSIVE_IMPLEMENTATION",
        "INSUFFICIENT_COVERAGE", "REFACTOR_REGRESSION", "EVIDENCE_TAMPERING",
      ])
    #expect(violations.count == 6)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Older tests that a plan lets say something else, and everything that stays forbidden.

import Domain
import Testing

@Suite struct RestatedTestsTests {
  private static let file = Change.rewrittenTest("tests/test_old.py")
  private static let before: Results = [olderA: .passed, olderB: .passed]

  private func judge(_ now: Results, plan: [String], changes: [Change] = [file]) -> Judgement {
    RedRules.judge(
      changes: changes, baseline: .saw(Self.before), after: .saw(now), knownBroken: [],
      ground: SymbolGround(paths: [], implementationOwns: { _ in false }, testTexts: []),
      plan: plan
    ).judgement
  }

  @Test(arguments: ["\(olderA)", olderA.name, "\(olderA.name) expects the new width"])
  func `an older test that the plan names may be rewritten where it then fails`(plan: String) {
    let judgement = judge([olderA: .assertion, olderB: .passed], plan: [plan])
    #expect(judgement.isAccepted)
    #expect(judgement.checks.contains { $0.name == "red.restated-tests" })
  }

  @Test func `one that the plan does not name may not`() {
    let judgement = judge([olderA: .assertion, olderB: .passed], plan: [olderB.name])
    #expect(!judgement.isAccepted)
    #expect(judgement.code == "TDD006")
  }

  @Test func `one that still passes was weakened, whatever the plan names`() {
    #expect(!judge([olderA: .passed, olderB: .passed], plan: [olderA.name]).isAccepted)
  }

  @Test func `its file may not lose another test by the way`() {
    #expect(!judge([olderA: .assertion], plan: [olderA.name]).isAccepted)
  }

  @Test func `another file may not be touched on its account`() {
    let other = Change.rewrittenTest("tests/test_other.py")
    let judgement = judge(
      [olderA: .assertion, olderB: .passed], plan: [olderA.name], changes: [Self.file, other])
    #expect(!judgement.isAccepted)
  }

  @Test func `from then on it is one of the task's own tests`() {
    let facts = RedFacts(
      baseline: TestOutcomes(Self.before),
      red: TestOutcomes([olderA: .assertion, olderB: .passed]),
      plan: [olderA.name])
    #expect(facts.added == [olderA])
    #expect(facts.olderPassing == [olderB])
    #expect(!facts.stillRed(in: TestOutcomes([olderA: .assertion, olderB: .passed])).isEmpty)
    #expect(facts.stillRed(in: TestOutcomes(Self.before)).isEmpty)
  }
}

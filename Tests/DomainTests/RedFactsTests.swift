// SPDX-License-Identifier: Apache-2.0
// What a red stage leaves to be done, and what does not do it.

import Domain
import Testing

@Suite struct RedFactsTests {
  private static let named = RedFacts(
    baseline: TestOutcomes([olderA: .passed]),
    red: TestOutcomes([olderA: .passed, newA: .assertion]))

  private static let unloaded = RedFacts(
    baseline: TestOutcomes([olderA: .passed]),
    red: TestOutcomes([olderA: .passed, newFile: .missing("width", in: "gantt")]))

  @Test func `what was added is what the baseline did not have`() {
    #expect(Self.named.added == [newA])
    #expect(Self.unloaded.added == [newFile])
    #expect(Self.named.olderPassing == [olderA])
  }

  @Test func `an older test that red lost from sight must still pass in green`() {
    let facts = RedFacts(
      baseline: TestOutcomes([olderA: .passed, olderB: .passed]),
      red: TestOutcomes([olderA: .passed, newA: .assertion]))
    #expect(facts.olderPassing == [olderA, olderB])
  }

  @Test(arguments: [TestOutcome.skip, .assertion, .missing("width", in: "gantt")])
  func `a test that does not pass is still red`(outcome: TestOutcome) {
    let failing = Self.named.stillRed(in: TestOutcomes([olderA: .passed, newA: outcome]))
    #expect(failing.count == 1)
    #expect(failing.first?.contains("test_width") == true)
  }

  @Test func `a test that vanished is still red, whatever else its file holds`() {
    for stand in [newB, "tests/test_other.py::test_width", "tests/test_chart.py::T::test_width"] {
      let failing = Self.named.stillRed(in: TestOutcomes([stand: .passed]))
      #expect(failing == ["tests/test_chart.py::test_width did not run"])
    }
  }

  @Test func `a test that could not be set up is not replaced by another of its file`() {
    let facts = RedFacts(
      baseline: TestOutcomes([:]), red: TestOutcomes([newA: .missing("width", in: "gantt")]))
    #expect(!facts.stillRed(in: TestOutcomes([newB: .passed])).isEmpty)
    #expect(facts.stillRed(in: TestOutcomes([newA: .passed])).isEmpty)
  }

  @Test func `a file that now loads is green when all of its tests pass, and there is one`() {
    let facts = Self.unloaded
    #expect(facts.stillRed(in: TestOutcomes([newA: .passed, newB: .passed])).isEmpty)
    #expect(facts.stillRed(in: TestOutcomes([newA: .passed, newB: .skip])).count == 1)
    #expect(facts.stillRed(in: TestOutcomes([newA: .passed, newB: .assertion])).count == 1)
    #expect(facts.stillRed(in: TestOutcomes([:])).count == 1)
    #expect(facts.stillRed(in: TestOutcomes([newFile: .skip])).count == 1)
    #expect(facts.stillRed(in: TestOutcomes(["tests/test_x.py::test_width": .passed])).count == 1)
  }

  @Test func `a file is not made good by tests that were there already`() {
    let facts = RedFacts(
      baseline: TestOutcomes([olderA: .passed, olderB: .passed]),
      red: TestOutcomes([
        olderA: .passed, olderB: .passed, "tests/test_old.py::": .missing("width", in: "gantt"),
      ]))
    #expect(!facts.stillRed(in: TestOutcomes([olderA: .passed, olderB: .passed])).isEmpty)
    let added: TestIdentity = "tests/test_old.py::test_c"
    #expect(
      facts.stillRed(in: TestOutcomes([olderA: .passed, olderB: .passed, added: .passed])).isEmpty)
  }

  @Test func `older tests that a file hid while red do not make it good`() {
    let facts = RedFacts(
      baseline: TestOutcomes([olderA: .passed]),
      red: TestOutcomes(["tests/test_old.py::": .missing("width", in: "gantt")]))
    #expect(!facts.stillRed(in: TestOutcomes([olderA: .passed])).isEmpty)
    #expect(facts.stillRed(in: TestOutcomes([olderA: .passed, olderB: .passed])).isEmpty)
  }

  @Test func `a file whose skip was all that red showed is made good by nothing`() {
    let facts = RedFacts(baseline: TestOutcomes([:]), red: TestOutcomes([newFile: .skip]))
    #expect(!facts.stillRed(in: TestOutcomes([newA: .passed])).isEmpty)
  }

  @Test func `a suite of no file that could not be built stands for its own tests only`() {
    let suite = TestIdentity(file: "", suite: "chart", name: "")
    let facts = RedFacts(
      baseline: TestOutcomes([:]), red: TestOutcomes([suite: .missing("Width", in: "chart")]))
    let own = TestIdentity(file: "", suite: "chart", name: "TestWidth")
    let other = TestIdentity(file: "", suite: "axis", name: "TestWidth")
    #expect(facts.stillRed(in: TestOutcomes([own: .passed])).isEmpty)
    #expect(!facts.stillRed(in: TestOutcomes([other: .passed])).isEmpty)
  }

  @Test func `a failure of no file and no suite stands for nothing`() {
    let nameless = TestIdentity(file: "", suite: "", name: "")
    let facts = RedFacts(
      baseline: TestOutcomes([:]), red: TestOutcomes([nameless: .missing("Width", in: "chart")]))
    #expect(!facts.stillRed(in: TestOutcomes([newA: .passed, "test_b": .passed])).isEmpty)
  }
}

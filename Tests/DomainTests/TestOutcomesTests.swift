// SPDX-License-Identifier: Apache-2.0
// One run's outcomes by name: duplicates, order, and what is said of them.

import Domain
import Testing

@Suite struct TestOutcomesTests {
  private static let ranked: [TestOutcome] = [
    .passed, .skip, .assertion, .missing("width", in: "gantt"),
  ]

  @Test func `of two reports of one test the worse stands, in either order`() {
    for (low, better) in Self.ranked.enumerated() {
      for worse in Self.ranked[low...] {
        for pair in [[better, worse], [worse, better]] {
          let outcomes = TestOutcomes(pair.map { TestResult(identity: newA, outcome: $0) })
          #expect(outcomes[newA] == worse)
          #expect(outcomes.identities == [newA])
        }
      }
    }
  }

  @Test func `passed and broken part the tests, and skipped ones are neither`() {
    let outcomes = TestOutcomes([
      olderA: .passed, olderB: .skip, newA: .assertion, newB: .missing("x", in: "y"),
    ])
    #expect(outcomes.passed == [olderA])
    #expect(outcomes.broken == [newA, newB])
    #expect(Self.ranked.map(\.isPass) == [true, false, false, false])
  }

  @Test func `each outcome is said in a sentence`() {
    let outcomes = TestOutcomes([
      olderA: .passed, olderB: .skip, newA: .assertion, newB: .missing("x", in: "y"),
    ])
    #expect(outcomes.sentence(olderA) == "tests/test_old.py::test_a passed")
    #expect(outcomes.sentence(olderB) == "tests/test_old.py::test_b was skipped: not today")
    #expect(outcomes.sentence(newA) == "tests/test_chart.py::test_width failed: assert 1 == 2")
    #expect(
      outcomes.sentence(newB) == "tests/test_chart.py::test_height could not run: assert 1 == 2")
    #expect(outcomes.sentence(newFile) == "tests/test_chart.py did not run")
  }

  @Test func `of many tests five are named, and the rest are counted`() {
    let many = (1...7).map { TestIdentity(file: "f", suite: "", name: "t\($0)") }
    let lines = TestOutcomes([]).sentences(many.shuffled()).split(separator: "\n")
    #expect(lines.count == 6)
    #expect(lines.first == "f::t1 did not run")
    #expect(lines.last == "and 2 more")
  }

  @Test func `identities that read alike are still told apart and ordered`() {
    let left = TestIdentity(file: "a", suite: "", name: "b")
    let right = TestIdentity(file: "", suite: "a", name: "b")
    #expect(left.description == right.description)
    #expect(left != right)
    #expect((left < right) != (right < left))
  }

  @Test func `a run that did not happen has no outcomes`() {
    #expect(TestObservation.silent.outcomes == nil)
    #expect(TestObservation.saw([:]).outcomes?.identities.isEmpty == true)
  }

  @Test func `observations survive being written`() throws {
    let causes: [TestFailure.Cause] = [
      .assertion, .missingSymbol(symbol: "a", module: "b"), .raised(type: "E", file: "f"),
      .notLoadable(reason: "r"), .unspecified,
    ]
    for cause in causes {
      try expectRoundTrip(
        TestObservation.saw([newA: .failed(.of(cause)), newB: .errored(.of(cause))]))
    }
    try expectRoundTrip(TestObservation.saw([olderA: .passed, olderB: .skip]))
    try expectRoundTrip(TestObservation.silent)
  }
}

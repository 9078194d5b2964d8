// SPDX-License-Identifier: Apache-2.0
// When a proof that was made again says the same.

import Domain
import Testing

@Suite struct ReproductionTests {
  private static let tree = ObjectID(String(repeating: "a", count: 40))!
  private static let other = ObjectID(String(repeating: "b", count: 40))!
  private let test = TestIdentity(file: "t.py", suite: "", name: "test_a")

  private func check(_ name: String, _ verdict: Verdict, _ level: Level = .blocking) -> Check {
    Check(name: name, level: level, verdict: verdict, code: nil, message: "seen")
  }

  private func run(
    _ tests: TestObservation, on tree: ObjectID = Self.tree, _ kind: Evidence.Kind = .green,
    milliseconds: Int = 1
  ) -> Evidence {
    Evidence(
      kind: kind, tree: tree, command: ["pytest"], ending: "exit 0",
      startedAt: Timestamp(milliseconds: milliseconds), durationMilliseconds: milliseconds,
      outputDigest: nil, output: "\(milliseconds)", tests: tests, note: "every test")
  }

  private func outcome(_ outcome: TestOutcome) -> TestObservation {
    .ran([TestResult(identity: test, outcome: outcome)])
  }

  private func failed(_ message: String) -> TestOutcome {
    .failed(TestFailure(cause: .assertion, message: message, detail: ""))
  }

  private func compare(
    _ recorded: ([Check], [Evidence]), _ now: ([Check], [Evidence])
  ) -> Reproduction {
    Reproduction(
      recorded: Grounds(checks: recorded.0, evidence: recorded.1),
      now: Grounds(checks: now.0, evidence: now.1))
  }

  @Test func `durations, messages and warnings are nobody's claim`() {
    let same = compare(
      ([check("a", .pass), check("w", .fail, .warn)], [run(outcome(failed("1 != 2")))]),
      ([check("a", .pass)], [run(outcome(failed("1 != 3")), milliseconds: 900)]))
    #expect(same.differences.isEmpty && same.obstacles.isEmpty)
  }

  @Test func `a check that fails now, is gone, or stops for the first time is a difference`() {
    #expect(compare(([check("a", .pass)], []), ([check("a", .fail)], [])).differences.count == 1)
    #expect(compare(([check("a", .pass)], []), ([], [])).differences.count == 1)
    let more = compare(
      ([check("a", .pass)], []), ([check("a", .pass), check("b", .fail)], []))
    #expect(more.differences.count == 1)
  }

  @Test func `a test whose class of outcome is another is named`() {
    let result = compare(
      ([], [run(outcome(.passed))]), ([], [run(outcome(failed("no")))]))
    #expect(
      result.differences == ["t.py::test_a passed on record, failed now (every test)"])
    let gone = compare(([], [run(outcome(.passed))]), ([], [run(.ran([]))]))
    #expect(gone.differences.first?.contains("is not there now") == true)
  }

  @Test func `what did not run is an obstacle and no difference`() {
    let result = compare(
      ([check("a", .pass), check("b", .pass)], [run(outcome(.passed))]),
      ([check("a", .didNotRun)], [run(.didNotRun(reason: "no pytest"))]))
    #expect(result.differences.isEmpty)
    #expect(result.lacksTests)
    #expect(result.obstacles.first == "every test: no pytest")
  }

  @Test func `a run on another tree is no run of the one on record`() {
    let result = compare(
      ([], [run(outcome(.passed))]), ([], [run(outcome(.passed), on: Self.other)]))
    #expect(result.differences == ["was not run any more: every test"])
  }

  @Test func `which hunks were tried is nobody's claim`() {
    let result = compare(
      ([], [run(outcome(failed("x")), on: Self.other, .necessity)]), ([], []))
    #expect(result.differences.isEmpty && result.obstacles.isEmpty)
  }
}

// SPDX-License-Identifier: Apache-2.0
// What of a run is claimed, and what belongs to the one time that it was made.

import Domain
import Testing

@Suite struct RunClaimTests {
  private let first = TestIdentity(file: "t.py", suite: "", name: "test_a")
  private let second = TestIdentity(file: "t.py", suite: "C", name: "test_b")

  private func failed(_ message: String, _ cause: TestFailure.Cause = .assertion) -> TestOutcome {
    .failed(TestFailure(cause: cause, message: message, detail: message))
  }

  private func run(
    kind: Evidence.Kind = .red, tree: Int = 1, command: [String] = ["pytest", "-q"],
    ending: String = "exit 1", at milliseconds: Int = 5, tests: TestObservation?,
    note: String = "n"
  ) -> Evidence {
    Evidence(
      kind: kind, tree: .sample(tree), command: command, ending: ending,
      startedAt: Timestamp(milliseconds: milliseconds), durationMilliseconds: milliseconds,
      outputDigest: .sha256(of: "\(milliseconds)".utf8), output: "took \(milliseconds)",
      tests: tests, note: note)
  }

  private func saw(_ a: TestOutcome, _ b: TestOutcome) -> TestObservation {
    .ran([TestResult(identity: first, outcome: a), TestResult(identity: second, outcome: b)])
  }

  @Test func `time, output, messages, order and occasion are no part of a run's claim`() {
    let one = run(tests: saw(.passed, failed("<object at 0x7f01> after 0.12 s")))
    let other = run(
      kind: .baseline, at: 900,
      tests: .ran([
        TestResult(identity: second, outcome: failed("<object at 0x7fa2> after 3.4 s")),
        TestResult(identity: first, outcome: .passed),
      ]), note: "another occasion")
    #expect(one.claim == other.claim)
    #expect(
      run(ending: "not started: no such file", tests: .didNotRun(reason: "a")).claim
        == run(ending: "not started: try later", tests: .didNotRun(reason: "b")).claim)
  }

  @Test func `whatever came out otherwise is another claim`() {
    let here = saw(.passed, failed("x"))
    let claims = [
      run(tests: here), run(tests: saw(failed("x"), .passed)), run(tests: saw(.passed, .passed)),
      run(tests: saw(.passed, .skipped(reason: ""))),
      run(tests: saw(.passed, failed("x", .unspecified))),
      run(tests: .ran([TestResult(identity: first, outcome: .passed)])),
      run(tests: .didNotRun(reason: "")), run(tests: nil), run(tree: 2, tests: here),
      run(command: ["pytest", "-x"], tests: here), run(command: ["pytest -q"], tests: here),
      run(ending: "exit 0", tests: here), run(kind: .gate, tests: here),
      run(kind: .gate, tests: here, note: "m"),
    ].map(\.claim)
    #expect(!claims.contains(nil))
    #expect(Set(claims).count == claims.count)
  }

  @Test func `a name cannot pass for another line or field`() {
    let tests = TestObservation.ran([])
    #expect(
      run(command: ["a\nword b"], tests: tests).claim
        != run(command: ["a", "b"], tests: tests).claim)
    #expect(
      run(command: ["a\\nb"], tests: tests).claim != run(command: ["a\nb"], tests: tests).claim)
    let tab = TestIdentity(file: "a\tb", suite: "", name: "c")
    let parts = TestIdentity(file: "a", suite: "b", name: "c")
    #expect(
      run(tests: .ran([TestResult(identity: tab, outcome: .passed)])).claim
        != run(tests: .ran([TestResult(identity: parts, outcome: .passed)])).claim)
  }

  @Test func `a claim's text is what the documentation says`() {
    #expect(
      run(tests: saw(failed("no"), .passed)).claimText == """
        run 1
        tree \(ObjectID.sample(1))
        word pytest
        word -q
        ending exit 1
        failed assertion\tt.py\t\ttest_a
        passed\tt.py\tC\ttest_b

        """)
  }

  @Test func `a try without a hunk claims nothing of its own`() {
    #expect(run(kind: .necessity, tests: saw(.passed, .passed)).claim == nil)
  }

  @Test func `a check's claim is all but its sentence`() {
    func check(_ message: String, _ code: String? = "TDD002") -> CheckClaim {
      CheckClaim(
        Check(name: "red.fails", level: .blocking, verdict: .fail, code: code, message: message))
    }
    #expect(check("after 0.1 s") == check("after 7.2 s"))
    #expect(check("x") != check("x", "TDD001"))
  }
}

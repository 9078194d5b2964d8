// SPDX-License-Identifier: Apache-2.0
// Whether failures are reported at all: tests that were made to fail must be seen to fail.

/// What the run of a control must show.
package struct ControlExpectation: Hashable, Sendable {
  /// The tests that were made to fail.
  package let failing: Set<TestIdentity>
  /// The names of tests that were added and fail.
  package let added: [String]
  /// What every failure says.
  package let nonce: String

  package init(failing: Set<TestIdentity>, added: [String], nonce: String) {
    self.failing = failing
    self.added = added
    self.nonce = nonce
  }

  /// Whether there is nothing to be seen.
  package var isEmpty: Bool { failing.isEmpty && added.isEmpty }
}

/// The rule for control runs: a lie told to the test runner from inside its process shows there.
package enum ControlRules {
  /// Judges a control run of a submission.
  ///
  /// - Parameter now: `nil` where the runner has no control.
  package static func judge(
    _ expected: ControlExpectation, now: TestObservation?, stage: String
  ) -> Judgement {
    var judgement = Judgement()
    let name = "\(stage).control"
    guard let now, !expected.isEmpty else {
      judgement.didNotRun(
        name, "not applicable: this test runner has no control run", level: .conditional)
      return judgement
    }
    guard let outcomes = judgement.outcomes(of: now, name) else { return judgement }
    var hidden = expected.failing.sorted().filter { !shows(outcomes[$0], expected.nonce) }
      .map(outcomes.sentence)
    for added in expected.added {
      // Nobody else gives a test that name, so it need say nothing more.
      if !outcomes.broken.contains(where: { "\($0.suite).\($0.name)".contains(added) }) {
        hidden.append("a test that was added, and fails, was not seen to fail")
      }
    }
    if hidden.isEmpty {
      judgement.pass(name, "all tests that were made to fail were seen to fail")
    } else {
      judgement.fail(
        name, .evidenceTampering,
        "something in the submission keeps failures from being seen. The same tests were made to "
          + "fail, but:\n" + hidden.prefix(5).joined(separator: "\n"))
    }
    return judgement
  }

  /// Whether a test failed and, where the runner gives any words, with ours.
  private static func shows(_ outcome: TestOutcome?, _ nonce: String) -> Bool {
    switch outcome {
    case .failed(let failure), .errored(let failure):
      failure.message.contains(nonce) || failure.detail.contains(nonce)
        || failure.message.isEmpty && failure.detail.isEmpty
    case .passed, .skipped, nil: false
    }
  }
}

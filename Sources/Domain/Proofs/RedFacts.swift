// SPDX-License-Identifier: Apache-2.0
// What a task's accepted red stage showed: the measure of everything after it.

/// What a task's accepted red stage showed: the measure of everything after it.
package struct RedFacts: Hashable, Sendable {
  /// The tests on the task's base, without those that the red stage restated.
  package let baseline: TestOutcomes
  /// The tests with the red stage's test files.
  package let red: TestOutcomes

  /// Facts from both runs.
  ///
  /// - Parameter plan: the task's planned tests; an older test that they name and that fails in the
  ///   red run counts as one of the task's own.
  package init(baseline: TestOutcomes, red: TestOutcomes, plan: [String] = []) {
    self.baseline = baseline.without(RestatedTests.find(plan: plan, before: baseline, now: red))
    self.red = red
  }

  /// The tests that the red stage added.
  package var added: Set<TestIdentity> { red.identities.subtracting(baseline.identities) }

  /// What must pass once the task is green, beside the added tests.
  package var olderPassing: Set<TestIdentity> { baseline.passed.union(red.passed) }

  /// The tests of `now` that the added ones have become: themselves, or what is new in a file or
  /// suite that could not be loaded or built while red.
  package func proving(in now: TestOutcomes) -> Set<TestIdentity> {
    var proving = added.intersection(now.identities)
    for identity in added where isUnseen(identity) {
      proving.formUnion(now.identities.filter(identity.covers).subtracting(baseline.identities))
    }
    return proving
  }

  /// Whether an identity stands for tests that are still to be seen. A failure of no file and no
  /// suite does only where a compiler says that it is about all of them.
  private func isUnseen(_ identity: TestIdentity) -> Bool {
    guard identity.isWholeFile, case .errored = red[identity] else { return false }
    return identity != .wholeSuite || red.unbuilt.contains(identity)
  }

  /// The tests that a failed build hid while red and that turn out to be skipped, where nothing else
  /// keeps `now` from being green. Only who wrote them can mend that: the tests are frozen.
  package func hiddenSkips(in now: TestOutcomes) -> Set<TestIdentity> {
    let skipped = proving(in: now).subtracting(added).filter {
      if case .skipped = now[$0] { true } else { false }
    }
    guard !skipped.isEmpty, stillRed(in: now).count == skipped.count else { return [] }
    return skipped
  }

  /// Which added tests do not pass in `now`. What could not be loaded or built while red stands for
  /// the tests in it: at least one must be there that had not been seen before, and all must pass.
  /// The older tests that it hid must be there again.
  package func stillRed(in now: TestOutcomes) -> [String] {
    var failing: [String] = []
    for identity in added.sorted() {
      if let outcome = now[identity] {
        if !outcome.isPass { failing.append(now.sentence(identity)) }
        continue
      }
      let inside = now.identities.filter(identity.covers)
      let unseen = inside.subtracting(red.identities).subtracting(baseline.identities)
      guard isUnseen(identity), !unseen.isEmpty else {
        failing.append(
          red.unbuilt.contains(identity)
            ? "\(identity) is built now, but no test is in it that was not there before"
            : "\(identity) did not run")
        continue
      }
      // All that is in a new file is new; what a build hides holds older tests, which others judge.
      let proving = red.unbuilt.contains(identity) ? unseen : inside
      failing += proving.sorted().filter { now[$0]?.isPass != true }.map(now.sentence)
    }
    return failing + red.hidden(of: baseline).subtracting(now.identities).sorted().map(now.sentence)
  }
}

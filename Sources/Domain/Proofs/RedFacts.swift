// SPDX-License-Identifier: Apache-2.0
// What a task's accepted red stage showed: the measure of everything after it.

/// What a task's accepted red stage showed: the measure of everything after it.
package struct RedFacts: Hashable, Sendable {
  /// The tests on the task's base.
  package let baseline: TestOutcomes
  /// The tests with the red stage's test files.
  package let red: TestOutcomes

  package init(baseline: TestOutcomes, red: TestOutcomes) {
    self.baseline = baseline
    self.red = red
  }

  /// The tests that the red stage added.
  package var added: Set<TestIdentity> { red.identities.subtracting(baseline.identities) }

  /// What must pass once the task is green, beside the added tests.
  package var olderPassing: Set<TestIdentity> { baseline.passed.union(red.passed) }

  /// The tests of `now` that the added ones have become: themselves, or what is in a file that
  /// could not be loaded while red.
  package func proving(in now: TestOutcomes) -> Set<TestIdentity> {
    var proving = added.intersection(now.identities)
    for identity in unloaded { proving.formUnion(now.identities.filter(identity.covers)) }
    return proving
  }

  /// The files that the red stage added and that could not be loaded yet.
  private var unloaded: [TestIdentity] { added.filter(isUnloaded) }

  /// Whether an identity stands for tests that are still to be seen. A failure of no file and no
  /// suite does only where a compiler says that it is about all of them.
  private func isUnloaded(_ identity: TestIdentity) -> Bool {
    guard identity.isWholeFile, case .errored(let failure) = red[identity] else { return false }
    guard identity == .wholeSuite else { return true }
    if case .notBuilt = failure.cause { return true }
    return false
  }

  /// Which added tests do not pass in `now`. A file that could not be loaded while red stands for
  /// the tests in it: at least one must be there that had not been seen before, and all must pass.
  package func stillRed(in now: TestOutcomes) -> [String] {
    var failing: [String] = []
    for identity in added.sorted() {
      if let outcome = now[identity] {
        if !outcome.isPass { failing.append(now.sentence(identity)) }
        continue
      }
      let inFile = now.identities.filter(identity.covers)
      let unseen = inFile.subtracting(red.identities).subtracting(baseline.identities)
      guard isUnloaded(identity), !unseen.isEmpty else {
        failing.append("\(identity) did not run")
        continue
      }
      // All that is in a new file is new; a whole suite holds older tests, which others look after.
      let proving = identity == .wholeSuite ? unseen : inFile
      failing += proving.sorted().filter { now[$0]?.isPass != true }.map(now.sentence)
    }
    return failing
  }
}

// SPDX-License-Identifier: Apache-2.0
// Two runs of a project's tests held against each other.

/// The outcomes of one run by test.
package struct TestOutcomes: Hashable, Sendable {
  /// One outcome for each test that ran.
  package let byIdentity: [TestIdentity: TestOutcome]

  /// Where a name occurs twice, the worse outcome stands.
  package init(_ results: [TestResult]) {
    var outcomes: [TestIdentity: TestOutcome] = [:]
    for result in results {
      if let known = outcomes[result.identity], known.rank >= result.outcome.rank { continue }
      outcomes[result.identity] = result.outcome
    }
    byIdentity = outcomes
  }

  /// What the runner calls them, whatever became of them.
  package var identities: Set<TestIdentity> { Set(byIdentity.keys) }

  /// Those that ran and passed.
  package var passed: Set<TestIdentity> { Set(byIdentity.filter { $0.value.isPass }.keys) }

  /// Neither passed nor skipped.
  package var broken: Set<TestIdentity> {
    Set(
      byIdentity.filter {
        switch $0.value {
        case .failed, .errored: true
        case .passed, .skipped: false
        }
      }.keys)
  }

  /// What is broken now and was not in `earlier`, there or not.
  func newlyBroken(since earlier: TestOutcomes) -> Set<TestIdentity> {
    broken.subtracting(earlier.broken)
  }

  /// The tests of `earlier` that are not there any more. A file that could not be loaded is no
  /// test of its own: its tests take its place.
  func lost(since earlier: TestOutcomes) -> Set<TestIdentity> {
    earlier.identities.filter { !$0.isWholeFile && byIdentity[$0] == nil }
  }

  /// What became of `identity`; `nil` where it did not run.
  package subscript(identity: TestIdentity) -> TestOutcome? { byIdentity[identity] }

  /// What the outcome of `identity` is, in a word and the failure's own line.
  package func sentence(_ identity: TestIdentity) -> String {
    switch byIdentity[identity] {
    case nil: "\(identity) did not run"
    case .passed: "\(identity) passed"
    case .failed(let failure): "\(identity) failed: \(failure.message)"
    case .errored(let failure): "\(identity) could not run: \(failure.message)"
    case .skipped(let reason): "\(identity) was skipped: \(reason)"
    }
  }

  /// Sentences for several, at most five, one on a line.
  package func sentences(_ identities: some Sequence<TestIdentity>) -> String {
    let sorted = identities.sorted()
    var lines = sorted.prefix(5).map(sentence)
    if sorted.count > 5 { lines.append("and \(sorted.count - 5) more") }
    return lines.joined(separator: "\n")
  }
}

extension TestOutcome {
  /// How bad it is: a skip hides a failure no more than a pass does.
  fileprivate var rank: Int {
    switch self {
    case .passed: 0
    case .skipped: 1
    case .failed: 2
    case .errored: 3
    }
  }
}

extension TestObservation {
  /// The outcomes, or `nil` where nothing ran.
  package var outcomes: TestOutcomes? {
    switch self {
    case .ran(let results): TestOutcomes(results)
    case .didNotRun: nil
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Older tests that a plan lets say something else: those of a bug that tests had written down.

/// Which older tests of a task count as new ones.
///
/// Many a bug fix changes what an older test expects. No agent may decide that; the plan does, which
/// a person wrote: a test that the task's `tests` name may be rewritten in the red stage, provided
/// that it fails then. From there on it is one of the task's own tests.
package enum RestatedTests {
  /// The tests that passed before, fail now, and are named by the plan.
  ///
  /// - Parameter plan: the task's planned tests, each a name, an identity or a sentence with a name.
  package static func find(
    plan: [String], before: TestOutcomes, now: TestOutcomes
  ) -> Set<TestIdentity> {
    guard !plan.isEmpty else { return [] }
    return before.passed.intersection(now.broken).filter { identity in
      guard !identity.isWholeFile else { return false }
      // A parametrised test is named without its parameters.
      let name = String(identity.name.prefix { $0 != "[" })
      return plan.contains { $0 == identity.description || SymbolGround.contains($0, word: name) }
    }
  }
}

extension TestOutcomes {
  /// The outcomes of all other tests.
  package func without(_ identities: Set<TestIdentity>) -> TestOutcomes {
    guard !identities.isEmpty else { return self }
    return TestOutcomes(
      byIdentity.filter { !identities.contains($0.key) }
        .map { TestResult(identity: $0.key, outcome: $0.value) })
  }
}

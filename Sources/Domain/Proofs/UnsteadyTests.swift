// SPDX-License-Identifier: Apache-2.0
// Older tests that do not do the same each time, and whose fault that is.

/// What running older tests again showed of those that did not do what they did before.
package struct UnsteadyTests: Hashable, Sendable {
  /// They fail on the task's base as well, at least once: nobody's fault, and proof of nothing.
  package let quarantined: Set<TestIdentity>
  /// They are steady on the task's base; with the change they pass in some runs and fail in others.
  package let caused: Set<TestIdentity>

  package init(quarantined: Set<TestIdentity>, caused: Set<TestIdentity>) {
    self.quarantined = quarantined
    self.caused = caused
  }

  /// Nothing was unsteady.
  package static let none = UnsteadyTests(quarantined: [], caused: [])

  /// Whether there are any.
  package var isEmpty: Bool { quarantined.isEmpty && caused.isEmpty }
}

extension Judgement {
  /// Names those that are left out of everything else, and refuses those that the change caused.
  mutating func unsteady(_ tests: UnsteadyTests, stage: String) {
    if !tests.quarantined.isEmpty {
      fail(
        "\(stage).quarantined", .flaky,
        "older tests that fail now and then without this change as well count for nothing here: "
          + listed(tests.quarantined.sorted()), level: .warn)
    }
    if !tests.caused.isEmpty {
      fail(
        "\(stage).steady", .flaky,
        "older tests that were steady before this change pass in one run and fail in another: "
          + listed(tests.caused.sorted()))
    }
  }
}

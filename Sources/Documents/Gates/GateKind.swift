// SPDX-License-Identifier: Apache-2.0
// The kinds of gates that this program knows how to check.

/// What a gate looks at (S4-53 … S4-57).
package enum GateKind: String, Hashable, Sendable, CaseIterable {
  /// The code compiles.
  case compiles
  /// Every test passes, and at least one ran.
  case testsPass = "tests-pass"
  /// No line of output reports an error.
  case noConsoleErrors = "no-console-errors"
  /// A measuring command stays within its budget.
  case performance
  /// A coverage report shows enough, and no less than before (M7).
  case coverage
  /// A change of code comes with one of the documents.
  case documentationUpdated = "documentation-updated"
  /// A task changes fewer lines than its limit (S4-12).
  case microTaskSize = "micro-task-size"
  /// A command of the project's own ends with 0.
  case command
}

// SPDX-License-Identifier: Apache-2.0
// The stages that a task can go through.

/// A stage. Each ends with a proof of its own.
package enum Stage: String, Hashable, Sendable, Codable, CaseIterable {
  case design, red, green, refactor, verify, review, document

  /// What must come before it where both are present: design, then tests, then code, then the
  /// looks back at them.
  var rank: Int {
    switch self {
    case .design: 0
    case .red: 1
    case .green: 2
    case .refactor: 3
    case .verify: 4
    case .review: 5
    case .document: 6
    }
  }
}

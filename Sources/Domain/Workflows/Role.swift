// SPDX-License-Identifier: Apache-2.0
// The five roles that handoffs are addressed to.

/// A role. Names in the wild are aliases of these and are kept as written (R10).
package enum Role: String, Hashable, Sendable, Codable, CaseIterable {
  case architect
  case specialist
  case testEngineer = "test-engineer"
  case reviewer
  case documenter
}

// SPDX-License-Identifier: Apache-2.0
// What the entry protocol found: seed 002's three phases as values.

package import Domain

/// One step of the protocol, for people.
package struct EntryStep: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable {
    case ok = "OK"
    case warning = "WARNING"
    case skipped = "SKIP"
    case failed = "FAILED"
  }

  package let phase: Int
  package let name: String
  package let status: Status
  package let detail: String
}

/// The outcome of `orchestrate enter`.
package struct EntryReport: Hashable, Sendable {
  package let directory: String
  package let hasProjectMarkers: Bool
  package let health: HealthStatus
  /// What the health check said, in a sentence.
  package let healthDetail: String
  package let features: FeatureStatus
  /// The state that was written down last; START where there was none.
  package let currentState: ProjectState
  package let nextState: ProjectState
  /// The newest session summary; `nil` where there is none.
  package let latestSummary: String?
  package let recentFiles: [String]
  package let recentCommits: [String]
  /// The newest commit that the coordinator saw pass; `nil` where it saw none.
  package let lastPassing: ObjectID?
  package let steps: [EntryStep]
  package let evidence: EvidenceRecord?
}

// SPDX-License-Identifier: Apache-2.0
// What the entry protocol found: seed 002's three phases as values.

package import Domain

/// One step of the protocol, for people.
package struct EntryStep: Hashable, Sendable {
  /// How a step went, in the words of seed 002's script.
  package enum Status: String, Hashable, Sendable {
    case ok = "OK"
    case warning = "WARNING"
    case skipped = "SKIP"
    case failed = "FAILED"
  }

  /// 1, 2 or 3.
  package let phase: Int
  /// What was looked at.
  package let name: String
  /// How it went.
  package let status: Status
  /// What was found, in a few words.
  package let detail: String
}

/// The outcome of `orchestrate enter`.
package struct EntryReport: Hashable, Sendable {
  /// The project's top folder.
  package let directory: String
  /// Whether anything says that a project is there (S2-01).
  package let hasProjectMarkers: Bool
  /// What the health check said.
  package let health: HealthStatus
  /// What the health check said, in a sentence.
  package let healthDetail: String
  /// What the feature list says, or the sessions' tasks where there is none.
  package let features: FeatureStatus
  /// The state that was written down last; START where there was none.
  package let currentState: ProjectState
  /// The state that follows from health and features.
  package let nextState: ProjectState
  /// The newest session summary; `nil` where there is none.
  package let latestSummary: String?
  /// At most five, the latest first (S2-13).
  package let recentFiles: [String]
  /// At most five, `abc1234 subject`, the latest first.
  package let recentCommits: [String]
  /// The newest commit that the coordinator saw pass; `nil` where it saw none.
  package let lastPassing: ObjectID?
  /// Every step in order.
  package let steps: [EntryStep]
  /// The run of the health check; `nil` where none is configured.
  package let evidence: EvidenceRecord?

  package init(
    directory: String, hasProjectMarkers: Bool, health: HealthStatus, healthDetail: String,
    features: FeatureStatus, currentState: ProjectState, nextState: ProjectState,
    latestSummary: String?, recentFiles: [String], recentCommits: [String], lastPassing: ObjectID?,
    steps: [EntryStep], evidence: EvidenceRecord?
  ) {
    self.directory = directory
    self.hasProjectMarkers = hasProjectMarkers
    self.health = health
    self.healthDetail = healthDetail
    self.features = features
    self.currentState = currentState
    self.nextState = nextState
    self.latestSummary = latestSummary
    self.recentFiles = recentFiles
    self.recentCommits = recentCommits
    self.lastPassing = lastPassing
    self.steps = steps
    self.evidence = evidence
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a session's agents have used, summed by segment and by run.

package import Domain

/// The sums of what was reported, by segment. A sum is estimated where any part of it is.
package struct UsageTotals: Hashable, Sendable {
  package let total: Usage
  /// Every segment, in order.
  package let segments: [SegmentUsage]
}

/// One segment and what was used in it.
package struct SegmentUsage: Hashable, Sendable {
  package let segment: Segment
  package let closedAt: Timestamp?
  /// Why it was closed; `nil` while it is open.
  package let reason: String?
  package let usage: Usage
}

/// One claim of a handoff: an agent's run.
package struct AgentRun: Hashable, Sendable {
  /// What became of a run.
  package enum Outcome: String, Hashable, Sendable, CaseIterable {
    case submitted, accepted, refused, failed, expired, released, cancelled
  }

  package let handoff: HandoffID
  package let fence: Fence
  package let attempt: Int
  package let worker: String
  package let startedAt: Timestamp
  /// When the worker let go: by submitting, giving up, or losing it.
  package let endedAt: Timestamp?
  /// `nil` while it runs.
  package let outcome: Outcome?
  package let usage: Usage
}

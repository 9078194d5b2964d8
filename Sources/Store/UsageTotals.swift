// SPDX-License-Identifier: Apache-2.0
// What a session's agents have used, summed by segment and by run.

package import Domain

/// The sums of what was reported, by segment. A sum is estimated where any part of it is.
package struct UsageTotals: Hashable, Sendable {
  /// The sum over all segments.
  package let total: Usage
  /// Every segment, in order.
  package let segments: [SegmentUsage]

  package init(
    total: Usage, segments: [SegmentUsage]
  ) {
    self.total = total
    self.segments = segments
  }
}

/// One segment and what was used in it.
package struct SegmentUsage: Hashable, Sendable {
  /// Which segment, and when it was opened.
  package let segment: Segment
  /// When it was closed; `nil` while it is open.
  package let closedAt: Timestamp?
  /// Why it was closed; `nil` while it is open.
  package let reason: String?
  /// The sum over the runs of this segment.
  package let usage: Usage

  package init(
    segment: Segment, closedAt: Timestamp?, reason: String?, usage: Usage
  ) {
    self.segment = segment
    self.closedAt = closedAt
    self.reason = reason
    self.usage = usage
  }
}

/// One claim of a handoff: an agent's run.
package struct AgentRun: Hashable, Sendable {
  /// What became of a run.
  package enum Outcome: String, Hashable, Sendable, CaseIterable {
    case submitted, accepted, refused, failed, expired, released, cancelled
  }

  /// The handoff that was claimed.
  package let handoff: HandoffID
  /// The number that this claim, and no other, was made under.
  package let fence: Fence
  /// Which attempt at the handoff it was, 1 for the first.
  package let attempt: Int
  /// What the worker called itself.
  package let worker: String
  /// When the claim was made.
  package let startedAt: Timestamp
  /// When the worker let go: by submitting, giving up, or losing it.
  package let endedAt: Timestamp?
  /// `nil` while it runs.
  package let outcome: Outcome?
  /// The sum of what the run has reported.
  package let usage: Usage

  package init(
    handoff: HandoffID, fence: Fence, attempt: Int, worker: String, startedAt: Timestamp,
    endedAt: Timestamp?, outcome: Outcome?, usage: Usage
  ) {
    self.handoff = handoff
    self.fence = fence
    self.attempt = attempt
    self.worker = worker
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.outcome = outcome
    self.usage = usage
  }
}

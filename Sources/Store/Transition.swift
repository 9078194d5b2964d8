// SPDX-License-Identifier: Apache-2.0
// One step of a session, whole or not at all: what must still hold, and what happened.

package import Domain

/// Events of one session, with the bodies that they name by digest, to be stored in one
/// transaction if every expectation still holds inside it.
package struct Transition: Hashable, Sendable {
  /// The one session that every event is about.
  package let session: SessionID
  /// The time that all of the events are journalled under.
  package let at: Timestamp
  /// What must still hold inside the transaction; where any of it doesn't, nothing is kept.
  package let expecting: [Expectation]
  /// In the order in which they happened; none where only bodies are to be kept.
  package let events: [SessionEvent]
  /// The evidence that the events name by digest; storing it again does no harm.
  package let evidence: [EvidenceRecord]
  /// The texts that the events name by digest; storing them again does no harm.
  package let documents: [Document]

  package init(
    session: SessionID, at: Timestamp, expecting: [Expectation] = [], events: [SessionEvent],
    evidence: [EvidenceRecord] = [], documents: [Document] = []
  ) {
    self.session = session
    self.at = at
    self.expecting = expecting
    self.events = events
    self.evidence = evidence
    self.documents = documents
  }
}

/// A text that events name by its digest.
package struct Document: Hashable, Sendable {
  /// SHA-256 of `body`.
  package let digest: Digest
  /// The text, byte for byte as it was digested.
  package let body: String

  /// Keeps `body` under its own digest, so that the two can't disagree.
  package init(body: String) {
    self.body = body
    digest = Digest.sha256(of: body.utf8)
  }
}

/// Something that a transition was decided on, checked again inside its transaction.
package enum Expectation: Hashable, Sendable {
  case handoff(HandoffID, is: Standing)
  /// The task is as it was read.
  case task(TaskID, TaskProgress)
  case lifecycle(SessionLifecycle)
  /// The session does not exist yet.
  case noSession
  /// No handoff has this id yet.
  case ordinalFree(HandoffID)

  /// Where a handoff is expected to stand.
  package enum Standing: Hashable, Sendable {
    case ready
    case dead
    /// Under this claim, whatever its lease says.
    case claimed(Fence)
    /// Under this claim, with a lease that still runs: what a submission needs.
    case held(Fence, at: BootInstant)
    /// Under this claim, with a lease that has run out: what a reaper needs, since a renewal keeps
    /// the fence (RELIABILITY T3).
    case lapsed(Fence, at: BootInstant)
    case submitted(Fence)
  }
}

extension Expectation.Standing {
  /// Whether a handoff in `state` stands so.
  package func matches(_ state: Handoff.State) -> Bool {
    switch (self, state) {
    case (.ready, .ready), (.dead, .dead): true
    case (.claimed(let fence), .claimed(let claim)): claim.fence == fence
    case (.held(let fence, let now), .claimed(let claim)):
      claim.fence == fence && !claim.lease.hasExpired(at: now)
    case (.lapsed(let fence, let now), .claimed(let claim)):
      claim.fence == fence && claim.lease.hasExpired(at: now)
    case (.submitted(let fence), .submitted(let claim, _)): claim.fence == fence
    case (.ready, _), (.dead, _), (.claimed, _), (.held, _), (.lapsed, _), (.submitted, _): false
    }
  }
}

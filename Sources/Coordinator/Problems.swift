// SPDX-License-Identifier: Apache-2.0
// Where the errors of the targets below become problems that a person can act on.

package import Domain
package import Git
package import Store

extension Problem {
  /// The code of a transition that was decided on something which has changed since.
  static let movedOn = "STORE001"

  /// A failed expectation is a conflict (15); any other failure of the store makes it unavailable (69).
  package init(_ error: StoreError) {
    switch error {
    case .expectationFailed:
      self.init(
        code: Self.movedOn, exit: .conflict, message: "the session moved on in the meantime",
        reason: "\(error)", remedy: "orchestrate status")
    case .diskNearlyFull, .diskFull:
      self.init(
        code: "STORE004", exit: .unavailable, message: "the disk is full, or nearly so",
        reason: "\(error)", remedy: "free some space, then go on: orchestrate run")
    case .corrupt:
      self.init(
        code: "STORE005", exit: .integrityFailure, message: "the session store is damaged",
        reason: "\(error)", remedy: "orchestrate recover --salvage")
    case .olderSchema:
      self.init(
        code: "STORE002", exit: .unavailable,
        message: "the session store was written by an earlier version",
        reason: "\(error)", remedy: "orchestrate recover")
    default:
      self.init(
        code: "STORE002", exit: .unavailable, message: "the session store cannot be used",
        reason: "\(error)", remedy: "orchestrate doctor")
    }
  }

  /// Git could not do what was asked of it (69).
  package init(_ error: GitError) {
    self.init(
      code: "GIT001", exit: .unavailable, message: "git: \(error.operation) failed",
      reason: error.message, remedy: "orchestrate doctor")
  }

  /// A workspace cannot be used (69).
  package init(_ error: WorkspaceError) {
    self.init(
      code: "WORKSPACE001", exit: .unavailable, message: "a workspace cannot be used",
      reason: error.description, remedy: "orchestrate doctor")
  }

  /// A proof could not be made at all, which is nobody's failed attempt (69).
  package init(_ error: ProofError) {
    self.init(
      code: "PROOF009", exit: .unavailable, message: "a proof could not be made",
      reason: error.description, remedy: "orchestrate doctor")
  }

  /// The sender's claim has ended: it must stop working.
  package static func leaseLost(_ id: HandoffID, _ fence: Fence, held: Fence?) -> Problem {
    Problem(
      code: "LEASE001", exit: .leaseLost, message: "the claim \(fence) on \(id) has ended",
      reason: held.map { "it is held under fence \($0)" } ?? "it moved on without this claim",
      remedy: "stop working on it, then: orchestrate handoff claim")
  }

  /// A stale fence means that the lease is lost (16); anything else is a conflict (15).
  package init(_ rejection: HandoffRejection, id: HandoffID, fence: Fence) {
    switch rejection {
    case .leaseLost(let held): self = .leaseLost(id, fence, held: held)
    case .alreadySubmitted:
      self.init(
        code: "LEASE002", exit: .conflict, message: "\(id) was handed in already",
        reason: "it is being proved", remedy: "orchestrate handoff show \(id)")
    case .notReady, .notSubmitted, .ended:
      self.init(
        code: "LEASE003", exit: .conflict, message: "\(id) is not in a state for that",
        reason: "\(rejection)", remedy: "orchestrate handoff show \(id)")
    }
  }

  /// The tests of a session branch did not run, so nothing can be merged onto it.
  static func unmeasured(_ session: SessionID, _ reason: String) -> Problem {
    Problem(
      code: "PROOF010", exit: .unavailable,
      message: "nothing can be merged onto session/\(session): its own tests did not run",
      reason: reason, remedy: "orchestrate doctor, then: orchestrate run \(session)")
  }

  /// The process was asked to stop; what was recorded is settled by the next run.
  static let interrupted = Problem(
    code: "INTERRUPTED", exit: .interrupted, message: "stopped before the proof was complete",
    remedy: "orchestrate run SESSION")

  /// A state machine of ours refused an input of ours: a defect, told rather than hidden.
  package static func defect(_ error: any Error, in what: String) -> Problem {
    Problem(
      code: "INTERNAL", exit: .internalFault, message: "\(what) is in a state that cannot be",
      reason: "\(error)", remedy: "orchestrate recover")
  }
}

// SPDX-License-Identifier: Apache-2.0
// The states and inputs of a handoff as lists, so that no pair of them is forgotten.

import Domain

/// A handoff in each of its states.
enum HandoffSituation: CaseIterable, Hashable {
  case ready, claimed, submitted, accepted, dead, cancelled

  static let id = HandoffID(session: SessionID(number: 39)!, ordinal: 17)

  init(_ state: Handoff.State) {
    switch state {
    case .ready: self = .ready
    case .claimed: self = .claimed
    case .submitted: self = .submitted
    case .accepted: self = .accepted
    case .dead: self = .dead
    case .cancelled: self = .cancelled
    }
  }

  var handoff: Handoff { handoff(attemptsMax: self == .dead ? 1 : 3) }

  func handoff(attemptsMax: Int) -> Handoff {
    var handoff = Handoff(
      id: Self.id, task: TaskID("task-1")!, stage: .green, role: .specialist, round: 1,
      base: .sample(1), attemptsMax: attemptsMax)
    for input in way { _ = input.apply(to: &handoff) }
    return handoff
  }

  private var way: [HandoffInput] {
    switch self {
    case .ready: []
    case .claimed: [.claimed]
    case .submitted: [.claimed, .submitted]
    case .accepted: [.claimed, .submitted, .accepted]
    case .dead: [.claimed, .failed]
    case .cancelled: [.cancelled]
    }
  }
}

/// Every input, with the fence and the time varied where they decide.
enum HandoffInput: CaseIterable, Hashable {
  case claimed
  case renewed, renewedStale, renewedLate
  case submitted, submittedStale, submittedLate
  case accepted, acceptedStale
  case refused, refusedStale
  case failed, failedStale
  case expired, expiredStale, expiredEarly
  case lost, lostStale
  case released, releasedStale
  case cancelled, revived

  func apply(to handoff: inout Handoff) -> HandoffAnswer {
    do throws(HandoffRejection) {
      return try applied(to: &handoff)
    } catch {
      return .no(error)
    }
  }

  private func applied(to handoff: inout Handoff) throws(HandoffRejection) -> HandoffAnswer {
    let reason = Feedback.sample(handoff.attempt)
    switch self {
    case .claimed: try handoff.claimed(.sample())
    case .renewed: try handoff.renewed(fence: .held, lease: .sample, at: .at(999))
    case .renewedStale: try handoff.renewed(fence: .old, lease: .sample, at: .at(999))
    case .renewedLate: try handoff.renewed(fence: .held, lease: .sample, at: .at(1_000))
    case .submitted: try handoff.submitted(.sample, fence: .held, at: .at(999))
    case .submittedStale: try handoff.submitted(.sample, fence: .old, at: .at(999))
    case .submittedLate: try handoff.submitted(.sample, fence: .held, at: .at(1_000))
    case .accepted: try handoff.accepted(fence: .held)
    case .acceptedStale: try handoff.accepted(fence: .newer)
    case .refused: return .ended(try handoff.refused(fence: .held, feedback: reason))
    case .refusedStale: return .ended(try handoff.refused(fence: .old, feedback: reason))
    case .failed: return .ended(try handoff.failed(fence: .held, feedback: reason))
    case .failedStale: return .ended(try handoff.failed(fence: .old, feedback: reason))
    case .expired:
      return .ended(try handoff.expired(fence: .held, at: .at(1_000), feedback: reason))
    case .expiredStale:
      return .ended(try handoff.expired(fence: .old, at: .at(1_000), feedback: reason))
    case .expiredEarly:
      return .ended(try handoff.expired(fence: .held, at: .at(999), feedback: reason))
    case .lost: return .ended(try handoff.lost(fence: .held, feedback: reason))
    case .lostStale: return .ended(try handoff.lost(fence: .old, feedback: reason))
    case .released: try handoff.released(fence: .held)
    case .releasedStale: try handoff.released(fence: .newer)
    case .cancelled: try handoff.cancelled()
    case .revived: try handoff.revived()
    }
    return .yes(HandoffSituation(handoff.state))
  }
}

/// What an input led to.
enum HandoffAnswer: Hashable {
  case yes(HandoffSituation)
  case ended(AttemptEnd)
  case no(HandoffRejection)

  var leadsTo: HandoffSituation? {
    switch self {
    case .yes(let situation): situation
    case .ended(.requeued): .ready
    case .ended(.exhausted): .dead
    case .no: nil
    }
  }
}

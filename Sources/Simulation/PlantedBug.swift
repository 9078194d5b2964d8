// SPDX-License-Identifier: Apache-2.0
// Bugs that other projects had, to be planted and found: a test of the simulator itself.

import Domain
import Store

/// A real bug of another project (RELIABILITY, section 2), as it would be here.
package enum PlantedBug: String, CaseIterable, Sendable {
  /// T1: a claim reads which handoff is free and takes it later, whoever took it in between.
  case claimUnguarded = "T1"
  /// T3: what reaps a lapsed claim asks neither for its state nor for its fence when it writes.
  case reaperUnguarded = "T3"
  /// T5: leases run on the wall clock.
  case leaseOnWallClock = "T5"
  /// T10: an acceptance and the next handoff are two transactions.
  case acceptanceApart = "T10"
  /// T19: every lock file is taken for stale, whoever holds it.
  case locksOfOthers = "T19"
}

extension Transition {
  /// Whether it ends a claim whose lease ran out.
  var isReaping: Bool {
    events.contains {
      if case .handoffReturned(_, reason: .expired) = $0 { true } else { false }
    }
  }

  /// The transition with the handoff that follows an acceptance put off to a second one.
  var apart: (first: Transition, second: Transition)? {
    let isAcceptance = events.contains {
      if case .handoffAccepted = $0 { true } else { false }
    }
    let next = events.filter { if case .handoffQueued = $0 { true } else { false } }
    guard isAcceptance, !next.isEmpty else { return nil }
    let rest = events.filter { if case .handoffQueued = $0 { false } else { true } }
    return (
      Transition(
        session: session, at: at, expecting: expecting, events: rest, evidence: evidence,
        documents: documents), Transition(session: session, at: at, events: next)
    )
  }
}

extension StoreTables {
  /// A handoff that was free a moment ago: the newest claim's, if a worker of another name has held
  /// it for less than 20 ms and one of the roles fits.
  func lookedFreeBefore(_ request: ClaimRequest, at now: Timestamp) -> Handoff? {
    guard let run = runs.last, run.worker != request.worker,
      (0..<20).contains(now.milliseconds - run.startedAt.milliseconds),
      let handoff = handoffs[run.handoff],
      case .claimed(let claim) = handoff.state, claim.fence == run.fence,
      request.roles.contains(handoff.role)
    else { return nil }
    return handoff
  }
}

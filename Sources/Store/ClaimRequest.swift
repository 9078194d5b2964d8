// SPDX-License-Identifier: Apache-2.0
// What a worker asks the queue for, and what it needs to know to wait.

package import Domain

/// A worker's wish for a handoff.
package struct ClaimRequest: Hashable, Sendable {
  /// The session to claim from; `nil` for any that is in execution.
  package let session: SessionID?
  /// The roles that the worker can play; an empty set never gets anything.
  package let roles: Set<Role>
  /// What the worker calls itself, shown to people.
  package let worker: String
  /// How long the claim holds from the moment that it is made, unless renewed.
  package let leaseLength: Duration

  package init(
    session: SessionID? = nil, roles: Set<Role>, worker: String, leaseLength: Duration
  ) {
    self.session = session
    self.roles = roles
    self.worker = worker
    self.leaseLength = leaseLength
  }
}

/// What a worker that found nothing needs to know to wait without polling.
package struct ClaimOutlook: Hashable, Sendable {
  /// The roles for which something can be claimed now.
  package let readyRoles: Set<Role>
  /// The lease that ends first among the claimed handoffs; it may have ended already. `nil` where
  /// nothing is claimed.
  package let nextLeaseEnd: Lease?

  package init(
    readyRoles: Set<Role>, nextLeaseEnd: Lease?
  ) {
    self.readyRoles = readyRoles
    self.nextLeaseEnd = nextLeaseEnd
  }
}

/// A handoff's state without what goes with it.
package enum HandoffStateName: String, Hashable, Sendable, CaseIterable {
  case ready, claimed, submitted, accepted, dead, cancelled

  /// The name of the state that `state` is in.
  package init(_ state: Handoff.State) {
    switch state {
    case .ready: self = .ready
    case .claimed: self = .claimed
    case .submitted: self = .submitted
    case .accepted: self = .accepted
    case .dead: self = .dead
    case .cancelled: self = .cancelled
    }
  }

  /// The states from which a handoff still moves by itself.
  package static let open: Set<HandoffStateName> = [.ready, .claimed, .submitted]
}

// SPDX-License-Identifier: Apache-2.0
// The project's state, derived from its features and its health, never set by hand (R2, M5).

/// What a health check of the project said.
package enum HealthStatus: String, Hashable, Sendable, Codable {
  case healthy = "HEALTHY"
  case broken = "BROKEN"
  case unknown = "UNKNOWN"
}

/// What the project's feature list says.
package enum FeatureStatus: String, Hashable, Sendable, Codable {
  case none = "NO_FEATURE_LIST"
  case pending = "HAS_PENDING_FEATURES"
  case implemented = "HAS_UNTESTED_FEATURES"
  case complete = "ALL_COMPLETE"

  /// What counts of features say. Features that are merely implemented are not done (S2-11).
  package init(total: Int, pending: Int, untested: Int) {
    if total == 0 {
      self = .none
    } else if pending > 0 {
      self = .pending
    } else if untested > 0 {
      self = .implemented
    } else {
      self = .complete
    }
  }
}

/// Seed 002's six states.
package enum ProjectState: String, Hashable, Sendable, Codable, CaseIterable {
  case start = "START"
  case initialize = "INIT"
  case implement = "IMPLEMENT"
  case test = "TEST"
  case complete = "COMPLETE"
  case fixBroken = "FIX_BROKEN"

  /// The state that follows from what is there.
  package init(features: FeatureStatus, health: HealthStatus) {
    switch health {
    case .broken: self = .fixBroken
    case .healthy, .unknown:
      switch features {
      case .none: self = .initialize
      case .pending: self = .implement
      case .implemented: self = .test
      case .complete: self = .complete
      }
    }
  }

  /// The states that may follow this one (M5); never back to START. A project that breaks can do
  /// so anywhere, and new features may be added to a complete one.
  package var successors: Set<ProjectState> {
    switch self {
    case .start: [.initialize, .implement, .test, .complete, .fixBroken]
    case .initialize: [.implement, .fixBroken]
    case .implement: [.test, .complete, .fixBroken]
    case .test: [.implement, .complete, .fixBroken]
    case .complete: [.implement, .fixBroken]
    case .fixBroken: [.initialize, .implement, .test, .complete]
    }
  }

  /// The skill folder that fits the state (S2-14).
  package var skill: String {
    switch self {
    case .start: "orchestrator"
    case .initialize: "initialization"
    case .implement: "implementation"
    case .test: "testing"
    case .complete: "context-graph"
    case .fixBroken: "enforcement"
    }
  }
}

/// A project's state with the one way to move it: by looking again.
package struct ProjectStateMachine: Hashable, Sendable, Codable {
  /// The state that was last seen.
  package private(set) var state: ProjectState

  package init(state: ProjectState = .start) { self.state = state }

  /// The features and the health were looked at. A broken project stays broken until a check that
  /// ran says otherwise: one that did not run never counts as a pass.
  ///
  /// - Returns: the transition, or `nil` where nothing changed.
  /// - Throws: `ProjectStateRejection` where what was seen cannot follow the present state.
  package mutating func observed(
    features: FeatureStatus, health: HealthStatus
  ) throws(ProjectStateRejection) -> (from: ProjectState, to: ProjectState)? {
    if state == .fixBroken, health == .unknown { return nil }
    let next = ProjectState(features: features, health: health)
    guard next != state else { return nil }
    guard state.successors.contains(next) else {
      throw ProjectStateRejection(from: state, to: next)
    }
    let previous = state
    state = next
    return (previous, next)
  }
}

/// A project cannot go from one of these states to the other.
package struct ProjectStateRejection: Error, Hashable, Sendable {
  /// The state that the project is in.
  package let from: ProjectState
  /// The state that was seen.
  package let to: ProjectState
}

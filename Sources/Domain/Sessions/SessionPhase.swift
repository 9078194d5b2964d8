// SPDX-License-Identifier: Apache-2.0
// The state machine of a session's phases (R2).

/// planned → initialization → planning → execution → validation → review → completed | failed;
/// paused from any that is not an end.
package struct SessionLifecycle: Hashable, Sendable, Codable {
  /// The phases, in the order in which they come.
  package enum Phase: String, Hashable, Sendable, Codable, CaseIterable {
    case planned, initialization, planning, execution, validation, review

    /// The phase that follows when this one is done; `nil` after the last.
    package var next: Phase? {
      switch self {
      case .planned: .initialization
      case .initialization: .planning
      case .planning: .execution
      case .execution: .validation
      case .validation: .review
      case .review: nil
      }
    }
  }

  /// A phase under way, a pause in one, or an end.
  package enum State: Hashable, Sendable, Codable {
    case active(Phase)
    case paused(at: Phase, reason: String)
    case completed
    case failed(reason: String)
  }

  /// Where the session stands; only the inputs below move it.
  package private(set) var state: State

  /// A session that is planned and has not begun.
  package init() { state = .active(.planned) }

  /// One word for people and files: `execution`, `paused`, `completed`.
  package var name: String {
    switch state {
    case .active(let phase): phase.rawValue
    case .paused: "paused"
    case .completed: "completed"
    case .failed: "failed"
    }
  }

  /// Whether it is completed or failed: no input is taken any more.
  package var isEnded: Bool {
    switch state {
    case .completed, .failed: true
    case .active, .paused: false
    }
  }
}

/// Why a session refuses an input.
package struct SessionRejection: Error, Hashable, Sendable {
  /// The name of the input: `finished planning`, `paused`.
  package let input: String
  /// The state in which it came.
  package let state: SessionLifecycle.State
}

extension SessionLifecycle {
  /// The work of `phase` is done; the session goes on to the next, or completes after review.
  package mutating func finished(_ phase: Phase) throws(SessionRejection) {
    guard state == .active(phase) else { throw reject("finished \(phase.rawValue)") }
    if let next = phase.next { state = .active(next) } else { state = .completed }
  }

  /// Validation found work to do: tasks were reopened.
  package mutating func reopened() throws(SessionRejection) {
    guard state == .active(.validation) else { throw reject("reopened") }
    state = .active(.execution)
  }

  /// The session was halted in its phase, to be resumed there.
  package mutating func paused(reason: String) throws(SessionRejection) {
    guard case .active(let phase) = state else { throw reject("paused") }
    state = .paused(at: phase, reason: reason)
  }

  /// A paused session goes on with the phase that it was halted in.
  package mutating func resumed() throws(SessionRejection) {
    guard case .paused(let phase, _) = state else { throw reject("resumed") }
    state = .active(phase)
  }

  /// The session cannot be brought to an end; nothing follows.
  package mutating func failed(reason: String) throws(SessionRejection) {
    switch state {
    case .active, .paused: state = .failed(reason: reason)
    case .completed, .failed: throw reject("failed")
    }
  }

  private func reject(_ input: String) -> SessionRejection {
    SessionRejection(input: input, state: state)
  }
}

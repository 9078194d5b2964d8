// SPDX-License-Identifier: Apache-2.0
// Every input of a session's lifecycle in every state.

import Domain
import Testing

@Suite struct SessionLifecycleTests {
  private typealias Phase = SessionLifecycle.Phase
  private typealias State = SessionLifecycle.State

  private static let states: [State] =
    Phase.allCases.map(State.active) + Phase.allCases.map { State.paused(at: $0, reason: "lunch") }
    + [.completed, .failed(reason: "broke")]

  /// An input, and where it leads from a state; `nil` where it is refused.
  private struct Input: Sendable {
    let name: String
    let apply: @Sendable (inout SessionLifecycle) throws -> Void
    let leadsTo: @Sendable (State) -> State?
  }

  private static let inputs: [Input] =
    Phase.allCases.map { phase in
      Input(name: "finished \(phase.rawValue)") {
        try $0.finished(phase)
      } leadsTo: {
        $0 == .active(phase) ? phase.next.map(State.active) ?? .completed : nil
      }
    } + [
      Input(name: "reopened") {
        try $0.reopened()
      } leadsTo: {
        $0 == .active(.validation) ? .active(.execution) : nil
      },
      Input(name: "paused", apply: { try $0.paused(reason: "lunch") }, leadsTo: paused),
      Input(name: "resumed", apply: { try $0.resumed() }, leadsTo: resumed),
      Input(name: "failed", apply: { try $0.failed(reason: "broke") }, leadsTo: failed),
    ]

  @Sendable private static func paused(_ state: State) -> State? {
    switch state {
    case .active(let phase): .paused(at: phase, reason: "lunch")
    case .paused, .completed, .failed: nil
    }
  }

  @Sendable private static func resumed(_ state: State) -> State? {
    switch state {
    case .paused(let phase, _): .active(phase)
    case .active, .completed, .failed: nil
    }
  }

  @Sendable private static func failed(_ state: State) -> State? {
    switch state {
    case .active, .paused: .failed(reason: "broke")
    case .completed, .failed: nil
    }
  }

  /// A lifecycle brought to a state by its own inputs.
  private static func lifecycle(_ state: State) throws -> SessionLifecycle {
    var lifecycle = SessionLifecycle()
    func goOn(to phase: Phase) throws {
      while lifecycle.state != .active(phase), case .active(let current) = lifecycle.state {
        try lifecycle.finished(current)
      }
    }
    switch state {
    case .active(let phase): try goOn(to: phase)
    case .paused(let phase, let reason):
      try goOn(to: phase)
      try lifecycle.paused(reason: reason)
    case .completed:
      try goOn(to: .review)
      try lifecycle.finished(.review)
    case .failed(let reason): try lifecycle.failed(reason: reason)
    }
    return lifecycle
  }

  @Test func `every state takes the inputs it should and refuses all others by name`() throws {
    for state in Self.states {
      let start = try Self.lifecycle(state)
      #expect(start.state == state)
      for input in Self.inputs {
        var lifecycle = start
        if let next = input.leadsTo(state) {
          try input.apply(&lifecycle)
          #expect(lifecycle.state == next, "\(input.name) while \(state)")
        } else {
          let rejection = #expect(throws: SessionRejection.self, "\(input.name) while \(state)") {
            try input.apply(&lifecycle)
          }
          #expect(rejection?.input == input.name)
          #expect(rejection?.state == state)
          #expect(lifecycle == start)
        }
      }
    }
  }

  @Test func `the phases follow one another and end in completion`() throws {
    var lifecycle = SessionLifecycle()
    var names = [lifecycle.name]
    while case .active(let phase) = lifecycle.state {
      try lifecycle.finished(phase)
      names.append(lifecycle.name)
    }
    #expect(
      names == [
        "planned", "initialization", "planning", "execution", "validation", "review", "completed",
      ])
  }

  @Test func `an ended session never moves again, whatever comes`() throws {
    for (end, name) in [(State.completed, "completed"), (.failed(reason: "broke"), "failed")] {
      var lifecycle = try Self.lifecycle(end)
      #expect(lifecycle.isEnded)
      #expect(lifecycle.name == name)
      for input in Self.inputs {
        #expect(throws: SessionRejection.self) { try input.apply(&lifecycle) }
      }
    }
    #expect(try !Self.lifecycle(.paused(at: .execution, reason: "lunch")).isEnded)
    #expect(try Self.lifecycle(.paused(at: .execution, reason: "lunch")).name == "paused")
  }

  @Test func `every state is the same after being written and read`() throws {
    for state in Self.states { try expectRoundTrip(try Self.lifecycle(state)) }
  }
}

// SPDX-License-Identifier: Apache-2.0
// A project's state for everything that can be observed, from every state.

import Domain
import Testing

@Suite struct ProjectStateTests {
  private static let features: [FeatureStatus] = [.none, .pending, .implemented, .complete]
  private static let healths: [HealthStatus] = [.healthy, .broken, .unknown]

  /// Seed 002's table (M5).
  private static let successors: [ProjectState: Set<ProjectState>] = [
    .start: [.initialize, .implement, .test, .complete, .fixBroken],
    .initialize: [.implement, .fixBroken],
    .implement: [.test, .complete, .fixBroken],
    .test: [.implement, .complete, .fixBroken],
    .complete: [.implement, .fixBroken],
    .fixBroken: [.initialize, .implement, .test, .complete],
  ]

  private static func derived(_ features: FeatureStatus, _ health: HealthStatus) -> ProjectState {
    if health == .broken { return .fixBroken }
    return switch features {
    case .none: .initialize
    case .pending: .implement
    case .implemented: .test
    case .complete: .complete
    }
  }

  @Test func `from every state, every observation moves it as the table says or not at all`() throws
  {
    for state in ProjectState.allCases {
      #expect(state.successors == Self.successors[state])
      for features in Self.features {
        for health in Self.healths { try check(state, features, health) }
      }
    }
  }

  private func check(
    _ state: ProjectState, _ features: FeatureStatus, _ health: HealthStatus
  ) throws {
    let next = Self.derived(features, health)
    var machine = ProjectStateMachine(state: state)
    if next == state || (state == .fixBroken && health == .unknown) {
      #expect(try machine.observed(features: features, health: health) == nil)
      #expect(machine.state == state)
    } else if Self.successors[state]!.contains(next) {
      let moved = try machine.observed(features: features, health: health)
      #expect(moved?.from == state && moved?.to == next)
      #expect(machine.state == next)
    } else {
      let rejection = #expect(throws: ProjectStateRejection.self) {
        try machine.observed(features: features, health: health)
      }
      #expect(rejection?.from == state)
      #expect(rejection?.to == next)
      #expect(machine.state == state)
    }
  }

  @Test func `a broken project is not mended by a check that did not run`() throws {
    var machine = ProjectStateMachine()
    _ = try machine.observed(features: .pending, health: .broken)
    #expect(try machine.observed(features: .complete, health: .unknown) == nil)
    #expect(machine.state == .fixBroken)
    let moved = try machine.observed(features: .complete, health: .healthy)
    #expect(moved?.to == .complete)
  }

  @Test func `nothing leads back to the start`() {
    for state in ProjectState.allCases { #expect(!state.successors.contains(.start)) }
  }

  @Test(arguments: [
    (0, 0, 0, FeatureStatus.none), (3, 1, 0, .pending), (3, 1, 2, .pending),
    (3, 0, 1, .implemented), (3, 0, 0, .complete),
  ])
  func `features that are merely implemented are not done`(
    total: Int, pending: Int, untested: Int, expected: FeatureStatus
  ) {
    #expect(FeatureStatus(total: total, pending: pending, untested: untested) == expected)
  }

  @Test func `every state has a skill of its own and survives being written`() throws {
    #expect(Set(ProjectState.allCases.map(\.skill)).count == ProjectState.allCases.count)
    for state in ProjectState.allCases { try expectRoundTrip(ProjectStateMachine(state: state)) }
  }
}

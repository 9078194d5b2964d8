// SPDX-License-Identifier: Apache-2.0
// Lets only a few tests that launch processes run at once, so that each has some of the machine.

import Synchronization
package import Testing

/// A suite whose test cases launch processes: at most `PacedTrait.limit` such cases run at once,
/// over all suites. Swift Testing starts every test at once, and a command that waits behind some
/// hundred others for a processor seems to hang.
package struct PacedTrait: SuiteTrait, TestTrait, TestScoping {
  /// How many cases run at once.
  package static let limit = 8

  /// It holds for every test of the suite.
  package var isRecursive: Bool { true }

  /// Runs a test case once there is a place for it.
  package func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    // A suite, and a test as a whole, hold nothing while their cases wait.
    guard testCase != nil else { return try await function() }
    await Self.places.take()
    defer { Self.places.giveBack() }
    try await function()
  }

  private static let places = Places(count: limit)
}

extension Trait where Self == PacedTrait {
  /// Shares the machine with few other tests.
  package static var paced: Self { Self() }
}

/// A counting semaphore that suspends instead of blocking; first come, first served.
private final class Places: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private let state: Mutex<State>

  init(count: Int) { state = Mutex(State(free: count)) }

  func take() async {
    await withCheckedContinuation { continuation in
      let hasPlace = state.withLock { state in
        guard state.free > 0 else {
          state.waiting.append(continuation)
          return false
        }
        state.free -= 1
        return true
      }
      if hasPlace { continuation.resume() }
    }
  }

  func giveBack() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}

// SPDX-License-Identifier: Apache-2.0
// Claims that wait for a handoff: how each goes on, and with what.

import Domain
import Synchronization

/// The claims that wait for a handoff, and the count of what happened meanwhile.
///
/// Apart from the coordinator: when a claim goes on, that is busy for a while yet with what the grant
/// came from.
final class WaitingClaims: Sendable {
  /// A claim that is taken out to be granted something. It must go on.
  struct Taken: Sendable {
    let request: WorkRequest
    fileprivate let continuation: CheckedContinuation<Grant?, Never>

    /// With what was granted, or with `nil` to look again.
    func goOn(with grant: Grant?) { continuation.resume(returning: grant) }
  }

  private struct State {
    var changeCount = 0
    var lastNumber = 0
    /// Those that are about to wait.
    var announced: Set<Int> = []
    var waiting: [Int: Taken] = [:]
  }

  private let state = Mutex(State())

  /// Counts what happened, so that a waiter never sleeps over something it has not seen.
  var changeCount: Int { state.withLock(\.changeCount) }

  /// What each asks for.
  var requests: [WorkRequest] { state.withLock { $0.waiting.values.map(\.request) } }

  /// Something changed that nobody waits for.
  func noteChange() { state.withLock { $0.changeCount += 1 } }

  /// Something changed: every claim looks again, the longest-waiting first.
  func wake() {
    let waiting = state.withLock { state in
      state.changeCount += 1
      defer { state.waiting = [:] }
      return state.waiting
    }
    for (_, claim) in waiting.sorted(by: { $0.key < $1.key }) { claim.goOn(with: nil) }
  }

  /// Takes out the longest-waiting one that fits. From then on neither its time nor a cancellation
  /// ends its wait.
  func takeFirst(where fits: (WorkRequest) -> Bool) -> Taken? {
    state.withLock { state in
      let number = state.waiting.filter { fits($0.value.request) }.keys.min()
      return number.flatMap { state.waiting.removeValue(forKey: $0) }
    }
  }

  /// Waits for a grant, for a change after `seen`, until `pause` is over, or to be cancelled.
  ///
  /// - Parameter executor: where the pause is waited for.
  /// - Returns: what was granted; `nil` to look again.
  func wait(
    for request: WorkRequest, after seen: Int, on executor: (any TaskExecutor)?,
    until pause: @escaping @Sendable () async -> Void
  ) async -> Grant? {
    let number = announce()
    let timer = Task(executorPreference: executor) {
      await pause()
      self.end(number)
    }
    // Its end is not awaited: that would keep the worker from what it was granted.
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let claim = Taken(request: request, continuation: continuation)
        if !register(claim, as: number, after: seen) { claim.goOn(with: nil) }
      }
    } onCancel: {
      end(number)
    }
  }

  private func announce() -> Int {
    state.withLock { state in
      state.lastNumber += 1
      state.announced.insert(state.lastNumber)
      return state.lastNumber
    }
  }

  /// - Returns: whether there is anything to wait for: not where its end came first, or a change.
  private func register(_ claim: Taken, as number: Int, after seen: Int) -> Bool {
    state.withLock { state in
      guard state.announced.remove(number) != nil, state.changeCount == seen else { return false }
      state.waiting[number] = claim
      return true
    }
  }

  private func end(_ number: Int) {
    let claim = state.withLock { state in
      state.announced.remove(number)
      return state.waiting.removeValue(forKey: number)
    }
    claim?.goOn(with: nil)
  }
}

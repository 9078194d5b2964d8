// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and SIGTERM: the first asks the running command to end well, the second ends it.

import Domain
import Glibc
import Synchronization

/// The process's way of being told to stop. Signals are blocked in every thread and taken by one of
/// our own in `sigwait`, so that what they lead to is ordinary code, free of the rules for signal
/// handlers.
final class Interruption: Sendable {
  /// A request to stop.
  enum Request: Hashable, Sendable {
    case interrupt
    case terminate

    /// What the process leaves with.
    var exitCode: ExitCode {
      switch self {
      case .interrupt: .interrupted
      case .terminate: .terminated
      }
    }
  }

  /// What a request leads to.
  enum Effect: Hashable, Sendable {
    case leave(ExitCode)
    case askToStop
  }

  /// Which requests came, and whether anyone wants to hear of them.
  struct Machine: Sendable {
    private(set) var first: Request?
    var isHeard = false

    /// A command that did not ask to be told has nothing to save and ends at once; so does
    /// everything at the second request.
    mutating func received(_ request: Request) -> Effect {
      guard isHeard, first == nil else { return .leave(request.exitCode) }
      first = request
      return .askToStop
    }
  }

  private struct State {
    var machine = Machine()
    var act: (@Sendable (Request) -> Void)?
  }

  /// The process's own.
  static let shared = Interruption()

  private let state = Mutex(State())

  init() {}

  /// The first request, once it has come and someone was there to hear it.
  var request: Request? { state.withLock { $0.machine.first } }

  /// Has `act` called once, on a thread of its own, when the process is first asked to stop. From
  /// then on the command has to end by itself and leave with `request.exitCode`. A later `act`
  /// replaces the earlier one.
  func onRequest(_ act: @escaping @Sendable (Request) -> Void) {
    state.withLock { state in
      state.act = act
      state.machine.isHeard = true
    }
  }

  /// Blocks SIGINT and SIGTERM, ignores SIGPIPE, and starts the thread that waits. Call it first in
  /// `main`, before any other thread exists. Child processes inherit all three and must undo them.
  func begin() {
    signal(SIGPIPE, SIG_IGN)
    var signals = Self.signals
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(&thread, nil, Self.wait, context)
    if code == 0 {
      pthread_detach(thread)
    } else {
      // Without the thread nobody would ever take the signals: better to die by them.
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      Unmanaged<Interruption>.fromOpaque(context).release()
    }
  }

  /// What a request leads to; split from `begin` so that it can be tried without a signal.
  func receive(_ request: Request) -> Effect {
    let (effect, act) = state.withLock { ($0.machine.received(request), $0.act) }
    if effect == .askToStop { act?(request) }
    return effect
  }

  private static var signals: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    return signals
  }

  /// The thread: owns the reference that `begin` retained, for as long as the process lives.
  private static let wait: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
    context in
    guard let context else { return nil }
    let interruption = Unmanaged<Interruption>.fromOpaque(context).takeUnretainedValue()
    var signals = Interruption.signals
    while true {
      var number: Int32 = 0
      guard sigwait(&signals, &number) == 0 else { continue }
      switch interruption.receive(number == SIGINT ? .interrupt : .terminate) {
      case .askToStop: continue
      // `_exit`: other threads are still at work, and atexit handlers would pull things from
      // under them.
      case .leave(let code): _exit(code.rawValue)
      }
    }
  }
}

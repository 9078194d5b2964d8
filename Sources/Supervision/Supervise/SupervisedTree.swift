// SPDX-License-Identifier: Apache-2.0
// Watches over one command's tree of processes until none of them is left.

import CPlatform
import Glibc

/// The supervising process's loop. It is the subreaper of the tree, so every process of the tree,
/// those in sessions of their own included, is its descendant for as long as it lives; once it has
/// no child left, there is no tree.
struct SupervisedTree {
  /// The descriptor that leads to the coordinator.
  static let lifeline: Int32 = 3
  /// How long killed processes may take to disappear; only ones that hang in the kernel or belong
  /// to another user take longer.
  static let killLimit = Duration.seconds(5)

  private enum Phase {
    case running
    case terminating(until: SuspendingClock.Instant)
    case killing(until: SuspendingClock.Instant)
  }

  private let root: pid_t
  private let signals: Int32
  private let grace: Duration
  private let clock = SuspendingClock()
  private var phase = Phase.running
  private var listensToLifeline = true
  private var hasRootEnded = false

  init(root: pid_t, signals: Int32, grace: Duration) {
    self.root = root
    self.signals = signals
    self.grace = grace
  }

  static func report(_ record: SupervisionRecord) {
    // A coordinator that has gone needs no report.
    _ = orchestrate_send(lifeline, record.bytes, SupervisionRecord.size)
  }

  mutating func superviseToTheEnd() {
    while true {
      guard reapEndedProcesses() else { return Self.report(.cleared(survivors: 0)) }
      guard let wait = advance() else {
        return Self.report(.cleared(survivors: Int32(livingDescendants().count)))
      }
      waitForEvents(wait)
    }
  }

  /// - Returns: whether any process of the tree is left.
  private mutating func reapEndedProcesses() -> Bool {
    while true {
      var ending = orchestrate_ending()
      guard orchestrate_reap(&ending) == 0 else { return false }
      guard ending.pid != 0 else { break }
      guard ending.pid == root else { continue }
      Self.report(
        ending.signalled ? .signalled(number: ending.code) : .exited(code: ending.code))
      hasRootEnded = true
    }
    // Only now: whose last process has ended is spared the look at every process of the machine.
    if hasRootEnded { beginTeardown() }
    return true
  }

  private mutating func beginTeardown() {
    guard case .running = phase else { return }
    phase = .terminating(until: clock.now.advanced(by: grace))
    // A stopped process acts on a request to end only once it is continued.
    for pid in livingDescendants() {
      kill(pid, SIGTERM)
      kill(pid, SIGCONT)
    }
  }

  /// - Returns: how long to wait for the next event (nil stands for no limit), or nil outright
  ///   when there is nothing more to be done.
  private mutating func advance() -> Duration?? {
    let now = clock.now
    if case .terminating(let until) = phase, now >= until {
      phase = .killing(until: now.advanced(by: Self.killLimit))
    }
    switch phase {
    case .running: return .some(nil)
    case .terminating(let until): return .some(now.duration(to: until))
    case .killing(let until):
      guard now < until else { return nil }
      for pid in livingDescendants() { kill(pid, SIGKILL) }
      // A process that was forked while they were listed is met in the next round.
      return .some(.milliseconds(20))
    }
  }

  private mutating func waitForEvents(_ limit: Duration?) {
    var descriptors = [
      pollfd(fd: listensToLifeline ? Self.lifeline : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&descriptors, 2, limit.map(\.pollMilliseconds) ?? -1) > 0 else { return }
    if descriptors[0].revents != 0 { readLifeline() }
    while case let signal = orchestrate_signalfd_next(signals), signal != 0 {
      if signal != SIGCHLD && signal != SIGPIPE { beginTeardown() }
    }
  }

  private mutating func readLifeline() {
    var byte: UInt8 = 0
    let count = recv(Self.lifeline, &byte, 1, Int32(MSG_DONTWAIT))
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
    if count <= 0 { listensToLifeline = false }
    if count <= 0 || byte == SupervisionRecord.teardownRequest { beginTeardown() }
  }

  private func livingDescendants() -> [pid_t] {
    ProcessTable.current().livingDescendants(of: getpid())
  }
}

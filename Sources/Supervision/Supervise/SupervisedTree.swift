// SPDX-License-Identifier: Apache-2.0
// Watches over one command's tree of processes until none of them is left.

import CPlatform
import Glibc

/// The supervising process's loop. It is the subreaper of the tree, so every process of the tree,
/// those in sessions of their own included, is its descendant for as long as it lives; once it has
/// no child left, there is no tree.
struct SupervisedTree {
  /// How long killed processes may take to disappear; only ones that hang in the kernel or belong
  /// to another user take longer.
  static let killLimit = Duration.seconds(5)

  /// The descriptor that leads to the coordinator.
  private let lifeline = Int32(ORCHESTRATE_LIFELINE)

  private enum Phase {
    case running
    case terminating(until: SuspendingClock.Instant)
    case killing(until: SuspendingClock.Instant)
  }

  private var supervision: orchestrate_supervision
  private let clock = SuspendingClock()
  private var phase = Phase.running
  private var listensToLifeline = true

  init(_ supervision: orchestrate_supervision) {
    self.supervision = supervision
  }

  mutating func superviseToTheEnd() {
    while true {
      guard orchestrate_supervision_reap(&supervision) else { return Self.reportCleared(0) }
      if supervision.root_has_ended || supervision.is_asked_to_end { beginTeardown() }
      guard let wait = advance() else {
        return Self.reportCleared(Int32(livingDescendants().count))
      }
      waitForEvents(wait)
    }
  }

  private static func reportCleared(_ survivors: Int32) {
    orchestrate_supervision_report(Int32(ORCHESTRATE_RECORD_CLEARED), survivors)
  }

  private mutating func beginTeardown() {
    guard case .running = phase else { return }
    let grace = Duration.milliseconds(supervision.grace_milliseconds)
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
      pollfd(fd: listensToLifeline ? lifeline : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: supervision.signals, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&descriptors, 2, limit.map(\.pollMilliseconds) ?? -1) > 0 else { return }
    if descriptors[0].revents != 0 { readLifeline() }
    orchestrate_supervision_take_signals(&supervision)
  }

  private mutating func readLifeline() {
    var byte: UInt8 = 0
    let count = recv(lifeline, &byte, 1, Int32(MSG_DONTWAIT))
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
    if count <= 0 { listensToLifeline = false }
    if count <= 0 || byte == SupervisionRecord.teardownRequest { beginTeardown() }
  }

  private func livingDescendants() -> [pid_t] {
    ProcessTable.current().livingDescendants(of: getpid())
  }
}

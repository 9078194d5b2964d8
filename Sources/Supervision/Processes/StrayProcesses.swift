// SPDX-License-Identifier: Apache-2.0
// Processes that outlived both their coordinator and their supervisor: found, and ended.

import CPlatform
import Glibc

/// What is left where a supervising process was killed together with its coordinator. Its command's
/// root dies with it, but what that had started does not (RELIABILITY T12).
package enum StrayProcesses {
  /// How long killed processes may take to disappear.
  private static let limit = SupervisedTree.killLimit

  private enum Kind {
    case stray
    /// It sees to its tree by itself, now that its lifeline is gone; killed, it would free what it
    /// alone can find.
    case supervisor
    case other
  }

  /// Ends every process that has all of some variables in its environment.
  ///
  /// - Parameter marks: `NAME=value` strings that together no process but the wanted ones has.
  /// - Returns: how many there were, and how many no signal ended.
  package static func end(markedBy marks: [String]) -> (found: Int, survivors: Int) {
    guard !marks.isEmpty else { return (0, 0) }
    let own = Set(marks.map { Array($0.utf8) })
    let sealed = Set(marks.map { SealedEnvironment.sealed($0) })
    return end { pid in
      guard let bytes = ProcFile.read("/proc/\(pid)/environ", limit: 4 << 20) else { return .other }
      let environment = Set(bytes.split(separator: 0).map { Array($0) })
      if own.isSubset(of: environment) { return .stray }
      return sealed.isSubset(of: environment) ? .supervisor : .other
    }
  }

  /// Ends every process that works in a folder whose path begins with `prefix` and has no terminal.
  ///
  /// Whoever looks into such a folder from a shell has one. Descendants of this process are its own
  /// business and left alone.
  package static func end(workingBelow prefix: String) -> (found: Int, survivors: Int) {
    end { pid in
      guard isWorking(pid, below: prefix), let status = ProcessStatus(pid: pid),
        !status.hasTerminal, !isDescendant(pid)
      else { return .other }
      return isSupervisor(pid) ? .supervisor : .stray
    }
  }

  /// Whether any process but this one and its descendants works in a folder whose path begins with
  /// `prefix`.
  package static func areWorking(below prefix: String) -> Bool {
    living().contains { isWorking($0, below: prefix) && !isDescendant($0) }
  }

  private static func end(_ kind: (pid_t) -> Kind) -> (found: Int, survivors: Int) {
    let clock = SuspendingClock()
    let deadline = clock.now.advanced(by: limit)
    var found: Set<pid_t> = []
    while true {
      // A process that was forked while they were listed is met in the next round.
      let left = living().compactMap { pid in
        let kind = kind(pid)
        return kind == .other ? nil : (pid: pid, kind: kind)
      }
      found.formUnion(left.filter { $0.kind == .stray }.map(\.pid))
      guard !left.isEmpty, clock.now < deadline else { return (found.count, left.count) }
      for process in left where process.kind == .stray {
        awaitEnd(of: process.pid, killingIf: { kind(process.pid) == .stray })
      }
      if let supervisor = left.first(where: { $0.kind == .supervisor }) {
        awaitEnd(of: supervisor.pid, killingIf: { false })
      }
    }
  }

  /// Waits a little for a process to end. Its number may have gone to another since it was listed,
  /// so `isToBeKilled` is asked once nothing can take its place any more.
  private static func awaitEnd(of pid: pid_t, killingIf isToBeKilled: () -> Bool) {
    let raw = orchestrate_pidfd_open(pid)
    guard raw >= 0 else { return }
    let process = OwnedDescriptor(raw)
    if isToBeKilled() { _ = orchestrate_pidfd_signal(process.raw, SIGKILL) }
    var descriptor = pollfd(fd: process.raw, events: Int16(POLLIN), revents: 0)
    _ = poll(&descriptor, 1, 200)
  }

  /// The living processes, without this one.
  private static func living() -> [pid_t] {
    DirectoryNames.list("/proc").compactMap { pid_t($0) }.filter { pid in
      pid != getpid() && ProcessStatus(pid: pid)?.hasEnded == false
    }
  }

  private static func isSupervisor(_ pid: pid_t) -> Bool {
    let words = ProcFile.read("/proc/\(pid)/cmdline")?.split(separator: 0) ?? []
    return words.count > 1 && words[1].elementsEqual("__supervise".utf8)
  }

  private static func isWorking(_ pid: pid_t, below prefix: String) -> Bool {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/\(pid)/cwd", &target, target.count)
    guard count > 0 else { return false }
    let path = target[..<count].map { UInt8(bitPattern: $0) }
    return path.starts(with: Array(prefix.utf8))
  }

  private static func isDescendant(_ pid: pid_t) -> Bool {
    var next = pid
    // No tree is that deep; the bound ends a chain that changes while it is followed.
    for _ in 0..<1000 {
      guard next > 1, let status = ProcessStatus(pid: next) else { return false }
      if status.parent == getpid() { return true }
      next = status.parent
    }
    return false
  }
}

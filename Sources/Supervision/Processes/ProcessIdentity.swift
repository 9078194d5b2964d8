// SPDX-License-Identifier: Apache-2.0
// A process that can be recognised after a restart, of ours or of the machine.

import Glibc

/// A process number with what keeps it from being mistaken for a later process of that number:
/// when it started, and during which run of the machine (RELIABILITY T12).
package struct ProcessIdentity: Hashable, Sendable, Codable {
  /// The process number, used again by the kernel after the process has gone.
  package let pid: Int32
  /// Clock ticks between the machine's start and the process's.
  package let startTime: UInt64
  /// The kernel's name for this run of the machine.
  package let bootID: String

  /// The process that now has this number; nil where there is none or /proc is not to be read.
  package init?(pid: Int32) {
    guard let status = ProcessStatus(pid: pid), let boot = Self.currentBootID() else { return nil }
    self.pid = pid
    startTime = status.startTime
    bootID = boot
  }

  /// A process as it was written down.
  package init(pid: Int32, startTime: UInt64, bootID: String) {
    self.pid = pid
    self.startTime = startTime
    self.bootID = bootID
  }

  /// This process.
  package static var current: ProcessIdentity? { ProcessIdentity(pid: getpid()) }

  /// Whether that very process still runs. One that has ended and waits to be reaped does not.
  package var isAlive: Bool {
    guard let status = ProcessStatus(pid: pid), !status.hasEnded else { return false }
    return status.startTime == startTime && Self.currentBootID() == bootID
  }

  /// The kernel's name for the present run of the machine; nil where /proc is not mounted.
  package static func currentBootID() -> String? {
    guard let bytes = ProcFile.read("/proc/sys/kernel/random/boot_id") else { return nil }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}

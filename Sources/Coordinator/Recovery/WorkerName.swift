// SPDX-License-Identifier: Apache-2.0
// How workers that we launch call themselves, so that the next run can tell whether they died.

package import Domain
import Supervision

/// The names of workers that a coordinator launches itself: `run:<pid>:<start>:<slot>`.
package enum WorkerName {
  /// The name of the worker in a slot of this process.
  package static func ours(slot: Int) -> String {
    let process = ProcessIdentity.current
    return "run:\(process?.pid ?? 0):\(process?.startTime ?? 0):\(slot)"
  }

  /// Whether the worker of a claim may still be at work. One that polls from elsewhere may; one of a
  /// run may only while that very process lives: one of the same number that started at another
  /// time, or during another run of the machine, is another (RELIABILITY T12).
  package static func mayBeAlive(_ claim: Claim) -> Bool {
    let parts = claim.worker.split(separator: ":")
    guard parts.first == "run" else { return true }
    guard parts.count == 4, let pid = Int32(parts[1]), let start = UInt64(parts[2]) else {
      // A name of an earlier version, which only a process that has gone can have given.
      return false
    }
    return ProcessIdentity(pid: pid, startTime: start, bootID: claim.lease.expires.bootID).isAlive
  }
}

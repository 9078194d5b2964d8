// SPDX-License-Identifier: Apache-2.0
// Which faults a seed has, and how often: most seeds have a few kinds only, since many at once hide
// each other.

import TestKit

/// What goes wrong in a simulation, until it stops.
struct FaultProfile {
  /// A kind of fault that a seed has or has not.
  enum Kind: CaseIterable {
    /// The coordinator dies at an await, at a call to git or around a commit.
    case crash
    /// It is stopped for longer than a lease, and goes on.
    case stop
    /// The machine sleeps.
    case suspend
    /// Somebody sets the wall clock, by seconds or by years.
    case wallJump
    /// The machine starts anew.
    case reboot
    /// The store's disk fails a sync; the transaction may be durable all the same.
    case storeError
    /// A git operation fails, before or after it had its effect.
    case gitError
    /// Little space is left for a while.
    case fullDisk
    /// Git and proofs take minutes.
    case slowGit
    /// A person presses Ctrl-C.
    case interrupt
    /// Requests and answers of polling workers are lost, late or doubled.
    case network
    /// Workers stop, go silent, hand in late or twice, do bad work.
    case workers
    /// A person works in the same repository.
    case neighbour
  }

  private(set) var kinds: [Kind] = []
  var isOn = true

  init(_ generator: inout SeededGenerator) {
    for kind in Kind.allCases where generator.oneIn(3) { kinds.append(kind) }
  }

  func has(_ kind: Kind) -> Bool { isOn && kinds.contains(kind) }
}

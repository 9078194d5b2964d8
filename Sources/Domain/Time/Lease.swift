// SPDX-License-Identifier: Apache-2.0
// How long a claim holds, on a clock that no jump of the wall clock moves.

/// A reading of the machine's boot clock: it counts through suspend and starts anew at boot
/// (`CLOCK_BOOTTIME`; RELIABILITY T5, T8).
package struct BootInstant: Hashable, Sendable, Codable {
  /// The kernel's boot id: readings of different boots cannot be compared.
  package let bootID: String
  /// Since that boot.
  package let milliseconds: Int

  package init(bootID: String, milliseconds: Int) {
    self.bootID = bootID
    self.milliseconds = milliseconds
  }
}

/// The two clocks read together; every decision takes one as a value.
package struct Moment: Hashable, Sendable, Codable {
  /// For people, and for what is dated.
  package let wall: Timestamp
  /// For what must not jump: leases.
  package let boot: BootInstant

  package init(wall: Timestamp, boot: BootInstant) {
    self.wall = wall
    self.boot = boot
  }

  /// Both clocks `duration` later.
  package func advanced(by duration: Duration) -> Moment {
    Moment(
      wall: wall.advanced(by: duration),
      boot: BootInstant(
        bootID: boot.bootID,
        milliseconds: boot.milliseconds.saturatingSum(duration.wholeMilliseconds)))
  }
}

/// The time within which a claim's holder must renew or submit.
package struct Lease: Hashable, Sendable, Codable {
  /// The first moment at which it no longer holds.
  package let expires: BootInstant
  /// The same moment on the wall clock, to show to people and agents; nothing is decided by it.
  package let expiresAt: Timestamp

  /// A lease of `length` from `now`.
  package init(from now: Moment, length: Duration) {
    let end = now.advanced(by: length)
    expires = end.boot
    expiresAt = end.wall
  }

  package init(expires: BootInstant, expiresAt: Timestamp) {
    self.expires = expires
    self.expiresAt = expiresAt
  }

  /// Whether it has run out at `now`. A lease of an earlier boot has: its holder died with it.
  package func hasExpired(at now: BootInstant) -> Bool {
    now.bootID != expires.bootID || now.milliseconds >= expires.milliseconds
  }
}

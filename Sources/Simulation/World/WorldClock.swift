// SPDX-License-Identifier: Apache-2.0
// The clocks of a simulated machine, and the time that really passes.

import Domain

/// `Sendable` unchecked, as `Site` is.
final class WorldClock: @unchecked Sendable {
  /// Milliseconds since the simulation began, suspend included: what nobody in it can falsify.
  private(set) var elapsed = 0
  /// The boot that the machine is in, from 1.
  private(set) var boot = 1
  private var bootedAt = -3_600_000
  /// How far people have set the wall clock off.
  private var wallOffset = 1_767_225_600_000

  var bootID: String { "boot-\(boot)" }

  /// Both clocks as the machine shows them.
  var now: Moment {
    Moment(
      wall: Timestamp(milliseconds: wallOffset + elapsed),
      boot: BootInstant(bootID: bootID, milliseconds: elapsed - bootedAt))
  }

  /// The same with a boot clock that people can set, as a planted bug asks.
  var nowByTheWall: Moment {
    let now = now
    return Moment(
      wall: now.wall,
      boot: BootInstant(bootID: bootID, milliseconds: now.wall.milliseconds))
  }

  func advance(to moment: Int) { elapsed = max(elapsed, moment) }

  func jumpWall(by milliseconds: Int) { wallOffset += milliseconds }

  func reboot() {
    boot += 1
    bootedAt = elapsed
  }
}

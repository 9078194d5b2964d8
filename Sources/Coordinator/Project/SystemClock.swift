// SPDX-License-Identifier: Apache-2.0
// The machine's clocks, read together.

import Documents
package import Domain
import Glibc

/// Where the coordinator gets the time from; tests hand in one that they move.
package typealias Clock = @Sendable () -> Moment

/// The machine's own clocks.
package enum SystemClock {
  /// A clock over `CLOCK_REALTIME` and `CLOCK_BOOTTIME`; the boot id is read once.
  package static func make() -> Clock {
    let bootID = currentBootID()
    return {
      Moment(
        wall: Timestamp(milliseconds: milliseconds(CLOCK_REALTIME)),
        boot: BootInstant(bootID: bootID, milliseconds: milliseconds(CLOCK_BOOTTIME)))
    }
  }

  private static func milliseconds(_ clock: clockid_t) -> Int {
    var now = timespec()
    clock_gettime(clock, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }

  private static func currentBootID() -> String {
    do throws(FileError) {
      let bytes = try readFileIfPresent("/proc/sys/kernel/random/boot_id") ?? []
      return String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    } catch {
      // Without the kernel's id, leases end when the boot clock starts anew below them.
      return "unknown"
    }
  }
}

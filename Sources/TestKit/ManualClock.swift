// SPDX-License-Identifier: Apache-2.0
// A clock that moves only when a test says so.

package import Domain
import Synchronization

/// Both clocks of a machine, in a test's hand.
package final class ManualClock: Sendable {
  private let state: Mutex<(moment: Moment, boot: Int)>

  /// Starts at 2026-01-01T00:00:00Z, an hour after the first boot.
  package init(wall: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) {
    let boot = BootInstant(bootID: "boot-1", milliseconds: 3_600_000)
    state = Mutex((Moment(wall: wall, boot: boot), 1))
  }

  /// Both clocks as they stand.
  package var now: Moment { state.withLock { $0.moment } }

  /// Time passes on both clocks.
  package func advance(by duration: Duration) {
    state.withLock { $0.moment = $0.moment.advanced(by: duration) }
  }

  /// The machine starts anew: a new boot id, its clock at nothing; the wall clock stands.
  package func reboot() {
    state.withLock { state in
      state.boot += 1
      state.moment = Moment(
        wall: state.moment.wall,
        boot: BootInstant(bootID: "boot-\(state.boot)", milliseconds: 0))
    }
  }

  /// Somebody sets the wall clock, forward or back; no time passes.
  package func jumpWall(by duration: Duration) {
    state.withLock { state in
      state.moment = Moment(
        wall: state.moment.wall.advanced(by: duration), boot: state.moment.boot)
    }
  }
}

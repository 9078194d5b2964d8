// SPDX-License-Identifier: Apache-2.0
// Lets a cancelled task wake the thread that polls on its behalf.

import CPlatform
import Glibc

/// Raised once, seen by poll.
final class StopSignal: Sendable {
  let descriptor: Int32

  /// - Throws: where the process has no descriptor left.
  init() throws(SystemError) {
    descriptor = orchestrate_eventfd()
    guard descriptor >= 0 else { throw SystemError(doing: "open an eventfd", code: errno) }
  }

  deinit { close(descriptor) }

  func raise() {
    var one: UInt64 = 1
    // It can fail only where the counter is full, and then it has been raised already.
    _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
  }
}

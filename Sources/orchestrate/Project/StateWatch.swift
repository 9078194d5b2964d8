// SPDX-License-Identifier: Apache-2.0
// Waking up when another process writes to the project's store, or a coordinator opens its door.

import Glibc

/// Watches a folder for changes; see inotify(7).
final class StateWatch {
  private let descriptor: Int32

  /// Watches `folder`; where the system refuses, every wait lasts its whole time.
  init(folder: String) {
    descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    let events = UInt32(IN_CREATE) | UInt32(IN_MODIFY) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE)
    if descriptor >= 0 { inotify_add_watch(descriptor, folder, events) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Forgets what happened until now, which was the caller's own doing.
  func forget() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while descriptor >= 0, read(descriptor, &buffer, buffer.count) > 0 {}
  }

  /// Blocks until something changes, at most `milliseconds`.
  func wait(milliseconds: Int) {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    poll(&waiting, 1, Int32(clamping: max(0, milliseconds)))
    // The writer commits in a few steps; one look after them is enough.
    usleep(5_000)
  }
}

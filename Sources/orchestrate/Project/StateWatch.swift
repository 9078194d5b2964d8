// SPDX-License-Identifier: Apache-2.0
// Waking up when another process writes to the project's store, or a coordinator opens its door.

import Domain
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
  func forget() { _ = sawChange() }

  /// Blocks until the store is written to or a coordinator opens its door, at most `milliseconds`.
  func wait(milliseconds: Int) {
    let end = ContinuousClock.now + .milliseconds(milliseconds)
    while true {
      let left = (end - .now).wholeMilliseconds
      guard left > 0 else { return }
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&waiting, 1, Int32(clamping: left))
      guard sawChange() else { continue }
      // The writer commits in a few steps; one look after them is enough.
      usleep(5_000)
      return
    }
  }

  /// Takes the events that have come; whether one of them was a commit or a socket.
  private func sawChange() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var isChanged = false
    while descriptor >= 0 {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      // Names follow their events in the buffer; none of ours is part of another.
      let text = String(decoding: buffer[..<count], as: UTF8.self)
      isChanged = isChanged || text.contains("orchestrate.db-wal") || text.contains(".sock")
    }
    return isChanged
  }
}

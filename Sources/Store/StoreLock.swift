// SPDX-License-Identifier: Apache-2.0
// The lock that makes one process the store's only writer.

import Glibc

/// A held writer's lock: `flock` on `orchestrate.lock` beside the database. The kernel lets go of
/// it when the process ends, however it ends, so none is ever stale. Released when the last
/// reference goes.
package final class StoreLock: Sendable {
  /// The lock file's name, in the database's directory.
  package static let fileName = "orchestrate.lock"

  /// The lock file that is held.
  package let path: String
  private let descriptor: CInt

  private init(path: String, descriptor: CInt) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    // Emptied first, so that nobody takes a past holder for the present one.
    ftruncate(descriptor, 0)
    // Closing alone leaves it held by the copy in a child that another thread has just forked.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Takes the lock at once or not at all; the file and its directory (0700) are made if need be.
  ///
  /// - Returns: `nil` where another holds it, be it in this process.
  /// - Throws: `StoreError.cannotLock` where the file cannot be made or locked.
  package static func tryAcquire(_ path: String) throws(StoreError) -> StoreLock? {
    try StorePlace.makeDirectory(of: path)
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotLock(path: path, reason: lastSystemError()) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      close(descriptor)
      if code == EWOULDBLOCK { return nil }
      throw .cannotLock(path: path, reason: systemError(code))
    }
    let lock = StoreLock(path: path, descriptor: descriptor)
    try lock.writeHolder()
    return lock
  }

  /// The process that holds the lock, for messages; `nil` where none that lives says so.
  package static func holder(_ path: String) -> Int? {
    guard let text = contents(of: path) else { return nil }
    let parts = text.split(separator: " ")
    guard parts.count == 2, let pid = Int(parts[0]), let start = startTime(of: pid),
      parts[1] == start
    else { return nil }
    return pid
  }

  private func writeHolder() throws(StoreError) {
    let pid = Int(getpid())
    let text = "\(pid) \(Self.startTime(of: pid) ?? "0")"
    let written = Array(text.utf8).withUnsafeBytes {
      pwrite(descriptor, $0.baseAddress, $0.count, 0)
    }
    guard written == text.utf8.count, ftruncate(descriptor, off_t(written)) == 0 else {
      throw .cannotLock(path: path, reason: lastSystemError())
    }
  }

  /// The process's start in clock ticks since boot, which tells it from a later one with its
  /// number; the twenty-second field of `/proc/<pid>/stat`, counted after the name, which may hold
  /// spaces.
  private static func startTime(of pid: Int) -> Substring? {
    guard let stat = contents(of: "/proc/\(pid)/stat"), let name = stat.lastIndex(of: ")") else {
      return nil
    }
    let fields = stat[stat.index(after: name)...].split(separator: " ")
    return fields.count > 19 ? fields[19] : nil
  }

  private static func contents(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

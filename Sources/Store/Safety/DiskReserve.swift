// SPDX-License-Identifier: Apache-2.0
// The free space that new work must leave, so that work under way can always be written down.

import Glibc

/// Space on the store's disk that no claim may eat into.
///
/// A claim lets an agent write files, and leads to a submission, objects, evidence and an
/// acceptance. What is claimed already may use the reserve; what is not claimed yet waits.
package struct DiskReserve: Hashable, Sendable {
  /// 64 MiB by default: many times what the handoffs of a few dozen workers write.
  package static let standardBytes = 64 << 20

  let path: String
  let bytes: Int

  /// - Throws: `StoreError.diskNearlyFull` while less is free.
  func require() throws(StoreError) {
    var space = statvfs()
    guard statvfs(StorePlace.directory(of: path), &space) == 0 else {
      throw .cannotOpen(path: path, reason: lastSystemError())
    }
    let free = Int(space.f_bavail) * Int(space.f_frsize)
    guard free >= bytes else {
      throw .diskNearlyFull(path: path, freeBytes: free, reserveBytes: bytes)
    }
  }
}

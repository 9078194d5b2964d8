// SPDX-License-Identifier: Apache-2.0
// What a child has of its parent between fork and exec.

import Glibc

/// A copy of one of this process's descriptors, as a forked child has it until it runs something
/// else. Closed with its last reference.
public final class DescriptorCopy {
  private let copy: CInt

  /// - Returns: `nil` where this process has no such file open.
  public init?(of path: String) {
    var found: CInt = -1
    // Beyond what a test's process ever has open.
    for descriptor in CInt(0)..<4096 where found < 0 {
      if Self.target(of: descriptor) == path { found = dup(descriptor) }
    }
    guard found >= 0 else { return nil }
    copy = found
  }

  deinit { close(copy) }

  private static func target(of descriptor: CInt) -> String? {
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = buffer.withMemoryRebound(to: CChar.self) {
        max(0, readlink("/proc/self/fd/\(descriptor)", $0.baseAddress!, $0.count))
      }
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}

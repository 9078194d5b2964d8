// SPDX-License-Identifier: Apache-2.0
// A file descriptor that is closed exactly once, and the pairs that they come in.

import CPlatform
import Glibc

/// A descriptor that closes itself when it goes.
struct OwnedDescriptor: ~Copyable {
  let raw: Int32

  init(_ raw: Int32) { self.raw = raw }

  deinit { close(raw) }
}

/// Two descriptors: one stays here, the other goes to a child.
struct DescriptorPair: ~Copyable {
  var ours: OwnedDescriptor?
  var childs: OwnedDescriptor?

  /// A pipe that the child writes and we read without blocking.
  static func output() throws(SystemError) -> DescriptorPair {
    let ends = try make { orchestrate_pipe($0, true) }
    return DescriptorPair(ours: OwnedDescriptor(ends.0), childs: OwnedDescriptor(ends.1))
  }

  /// A pipe that we write without blocking and the child reads.
  static func input() throws(SystemError) -> DescriptorPair {
    let ends = try make { orchestrate_pipe($0, false) }
    return DescriptorPair(ours: OwnedDescriptor(ends.1), childs: OwnedDescriptor(ends.0))
  }

  /// A two-way link; either side sees when the other one is gone.
  static func lifeline() throws(SystemError) -> DescriptorPair {
    let ends = try make { orchestrate_socket_pair($0) }
    return DescriptorPair(ours: OwnedDescriptor(ends.0), childs: OwnedDescriptor(ends.1))
  }

  private static func make(
    _ call: (UnsafeMutablePointer<Int32>) -> Int32
  ) throws(SystemError) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    let code = call(&ends)
    guard code == 0 else { throw SystemError(doing: "open a pipe", code: code) }
    return (ends[0], ends[1])
  }
}

extension Optional where Wrapped == OwnedDescriptor {
  /// The number to poll; -1, which poll skips, where it is closed.
  var pollable: Int32 {
    switch self {
    case .some(let descriptor): descriptor.raw
    case .none: -1
    }
  }
}

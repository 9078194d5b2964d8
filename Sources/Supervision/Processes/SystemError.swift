// SPDX-License-Identifier: Apache-2.0
// A refusal of the operating system, with what was being done.

import Glibc

/// A system call that failed.
package struct SystemError: Error, Hashable, CustomStringConvertible {
  /// What was attempted, as in "cannot …".
  package let doing: String
  /// The errno value.
  package let code: Int32

  /// What was attempted and the system's own words for its refusal.
  package var description: String { "cannot \(doing): \(Self.text(of: code))" }

  /// The system's own words for an errno value.
  static func text(of code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    let bytes = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self)
  }
}

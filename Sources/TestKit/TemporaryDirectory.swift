// SPDX-License-Identifier: Apache-2.0
// A directory that goes when its test does.

import FoundationEssentials
import Glibc

/// A fresh directory, removed with everything in it when the last reference goes.
package final class TemporaryDirectory: Sendable {
  /// Absolute, without a trailing slash.
  package let path: String

  /// - Throws: `TemporaryDirectoryError` where none can be made.
  package init(_ name: String = "test") throws {
    var template = Array("/tmp/orchestrate-\(name)-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw TemporaryDirectoryError(reason: String(cString: strerror(errno)))
    }
    path = String(cString: made)
  }

  deinit {
    // Nobody is left to tell; a directory that stays is no wrong result.
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of `name` inside.
  package func file(_ name: String) -> String { path + "/" + name }
}

/// No temporary directory can be made.
package struct TemporaryDirectoryError: Error {
  /// What the system says of it.
  package let reason: String
}

// SPDX-License-Identifier: Apache-2.0
// What went wrong with a file.

import Glibc

/// A file that could not be read or written.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Why.
  package enum Reason: Hashable, Sendable {
    /// The system refused, with this `errno`.
    case system(Int32)
    /// The file is longer than is read.
    case tooLarge(bytesMax: Int)
    /// It is a folder, a device or a pipe.
    case notARegularFile
    /// Its name is a symbolic link, which is never written through.
    case symbolicLink
  }

  /// What was tried, as a verb: `read`, `write`, `make the folder of`.
  package let operation: String
  /// The file.
  package let path: String
  /// Why it failed.
  package let reason: Reason

  /// An error from its parts.
  package init(operation: String, path: String, reason: Reason) {
    self.operation = operation
    self.path = path
    self.reason = reason
  }

  /// The error of a call that just failed.
  init(_ operation: String, _ path: String) {
    self.init(operation: operation, path: path, reason: .system(Glibc.errno))
  }

  /// The system's error number; `nil` where the system would have done it.
  package var errno: Int32? {
    if case .system(let number) = reason { number } else { nil }
  }

  package var description: String { "cannot \(operation) \(path): \(sentence)" }

  /// Why, without the path.
  package var sentence: String {
    switch reason {
    case .system(let number): String(cString: strerror(number))
    case .tooLarge(let bytesMax): "it is longer than \(bytesMax) bytes"
    case .notARegularFile: "it is no regular file"
    case .symbolicLink: "it is a symbolic link"
    }
  }
}

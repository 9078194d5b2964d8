// SPDX-License-Identifier: Apache-2.0
// What an agent's tool is about to do, as far as it can be seen beforehand.

/// A file that a tool is about to touch.
package struct FileTouch: Hashable, Sendable {
  /// What happens to the file.
  package enum Kind: Hashable, Sendable {
    case reads
    /// Made, changed or replaced.
    case writes
    /// Deleted, or moved away.
    case removes
  }

  /// Absolute and without `.` and `..`; links are not followed.
  package let path: String
  /// What happens to it.
  package let kind: Kind

  package init(path: String, kind: Kind) {
    self.path = path
    self.kind = kind
  }

  /// Whether it is not there afterwards as it was before.
  var changes: Bool { kind != .reads }
}

/// One use of a tool: which files it touches and which texts it would leave in them.
package struct ToolUse: Hashable, Sendable {
  /// Every file that it names, in the order in which they are named.
  package let touches: [FileTouch]
  /// What would stand in files afterwards; of a shell command, the command itself.
  package let texts: [String]

  package init(touches: [FileTouch], texts: [String]) {
    self.touches = touches
    self.texts = texts
  }
}

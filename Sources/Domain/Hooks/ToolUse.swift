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

/// Paths by their spelling alone.
package enum LexicalPath {
  /// The most bytes of a path that any file can have (Linux's `PATH_MAX`).
  package static let bytesMax = 4096

  /// The absolute path that `path` means in `directory`, without `.` and `..`.
  ///
  /// A path that begins with `~` or a variable leads somewhere else: it becomes a path of the root
  /// that no project has, its last names intact.
  package static func absolute(_ path: String, in directory: String) -> String {
    let isElsewhere = path.hasPrefix("/") || path.hasPrefix("~") || path.hasPrefix("$")
    var names: [Substring] = []
    for name in ((isElsewhere ? "" : directory) + "/" + path).split(separator: "/") {
      switch name {
      case ".": continue
      case "..": _ = names.popLast()
      default: names.append(name)
      }
    }
    return absolute(names)
  }

  /// Put together by hand, as all that every hook's call comes by: `joined` and sets of our own
  /// types look up at run time what conforms to what, which takes longer than all else here.
  private static func absolute(_ names: some Sequence<Substring>) -> String {
    var path = ""
    for name in names {
      path += "/"
      path += name
    }
    return path.isEmpty ? "/" : path
  }

  /// The path relative to `directory`, empty for the folder itself; `nil` where it lies outside.
  package static func relative(_ path: String, to directory: String) -> String? {
    if path == directory { return "" }
    let prefix = directory == "/" ? "/" : directory + "/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
  }

  /// The folders from `path` up to the root, itself first.
  package static func ancestors(of path: String) -> [String] {
    let names = path.split(separator: "/")
    return (0...names.count).reversed().map { absolute(names[..<$0]) }
  }
}

// SPDX-License-Identifier: Apache-2.0
// A line of a file of the project, as compilers, linters and test runners name one.

/// A place in the project. Whatever printed it may have been written by whoever is judged, so that
/// only a plain relative path is one.
struct SourceLocation: Hashable, Sendable {
  /// Relative to the project.
  let path: String
  /// From 1.
  let line: Int

  init(path: String, line: Int) {
    self.path = path
    self.line = line
  }

  /// `nil` for a path that leads out of the project or could not be one of its files.
  init?(safe path: String, line: Int) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = path.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" && $0 != "\"" && $0 != ":"
    }
    guard isPlain, path.utf8.count <= 1024, (1...10_000_000).contains(line),
      parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else { return nil }
    self.init(path: path, line: line)
  }

  /// Reads `PATH:LINE: text` or `PATH:LINE:COLUMN: text`.
  ///
  /// - Returns: the place and the whole line, the root taken off; `nil` where there is no place.
  static func read(_ line: String, root: String) -> (location: SourceLocation, text: String)? {
    let text = line.replacing(root + "/", with: "").drop { $0.isWhitespace }
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let number = Int(parts[1]) else { return nil }
    let path = parts[0].hasPrefix("./") ? parts[0].dropFirst(2) : parts[0]
    // A bare word with a number behind it is a clock or a count, not a file.
    guard path.contains(".") || path.contains("/"), !path.contains(" "),
      let location = SourceLocation(safe: String(path), line: number)
    else { return nil }
    return (location, String(text))
  }
}

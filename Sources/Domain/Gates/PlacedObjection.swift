// SPDX-License-Identifier: Apache-2.0
// A line of a file of the project, as compilers, linters and test runners name one.

/// A place in the project. Whatever printed it may have been written by whoever is judged, so that
/// only a plain relative path is one.
package struct FilePlace: Hashable, Sendable {
  /// Relative to the project.
  package let path: String
  /// From 1.
  package let line: Int

  /// - Returns: `nil` for a path that leads out of the project or could not be one of its files.
  package init?(path: String, line: Int) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = path.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" && $0 != "\"" && $0 != ":"
    }
    guard isPlain, path.utf8.count <= 1024, (1...10_000_000).contains(line),
      parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else { return nil }
    self.path = path
    self.line = line
  }
}

/// One line of output that names a place.
package struct PlacedObjection: Hashable, Sendable {
  /// Where.
  package let location: FilePlace
  /// The line, the folder that it ran in taken off.
  package let text: String

  /// Reads `PATH:LINE: text` or `PATH:LINE:COLUMN: text`.
  ///
  /// - Parameter root: the absolute path that places are made relative to.
  /// - Returns: `nil` where the line names no place.
  package init?(_ line: some StringProtocol, root: String) {
    let text = String(line).replacing(root + "/", with: "").drop { $0.isWhitespace }
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let number = Int(parts[1]) else { return nil }
    let path = parts[0].hasPrefix("./") ? parts[0].dropFirst(2) : parts[0]
    // A bare word with a number behind it is a clock or a count, not a file.
    guard path.contains(".") || path.contains("/"), !path.contains(" "),
      let location = FilePlace(path: String(path), line: number)
    else { return nil }
    self.location = location
    self.text = String(text)
  }

  /// What stays the same when lines move: the file, and the text without its numbers.
  package var identity: String {
    var plain = location.path + "\n"
    for character in text where !(character.isNumber && plain.last == "#") {
      plain.append(character.isNumber ? "#" : character)
    }
    return plain
  }

  /// More than anybody reads of one gate.
  package static let most = 1_000

  /// The lines of an output that name a place, at most `most`.
  package static func all(in output: String, root: String) -> [PlacedObjection] {
    var found: [PlacedObjection] = []
    for line in output.split(whereSeparator: \.isNewline) {
      guard found.count < most else { break }
      if let objection = PlacedObjection(line, root: root) { found.append(objection) }
    }
    return found
  }
}

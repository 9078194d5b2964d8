// SPDX-License-Identifier: Apache-2.0
// The smallest piece of a change that can be undone by itself.

/// One run of changed lines of a file, or a change that has no lines.
package struct Hunk: Hashable, Sendable {
  /// How the hunk is taken back.
  enum Undo: Hashable, Sendable {
    /// The new lines give way to the old ones.
    case lines(old: [UInt8], new: [UInt8])
    /// The path holds this again; `nil` if it held nothing.
    case file(FileVersion?)
    /// The file keeps its content and gets this mode again.
    case mode(FileMode)
  }

  /// The file it belongs to, from the tree's root.
  package let path: String
  /// The first old line, from 1; the line before where `oldCount` is 0.
  package let oldStart: Int
  /// How many old lines give way; 0 where lines are only added.
  package let oldCount: Int
  /// The first new line, from 1; the line before where `newCount` is 0.
  package let newStart: Int
  /// How many new lines stand instead; 0 where lines are only removed.
  package let newCount: Int
  let undo: Undo

  /// The new lines without their ends; empty for a change that has no lines.
  package var addedLines: [String] {
    switch undo {
    case .lines(_, let new): Self.lines(new)
    case .file, .mode: []
    }
  }

  /// The old lines without their ends; empty for a change that has no lines.
  package var removedLines: [String] {
    switch undo {
    case .lines(let old, _): Self.lines(old)
    case .file, .mode: []
    }
  }

  /// Whether it is a file that came, went or was replaced as a whole.
  package var isWholeFile: Bool {
    switch undo {
    case .file: true
    case .lines, .mode: false
    }
  }

  private static func lines(_ bytes: [UInt8]) -> [String] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Bytes by line, each with its end.
struct LineTable {
  private let bytes: [UInt8]
  /// Where each line starts, and the end.
  private let starts: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(index + 1)
    }
    if starts[starts.count - 1] != bytes.count { starts.append(bytes.count) }
    self.starts = starts
  }

  /// How many lines there are.
  var count: Int { starts.count - 1 }

  /// The byte range of some lines in a unified diff's count; `nil` where the file is shorter.
  func range(start: Int, count: Int) -> Range<Int>? {
    let first = count == 0 ? start : start - 1
    guard first >= 0, count >= 0, first + count < starts.count else { return nil }
    return starts[first]..<starts[first + count]
  }

  func bytes(start: Int, count: Int) -> [UInt8] {
    range(start: start, count: count).map { Array(bytes[$0]) } ?? []
  }

  /// The bytes with some lines replaced; `nil` unless they are `expected` now.
  func replacing(start: Int, count: Int, expecting expected: [UInt8], by new: [UInt8]) -> [UInt8]? {
    guard let range = range(start: start, count: count), bytes[range].elementsEqual(expected) else {
      return nil
    }
    return bytes[..<range.lowerBound] + new + bytes[range.upperBound...]
  }
}

// SPDX-License-Identifier: Apache-2.0
// A block of new lines in the pieces that can be undone one by one.

/// Finds where the pieces of a block begin: its definitions, and the paragraphs of long ones.
enum HunkPieces {
  /// Pieces with more lines of code than this are looked into once more.
  private static let longPiece = 12

  /// The lines, from 1, at which the pieces of the lines `range` of a file begin; the first line
  /// is one of them.
  ///
  /// - Parameters:
  ///   - lines: the file as it is.
  ///   - code: the same without comments.
  static func starts(in range: Range<Int>, lines: [String], code: CodeText) -> [Int] {
    var starts: [Int] = []
    let outer = cuts(in: range, lines: lines, code: code)
    for (start, end) in zip(outer, outer.dropFirst() + [range.upperBound]) {
      starts.append(start)
      let codeLines = (start..<end).filter(code.hasCode)
      guard codeLines.count > longPiece, let head = codeLines.first,
        let body = codeLines.first(where: { $0 > head && indent(lines, $0) > indent(lines, head) })
      else { continue }
      starts += cuts(in: body..<end, lines: lines, code: code).dropFirst()
    }
    return starts
  }

  /// The block's first line, and every line that begins something new beside it.
  private static func cuts(in range: Range<Int>, lines: [String], code: CodeText) -> [Int] {
    guard let first = range.first(where: code.hasCode) else { return [range.lowerBound] }
    let level = indent(lines, first)
    var starts = [range.lowerBound]
    var before = first
    var blank = false
    for line in range where line > first {
      if isBlank(lines, line) {
        blank = true
        continue
      }
      let ends = isCloser(lines, line)
      let isNew = blank || indent(lines, before) > level || isCloser(lines, before)
      if isNew, !ends, indent(lines, line) <= level { starts.append(line) }
      before = line
      blank = false
    }
    return starts
  }

  private static func isBlank(_ lines: [String], _ line: Int) -> Bool {
    !lines.indices.contains(line - 1) || lines[line - 1].allSatisfy(\.isWhitespace)
  }

  private static func indent(_ lines: [String], _ line: Int) -> Int {
    lines[line - 1].prefix { $0 == " " || $0 == "\t" }.count
  }

  /// A line that only ends what began before it.
  private static func isCloser(_ lines: [String], _ line: Int) -> Bool {
    let text = lines[line - 1].drop { $0.isWhitespace }
    return text.first.map { "})]".contains($0) } ?? false || text == "end"
  }
}

// SPDX-License-Identifier: Apache-2.0
// The records of lcov's tracefiles, as geninfo(1) describes them.

import Domain

/// Reads `SF:` … `end_of_record`, as far as lines (`DA`) and branches (`BRDA`) go. The sums that a
/// record carries as well (`LF`, `BRH`) are not believed: the lines are counted.
enum LCOVReport {
  static func parse(_ bytes: [UInt8], root: String) throws(CoverageReportError) -> Coverage {
    var tally = CoverageTally(root: root)
    var file: String?
    var number = 0
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let text = String(decoding: line, as: UTF8.self).trimmed
      guard !text.isEmpty, !text.hasPrefix("#") else { continue }
      if text == "end_of_record" {
        guard file != nil else { throw .line(number, "ends a record that did not begin") }
        file = nil
        continue
      }
      guard let colon = text.firstIndex(of: ":") else { throw .line(number, "is no lcov record") }
      let fields = text[text.index(after: colon)...]
      switch text[..<colon] {
      case "SF":
        guard file == nil else { throw .line(number, "begins a file within another") }
        file = String(fields)
      case "DA":
        guard let file else { throw .line(number, "is of no file") }
        try readLine(fields, of: file, number, into: &tally)
      case "BRDA":
        guard let file else { throw .line(number, "is of no file") }
        try readBranch(fields, of: file, number, into: &tally)
      default: continue  // Test names, functions, sums.
      }
    }
    guard file == nil else { throw .truncated }
    return tally.coverage
  }

  /// `LINE,HITS[,CHECKSUM]`.
  private static func readLine(
    _ fields: Substring, of file: String, _ number: Int, into tally: inout CoverageTally
  ) throws(CoverageReportError) {
    let parts = fields.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count >= 2, let line = Int(parts[0]), let hits = Int(parts[1]), line >= 0, hits >= 0
    else { throw .line(number, "counts no line") }
    tally.line("\(line)", in: file, isCovered: hits > 0)
  }

  /// `LINE,[e]BLOCK,BRANCH,TAKEN`; `-` was not even reached.
  private static func readBranch(
    _ fields: Substring, of file: String, _ number: Int, into tally: inout CoverageTally
  ) throws(CoverageReportError) {
    let parts = fields.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count >= 4, let line = Int(parts[0]), line >= 0, let taken = parts.last,
      let hits = taken == "-" ? 0 : Int(taken), hits >= 0
    else { throw .line(number, "counts no branch") }
    let key = parts.dropLast().joined(separator: ",")
    tally.branches(key, in: file, Coverage.Count(covered: hits > 0 ? 1 : 0, total: 1))
  }
}

extension String {
  /// Without blanks at its ends.
  fileprivate var trimmed: String {
    let start = drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}

// SPDX-License-Identifier: Apache-2.0
// What `go test -coverprofile` writes, as golang.org/x/tools/cover reads it.

import Domain

/// Reads `mode: …` and `FILE:L.C,L.C STATEMENTS COUNT` lines. Statements count as lines; of
/// branches the format knows nothing.
enum GoCoverProfile {
  static func parse(_ bytes: [UInt8], root: String) throws(CoverageReportError) -> Coverage {
    var tally = CoverageTally(root: root)
    var number = 0
    var hasMode = false
    guard bytes.last == 0x0A || bytes.isEmpty else { throw .truncated }
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let text = String(decoding: line, as: UTF8.self)
      if text.allSatisfy(\.isWhitespace) { continue }
      if text.hasPrefix("mode: ") {
        hasMode = true
        continue
      }
      guard hasMode else { throw .line(number, "comes before the mode") }
      let fields = text.split(separator: " ", omittingEmptySubsequences: false)
      guard fields.count >= 3, let hits = Int(fields[fields.count - 1]),
        let statements = Int(fields[fields.count - 2]), hits >= 0, statements >= 0,
        // A file's name may hold blanks and colons; its place does not.
        let place = fields.dropLast(2).joined(separator: " ").splitAtLastColon
      else { throw .line(number, "is no block of a Go profile") }
      tally.line(place.rest, in: place.file, weight: statements, isCovered: hits > 0)
    }
    return tally.coverage
  }
}

extension String {
  fileprivate var splitAtLastColon: (file: String, rest: String)? {
    guard let colon = lastIndex(of: ":"), colon > startIndex else { return nil }
    return (String(self[..<colon]), String(self[index(after: colon)...]))
  }
}

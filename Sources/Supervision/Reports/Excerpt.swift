// SPDX-License-Identifier: Apache-2.0
// Cuts what runners print to a size that can be stored and shown.

enum Excerpt {
  /// The first line that is not blank, at most 500 characters long.
  static func line(_ text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline)
    let line = lines.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
    return line.count > 500 ? line.prefix(499) + "…" : String(line)
  }

  /// At most `limit` characters: head and tail, with a line between them that tells of the cut.
  static func text(_ text: String, limit: Int) -> String {
    let count = text.count
    guard count > limit else { return text }
    let mark = "\n… middle of \(count) characters left out …\n"
    let room = max(0, limit - mark.count)
    return text.prefix(room - room / 2) + mark + text.suffix(room / 2)
  }
}

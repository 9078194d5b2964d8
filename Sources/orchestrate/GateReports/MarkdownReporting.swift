// SPDX-License-Identifier: Apache-2.0
// Gates as Markdown, for a summary or a comment.

import Domain

/// A table of all gates, then what each that stops has to say. No text of others leaves its cell or
/// its block.
enum MarkdownReporting {
  static func text(_ findings: GateFindings) -> String {
    let stopping = findings.stopping
    var lines = [
      "## Gates", "",
      stopping.isEmpty
        ? "\(findings.rows.count) gates let this through."
        : "Stopped by \(listed(stopping.map { "**\(cell($0.gate.id))**" })).",
      "", "| Gate | Answer | Level | Time | Seen |", "|---|---|---|---|---|",
    ]
    for row in findings.rows {
      let cells = [
        row.gate.id, mark(row) + " " + row.word, row.gate.level.rawValue,
        TimeInWords.brief(row.duration), row.headline,
      ]
      lines.append("| " + cells.map(cell).joined(separator: " | ") + " |")
    }
    for row in stopping {
      lines += ["", "### \(cell(row.gate.id))", ""] + block(row.message)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func mark(_ row: GateFindings.Row) -> String {
    if row.stops { return "❌" }
    return row.check.verdict == .pass ? "✅" : "⚠️"
  }

  /// A text that stays in its cell and shows what it says, in at most 200 characters.
  private static func cell(_ text: String) -> String {
    let line = TerminalStyle.harmless(text)
    var escaped = ""
    for scalar in (line.count > 200 ? line.prefix(199) + "…" : line[...]).unicodeScalars {
      switch scalar {
      case "\\", "|", "`", "*", "_", "[", "]", "#", "!", "~", "@": escaped += "\\\(scalar)"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "&": escaped += "&amp;"
      case _: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// A fenced block whose fence is longer than any within.
  private static func block(_ text: String) -> [String] {
    var longest = 2
    var run = 0
    for scalar in text.unicodeScalars {
      run = scalar == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { TerminalStyle.harmless(String($0)) }
    return [fence + "text"] + lines + [fence]
  }
}

// SPDX-License-Identifier: Apache-2.0
// A problem as three lines for people, or as one JSON document for programs.

import Domain

/// Renders a problem for standard error.
enum ProblemRendering {
  /// What happened; why; what to do. Lines that there is nothing to say on are left out. Whatever
  /// an agent or a file put into the texts can't move the cursor or change colours.
  static func lines(_ problem: Problem, style: TerminalStyle) -> String {
    var text = style.ink("error[\(problem.code)]:", .red) + " " + shown(problem.message) + "\n"
    if let reason = problem.reason { text += style.ink("  why:", .bold) + " \(shown(reason))\n" }
    if let remedy = problem.remedy { text += style.ink("  try:", .bold) + " \(shown(remedy))\n" }
    return text
  }

  /// `{"error":{"code","message","reason","remedy","exit"}}` and a newline; what is absent is null.
  static func renderJSON(_ problem: Problem) -> String {
    "{\"error\":{\"code\":\(quoted(problem.code)),\"message\":\(quoted(problem.message)),"
      + "\"reason\":\(problem.reason.map(quoted) ?? "null"),"
      + "\"remedy\":\(problem.remedy.map(quoted) ?? "null"),"
      + "\"exit\":\(problem.exit.rawValue)}}\n"
  }

  /// Further lines of a text stay visibly part of it.
  private static func shown(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { TerminalStyle.harmless(String($0)) }
      .joined(separator: "\n       ")
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

// SPDX-License-Identifier: Apache-2.0
// A problem as three lines for people, or as one JSON document for programs.

import Documents
import Domain
import Service

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
    let document: JSONValue = ["error": Wire.problem(problem)]
    return document.compactText + "\n"
  }

  /// Further lines of a text stay visibly part of it.
  private static func shown(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { TerminalStyle.harmless(String($0)) }
      .joined(separator: "\n       ")
  }
}

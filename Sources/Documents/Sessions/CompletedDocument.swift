// SPDX-License-Identifier: Apache-2.0
// What a session came to, written when it ends.

package import Domain

/// `session-NNN-completed.md` (S4-06, S4-47). Every figure comes from evidence, none from what an
/// agent said.
package struct CompletedDocument: Hashable, Sendable {
  /// What became of a task.
  package struct Outcome: Hashable, Sendable {
    /// The task.
    package let id: TaskID
    /// What it was about.
    package let title: String
    /// Where it ended.
    package let status: TaskStatus
    /// Minutes it took; `nil` where nobody worked on it.
    package let minutes: Int?
    /// The commit that holds it; `nil` where there is none.
    package let commit: ObjectID?
    /// Why it is not done; empty where it is.
    package let note: String

    /// An outcome from its parts.
    package init(
      id: TaskID, title: String, status: TaskStatus, minutes: Int?, commit: ObjectID?,
      note: String = ""
    ) {
      self.id = id
      self.title = title
      self.status = status
      self.minutes = minutes
      self.commit = commit
      self.note = note
    }
  }

  /// The session.
  package let session: SessionID
  /// `completed`, or why it failed.
  package let result: String
  /// What became of each task, in the plan's order.
  package let outcomes: [Outcome]
  /// The figures.
  package let tracking: SessionTracking
  /// The verdict of each gate, as `name: pass`.
  package let gates: [String]

  /// A document from its parts.
  package init(
    session: SessionID, result: String, outcomes: [Outcome], tracking: SessionTracking,
    gates: [String]
  ) {
    self.session = session
    self.result = result
    self.outcomes = outcomes
    self.tracking = tracking
    self.gates = gates
  }

  /// The document as Markdown.
  package var text: String {
    var lines = ["# Session \(session.padded) Results", "", "**Result**: \(oneLine(result))", ""]
    lines += ["## Tasks", "", "| Task | Title | Status | Minutes | Commit |"]
    lines.append("|---|---|---|---|---|")
    for outcome in outcomes {
      let cells = [
        outcome.id.text, outcome.title, outcome.status.rawValue,
        outcome.minutes.map(String.init) ?? "–", outcome.commit?.short ?? "–",
      ]
      lines.append("| " + cells.map(Self.cell).joined(separator: " | ") + " |")
    }
    let open = outcomes.filter { !$0.note.isEmpty }
    if !open.isEmpty {
      lines += ["", "## Not Done"]
      lines += open.map { "- \(oneLine($0.id.text)): \(oneLine($0.note))" }
    }
    lines += ["", "## Gates"] + bulletList(gates)
    lines += ["", "## Metrics", "", "```json", tracking.json.prettyText, "```"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// A text that cannot break out of its cell.
  private static func cell(_ text: String) -> String {
    String(oneLine(text).flatMap { $0 == "|" ? "\\|" : String($0) })
  }
}

/// `- …` a line, or `- None`.
func bulletList(_ texts: [String]) -> [String] {
  texts.isEmpty ? ["- None"] : texts.map { "- \(oneLine($0))" }
}

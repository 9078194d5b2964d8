// SPDX-License-Identifier: Apache-2.0
// What the next segment needs to know of the one that ends.

package import Domain

/// `session-NNN-summary.md`, with the seven headings of seed 002 (S2-38).
package struct SummaryDocument: Hashable, Sendable {
  /// When it was written.
  package let at: Timestamp
  /// The project's state at the end.
  package let state: ProjectState
  /// The project's health at the end.
  package let health: HealthStatus
  /// How many features are done.
  package let featuresCompleted: Int
  /// How many are not.
  package let featuresRemaining: Int
  /// What was done, each with how far it came.
  package let workDone: [String]
  /// `abc1234: subject`, oldest first.
  package let commits: [String]
  /// `decision: rationale`.
  package let decisions: [String]
  /// What stands in the way, with what could help.
  package let blockers: [Checkbox]
  /// What the next session should do, after the steps that are always the same.
  package let next: [String]
  /// `path - what changed`.
  package let files: [String]

  /// A summary from its parts.
  package init(
    at: Timestamp, state: ProjectState, health: HealthStatus, featuresCompleted: Int,
    featuresRemaining: Int, workDone: [String], commits: [String], decisions: [String],
    blockers: [Checkbox], next: [String], files: [String]
  ) {
    self.at = at
    self.state = state
    self.health = health
    self.featuresCompleted = featuresCompleted
    self.featuresRemaining = featuresRemaining
    self.workDone = workDone
    self.commits = commits
    self.decisions = decisions
    self.blockers = blockers
    self.next = next
    self.files = files
  }

  /// The summary as Markdown.
  package var text: String {
    let steps = ["Run session-entry.sh first", "Resume from state: \(state.rawValue)"] + next
    var lines = ["# Session Summary - \(at)", "", "## State"]
    lines += [
      "- Final state: \(state.rawValue)", "- Health status: \(health.rawValue)",
      "- Features completed: \(featuresCompleted)", "- Features remaining: \(featuresRemaining)",
    ]
    lines += ["", "## Work Done"]
    lines += workDone.isEmpty ? ["- None"] : numberedList(workDone.map(oneLine))
    lines += ["", "## Git Commits"] + bulletList(commits)
    lines += ["", "## Decisions Made"] + bulletList(decisions)
    lines += ["", "## Blockers"]
    lines +=
      blockers.isEmpty
      ? ["- None"] : blockers.map { Checkbox(oneLine($0.text), isTicked: $0.isTicked).line }
    lines += ["", "## Next Session"] + numberedList(steps.map(oneLine))
    lines += ["", "## Files Modified"] + bulletList(files)
    return lines.joined(separator: "\n") + "\n"
  }
}

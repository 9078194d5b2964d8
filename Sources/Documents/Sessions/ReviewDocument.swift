// SPDX-License-Identifier: Apache-2.0
// What a session taught, written when it ends.

package import Domain

/// `session-NNN-review.md` (S4-07, S4-19).
package struct ReviewDocument: Hashable, Sendable {
  /// The session.
  package let session: SessionID
  /// What worked.
  package let worked: [String]
  /// What failed.
  package let failed: [String]
  /// The figures.
  package let tracking: SessionTracking
  /// What was learned.
  package let lessons: [String]
  /// What the next session should begin with.
  package let next: [String]

  /// A document from its parts.
  package init(
    session: SessionID, worked: [String], failed: [String], tracking: SessionTracking,
    lessons: [String], next: [String]
  ) {
    self.session = session
    self.worked = worked
    self.failed = failed
    self.tracking = tracking
    self.lessons = lessons
    self.next = next
  }

  /// The document as Markdown.
  package var text: String {
    var lines = ["# Session \(session.padded) Review", "", "## What Worked"] + bulletList(worked)
    lines += ["", "## What Failed"] + bulletList(failed)
    lines += ["", "## Success Metrics"]
    lines += [
      "- **Score**: \(tracking.score)",
      "- **Completion Rate**: \(percent(tracking.completionRate))",
      "- **Quality Score**: \(percent(tracking.qualityScore))",
      "- **Time Efficiency**: \(percent(tracking.timeEfficiency))",
    ]
    lines += ["", "## Lessons Learned"] + bulletList(lessons)
    lines +=
      ["", "## Next Session"] + (next.isEmpty ? ["- None"] : numberedList(next.map(oneLine)))
    return lines.joined(separator: "\n") + "\n"
  }

  private func percent(_ rate: Double?) -> String {
    rate.map { "\(Int(($0 * 100).rounded())) %" } ?? "not measured"
  }
}

// SPDX-License-Identifier: Apache-2.0
// The commit message that seals a stage, and the refs that hold its commits.

package import Domain

/// The text of a checkpoint's commit. Its trailers name the evidence, so that plain git shows it.
package struct CheckpointMessage: Hashable, Sendable {
  /// The handoff that is sealed.
  package let handoff: Handoff
  /// The claim under which it was handed in.
  package let fence: Fence
  /// The task's title, which becomes the subject.
  package let title: String
  /// How the proof is told on one line, in words that are the same when it comes out the same.
  package let summary: String
  /// The checks that did not pass, for a refused attempt's commit.
  package let remarks: [Check]
  /// Whether the project's tests pass at this commit: not at a red stage, not where refused (R6).
  package let gate: Verdict
  /// The digest of the stage record that the trailer names.
  package let evidence: Digest

  package init(
    handoff: Handoff, fence: Fence, title: String, summary: String, remarks: [Check],
    gate: Verdict, evidence: Digest
  ) {
    self.handoff = handoff
    self.fence = fence
    self.title = title
    self.summary = summary
    self.remarks = remarks
    self.gate = gate
    self.evidence = evidence
  }

  /// The whole message: a subject of at most 72 characters, the body, the trailers.
  package var text: String {
    var lines = [Self.subject("\(handoff.stage.rawValue)(\(handoff.task)): \(title)"), ""]
    lines += Self.body(summary)
    for check in remarks {
      // Its sentence may quote what a test said, which is another one each time.
      lines += Self.body("- \(check.code ?? check.verdict.words) \(check.name)")
    }
    lines += [""] + trailers
    return lines.joined(separator: "\n") + "\n"
  }

  /// The lines by which plain git, and whoever checks the commit later, knows what it seals.
  var trailers: [String] {
    [
      "Orchestrate-Session: \(handoff.session)",
      "Orchestrate-Task: \(Self.oneLine(handoff.task.text))",
      "Orchestrate-Stage: \(handoff.stage.rawValue)",
      "Orchestrate-Role: \(handoff.role.rawValue)",
      "Orchestrate-Attempt: \(handoff.attempt)",
      "Orchestrate-Fence: \(fence)",
      "Orchestrate-Gate: \(gate == .pass ? "pass" : "fail")",
      "Orchestrate-Evidence: \(evidence)",
    ]
  }

  /// The trailers of a merge commit.
  static func mergeTrailers(
    of task: TaskID, in session: SessionID, evidence: Digest
  ) -> [String] {
    [
      "Orchestrate-Session: \(session)",
      "Orchestrate-Task: \(oneLine(task.text))",
      "Orchestrate-Stage: merge",
      "Orchestrate-Gate: pass",
      "Orchestrate-Evidence: \(evidence)",
    ]
  }

  /// At most 72 characters, on one line (S2-23).
  static func subject(_ text: String) -> String {
    let line = oneLine(text)
    return line.count > 72 ? line.prefix(71) + "…" : line
  }

  static func oneLine(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .format: line += " "
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }

  /// Lines of a body that cannot be mistaken for trailers.
  static func body(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: true).map { line in
      let clean = oneLine(String(line)).filter { $0 != "\0" }
      return clean.hasPrefix("Orchestrate-") ? "> " + clean : clean
    }
  }
}

/// The names of the coordinator's refs. Every part is derived from a validated id.
package enum CheckpointReference {
  /// The branch that a session's finished tasks are merged onto.
  package static func branch(_ session: SessionID) -> String {
    "refs/heads/session/\(session.padded)"
  }

  /// The immutable ref of an accepted stage.
  package static func accepted(_ handoff: Handoff, fence: Fence) -> String {
    name("tasks", handoff, fence)
  }

  /// The ref that keeps what a refused attempt handed in.
  package static func refused(_ handoff: Handoff, fence: Fence) -> String {
    name("refused", handoff, fence)
  }

  /// The ref that keeps what lay in a workspace when its claim ended without a submission.
  package static func rescued(_ handoff: Handoff, fence: Fence) -> String {
    name("rescue", handoff, fence)
  }

  /// The ref that keeps what a claim's holder has made so far.
  static func kept(_ handoff: Handoff, fence: Fence) -> String { name("kept", handoff, fence) }

  /// The ref of a task's merge, by how often the task was begun.
  static func merged(_ task: TaskID, round: Int, in session: SessionID) -> String {
    all(session) + "merges/\(task.refComponent)/\(round)"
  }

  /// The ref in which a session's journal and evidence travel.
  package static func journal(_ session: SessionID) -> String { all(session) + "journal" }

  /// The ref that holds what was read of a workspace last, a tree, while it is proved. It is this
  /// machine's alone, so it does not travel with the others.
  static func workspace(_ name: String) -> String { "\(workspaces)/\(name)" }
  /// Where those refs are.
  static let workspaces = "refs/orchestrate-workspaces"

  /// What every ref of ours begins with.
  static let root = "refs/orchestrate/"

  /// What every ref of a session's work begins with.
  static func all(_ session: SessionID) -> String { "\(root)\(session.padded)/" }

  /// Whether a ref holds something that was made of a handoff under a claim.
  static func belongs(_ name: String, to handoff: Handoff, fence: Fence) -> Bool {
    let parts = name.split(separator: "/")
    guard parts.count == 6, parts[4] == handoff.task.refComponent else { return false }
    let last = parts[5].split(separator: "-")
    return last.count >= 3 && last[0] == handoff.stage.rawValue && last[2] == fence.description
  }

  private static func name(_ kind: String, _ handoff: Handoff, _ fence: Fence) -> String {
    all(handoff.session) + "\(kind)/\(handoff.task.refComponent)/"
      + "\(handoff.stage.rawValue)-\(handoff.attempt)-\(fence)"
  }
}

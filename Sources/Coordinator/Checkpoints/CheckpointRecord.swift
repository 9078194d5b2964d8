// SPDX-License-Identifier: Apache-2.0
// What a commit's `Orchestrate-Evidence` trailer names: claims, in bytes that come out the same
// whenever the same is proved again. What was measured lies beside, in the journal.

package import Domain

/// The record of a stage. The acceptance in the journal has the sentences of its checks, and names
/// the evidence from which its runs' claims follow.
package struct StageRecord: Hashable, Sendable, Codable {
  /// `CheckpointRecord.format` at the time of writing.
  package let format: Int
  /// The handoff that was handed in.
  package let handoff: HandoffID
  /// Which attempt it was.
  package let attempt: Int
  /// The claim under which it was handed in.
  package let fence: Fence
  /// The files that were handed in.
  package let tree: ObjectID
  /// Every check that was made.
  package let checks: [CheckClaim]
  /// What each run claims, by digest, in the order in which they were made.
  package let runs: [Digest]
  /// The worker's report; `nil` where it sent none.
  package let report: Digest?

  /// The record of what was handed in under a claim.
  init(
    _ handoff: Handoff, fence: Fence, _ submission: Submission, checks: [Check],
    evidence: [EvidenceRecord]
  ) {
    format = CheckpointRecord.format
    self.handoff = handoff.id
    attempt = handoff.attempt
    self.fence = fence
    tree = submission.tree
    self.checks = checks.map(CheckClaim.init)
    runs = CheckpointRecord.claims(evidence)
    report = submission.report
  }
}

/// The record of a merge.
package struct MergeRecord: Hashable, Sendable, Codable {
  /// `CheckpointRecord.format` at the time of writing.
  package let format: Int
  /// The task that was merged.
  package let task: TaskID
  /// Every check on the merged tree.
  package let checks: [CheckClaim]
  /// What each run on it claims, by digest, in the order in which they were made.
  package let runs: [Digest]

  init(_ task: TaskID, checks: [Check], evidence: [EvidenceRecord]) {
    format = CheckpointRecord.format
    self.task = task
    self.checks = checks.map(CheckClaim.init)
    runs = CheckpointRecord.claims(evidence)
  }
}

/// What was measured for a merge: the journal's entry of the moved branch names it.
package struct MergeGrounds: Hashable, Sendable, Codable {
  /// Every check on the merged tree, with its sentence.
  package let checks: [Check]
  /// What was run on it, by digest.
  package let evidence: [Digest]
}

/// What the records of stages and of merges have in common.
enum CheckpointRecord {
  /// What this program writes, and checks. The first format, 1, had no number: its records held what
  /// was measured.
  static let format = 2

  /// The format of a record; `nil` where the body is no record at all.
  static func format(of body: String) -> Int? {
    guard let found = decoded(Mark.self, from: body) else { return nil }
    return found.format ?? 1
  }

  /// What runs claim, by digest.
  static func claims(_ evidence: [EvidenceRecord]) -> [Digest] {
    evidence.compactMap { $0.evidence?.claim }
  }

  /// The parts by which any format's record is known for one.
  private struct Mark: Decodable {
    let format: Int?
    let checks: [Named]

    struct Named: Decodable { let name: String }
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a checkpoint or a merge was sealed on, read from its record.

import Domain

/// The part that a stage's record and a merge's have in common.
struct SealedGrounds: Hashable, Sendable {
  /// Every check that was made.
  let checks: [Check]
  /// What was run, by digest.
  let evidence: [Digest]

  /// Reads a record's body; `nil` where it is neither.
  init?(_ body: String) {
    if let stage = decoded(StageRecord.self, from: body) {
      (checks, evidence) = (stage.checks, stage.evidence)
    } else if let merge = decoded(MergeRecord.self, from: body) {
      (checks, evidence) = (merge.checks, merge.evidence)
    } else {
      return nil
    }
  }
}

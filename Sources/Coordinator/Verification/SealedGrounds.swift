// SPDX-License-Identifier: Apache-2.0
// What a checkpoint or a merge was sealed on: what was measured, beside the record that claims it.

import Domain
import Store

/// The part that an acceptance and a merge's grounds have in common.
struct SealedGrounds: Hashable, Sendable {
  /// Every check that was made.
  let checks: [Check]
  /// What was run, by digest.
  let evidence: [Digest]

  /// Those of a stage.
  init(_ acceptance: Acceptance) {
    (checks, evidence) = (acceptance.checks, acceptance.evidence)
  }

  /// Those of a merge, from their body; `nil` where it is no such thing.
  init?(merge body: String) {
    guard let grounds = decoded(MergeGrounds.self, from: body) else { return nil }
    (checks, evidence) = (grounds.checks, grounds.evidence)
  }
}

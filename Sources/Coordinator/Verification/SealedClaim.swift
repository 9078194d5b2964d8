// SPDX-License-Identifier: Apache-2.0
// What a journal says of the commits of its session: each acceptance and merge, as it was decided.

import Domain
import Store

/// A commit that the journal says was sealed, with what it was decided on.
struct SealedClaim: Sendable {
  /// What was sealed.
  enum Kind: Sendable {
    /// A stage, with the submission that was judged.
    case stage(Handoff, Claim, Submission, Acceptance)
    /// A task, with the session and the task's past as they were before, and the digest of what
    /// was measured; `nil` where the journal names none.
    case merge(TaskRecord, SessionRecord, TaskHistory, grounds: Digest?)
  }

  let commit: ObjectID
  let session: SessionID
  let task: TaskID
  /// The configuration that judged it; `nil` where the journal names none.
  let configuration: Digest?
  let kind: Kind

  /// `red`, `green` …, or `merge`.
  var stage: String {
    switch kind {
    case .stage(let handoff, _, _, _): handoff.stage.rawValue
    case .merge: "merge"
    }
  }

  /// Whether tests or gates were run for it.
  var restsOnRuns: Bool {
    switch kind {
    case .merge: true
    case .stage(let handoff, _, _, _):
      switch handoff.stage {
      case .red, .green, .refactor, .verify: true
      case .design, .review, .document: false
      }
    }
  }
}

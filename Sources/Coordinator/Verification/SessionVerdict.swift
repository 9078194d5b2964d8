// SPDX-License-Identifier: Apache-2.0
// What came of checking a session.

package import Domain

/// One checkpoint or merge, checked.
package struct ClaimVerdict: Hashable, Sendable {
  /// The commit that was sealed.
  package let commit: ObjectID
  /// The session that sealed it.
  package let session: SessionID
  /// The task that it belongs to.
  package let task: TaskID
  /// `red`, `green` …, or `merge`.
  package let stage: String
  /// What came of it.
  package let standing: Standing
  /// How long it took.
  package let duration: Duration
}

/// A session, checked.
package struct SessionVerdict: Hashable, Sendable {
  /// Which one.
  package let session: SessionID
  /// How many entries of its journal hold.
  package let entries: Int
  /// What does not hold of its journal, its bodies or its branch, in sentences.
  package let faults: [String]
  /// Its claims, in the order in which they were sealed.
  package let claims: [ClaimVerdict]

  /// What a caller leaves with: forgery outweighs a claim that came out otherwise, which outweighs
  /// one that could not be run.
  package var exit: ExitCode {
    var exit = faults.isEmpty ? ExitCode.done : .integrityFailure
    for claim in claims {
      switch (claim.standing, exit) {
      case (.forged, _): exit = .integrityFailure
      case (.notReproduced, .done), (.notReproduced, .partialSuccess): exit = .evidenceRefused
      case (.notReproducible, .done): exit = .partialSuccess
      case (.reproduced, _), (.onRecord, _), (.notReproduced, _), (.notReproducible, _): continue
      }
    }
    return exit
  }
}

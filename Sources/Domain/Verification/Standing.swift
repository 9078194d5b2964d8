// SPDX-License-Identifier: Apache-2.0
// What became of a checkpoint's claim when somebody else checked it.

/// Where a claim stands. Only the first two are good ends, and only the first is a proof.
package enum Standing: Hashable, Sendable {
  /// What it claims was run again, and came out the same.
  case reproduced
  /// Its commit and record agree, and nothing of it was run: either it rests on words, or nothing
  /// was to be run.
  case onRecord
  /// What it claims was run again, and came out otherwise; the differences, in sentences.
  case notReproduced([String])
  /// It could not be run here; why. Says nothing about the claim.
  case notReproducible(String)
  /// Commit, record and journal do not agree; the faults, in sentences.
  case forged([String])

  /// `reproduced`, `on record`, `not reproduced`, `not reproducible here`, `forged`.
  package var words: String {
    switch self {
    case .reproduced: "reproduced"
    case .onRecord: "on record"
    case .notReproduced: "not reproduced"
    case .notReproducible: "not reproducible here"
    case .forged: "forged"
    }
  }

  /// What speaks against it, in sentences.
  package var reasons: [String] {
    switch self {
    case .reproduced, .onRecord: []
    case .notReproduced(let reasons), .forged(let reasons): reasons
    case .notReproducible(let reason): [reason]
    }
  }
}

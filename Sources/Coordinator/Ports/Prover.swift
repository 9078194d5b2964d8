// SPDX-License-Identifier: Apache-2.0
// The port to proofs: what the coordinator has run and seen before it decides.

package import Domain

/// Runs what a decision rests on. What came out is evidence, and no error.
package protocol Prover: Sendable {
  /// Proves a submission by its stage's rules.
  func prove(_ question: StageQuestion) async throws(ProofError) -> StageOutcome

  /// The project's tests on `tree`, from an earlier run of this process where there was one.
  func remembered(
    _ tree: ObjectID, kind: Evidence.Kind, note: String
  ) async throws(WorkspaceError) -> Observed

  /// Which of the suspects do not do the same each time on `tree`, and what showed it.
  func unsteady(
    _ suspects: Set<TestIdentity>, on tree: ObjectID, passed: Bool
  ) async throws(WorkspaceError) -> (tests: Set<TestIdentity>, records: [EvidenceRecord])
}

extension StageProver: Prover {
  package func remembered(
    _ tree: ObjectID, kind: Evidence.Kind, note: String
  ) async throws(WorkspaceError) -> Observed {
    try await bench.remembered(tree, kind: kind, note: note)
  }

  package func unsteady(
    _ suspects: Set<TestIdentity>, on tree: ObjectID, passed: Bool
  ) async throws(WorkspaceError) -> (tests: Set<TestIdentity>, records: [EvidenceRecord]) {
    try await bench.unsteady(suspects, on: tree, passed: passed)
  }
}

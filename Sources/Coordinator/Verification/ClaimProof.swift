// SPDX-License-Identifier: Apache-2.0
// One claim, proved again by whatever proved it first.

import Domain
import Git
import Store

/// A claim with what has to be done to check it.
struct ClaimProof: Sendable {
  /// What is left to do.
  enum Step: Sendable {
    /// Nothing: its standing is known.
    case settled(Standing)
    /// It is proved again and held against its grounds; `base` is where the session began.
    case due(Question, Grounds, Coordinator, base: ObjectID)
  }

  /// What the proof looks at, read when the journal stood where it was decided.
  enum Question: Sendable {
    case stage(StageQuestion)
    case merge(TaskRecord, SessionRecord, TaskHistory)
  }

  let claim: SealedClaim
  let step: Step

  /// Asks what was asked back then.
  static func question(
    of claim: SealedClaim, _ coordinator: Coordinator
  ) async throws(Problem) -> Question {
    switch claim.kind {
    case .stage(let handoff, let hold, let submission, _):
      .stage(
        try await coordinator.question(
          handoff, hold, submission,
          TaskHistory(of: handoff.task, in: handoff.session, store: coordinator.store)))
    case .merge(let task, let session, let history, _): .merge(task, session, history)
    }
  }

  /// Does what is left.
  func verdict() async -> ClaimVerdict {
    let started = ContinuousClock.now
    let standing: Standing
    switch step {
    case .settled(let known): standing = known
    case .due(let question, let grounds, let coordinator, let base):
      do throws(Problem) {
        standing = try await prove(question, grounds, coordinator, base)
      } catch {
        standing = .notReproducible(error.reason ?? error.message)
      }
    }
    return ClaimVerdict(
      commit: claim.commit, session: claim.session, task: claim.task, stage: claim.stage,
      standing: standing, duration: ContinuousClock.now - started)
  }

  private func prove(
    _ question: Question, _ recorded: Grounds, _ coordinator: Coordinator, _ base: ObjectID
  ) async throws(Problem) -> Standing {
    let now = try await grounds(question, coordinator)
    let reproduction = Reproduction(recorded: recorded, now: now)
    guard reproduction.differences.isEmpty else {
      return .notReproduced(reproduction.differences + reproduction.obstacles)
    }
    guard let obstacle = reproduction.obstacles.first else {
      return claim.restsOnRuns ? .reproduced : .onRecord
    }
    // Where the project's own tests run here and this commit's do not, the commit is the reason.
    if reproduction.lacksTests, try await coordinator.baseline(at: base).obstacle == nil {
      return .notReproduced(reproduction.obstacles)
    }
    return .notReproducible(obstacle)
  }

  private func grounds(
    _ question: Question, _ coordinator: Coordinator
  ) async throws(Problem) -> Grounds {
    switch question {
    case .stage(let question):
      do throws(ProofError) {
        let outcome = try await coordinator.ports.prover.prove(question)
        return Grounds(
          checks: outcome.judgement.checks, evidence: outcome.evidence.compactMap(\.evidence))
      } catch {
        throw Problem(error)
      }
    case .merge(let task, let session, let history):
      let commit = claim.commit
      let tree = try await coordinator.git { (repository) throws(GitError) in
        try repository.tree(ofCommit: commit)
      }
      let proof = try await coordinator.proveMerge(tree, of: task, in: session, history)
      return Grounds(checks: proof.checks, evidence: proof.evidence.compactMap(\.evidence))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Settling what a crash left, on the same paths that ordinary ends take.

package import Domain
import Git
import Store

/// What a recovery found and did.
package struct RecoveryReport: Hashable, Sendable {
  /// Claims of workers that died with their coordinator; they were given back unharmed.
  package var returned: [HandoffID] = []
  /// Submissions that were recorded and are proved again.
  package var proved: [HandoffID] = []
  /// Claims whose lease had run out.
  package var expired: Int = 0
  /// Refs that a killed process had left locked.
  package var locks: [String] = []
  /// Sessions whose branch was behind the store.
  package var branches: [SessionID] = []

  package init() {}

  package var isEmpty: Bool {
    returned.isEmpty && proved.isEmpty && expired == 0 && locks.isEmpty && branches.isEmpty
  }
}

extension Coordinator {
  /// Brings store, branches and workspaces into agreement. Idempotent, and can itself be
  /// interrupted. Called before anything else by whoever takes the store's lock.
  ///
  /// - Parameter isWorkerAlive: whether the worker of a claim still runs; workers that were
  ///   launched by a coordinator which is gone do not.
  package func recover(
    isWorkerAlive: (String) -> Bool
  ) async throws(Problem) -> RecoveryReport {
    var report = RecoveryReport()
    let sessions = try read { (store) throws(StoreError) in try store.sessions() }
    for session in sessions where !session.lifecycle.isEnded {
      let id = session.plan.session
      report.locks += try await freeLocks(of: id)
      if try await isBranchBehind(session) {
        try await settleBranch(id)
        report.branches.append(id)
      }
      let claimed = try read { (store) throws(StoreError) in
        try store.handoffs(in: id, states: [.claimed])
      }
      for handoff in claimed {
        guard let claim = handoff.claim, !isWorkerAlive(claim.worker) else { continue }
        try await rescueAndRelease(handoff.id, fence: claim.fence)
        report.returned.append(handoff.id)
      }
    }
    let before = try read { (store) throws(StoreError) in
      try store.expiredClaims(at: clock().boot).count
    }
    report.expired = before
    try await expireLeases()
    let submitted = try read { (store) throws(StoreError) in try store.submittedHandoffs() }
    for handoff in submitted where !proving.contains(handoff.id) {
      _ = try await settle(handoff.id)
      report.proved.append(handoff.id)
    }
    for session in sessions where !session.lifecycle.isEnded {
      try await advance(session.plan.session)
    }
    return report
  }

  /// Both places are the coordinator's alone, and only one process holds the store's lock.
  private func freeLocks(of session: SessionID) async throws(Problem) -> [String] {
    try await git { (repository) throws(GitError) in
      repository.removeStaleLocks(under: "refs/orchestrate/\(session.padded)")
        + repository.removeStaleLocks(under: CheckpointReference.branch(session))
    }
  }

  private func isBranchBehind(_ session: SessionRecord) async throws(Problem) -> Bool {
    let reference = CheckpointReference.branch(session.plan.session)
    let head = session.branchHead
    return try await git { (repository) throws(GitError) in
      try repository.reference(reference) != head
    }
  }
}

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
  /// An operation that was interrupted, in a sentence; `nil` where none was.
  package var operation: String?
  /// Sessions whose journal in git was behind the store.
  package var journals: [SessionID] = []

  /// A report of nothing.
  package init() {}

  /// Whether nothing was left behind.
  package var isEmpty: Bool {
    returned.isEmpty && proved.isEmpty && expired == 0 && locks.isEmpty && branches.isEmpty
      && journals.isEmpty && operation == nil
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
    report.operation = try await settleOperations()
    let sessions = try read { (store) throws(StoreError) in try store.sessions() }
    let open = sessions.filter { !$0.lifecycle.isEnded }
    for session in open {
      let id = session.plan.session
      report.locks += try await freeLocks(of: id)
      if try await isBranchBehind(session) {
        try await settleBranch(id)
        report.branches.append(id)
      }
    }
    report.expired = try await expireLeases()
    for session in open {
      report.returned += try await returnClaims(
        of: session.plan.session, isWorkerAlive: isWorkerAlive)
    }
    let submitted = try read { (store) throws(StoreError) in try store.submittedHandoffs() }
    for handoff in submitted where !proving.contains(handoff.id) {
      _ = try await settle(handoff.id)
      report.proved.append(handoff.id)
    }
    for session in open { try await advance(session.plan.session) }
    report.journals = try await publishWhatIsDue()
    try await sweepWorkspaces()
    return report
  }

  private func returnClaims(
    of session: SessionID, isWorkerAlive: (String) -> Bool
  ) async throws(Problem) -> [HandoffID] {
    let claimed = try read { (store) throws(StoreError) in
      try store.handoffs(in: session, states: [.claimed])
    }
    var returned: [HandoffID] = []
    for handoff in claimed {
      guard let claim = handoff.claim, !isWorkerAlive(claim.worker) else { continue }
      try await release(handoff.id, fence: claim.fence)
      returned.append(handoff.id)
    }
    return returned
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

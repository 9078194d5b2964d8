// SPDX-License-Identifier: Apache-2.0
// Settling what a crash left, on the same paths that ordinary ends take.

package import Domain
import Git
import Store

/// What a recovery found and did.
package struct RecoveryReport: Hashable, Sendable {
  /// Claims of workers that died with their coordinator; they were given back unharmed.
  package var returned: [HandoffID] = []
  /// Those that died with their coordinator once too often: a person is asked.
  package var dead: [HandoffID] = []
  /// How many processes had outlived their coordinator and their supervisor, and were ended.
  package var strays: Int = 0
  /// Submissions that were recorded and are proved again.
  package var proved: [HandoffID] = []
  /// Claims whose lease had run out.
  package var expired: Int = 0
  /// Refs that a killed process had left locked.
  package var locks: [String] = []
  /// Refs of accepted stages that were gone or held something else; they are made again.
  package var references: [String] = []
  /// Refs of accepted stages whose commits are gone from git.
  package var lostReferences: [String] = []
  /// Sessions whose branch was behind the store.
  package var branches: [SessionID] = []
  /// An operation that was interrupted, in a sentence; `nil` where none was.
  package var operation: String?
  /// Sessions whose journal in git was behind the store.
  package var journals: [SessionID] = []
  /// Files of the project's state that could not be read, and were written anew.
  package var rebuilt: [String] = []
  /// What could not be settled; the rest was (S3-47).
  package var problems: [Problem] = []

  /// A report of nothing.
  package init() {}

  /// Whether nothing was left behind.
  package var isEmpty: Bool {
    returned.isEmpty && dead.isEmpty && strays == 0 && proved.isEmpty && expired == 0
      && locks.isEmpty && branches.isEmpty && journals.isEmpty && rebuilt.isEmpty
      && references.isEmpty && lostReferences.isEmpty && problems.isEmpty
      && operation == nil
  }
}

extension Coordinator {
  /// Brings store, branches and workspaces into agreement. Idempotent, and can itself be
  /// interrupted. Called before anything else by whoever takes the store's lock.
  ///
  /// One claim or session that cannot be settled does not keep the others from it (RELIABILITY T4):
  /// it is listed in the report, and its session refuses to start.
  ///
  /// - Parameters:
  ///   - isWorkerAlive: whether the worker of a claim still runs; workers that were launched by a
  ///     coordinator which is gone do not.
  ///   - isAsked: whether a person asked for it, whatever the project's settings say; by default
  ///     nobody did.
  package func recover(
    isWorkerAlive: (Claim) -> Bool, isAsked: Bool = false
  ) async throws(Problem) -> RecoveryReport {
    var report = RecoveryReport()
    report.operation = try await settleOperations()
    report.locks += try await git { (repository) throws(GitError) in
      repository.removeStaleLocks(under: CheckpointReference.workspaces)
    }
    let sessions = try read { (store) throws(StoreError) in try store.sessions() }
    let open = sessions.filter { !$0.lifecycle.isEnded }
    unsettled = [:]
    report.strays += await ports.workspaces.endStrayProofs()
    for session in open {
      do throws(Problem) {
        try await settleReferences(of: session, into: &report)
      } catch {
        try passOver(error, of: session.session, into: &report)
      }
      try await settleLostClaims(
        of: session.session, isWorkerAlive: isWorkerAlive, into: &report)
    }
    report.expired = try await expireLeases()
    let submitted = try read { (store) throws(StoreError) in try store.submittedHandoffs() }
    for handoff in submitted where !proving.contains(handoff.id) {
      do throws(Problem) {
        try await proveAgain(handoff, into: &report)
      } catch {
        try passOver(error, of: handoff.session, into: &report)
      }
    }
    for session in open {
      do throws(Problem) {
        try await advance(session.session)
      } catch {
        try passOver(error, of: session.session, into: &report)
      }
    }
    try await freeLocksOfLeftovers(among: sessions, into: &report)
    try await mendProgress(into: &report, isAsked: isAsked)
    report.journals = try await publishWhatIsDue()
    try await sweepWorkspaces()
    return report
  }

  /// Sees to it that nothing was left by a crash, where the project wants nothing repaired without
  /// being asked for (S3-44).
  ///
  /// - Throws: `Problem` with exit 11 where something was.
  package func requireSettled(isWorkerAlive: (Claim) -> Bool) async throws(Problem) {
    guard !settings.recovery.isAutomatic else { return }
    var found: [String] = []
    let submitted = try read { (store) throws(StoreError) in try store.submittedHandoffs() }
    if !submitted.isEmpty { found.append("\(submitted.count) submissions that were not judged") }
    for session in try read({ (store) throws(StoreError) in try store.sessions() })
    where !session.lifecycle.isEnded {
      let claimed = try read { (store) throws(StoreError) in
        try store.handoffs(in: session.session, states: [.claimed])
      }
      let lost = claimed.count { handoff in handoff.claim.map { !isWorkerAlive($0) } ?? false }
      if lost > 0 { found.append("\(lost) claims whose workers are gone") }
      if try await isBranchBehind(session) {
        found.append("session/\(session.session) is not where it belongs")
      }
    }
    found += ports.projections.damaged().map { "\($0.path) cannot be read" }
    guard !found.isEmpty else { return }
    throw Problem(
      code: "RECOVERY001", exit: .workFailed, message: "an earlier run left work to settle",
      reason: listed(found) + "; nothing is repaired by itself here (recovery.auto_recovery)",
      remedy: "orchestrate recover")
  }

  /// What stood in the way of a session's recovery may be gone by now.
  ///
  /// - Throws: `Problem` where its branch and refs cannot be settled now either.
  func settleWhatRecoveryCouldNot(of session: SessionID) async throws(Problem) {
    guard unsettled[session] != nil else { return }
    var report = RecoveryReport()
    try await settleReferences(of: try requireSession(session), into: &report)
    unsettled[session] = nil
  }

  /// Writes a problem of one session down and goes on, unless it is everybody's.
  func passOver(
    _ problem: Problem, of session: SessionID, into report: inout RecoveryReport
  ) throws(Problem) {
    if problem.isOfTheStore || Task.isCancelled || !settings.recovery.isPartial { throw problem }
    report.problems.append(problem)
    unsettled[session] = unsettled[session] ?? problem
    tell(.warning("session \(session) is not settled: \(problem.message)"))
  }

  private func settleReferences(
    of session: SessionRecord, into report: inout RecoveryReport
  ) async throws(Problem) {
    let id = session.session
    report.locks += try await freeLocks(of: id)
    let references = try await restoreReferences(of: id)
    report.references += references.restored
    report.lostReferences += references.lost
    guard try await isBranchBehind(session) else { return }
    try await settleBranch(id)
    report.branches.append(id)
  }

  /// Workspaces that a session left behind are emptied under its refs once it has ended, too.
  private func freeLocksOfLeftovers(
    among sessions: [SessionRecord], into report: inout RecoveryReport
  ) async throws(Problem) {
    let held = ports.workspaces.heldSlots() + ports.workspaces.lostSlots()
    let concerned = Set(held.map(\.handoff.session))
    for session in sessions
    where session.lifecycle.isEnded && concerned.contains(session.session) {
      report.locks += try await freeLocks(of: session.session)
    }
  }

  /// Both places are the coordinator's alone, and only one process holds the store's lock.
  private func freeLocks(of session: SessionID) async throws(Problem) -> [String] {
    try await git { (repository) throws(GitError) in
      repository.removeStaleLocks(under: "refs/orchestrate/\(session.padded)")
        + repository.removeStaleLocks(under: CheckpointReference.branch(session))
    }
  }

  private func isBranchBehind(_ session: SessionRecord) async throws(Problem) -> Bool {
    let reference = CheckpointReference.branch(session.session)
    let head = session.branchHead
    return try await git { (repository) throws(GitError) in
      try repository.reference(reference) != head
    }
  }
}

extension Problem {
  /// Whether the store itself cannot be used, so that nothing can go on.
  var isOfTheStore: Bool { code.hasPrefix("STORE") && code != Self.movedOn }
}

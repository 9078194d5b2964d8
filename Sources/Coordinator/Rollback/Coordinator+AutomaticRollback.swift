// SPDX-License-Identifier: Apache-2.0
// Rollbacks that follow from what was seen of a session's branch, and the log's entry of a retry.

package import Domain
import Git
import Store

extension Coordinator {
  /// Looks whether the tests pass where a session's branch stands, and takes the branch back to
  /// where they do (M4).
  ///
  /// A merge is proved before the branch moves, so this finds what changed without a merge: a test
  /// that depends on the date, or a machine that is not what it was. It costs a run of the tests,
  /// which the next merge would make anyway.
  ///
  /// - Returns: whether it was taken back.
  @discardableResult
  func keepBranchPassing(
    _ session: SessionID, when trigger: RollbackTrigger
  ) async throws(Problem) -> Bool {
    guard settings.isRollbackAutomatic else { return false }
    let record = try requireSession(session)
    switch record.lifecycle.state {
    case .active(.execution), .active(.validation): break
    case .active, .paused, .completed, .failed: return false
    }
    guard record.branchHead != record.plan.base else { return false }
    let seen = try await seen(of: record, when: trigger)
    guard seen.evidence.rollback(isAutomatic: settings.isRollbackAutomatic) == .quality,
      let passing = seen.evidence.passing
    else { return false }
    do throws(Problem) {
      let report = try await rollback(
        session, .quality, .quality(passing),
        OperationWish(
          cause: .rule(trigger), reason: seen.reason, isForced: false, isDryRun: false))
      tell(
        .warning(
          "session/\(session) went back to \(passing.short), where its tests pass: \(seen.reason); "
            + "orchestrate rollback --undo takes that back"))
      return report.checks.allSatisfy { $0.verdict == .pass }
    } catch {
      // A limit, a claim that holds, a branch in use: the session goes on as it is, and says so.
      guard error.code.hasPrefix("ROLLBACK") else { throw error }
      tell(.warning("session/\(session) is broken and stays so: \(error.message)"))
      return false
    }
  }

  private func seen(
    of record: SessionRecord, when trigger: RollbackTrigger
  ) async throws(Problem) -> (evidence: BranchEvidence, reason: String) {
    let known = try await knownBroken(in: record)
    let head = record.branchHead
    let observed = try await baseline(at: head)
    guard let outcomes = observed.tests.outcomes else {
      return (BranchEvidence(trigger: trigger, head: .didNotRun, passing: nil), "")
    }
    let broken = outcomes.broken.subtracting(known)
    let repeated = try await unsteady(broken, at: head, passed: false)
    let failed = broken.subtracting(repeated.tests)
    guard !failed.isEmpty else {
      return (BranchEvidence(trigger: trigger, head: .pass, passing: nil), "")
    }
    try self.record(record.session, [], evidence: [observed.record] + repeated.records)
    return (
      BranchEvidence(
        trigger: trigger, head: .fail,
        passing: try await newestPassing(of: record, known)),
      "tests fail on the session branch: \(listed(failed.sorted()))"
    )
  }

  /// The newest commit of the branch before its last on which the tests pass, here and now.
  private func newestPassing(
    of record: SessionRecord, _ known: Set<TestIdentity>
  ) async throws(Problem) -> ObjectID? {
    // Where nothing passes that passed when the session began, the machine is what broke.
    guard try await passes(at: record.plan.base, known) else { return nil }
    for commit in try await rollbackFacts(of: record.session).branch.dropFirst()
    where try await passes(at: commit, known) {
      return commit
    }
    return nil
  }

  private func passes(
    at commit: ObjectID, _ known: Set<TestIdentity>
  ) async throws(Problem) -> Bool {
    let outcomes = try await baseline(at: commit).tests.outcomes
    return outcomes.map { $0.broken.isSubset(of: known) } ?? false
  }

  /// The newest commit of a session's branch on which the tests pass, the last included.
  package func newestPassingCommit(of session: SessionID) async throws(Problem) -> ObjectID? {
    let record = try requireSession(session)
    let known = try await knownBroken(in: record)
    if try await passes(at: record.branchHead, known) { return record.branchHead }
    return try await newestPassing(of: record, known)
  }

  // MARK: Retry

  /// Lets a blocked task go on, as an operation that can be undone.
  func letGoOn(_ task: TaskRecord, in session: SessionID) async throws(Problem) {
    let record = try requireSession(session)
    var progress = task.progress
    do throws(TaskRejection) {
      _ = try progress.unblocked()
    } catch {
      throw .defect(error, in: "task \(task.planned.id)")
    }
    _ = try await perform(
      .retry(task.planned.id),
      SessionChange(
        session: session, branch: Shift(before: record.branchHead, after: record.branchHead),
        lifecycle: Shift(before: record.lifecycle, after: record.lifecycle),
        tasks: [
          .init(
            id: task.planned.id, progress: Shift(before: task.progress, after: progress))
        ]),
      OperationWish(
        cause: .person, reason: "what stood in its way is cleared", isForced: false,
        isDryRun: false))
  }
}

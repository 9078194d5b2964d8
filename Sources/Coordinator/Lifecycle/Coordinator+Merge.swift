// SPDX-License-Identifier: Apache-2.0
// The merge queue: a finished task goes onto the session branch when the merged tree proves.

import Domain
import Git
import Store

extension Coordinator {
  /// Merges a task whose stages are all accepted, or sends it back with what was seen.
  func merge(_ id: TaskID, in session: SessionID) async throws(Problem) {
    // The merge asks what passes on the branch anyway. Where it went back, there is more to do
    // before this merge, and perhaps instead of it.
    if try await keepBranchPassing(session, when: .test) { return }
    let record = try requireSession(session)
    let task = try requireTask(id, in: session)
    guard let base = task.progress.base, let head = task.progress.head else {
      throw .defect(TaskRejection.illegal(input: "merge", state: task.progress.state), in: "\(id)")
    }
    // Afterwards the branch holds its commits; until then somebody may have taken their refs away.
    try await restoreReferences(of: id, in: session)
    let ours = record.branchHead
    let outcome = try await git { (repository) throws(GitError) in
      try repository.merge(
        base: repository.tree(ofCommit: base), ours: repository.tree(ofCommit: ours),
        theirs: repository.tree(ofCommit: head))
    }
    switch outcome {
    case .conflicted(let paths):
      try restart(
        task, in: record, code: "MERGE001",
        reason: "it conflicts with what was merged in the meantime: \(listed(paths))",
        evidence: [])
    case .merged(let tree):
      try await land(tree, of: task, in: record)
    }
  }

  private func land(
    _ tree: ObjectID, of task: TaskRecord, in record: SessionRecord
  ) async throws(Problem) {
    let session = record.plan.session
    let id = task.planned.id
    let history = try TaskHistory(of: id, in: session, store: store)
    let proof = try await proveMerge(tree, of: task, in: record, history)
    if Task.isCancelled { throw .interrupted }
    let (checks, evidence) = (proof.checks, proof.evidence)
    guard !checks.contains(where: \.stops) else {
      let reasons = checks.filter(\.stops)
      try restart(
        task, in: record, code: reasons.first?.code ?? "MERGE002",
        reason: "merged with the session branch it does not hold:\n"
          + reasons.map(\.message).joined(separator: "\n"),
        evidence: evidence)
      return
    }
    let document = Document(
      body: canonicalJSON(of: MergeRecord(id, checks: checks, evidence: evidence)))
    let grounds = Document(
      body: canonicalJSON(of: MergeGrounds(checks: checks, evidence: evidence.map(\.digest))))
    let passing = proof.passing
    let message = mergeMessage(task, session, evidence: document.digest, passing: passing)
    let parents = [record.branchHead, task.progress.head].compactMap { $0 }
    let reference = CheckpointReference.merged(id, round: task.progress.rounds, in: session)
    let commit = try await git { (repository) throws(GitError) in
      // As late as the later parent, which has its time from a claim.
      let times = try parents.map { (id) throws(GitError) in try repository.commitTime(id) }
      let commit = try repository.createCommit(
        tree: tree, parents: parents, message: message,
        identity: .coordinator(at: times.max() ?? 0))
      // The branch moves after the store has it; until then nothing else would hold it.
      try repository.settle(reference, at: commit)
      return commit
    }
    var progress = task.progress
    do throws(TaskRejection) {
      _ = try progress.merged(as: commit)
    } catch {
      throw .defect(error, in: "task \(id)")
    }
    try self.record(
      session, [.taskMoved(id, progress), .branchMoved(to: commit, grounds: grounds.digest)],
      expecting: [.task(id, task.progress)], evidence: evidence, documents: [document, grounds])
    try await settleBranch(session)
    await publish(session)
    tell(.taskMerged(task.planned, commit: commit, testsPassing: passing))
    projectLater(session)
  }

  /// Runs every test on a merged tree and asks the gates of it.
  ///
  /// - Parameters:
  ///   - record: the session before the merge.
  ///   - history: the task's, with all its stages accepted.
  nonisolated func proveMerge(
    _ tree: ObjectID, of task: TaskRecord, in record: SessionRecord, _ history: TaskHistory
  ) async throws(Problem) -> MergeProof {
    let observed: Observed
    do throws(WorkspaceError) {
      observed = try await ports.prover.remembered(
        tree, kind: .merge, note: "every test on the merged tree")
    } catch {
      throw Problem(error)
    }
    if Task.isCancelled { throw .interrupted }
    // What passed on the branch before and what passed in the task must pass in both together.
    let onBranch = try await passingOnBranch(record)
    let expected = onBranch.union(history.lastRun?.passed ?? [])
    let repeated = try await unsteady(
      observed.tests.outcomes.map { now in onBranch.filter { now[$0]?.isPass != true } } ?? [],
      at: record.branchHead, passed: true)
    let judgement = MergeRules.judge(
      facts: history.facts, expected: expected, now: observed.tests,
      unsteady: UnsteadyTests(quarantined: repeated.tests, caused: []))
    let branchHead = record.branchHead
    let branchTree = try await git { (repository) throws(GitError) in
      try repository.tree(ofCommit: branchHead)
    }
    let gates = try await taskGates(
      on: tree, of: task, in: record.plan.session, over: branchTree, hasTests: !onBranch.isEmpty)
    return MergeProof(
      checks: judgement.checks + gates.checks,
      evidence: [observed.record] + repeated.records + gates.evidence,
      passing: observed.tests.outcomes?.passed.count ?? 0)
  }

  /// Moves the session branch to where the store says it is. A crash between the two leaves the
  /// branch behind; the next run comes through here first.
  func settleBranch(_ session: SessionID) async throws(Problem) {
    let record = try requireSession(session)
    let reference = CheckpointReference.branch(session)
    let wanted = record.branchHead
    let strange = try await git { (repository) throws(GitError) -> ObjectID? in
      let found = try repository.reference(reference)
      guard found != wanted else {
        try repository.settle(reference, at: wanted)
        return nil
      }
      if let found, try !repository.isAncestor(found, of: wanted) { return found }
      try repository.moveReference(reference, to: wanted, expecting: found)
      return nil
    }
    guard let strange else { return }
    // A commit on which the session itself had put the branch was left by a rollback.
    let putThere = try lastEntry(of: session) { event in
      guard case .branchMoved(let commit, _) = event else { return false }
      return commit == strange
    }
    guard putThere != nil else {
      throw Problem(
        code: "MERGE003", exit: .conflict,
        message: "the branch session/\(session) was moved by somebody else",
        reason: "it holds commits that the session does not know",
        remedy:
          "git branch keep-mine session/\(session) && git branch -f session/\(session) \(wanted)")
    }
    try await git { (repository) throws(GitError) in
      try repository.moveReference(reference, to: wanted, expecting: strange)
    }
  }

  private func restart(
    _ task: TaskRecord, in record: SessionRecord, code: String, reason: String,
    evidence: [EvidenceRecord]
  ) throws(Problem) {
    // Work begins again where files were first written; the refs keep what was there.
    let stage = task.planned.workflow.contains(.red) ? Stage.red : task.planned.workflow.first.stage
    let feedback = Feedback(
      attempt: 0, code: code, message: reason, evidence: evidence.map(\.digest))
    let round =
      try TaskHistory(of: task.planned.id, in: record.plan.session, store: store).round + 1
    try self.record(record.plan.session, [], evidence: evidence)
    try move(task, in: record.plan.session, feedback: [feedback]) {
      (progress) throws(TaskRejection) in
      try progress.mergeRefused(
        restartingAt: stage, on: record.branchHead, round: round, reason: reason)
    }
    tell(.sentBack(task.planned.id, from: .document, to: stage, reason: reason))
  }

  private nonisolated func passingOnBranch(
    _ record: SessionRecord
  ) async throws(Problem) -> Set<TestIdentity> {
    let head = record.branchHead
    let tree = try await git { (repository) throws(GitError) in
      try repository.tree(ofCommit: head)
    }
    let observed: Observed
    do throws(WorkspaceError) {
      observed = try await ports.prover.remembered(
        tree, kind: .baseline, note: "every test on the session branch")
    } catch {
      throw Problem(error)
    }
    switch observed.tests {
    case .ran(let results): return TestOutcomes(results).passed
    // Without them a merge would have nothing to keep whole.
    case .didNotRun(let reason): throw .unmeasured(record.plan.session, reason)
    }
  }

  private func mergeMessage(
    _ task: TaskRecord, _ session: SessionID, evidence: Digest, passing: Int
  ) -> String {
    let trailers = CheckpointMessage.mergeTrailers(
      of: task.planned.id, in: session, evidence: evidence)
    return """
      \(CheckpointMessage.subject("merge(\(task.planned.id)): \(task.planned.title)"))

      \(passing) tests pass on the merged tree.

      \(trailers.joined(separator: "\n"))

      """
  }
}

/// What was seen on a merged tree.
struct MergeProof: Sendable {
  /// Every check, the gates' last.
  let checks: [Check]
  /// What was run, the tests first.
  let evidence: [EvidenceRecord]
  /// How many tests pass.
  let passing: Int
}

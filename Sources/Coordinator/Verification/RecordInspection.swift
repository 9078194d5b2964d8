// SPDX-License-Identifier: Apache-2.0
// A claim's commit held against the journal and the record that it names; nothing is run.

import Domain
import Git
import Signing
import Store

/// Looks at one commit after another. Blocks its thread.
struct RecordInspection {
  let archive: SessionArchive
  let repository: Repository
  /// Who must have signed each claim; nobody where empty.
  let keys: [VerifyingKey]

  /// What does not hold of a claim, in sentences; empty where all does.
  func faults(of claim: SealedClaim) throws(GitError) -> [String] {
    let commit: CommitRecord
    do throws(GitError) {
      commit = try repository.commitRecord(claim.commit)
    } catch {
      guard error.reason == .notFound else { throw error }
      return ["the commit is not in this repository"]
    }
    guard let record = commit.orchestrateTrailer("Evidence").flatMap({ Digest($0) }) else {
      return ["the commit names no evidence"]
    }
    let expected = try expected(of: claim, record: record)
    var faults = trailerFaults(commit, expected.trailers)
    if commit.parents != expected.parents {
      faults.append("its parents are not those that the journal names")
    }
    if let tree = expected.tree, commit.tree != tree {
      faults.append("its files are not those that were proved")
    }
    faults += groundFaults(claim, record)
    if !keys.isEmpty { faults += signatureFaults(commit, record) }
    return faults
  }

  /// The grounds of a claim, as the journal has them.
  func grounds(of claim: SealedClaim) -> Grounds {
    let sealed = sealed(claim)
    return Grounds(
      checks: sealed?.checks ?? [],
      evidence: (sealed?.evidence ?? []).compactMap { archive.evidence[$0]?.evidence })
  }

  /// The number of the format in which a claim's record is written, where it is not ours.
  func foreignFormat(of claim: SealedClaim) throws(GitError) -> Int? {
    let body: String?
    do throws(GitError) {
      body = try repository.commitRecord(claim.commit).orchestrateTrailer("Evidence")
        .flatMap { Digest($0) }.flatMap { archive.documents[$0] }
    } catch {
      guard error.reason == .notFound else { throw error }
      return nil
    }
    return body.flatMap(CheckpointRecord.format).flatMap {
      $0 == CheckpointRecord.format ? nil : $0
    }
  }

  private func sealed(_ claim: SealedClaim) -> SealedGrounds? {
    switch claim.kind {
    case .stage(_, _, _, let acceptance): SealedGrounds(acceptance)
    case .merge(_, _, _, let grounds):
      grounds.flatMap { archive.documents[$0] }.flatMap { SealedGrounds(merge: $0) }
    }
  }

  // MARK: The commit

  private struct Expected {
    let trailers: [String]
    let parents: [ObjectID]
    /// `nil` where merging the parents conflicts.
    let tree: ObjectID?
  }

  private func expected(
    of claim: SealedClaim, record: Digest
  ) throws(GitError) -> Expected {
    switch claim.kind {
    case .stage(let handoff, let hold, let submission, _):
      let message = CheckpointMessage(
        handoff: handoff, fence: hold.fence, title: "", summary: "", remarks: [],
        gate: handoff.stage == .red ? .fail : .pass, evidence: record)
      return Expected(
        trailers: message.trailers, parents: [handoff.base], tree: submission.tree)
    case .merge(let task, let session, _, _):
      return Expected(
        trailers: CheckpointMessage.mergeTrailers(
          of: claim.task, in: claim.session, evidence: record),
        parents: [session.branchHead, task.progress.head].compactMap { $0 },
        tree: try mergedTree(task, session))
    }
  }

  private func mergedTree(
    _ task: TaskRecord, _ session: SessionRecord
  ) throws(GitError) -> ObjectID? {
    guard let base = task.progress.base, let head = task.progress.head else { return nil }
    let outcome = try repository.merge(
      base: repository.tree(ofCommit: base), ours: repository.tree(ofCommit: session.branchHead),
      theirs: repository.tree(ofCommit: head))
    switch outcome {
    case .merged(let tree): return tree
    case .conflicted: return nil
    }
  }

  private func trailerFaults(_ commit: CommitRecord, _ expected: [String]) -> [String] {
    let found = commit.orchestrateTrailers
    guard found.sorted() != expected.sorted() else { return [] }
    let missing = expected.filter { !found.contains($0) }
    let foreign = found.filter { !expected.contains($0) }
    return ["its trailers are not the journal's: \(listed(foreign)) instead of \(listed(missing))"]
  }

  // MARK: The record

  private func groundFaults(_ claim: SealedClaim, _ record: Digest) -> [String] {
    guard let body = archive.documents[record] else {
      return ["its record \(record.hex.prefix(10)) is not in the archive"]
    }
    guard let grounds = sealed(claim) else {
      return ["what was measured for it is not in the archive"]
    }
    let evidence = grounds.evidence.compactMap { archive.evidence[$0] }
    var faults: [String] = []
    let expected: String
    switch claim.kind {
    case .stage(let handoff, let hold, let submission, _):
      expected = canonicalJSON(
        of: StageRecord(
          handoff, fence: hold.fence, submission, checks: grounds.checks, evidence: evidence))
      if let report = submission.report, archive.documents[report] == nil {
        faults.append("the worker's report \(report.hex.prefix(10)) is not in the archive")
      }
    case .merge:
      expected = canonicalJSON(
        of: MergeRecord(claim.task, checks: grounds.checks, evidence: evidence))
    }
    for digest in grounds.evidence where archive.evidence[digest] == nil {
      faults.append("the evidence \(digest.hex.prefix(10)) is not in the archive")
    }
    // With evidence missing it could not be the same.
    if evidence.count == grounds.evidence.count, body != expected {
      faults.append("its record is not what the journal says")
    }
    if grounds.checks.isEmpty { faults.append("its record holds no check") }
    for check in grounds.checks where check.stops {
      faults.append("it was sealed although \(check.name) says \(check.verdict.words)")
    }
    return faults
  }

  private func signatureFaults(_ commit: CommitRecord, _ record: Digest) -> [String] {
    guard let text = archive.attestations[commit.id] else { return ["it is not signed"] }
    guard let envelope = Envelope(json: text) else { return ["its envelope does not read as one"] }
    guard let statement = envelope.statement(signedBy: keys) else {
      return ["it is not signed with a key that was given"]
    }
    return CheckpointStatement.fault(in: statement, of: commit, record: record).map { [$0] } ?? []
  }
}

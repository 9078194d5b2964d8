// SPDX-License-Identifier: Apache-2.0
// Adding to a session's archive in git what happened since it was written last.

import Domain
import Git
import Signing
import Store

/// Writes a session's archive. Blocks its thread; the cost follows what is new.
struct ArchiveWriter: Sendable {
  let session: SessionID
  let store: any SessionStore
  let projectRoot: String
  /// What checkpoints are signed with; `nil` signs nothing.
  let key: SigningKey?

  /// Whether the session's branch or phase is another than the archive says: then a crash came
  /// before the archive was written.
  func isDue() throws(Problem) -> Bool {
    let repository = try open()
    guard let record = try stored({ (store) throws(StoreError) in try store.session(session) })
    else { return false }
    let seal = try last(repository)?.seal
    return seal?.branch != record.branchHead || seal?.state != record.lifecycle.name
  }

  /// Brings the archive up to the session's newest entry.
  ///
  /// - Throws: `Problem` with exit 15 where the ref holds another journal than the store's.
  func write() throws(Problem) {
    let repository = try open()
    let newest = try stored { (store) throws(StoreError) in
      try store.lastSequence(in: session)
    }
    let last = try last(repository)
    let known = last?.seal.head ?? .start
    guard newest > known.sequence,
      let record = try stored({ (store) throws(StoreError) in try store.session(session) })
    else { return }
    // The file that the known journal ends in is written anew.
    let from = EvidenceArchive.firstEntry(inFileOf: known.sequence + 1)
    let lines = try stored { (store) throws(StoreError) in
      try store.lines(after: from - 1, limit: newest - from + 1)
    }
    try requireSame(known, in: lines)
    guard let end = lines.last else { return }
    let fresh = lines.filter { $0.sequence > known.sequence }
    let seal = ArchiveSeal(
      head: JournalHead(sequence: end.sequence, hash: end.hash), branch: record.branchHead,
      state: record.lifecycle.name)
    var edits = try journalEdits(lines, repository)
    edits += try bodyEdits(fresh, repository)
    try asked { () throws(GitError) in
      let tree = try repository.tree(applying: edits, to: last?.commit.tree)
      let commit = try repository.createCommit(
        tree: tree, parents: last.map { [$0.commit.id] } ?? [],
        message: seal.message(of: session), identity: .coordinator(at: end.at.seconds))
      try repository.moveReference(
        CheckpointReference.journal(session), to: commit, expecting: last?.commit.id)
    }
  }

  private typealias Last = (commit: CommitRecord, seal: ArchiveSeal)

  /// The archive as it is; `nil` where none was written yet.
  private func last(_ repository: Repository) throws(Problem) -> Last? {
    let reference = CheckpointReference.journal(session)
    let commit = try asked { () throws(GitError) in
      try repository.reference(reference).map { (id) throws(GitError) in
        try repository.commitRecord(id)
      }
    }
    guard let commit else { return nil }
    guard let seal = ArchiveSeal(commit) else { throw foreign("it is no journal's commit") }
    return (commit, seal)
  }

  private func requireSame(_ known: JournalHead, in lines: [JournalLine]) throws(Problem) {
    guard known.sequence > 0 else { return }
    if known.sequence.isMultiple(of: EvidenceArchive.linesPerFile) {
      let line = try stored { (store) throws(StoreError) in
        try store.lines(after: known.sequence - 1, limit: 1).first
      }
      if line?.hash == known.hash { return }
    } else if lines.contains(where: { $0.sequence == known.sequence && $0.hash == known.hash }) {
      return
    }
    throw foreign("its entry \(known.sequence) is not the store's")
  }

  private func foreign(_ reason: String) -> Problem {
    let reference = CheckpointReference.journal(session)
    return Problem(
      code: "JOURNAL001", exit: .conflict,
      message: "\(reference) holds another journal than the store's", reason: reason,
      remedy: "git update-ref refs/orchestrate-kept/\(session) \(reference) "
        + "&& git update-ref -d \(reference)")
  }

  // MARK: What is new

  private func journalEdits(
    _ lines: [JournalLine], _ repository: Repository
  ) throws(Problem) -> [TreeEdit] {
    var files: [String: String] = [:]
    for line in lines {
      files[EvidenceArchive.journalPath(ofEntry: line.sequence), default: ""] += line.text + "\n"
    }
    var edits: [TreeEdit] = []
    for (path, text) in files { edits.append(try put(text, at: path, repository)) }
    return edits
  }

  private func bodyEdits(
    _ lines: [JournalLine], _ repository: Repository
  ) throws(Problem) -> [TreeEdit] {
    var edits: [TreeEdit] = []
    for line in lines where line.session == session {
      let event = try stored { (_) throws(StoreError) in try line.decodedEvent() }
      switch event {
      case .configurationRead(let digest): edits += try document(digest, repository)
      case .healthChecked(_, _, let digest?): edits += try evidence(digest, repository)
      case .handoffSubmitted(_, _, let submission):
        if let report = submission.report { edits += try document(report, repository) }
      case .handoffAccepted(_, let acceptance):
        edits += try sealed(acceptance.checkpoint, SealedGrounds(acceptance), repository)
      case .branchMoved(let commit, let grounds?):
        edits += try merged(commit, grounds, repository)
      case .sessionPlanned, .lifecycleMoved, .segmentOpened, .segmentClosed, .healthChecked,
        .branchMoved, .budgetChanged, .taskMoved, .handoffQueued, .handoffClaimed, .handoffReturned,
        .handoffCancelled, .usageReported, .noted:
        continue
      }
    }
    return edits
  }

  /// A merge's, with the body of its grounds.
  private func merged(
    _ id: ObjectID, _ digest: Digest, _ repository: Repository
  ) throws(Problem) -> [TreeEdit] {
    let body = try stored { (store) throws(StoreError) in try store.document(digest) }
    guard let body, let grounds = SealedGrounds(merge: body) else { return [] }
    return [try put(body, at: EvidenceArchive.documentPath(digest), repository)]
      + (try sealed(id, grounds, repository))
  }

  /// The record that a checkpoint or merge names, with its evidence and, if asked, its envelope.
  private func sealed(
    _ id: ObjectID, _ grounds: SealedGrounds, _ repository: Repository
  ) throws(Problem) -> [TreeEdit] {
    let commit = try asked { () throws(GitError) in try repository.commitRecord(id) }
    guard let digest = commit.orchestrateTrailer("Evidence").flatMap({ Digest($0) }),
      let body = try stored({ (store) throws(StoreError) in try store.document(digest) })
    else { return [] }
    var edits = [try put(body, at: EvidenceArchive.documentPath(digest), repository)]
    for item in grounds.evidence { edits += try evidence(item, repository) }
    if let key {
      let statement = CheckpointStatement.text(
        of: commit, record: digest, checks: grounds.checks, evidence: grounds.evidence)
      edits.append(
        try put(
          Envelope(statement: statement, key: key).json,
          at: EvidenceArchive.attestationPath(id), repository))
    }
    return edits
  }

  private func document(
    _ digest: Digest, _ repository: Repository
  ) throws(Problem) -> [TreeEdit] {
    let body = try stored { (store) throws(StoreError) in try store.document(digest) }
    return try body.map { (body) throws(Problem) in
      [try put(body, at: EvidenceArchive.documentPath(digest), repository)]
    } ?? []
  }

  private func evidence(
    _ digest: Digest, _ repository: Repository
  ) throws(Problem) -> [TreeEdit] {
    let record = try stored { (store) throws(StoreError) in try store.evidence(digest) }
    return try record.map { (record) throws(Problem) in
      [try put(record.body, at: EvidenceArchive.evidencePath(digest), repository)]
    } ?? []
  }

  private func put(
    _ text: String, at path: String, _ repository: Repository
  ) throws(Problem) -> TreeEdit {
    let blob = try asked { () throws(GitError) in try repository.writeBlob(Array(text.utf8)) }
    return .put(path: path, blob: blob, mode: .file)
  }

  // MARK: Errors

  private func open() throws(Problem) -> Repository {
    try asked { () throws(GitError) in try Repository(discoveringFrom: projectRoot) }
  }

  private func asked<Value>(_ body: () throws(GitError) -> Value) throws(Problem) -> Value {
    do throws(GitError) {
      return try body()
    } catch {
      throw Problem(error)
    }
  }

  private func stored<Value>(
    _ body: (any SessionStore) throws(StoreError) -> Value
  ) throws(Problem) -> Value {
    do throws(StoreError) {
      return try body(store)
    } catch {
      throw Problem(error)
    }
  }
}

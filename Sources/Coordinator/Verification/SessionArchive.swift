// SPDX-License-Identifier: Apache-2.0
// A session's archive as it was read from git, with everything about it that does not hold.

import Domain
import Git
import Store

/// A journal and the bodies that it names, each checked against its hash or digest.
struct SessionArchive: Sendable {
  let session: SessionID
  /// The entries up to the first that does not hold.
  let lines: [JournalLine]
  let documents: [Digest: String]
  let evidence: [Digest: EvidenceRecord]
  /// The envelopes' text by the commit that they are about.
  let attestations: [ObjectID: String]
  /// What does not hold, in sentences.
  let faults: [String]

  /// The sessions that have an archive, by number.
  static func sessions(in repository: Repository) throws(GitError) -> [SessionID] {
    try repository.references(under: CheckpointReference.root).compactMap { reference in
      let parts = reference.name.split(separator: "/")
      guard parts.count == 4, parts[3] == "journal", let session = SessionID(parts[2]),
        reference.name == CheckpointReference.journal(session)
      else { return nil }
      return session
    }
  }

  /// Reads the archive that a commit holds.
  ///
  /// - Throws: `GitError` where an object that the archive names is missing.
  init(of session: SessionID, at id: ObjectID, in repository: Repository) throws(GitError) {
    let commit = try repository.commitRecord(id)
    var reading = ArchiveReading()
    for entry in try repository.entries(inTree: commit.tree, matching: { _ in true }) {
      let text = String(decoding: try repository.contents(of: entry.id), as: UTF8.self)
      reading.take(text, at: entry.path)
    }
    reading.requireEnd(ArchiveSeal(commit))
    self.session = session
    lines = reading.lines
    documents = reading.documents
    evidence = reading.evidence
    attestations = reading.attestations
    faults = reading.faults
  }
}

/// What was read of an archive so far. Files come sorted by path.
private struct ArchiveReading {
  private(set) var lines: [JournalLine] = []
  private(set) var documents: [Digest: String] = [:]
  private(set) var evidence: [Digest: EvidenceRecord] = [:]
  private(set) var attestations: [ObjectID: String] = [:]
  private(set) var faults: [String] = []
  private var head = JournalHead.start
  /// After the first break nothing more can be said about the chain.
  private var isBroken = false

  mutating func take(_ text: String, at path: String) {
    let parts = path.split(separator: "/")
    let name = parts.last?.prefix { $0 != "." } ?? ""
    switch parts.first {
    case "journal": takeLines(text, at: path)
    case "documents": takeDocument(text, named: name, at: path)
    case "evidence": takeEvidence(text, named: name, at: path)
    case "attestations":
      guard let commit = ObjectID(String(name)) else {
        faults.append("\(path) names no commit")
        return
      }
      attestations[commit] = text
    default: faults.append("\(path) is no part of an archive")
    }
  }

  mutating func requireEnd(_ seal: ArchiveSeal?) {
    guard !isBroken else { return }
    guard let seal else {
      faults.append("the journal's commit does not say how far the journal reaches")
      return
    }
    if seal.head != head {
      faults.append(
        "the journal ends at entry \(head.sequence), and its commit says \(seal.head.sequence)")
    }
  }

  private mutating func takeLines(_ text: String, at path: String) {
    for bytes in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
      guard !isBroken else { return }
      guard let line = JournalLine(String(Substring(bytes))) else {
        breakOff("\(path) holds a line that is no entry, after entry \(head.sequence)")
        return
      }
      do throws(JournalProblem) {
        head = try line.head(after: head)
        lines.append(line)
      } catch {
        switch error {
        case .gap(let number): breakOff("entry \(number) of the journal is missing")
        case .brokenChain(let number):
          breakOff("entry \(number) of the journal, or one before it, is not what was journalled")
        case .damagedFile, .lost, .unfounded, .differs, .forgedBody:
          breakOff("the journal does not hold: \(error)")
        }
      }
    }
  }

  private mutating func breakOff(_ fault: String) {
    isBroken = true
    faults.append(fault)
  }

  private mutating func takeDocument(_ body: String, named name: Substring, at path: String) {
    guard let digest = Digest(String(name)), Digest.sha256(of: body.utf8) == digest else {
      faults.append("\(path) is not what its digest says")
      return
    }
    documents[digest] = body
  }

  private mutating func takeEvidence(_ body: String, named name: Substring, at path: String) {
    guard let digest = Digest(String(name)), Digest.sha256(of: body.utf8) == digest else {
      faults.append("\(path) is not what its digest says")
      return
    }
    guard let found = decoded(Evidence.self, from: body) else {
      faults.append("\(path) holds no evidence")
      return
    }
    evidence[digest] = EvidenceRecord(kind: found.kind, body: body)
  }
}

// SPDX-License-Identifier: Apache-2.0
// How a session's journal and evidence lie in git, for anybody with a clone.

import Domain
import Git
import Store

/// The layout of the tree behind `refs/orchestrate/<session>/journal`.
///
/// `journal/` holds the store's entries from the first on, those of earlier sessions too, since the
/// chain of hashes runs through all of them. `documents/` and `evidence/` hold the bodies that this
/// session's checkpoints and merges name, each under its digest; `attestations/` the signed
/// envelopes, each under its commit.
enum EvidenceArchive {
  /// How many entries a file of the journal holds. Only the last file is ever written anew.
  static let linesPerFile = 128

  /// The file that holds an entry: `journal/000000.jsonl` for the first.
  static func journalPath(ofEntry sequence: Int) -> String {
    let number = String((sequence - 1) / linesPerFile)
    return "journal/" + String(repeating: "0", count: max(0, 6 - number.count)) + number + ".jsonl"
  }

  /// The first entry of the file that holds `sequence`.
  static func firstEntry(inFileOf sequence: Int) -> Int {
    (sequence - 1) / linesPerFile * linesPerFile + 1
  }

  static func documentPath(_ digest: Digest) -> String { path("documents", digest) }

  static func evidencePath(_ digest: Digest) -> String { path("evidence", digest) }

  static func attestationPath(_ commit: ObjectID) -> String {
    "attestations/\(commit).dsse.json"
  }

  private static func path(_ folder: String, _ digest: Digest) -> String {
    "\(folder)/\(digest.hex.prefix(2))/\(digest).json"
  }
}

/// What a commit of an archive says of itself in its trailers.
struct ArchiveSeal: Hashable, Sendable {
  /// How far the journal reaches, with the hash that vouches for all of it.
  let head: JournalHead
  /// Where the session branch stood.
  let branch: ObjectID
  /// The session's phase, or that it is paused or over.
  let state: String

  init(head: JournalHead, branch: ObjectID, state: String) {
    self.head = head
    self.branch = branch
    self.state = state
  }

  /// Reads a commit's; `nil` where it is no archive's.
  init?(_ commit: CommitRecord) {
    guard let sequence = commit.orchestrateTrailer("Entries").flatMap({ Int($0) }), sequence > 0,
      let hash = commit.orchestrateTrailer("Head").flatMap({ Digest($0) }),
      let branch = commit.orchestrateTrailer("Branch").flatMap({ ObjectID($0) }),
      let state = commit.orchestrateTrailer("State")
    else { return nil }
    self.init(head: JournalHead(sequence: sequence, hash: hash), branch: branch, state: state)
  }

  /// The commit's message.
  func message(of session: SessionID) -> String {
    """
    journal(\(session)): \(head.sequence) entries

    Orchestrate-Session: \(session)
    Orchestrate-Entries: \(head.sequence)
    Orchestrate-Head: \(head.hash)
    Orchestrate-Branch: \(branch)
    Orchestrate-State: \(state)

    """
  }
}

extension CommitRecord {
  /// The value of the trailer `Orchestrate-<name>`; `nil` where there is none, or more than one.
  func orchestrateTrailer(_ name: String) -> String? {
    let found = trailers.filter { $0.key == "Orchestrate-" + name }
    return found.count == 1 ? found[0].value : nil
  }

  /// All trailers of ours, as lines.
  var orchestrateTrailers: [String] {
    trailers.filter { $0.key.hasPrefix("Orchestrate-") }.map { "\($0.key): \($0.value)" }
  }
}

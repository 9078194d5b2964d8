// SPDX-License-Identifier: Apache-2.0
// Whether every commit of a session's branch is one that the session sealed.

import Domain
import Git
import Glibc

/// Looks at a session's branch. Blocks its thread.
struct BranchInspection {
  let session: SessionID
  let repository: Repository
  /// The most commits that are named.
  private static let strangersMax = 20

  /// Where a session's branch stands and what its archive is, read together.
  struct Snapshot: Sendable {
    /// `nil` where there is no archive.
    let archive: ObjectID?
    /// The branch, here or as it was fetched; `nil` where it is not known.
    let head: ObjectID?
  }

  /// Reads both refs. A coordinator at work moves the branch first and the archive right after, so
  /// that refs which do not agree are looked at again for a second.
  func snapshot() throws(GitError) -> Snapshot {
    var found = try look()
    for _ in 1...Self.looks {
      guard let archive = found.archive, let head = found.head,
        let seal = ArchiveSeal(try repository.commitRecord(archive)), seal.branch != head
      else { break }
      usleep(Self.pauseMicroseconds)
      found = try look()
    }
    return found
  }

  private static let looks = 20
  private static let pauseMicroseconds: UInt32 = 50_000

  private func look() throws(GitError) -> Snapshot {
    Snapshot(
      archive: try repository.reference(CheckpointReference.journal(session)), head: try head())
  }

  private func head() throws(GitError) -> ObjectID? {
    let own = CheckpointReference.branch(session)
    if let found = try repository.reference(own) { return found }
    let name = "/session/\(session.padded)"
    return try repository.references(under: "refs/remotes/").first { $0.name.hasSuffix(name) }?
      .target
  }

  /// What does not hold of the branch, in sentences.
  ///
  /// - Parameters:
  ///   - head: where it stands.
  ///   - base: where it began.
  ///   - wanted: where the journal says that it stands.
  ///   - known: every commit that the journal sealed.
  func faults(
    of head: ObjectID?, base: ObjectID, wanted: ObjectID, known: Set<ObjectID>
  ) throws(GitError) -> [String] {
    guard let head else {
      guard wanted != base else { return [] }
      return [
        "the branch session/\(session) is not here: "
          + "git fetch origin session/\(session):session/\(session)"
      ]
    }
    var faults = try strangers(from: head, base: base, known: known)
    if head != wanted {
      faults.append(
        "session/\(session) is at \(head.short), and the journal says \(wanted.short)")
    }
    return faults
  }

  /// The commits between `head` and `base` that nobody sealed.
  private func strangers(
    from head: ObjectID, base: ObjectID, known: Set<ObjectID>
  ) throws(GitError) -> [String] {
    let commits: [CommitRecord]
    do throws(GitError) {
      commits = try repository.commits(from: head, notFrom: base)
    } catch {
      guard error.reason == .notFound else { throw error }
      return ["the history of session/\(session) is not whole: \(error.message)"]
    }
    let found = commits.filter { !known.contains($0.id) }
    let more = found.count - Self.strangersMax
    return found.prefix(Self.strangersMax).map(Self.stranger)
      + (more > 0 ? ["\(more) more commits are no checkpoints of the session"] : [])
  }

  /// A commit that no journal knows, in a sentence.
  private static func stranger(_ commit: CommitRecord) -> String {
    let claims = commit.orchestrateTrailers.isEmpty ? "" : ", though its trailers say so"
    return "\(commit.id.short) is no checkpoint of the session\(claims): "
      + "\(CheckpointMessage.oneLine(commit.subject)) (\(CheckpointMessage.oneLine(commit.authorName)))"
  }
}

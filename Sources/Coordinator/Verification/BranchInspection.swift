// SPDX-License-Identifier: Apache-2.0
// Whether every commit of a session's branch is one that the session sealed.

import Domain
import Git

/// Looks at a session's branch. Blocks its thread.
struct BranchInspection {
  let session: SessionID
  let repository: Repository
  /// The most commits that are named.
  private static let strangersMax = 20

  /// Where the branch stands: here, or as it was fetched; `nil` where it is not known.
  func head() throws(GitError) -> ObjectID? {
    let own = CheckpointReference.branch(session)
    if let found = try repository.reference(own) { return found }
    let name = "/session/\(session.padded)"
    return try repository.references(under: "refs/remotes/").first { $0.name.hasSuffix(name) }?
      .target
  }

  /// What does not hold of the branch, in sentences.
  ///
  /// - Parameters:
  ///   - base: where it began.
  ///   - wanted: where the journal says that it stands.
  ///   - known: every commit that the journal sealed.
  func faults(
    base: ObjectID, wanted: ObjectID, known: Set<ObjectID>
  ) throws(GitError) -> [String] {
    guard let head = try head() else {
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

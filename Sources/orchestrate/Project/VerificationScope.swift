// SPDX-License-Identifier: Apache-2.0
// Which sessions and commits a verification is about.

import Coordinator
import Domain
import Git

/// What a word of the command line asks to be checked.
struct VerificationScope {
  /// The sessions to look at, by number.
  let sessions: [SessionID]
  /// The commits to look at; `nil` for all of the sessions.
  let commits: [CommitRecord]?

  /// - Throws: `Problem` with exit 4 where there is nothing to check, 66 where a revision names no
  ///   commit.
  init(_ word: String?, root: String) throws(Problem) {
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: root)
      if let session = word.flatMap({ SessionID($0) }) {
        (sessions, commits) = ([session], nil)
        return
      }
      sessions = try SessionVerifier.sessions(in: repository)
      commits = try word.map { (word) throws(GitError) in try Self.range(word, repository) }
    } catch {
      guard error.reason != .notFound, error.reason != .invalidName else {
        throw Problem(
          code: "VERIFY004", exit: .notFound,
          message: "'\(word ?? "")' names neither a session nor commits", reason: error.message,
          remedy: "orchestrate verify --help")
      }
      throw Problem(error)
    }
    guard !sessions.isEmpty, commits?.isEmpty != true else {
      throw Problem(
        code: "VERIFY001", exit: .nothingMatched, message: "there is nothing to verify",
        reason: sessions.isEmpty
          ? "no journal lies under refs/orchestrate/" : "the range holds no commit",
        remedy: "git fetch origin 'refs/orchestrate/*:refs/orchestrate/*'")
    }
  }

  /// The commits of a range that no session sealed, in sentences; none where whole sessions were
  /// asked for, which name their own.
  func strangers(to verdicts: [SessionVerdict]) -> [String] {
    let known = Set(verdicts.flatMap(\.claims).map(\.commit))
    return (commits ?? []).filter { !known.contains($0.id) }.map {
      "\($0.id.short) is no checkpoint of any session: \(TerminalStyle.harmless($0.subject))"
    }
  }

  /// The commits reachable from `B` and not from `A`; of a single revision, that commit.
  private static func range(
    _ text: String, _ repository: Repository
  ) throws(GitError) -> [CommitRecord] {
    guard let dots = text.firstRange(of: "..") else {
      return [try repository.commitRecord(repository.resolve(text))]
    }
    let from = String(text[..<dots.lowerBound])
    let to = String(text[dots.upperBound...].drop { $0 == "." })
    return try repository.commits(
      from: repository.resolve(to.isEmpty ? "HEAD" : to),
      notFrom: repository.resolve(from.isEmpty ? "HEAD" : from))
  }
}

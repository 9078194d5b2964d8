// SPDX-License-Identifier: Apache-2.0
// What an operation did, or would do, and what was looked at afterwards.

package import Domain
package import Git

/// Something that was looked at after an operation (M4).
package struct OperationCheck: Hashable, Sendable {
  /// `state`, `rescue`, `reason`, `tests`.
  package let name: String
  /// What was seen.
  package let verdict: Verdict
  /// The same in a sentence.
  package let message: String

  package init(name: String, verdict: Verdict, message: String) {
    self.name = name
    self.verdict = verdict
    self.message = message
  }
}

/// A path that an operation changes.
package struct ListedPath: Hashable, Sendable {
  /// As it can be shown.
  package let path: String
  /// What happens to it.
  package let kind: ListedChange
}

/// What an operation did, or would do.
package struct OperationReport: Hashable, Sendable {
  /// The operation.
  package let operation: Operation
  /// The ref that has everything as it was; `nil` where nothing was done.
  package let rescue: String?
  /// The files that change, of a person's or of the session's branch.
  package let paths: [ListedPath]
  /// What was looked at afterwards; empty where nothing was done.
  package let checks: [OperationCheck]
  /// What else there is to say.
  package let notes: [String]
}

/// What is asked for when an operation is begun.
package struct OperationWish: Hashable, Sendable {
  /// Who asks.
  package let cause: Operation.Cause
  /// Why.
  package let reason: String
  /// Whether the limit of an hour is passed, and claims are ended that still hold.
  package let isForced: Bool
  /// Whether nothing is to be done but told.
  package let isDryRun: Bool

  package init(cause: Operation.Cause, reason: String, isForced: Bool, isDryRun: Bool) {
    self.cause = cause
    self.reason = reason
    self.isForced = isForced
    self.isDryRun = isDryRun
  }
}

extension OperationLog {
  /// - Throws: `Problem` with exit 75 where this hour has had its rollbacks (M4).
  func requireRoom(for wish: OperationWish, at now: Timestamp) throws(Problem) {
    let count = rollbacks(inHourBefore: now)
    guard !wish.isForced, count >= Self.rollbacksPerHourMax else { return }
    throw Problem(
      code: "ROLLBACK002", exit: .timeout,
      message: "there were \(count) rollbacks in the last hour, and \(Self.rollbacksPerHourMax) "
        + "are allowed",
      reason: "going back again and again is a sign that something else is wrong",
      remedy: "orchestrate undo --list, and if it must be: add --force and --reason")
  }
}

extension Problem {
  init(_ rejection: RollbackRejection, what: String) {
    let reason: String
    switch rejection {
    case .sessionEnded: reason = "the session is over"
    case .nothing(let why): reason = why
    case .unknownCheckpoint(let id): reason = "no accepted stage of the task is \(id.short)"
    case .notOnBranch(let id): reason = "the session's branch never stood on \(id.short)"
    case .unknownTask(let task): reason = "the session has no task \(task)"
    case .movedOn(let why): reason = why
    }
    switch rejection {
    case .nothing:
      self.init(
        code: "ROLLBACK001", exit: .nothingMatched, message: "there is nothing for \(what) to do",
        reason: reason, remedy: "orchestrate checkpoint list")
    case .unknownCheckpoint, .notOnBranch, .unknownTask:
      self.init(
        code: "ROLLBACK003", exit: .notFound, message: "\(what) has no such place to go back to",
        reason: reason, remedy: "orchestrate checkpoint list")
    case .sessionEnded, .movedOn:
      self.init(
        code: "ROLLBACK004", exit: .conflict, message: "\(what) does not fit any more",
        reason: reason, remedy: "orchestrate undo --list")
    }
  }

  /// What `body` does with git, its errors told as those of a rollback.
  static func rollingBack<Value>(
    _ body: () throws(GitError) -> Value
  ) throws(Problem) -> Value {
    do throws(GitError) { return try body() } catch { throw Problem(rollingBack: error) }
  }

  /// A person's files could not be rescued or changed; they are as they were.
  init(rollingBack error: GitError) {
    switch error.reason {
    case .conflict, .modified:
      self.init(
        code: "ROLLBACK005", exit: .conflict, message: "something changed in the middle of it",
        reason: "\(error)", remedy: "the same command again")
    case .unsupportedRepository, .fileTooLarge:
      self.init(
        code: "ROLLBACK006", exit: .denied, message: "it cannot be rolled back here",
        reason: error.message, remedy: "orchestrate doctor")
    case .notFound, .invalidName:
      self.init(
        code: "ROLLBACK003", exit: .notFound, message: "could not \(error.operation)",
        reason: error.message, remedy: "git log --oneline")
    default: self.init(error)
    }
  }
}

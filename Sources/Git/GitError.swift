// SPDX-License-Identifier: Apache-2.0
// What went wrong in a repository or a workspace, and the one way in which libgit2 says so.

import CGit2
import Glibc

/// An operation on a repository or a workspace that could not be done.
package struct GitError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a caller can act on.
  package enum Reason: Hashable, Sendable {
    /// The repository, revision, object, path or ref isn't there.
    case notFound
    /// A ref that must be new exists with another target.
    case exists
    /// A ref doesn't have the value that the caller expected: somebody else moved it.
    case modified
    /// Another process holds the ref, or the workspace, and didn't let go in time.
    case locked
    /// A ref, revision or path that git does not allow, or that cannot be told to a person.
    case invalidName
    /// The repository, or the part of it asked for, is of a kind that can't be worked with.
    case unsupportedRepository(String)
    /// The repository belongs to another user.
    case foreignOwner
    /// The edits contradict each other, or the hunk isn't there to be undone.
    case conflict(path: String)
    /// The patch isn't a unified diff, or holds binary content.
    case malformedPatch
    /// The patch doesn't fit the file as it is.
    case patchDoesNotApply(path: String)
    /// A file of a workspace is above the limit.
    case fileTooLarge(path: String, bytes: Int, limit: Int)
    /// More files of a workspace changed than may.
    case tooManyChanges(limit: Int)
    /// The changed files of a workspace are too large together; the limit is in bytes.
    case tooMuchContent(limit: Int)
    /// The workspace has not been switched to anything since it was made or since a crash.
    case notSwitched
    /// No space is left.
    case diskFull
    /// The disk failed to read or to keep something. Nothing is published by this process any more.
    case diskFailed
    /// The operating system refused; the number is its `errno`.
    case system(errno: Int32)
    case other
  }

  /// libgit2's return code; 0 where the error isn't its own.
  package let code: Int32
  /// libgit2's error class; 0 where the error isn't its own.
  package let category: Int32
  /// What was being done, to what: `move refs/heads/session/039`.
  package let operation: String
  /// Why it could not be done.
  package let message: String
  /// The cause, as far as a caller can act on it.
  package let reason: Reason

  package var description: String { "could not \(operation): \(message)" }

  /// An error that is not libgit2's own.
  package init(_ reason: Reason, operation: String, message: String) {
    code = 0
    category = 0
    self.operation = operation
    self.message = message
    self.reason = reason
  }

  /// A repository in which something is refused, and why.
  package init(refusing why: String) {
    self.init(.unsupportedRepository(why), operation: "roll back", message: why)
  }

  /// The error of the libgit2 call that has just returned `code` on this thread.
  init(code: Int32, operation: String) {
    // The message is thread-local and the next call may overwrite it, so it is taken at once.
    let last = git_error_last()
    let category = last?.pointee.klass ?? 0
    let message = last?.pointee.message.map { String(cString: $0) } ?? "libgit2 code \(code)"
    git_error_clear()
    self.code = code
    self.category = category
    self.operation = operation
    self.message = message
    reason = Self.reason(code: code, category: category, message: message)
  }

  /// The error of the system call that has just failed on this thread.
  static func system(_ operation: String, errno number: Int32 = errno) -> GitError {
    let reason: Reason =
      switch number {
      case ENOSPC, EDQUOT: .diskFull
      case EIO: .diskFailed
      default: .system(errno: number)
      }
    return GitError(reason, operation: operation, message: String(cString: strerror(number)))
  }

  private static func reason(code: Int32, category: Int32, message: String) -> Reason {
    switch code {
    case GIT_ENOTFOUND.rawValue: .notFound
    case GIT_EEXISTS.rawValue: .exists
    case GIT_EMODIFIED.rawValue: .modified
    case GIT_ELOCKED.rawValue: .locked
    case GIT_EINVALIDSPEC.rawValue, GIT_EAMBIGUOUS.rawValue: .invalidName
    case GIT_EOWNER.rawValue: .foreignOwner
    case GIT_ERROR.rawValue where category == Int32(GIT_ERROR_REPOSITORY.rawValue):
      .unsupportedRepository(message)
    case GIT_EUNMERGED.rawValue where category == Int32(GIT_ERROR_INDEX.rawValue):
      .unsupportedRepository(message)
    // libgit2 keeps no error number, but ends its message with the system's words for it.
    case _ where says(message, EIO): .diskFailed
    case _ where says(message, ENOSPC) || says(message, EDQUOT): .diskFull
    default: .other
    }
  }

  private static func says(_ message: String, _ number: Int32) -> Bool {
    message.hasSuffix(String(cString: strerror(number)))
  }
}

extension GitError {
  /// As `system(_:errno:)`, for a call that touches what is to last: where it shows that the disk
  /// fails, nothing is published any more.
  static func disk(_ operation: String, errno number: Int32 = errno) -> GitError {
    let error = system(operation, errno: number)
    if error.reason == .diskFailed { SyncLedger.shared.failed(error) }
    return error
  }
}

/// Throws what libgit2 says about a return code below zero.
func check(_ code: Int32, _ operation: @autoclosure () -> String) throws(GitError) {
  guard code < 0 else { return }
  let error = GitError(code: code, operation: operation())
  if error.reason == .diskFailed { SyncLedger.shared.failed(error) }
  throw error
}

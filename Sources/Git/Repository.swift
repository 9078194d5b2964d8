// SPDX-License-Identifier: Apache-2.0
// An open git repository.

import CGit2
import Domain

/// An open repository.
///
/// Not `Sendable`: one thread of work opens its own, which costs 0.05 ms. Nothing here runs a
/// filter, a hook or the git program, and nothing writes the user's index or working tree.
package final class Repository {
  let pointer: OpaquePointer
  /// Where objects are stored.
  package let objectsDirectory: String

  /// Opens the repository that holds a path: its working directory, a folder below it, or a linked
  /// worktree.
  ///
  /// - Throws: `.notFound` where no parent folder is a repository, `.unsupportedRepository` for one
  ///   that libgit2 refuses (SHA-256 names, a partial clone), `.foreignOwner`.
  package init(discoveringFrom path: String) throws(GitError) {
    try GitLibrary.start()
    var opened: OpaquePointer?
    let code = git_repository_open_ext(&opened, path, 0, nil)
    guard code >= 0, let opened else {
      throw Self.explained(GitError(code: code, operation: "open the repository at \(path)"))
    }
    pointer = opened
    objectsDirectory = Self.path(git_repository_commondir(opened)) + "/objects"
    // Reflogs of the user's branches name us, never the user.
    try check(
      git_repository_set_ident(opened, "orchestrate", "orchestrate@localhost"), "name the writer")
    try keepObjectsPending()
  }

  deinit { git_repository_free(pointer) }

  /// The root of the working tree; `nil` for a bare repository.
  package var workingDirectory: String? { git_repository_workdir(pointer).map(Self.path) }

  /// The repository's own folder; for a linked worktree the part of it that is the worktree's.
  package var gitDirectory: String { Self.path(git_repository_path(pointer)) }

  /// The folder that all linked worktrees share.
  package var commonDirectory: String { Self.path(git_repository_commondir(pointer)) }

  /// libgit2 ends the paths of folders with a slash.
  private static func path(_ text: UnsafePointer<CChar>) -> String {
    let path = String(cString: text)
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// Adds what to do about a kind of repository that libgit2 refuses to open.
  private static func explained(_ error: GitError) -> GitError {
    guard case .unsupportedRepository(let message) = error.reason else { return error }
    let sentence =
      if message.contains("objectformat") {
        "its objects have SHA-256 names, which libgit2 1.5 can't read; work in a SHA-1 clone"
      } else if message.contains("partialclone") {
        "it is a partial clone, whose objects may be missing; clone it without --filter"
      } else {
        message
      }
    return GitError(
      .unsupportedRepository(sentence), operation: error.operation, message: sentence)
  }
}

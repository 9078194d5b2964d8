// SPDX-License-Identifier: Apache-2.0
// Where a working tree stands.

import CGit2
package import Domain

/// What a working tree's `HEAD` says.
package enum Head: Hashable, Sendable {
  /// A branch without a commit, by its short name.
  case unborn(branch: String)
  /// A branch, by its short name, and its commit.
  case branch(String, ObjectID)
  case detached(ObjectID)

  /// The commit; `nil` before the first one.
  package var commit: ObjectID? {
    switch self {
    case .unborn: nil
    case .branch(_, let id), .detached(let id): id
    }
  }
}

extension Repository {
  /// Where this working tree stands.
  ///
  /// - Throws: `.notFound` for a repository without a readable `HEAD`.
  package func head() throws(GitError) -> Head {
    var head: OpaquePointer?
    try check(git_reference_lookup(&head, pointer, "HEAD"), "read HEAD")
    defer { git_reference_free(head) }
    guard let head, let target = git_reference_symbolic_target(head) else {
      return .detached(try resolve("HEAD"))
    }
    let name = String(cString: target)
    let short = name.hasPrefix("refs/heads/") ? String(name.dropFirst(11)) : name
    guard let id = try reference(name) else { return .unborn(branch: short) }
    return .branch(short, id)
  }
}

extension Repository {
  /// Whether a branch is checked out here or in a linked worktree.
  package func isCheckedOut(_ reference: String) throws(GitError) -> Bool {
    var found: OpaquePointer?
    let code = git_reference_lookup(&found, pointer, reference)
    if code == GIT_ENOTFOUND.rawValue { return false }
    try check(code, "read \(escaped(reference))")
    defer { git_reference_free(found) }
    let answer = git_branch_is_checked_out(found)
    try check(answer, "ask whether \(escaped(reference)) is checked out")
    return answer == 1
  }
}

// SPDX-License-Identifier: Apache-2.0
// Keeping work that goes on, long before anybody hands it in.

package import Documents
package import Domain
package import Git

/// Work in progress that is on the disk, and the ref that holds it.
package struct KeptWork: Hashable, Sendable {
  /// Whose it is.
  package let handoff: HandoffID
  /// The commit with the files, above what was kept before it under the same claim.
  package let commit: ObjectID
  /// The ref that leads to it; there is one for each claim.
  package let reference: String
  /// What differs from the commit that the claim began with, sorted by path.
  package let changes: [FileChange]
  /// What was left out, and why; for people.
  package let notes: [String]
}

extension WorkspacePool {
  /// Puts the files of a claim's workspace under the claim's own ref, power-safe: what the ref
  /// leads to is on the disk before the ref is, and the ref is when this returns.
  ///
  /// It proves nothing and moves no task. With `paths` only they are looked at, and the cost follows
  /// them and not the project; what was kept before of other files stays kept.
  ///
  /// - Parameters:
  ///   - handoff: as the store has it, claimed.
  ///   - claim: the workspace's own file about the claim.
  ///   - seconds: since 1970; the date of the commit.
  package func keep(
    _ paths: [String]?, of slot: Slot, _ handoff: Handoff, _ claim: ClaimDocument, seconds: Int
  ) throws(WorkspaceError) -> KeptWork {
    try withWorkspace(slot) { (workspace, repository) throws(GitError) in
      let captured =
        if let paths {
          try workspace.capture(paths: paths, excluding: claim.litter)
        } else {
          try workspace.capture(excluding: claim.litter)
        }
      let changes = captured.changes.filter { !isOfClaude($0.path) }
      let name = CheckpointReference.kept(handoff, fence: claim.fence)
      let last = try repository.reference(name)
      let tree =
        if let paths {
          // What was kept before of other files stays kept.
          try repository.tree(
            applying: Self.edits(at: paths, from: captured.tree, in: repository),
            to: repository.tree(ofCommit: last ?? handoff.base))
        } else {
          try repository.tree(
            applying: changes.map(\.edit), to: repository.tree(ofCommit: handoff.base))
        }
      let commit = try repository.createCommit(
        tree: tree, parents: [last ?? handoff.base],
        message: "keep(\(CheckpointMessage.oneLine(handoff.task.text))): "
          + "work on \(handoff.id) so far\n",
        identity: .coordinator(at: seconds))
      try repository.moveReference(name, to: commit, expecting: last)
      return KeptWork(
        handoff: handoff.id, commit: commit, reference: name, changes: changes,
        notes: captured.notes)
    }
  }

  /// Makes some paths of a claim's workspace hold what a commit holds there. What lies there is lost,
  /// unless it was kept; `.claude` is left as it is.
  package func restore(
    _ paths: [String], of slot: Slot, to commit: ObjectID
  ) throws(WorkspaceError) {
    try withWorkspace(slot) { (workspace, repository) throws(GitError) in
      try workspace.restore(
        paths: paths.filter { !isOfClaude($0) }, to: repository.tree(ofCommit: commit))
    }
  }

  /// The edits that make another tree hold at some paths what `tree` holds there.
  private static func edits(
    at paths: [String], from tree: ObjectID, in repository: Repository
  ) throws(GitError) -> [TreeEdit] {
    var edits: Set<TreeEdit> = []
    for path in paths where !isOfClaude(path) {
      let entries = try repository.entries(at: path, inTree: tree)
      // A file at the path, or in its way, takes the place of whatever was there.
      if !entries.contains(where: { $0.path == path || path.hasPrefix($0.path + "/") }) {
        edits.insert(.remove(path: path))
      }
      for entry in entries {
        edits.insert(.put(path: entry.path, blob: entry.id, mode: entry.mode))
      }
    }
    return Array(edits)
  }
}

/// Whether a path is one of those that no submission changes.
private func isOfClaude(_ path: String) -> Bool {
  path == ".claude" || path.hasPrefix(".claude/")
}

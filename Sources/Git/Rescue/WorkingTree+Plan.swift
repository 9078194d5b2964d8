// SPDX-License-Identifier: Apache-2.0
// What a person's files are to be afterwards, as trees.

import CGit2
package import Domain

extension WorkingTree {
  /// The files of `snapshot` with a commit's at its paths; what the commit has not goes.
  package func replacing(
    _ snapshot: Snapshot, at paths: [String], by commit: ObjectID
  ) throws(GitError) -> ObjectID {
    let target = try repository.tree(ofCommit: commit)
    var versions: [PathVersion] = []
    for path in paths.map({ BytePath($0) }) {
      versions.append(
        PathVersion(path: path, version: try repository.version(at: path, inTree: target)))
      let below =
        try repository.versions(below: path, inTree: target)
        + repository.versions(below: path, inTree: snapshot.files)
      for file in Set(below) {
        versions.append(
          PathVersion(path: file, version: try repository.version(at: file, inTree: target)))
      }
    }
    return try repository.tree(holding: versions, over: snapshot.files)
  }

  /// A commit's files, with `.claude/` as `snapshot` has it: what is ours and the agents' there is
  /// no part of what a person rolls back.
  ///
  /// - Parameter keepingUntracked: whether untracked files stay that are in nobody's way.
  package func replacing(
    _ snapshot: Snapshot, by commit: ObjectID, over head: ObjectID, keepingUntracked: Bool
  ) throws(GitError) -> ObjectID {
    let target = try repository.tree(ofCommit: commit)
    let known = [try repository.tree(ofCommit: head), snapshot.index].compactMap { $0 }
    var kept: [PathVersion] = []
    for change in try repository.pathChanges(from: target, to: snapshot.files) {
      if change.path.isOurs {
        kept.append(PathVersion(path: change.path, version: change.new))
      } else if keepingUntracked, change.old == nil, let version = change.new,
        try !isTracked(change.path, known), try !isInTheWay(change.path, of: target)
      {
        kept.append(PathVersion(path: change.path, version: version))
      }
    }
    return try repository.tree(holding: kept, over: target)
  }

  private func isTracked(_ path: BytePath, _ trees: [ObjectID]) throws(GitError) -> Bool {
    for tree in trees where try repository.version(at: path, inTree: tree) != nil { return true }
    return false
  }

  /// Whether a tree has a file where a folder above the path is, or a folder where the file is.
  private func isInTheWay(_ path: BytePath, of tree: ObjectID) throws(GitError) -> Bool {
    if try repository.hasFolder(at: path, inTree: tree) { return true }
    var folder = BytePath.root
    for name in path.parts.folders {
      folder = folder.isRoot ? name : folder.appending(name)
      if try repository.version(at: folder, inTree: tree) != nil { return true }
    }
    return false
  }

  /// A tree with what another change made, over it: `base`, with `new` wherever `old` and `new`
  /// differ.
  package func overlaying(
    _ base: ObjectID, from old: ObjectID, to new: ObjectID
  ) throws(GitError) -> ObjectID {
    let changes = try repository.pathChanges(from: old, to: new)
    return try repository.tree(
      holding: changes.map { PathVersion(path: $0.path, version: $0.new) }, over: base)
  }

  /// The paths in which two trees differ, as they can be shown, with what happens to each.
  package func listing(
    from old: ObjectID, to new: ObjectID
  ) throws(GitError) -> [(path: String, kind: ListedChange)] {
    try repository.pathChanges(from: old, to: new).map { change in
      (change.path.shown, ListedChange(old: change.old, new: change.new))
    }
  }
}

/// What happens to a path.
package enum ListedChange: String, Hashable, Sendable {
  case comes, changes, goes

  init(old: FileVersion?, new: FileVersion?) {
    self = old == nil ? .comes : new == nil ? .goes : .changes
  }

  /// What a change does to its path.
  package init(_ change: FileChange) { self.init(old: change.old, new: change.new) }
}

extension BytePath {
  /// Whether it lies in `.claude/`.
  fileprivate var isOurs: Bool { bytes.starts(with: Array(".claude/".utf8)) }
}

// SPDX-License-Identifier: Apache-2.0
// Reading a workspace's files into a tree.

import CGit2
package import Domain

/// A workspace's files as a tree of the project's.
package struct CapturedTree: Hashable, Sendable {
  /// The root tree, stored among the project's objects.
  package let tree: ObjectID
  /// What differs from the tree that the workspace was switched to, sorted by path.
  package let changes: [FileChange]
  /// What was left out, a sentence each, sorted; the first fifty, and how many more there are.
  package let notes: [String]
}

/// How much a workspace may bring.
package struct CaptureLimits: Hashable, Sendable {
  /// The size of one file, in bytes; 50 MB by default.
  package let fileBytesMax: Int
  /// How many files may differ; 5000 by default.
  package let changesMax: Int
  /// The size of all files that differ, in bytes; 500 MB by default.
  package let totalBytesMax: Int

  package init(
    fileBytesMax: Int = 50_000_000, changesMax: Int = 5_000, totalBytesMax: Int = 500_000_000
  ) {
    self.fileBytesMax = fileBytesMax
    self.changesMax = changesMax
    self.totalBytesMax = totalBytesMax
  }
}

extension Workspace {
  /// Reads the workspace's files into a tree in the project's object store.
  ///
  /// No filter and no hook runs, links are stored as links, and only files that changed are read.
  /// Untracked files that `.gitignore` files or the project's `info/exclude` ignore stay out;
  /// tracked ones stay in. A nested repository's files are taken, its `.git` is not. FIFOs, sockets
  /// and devices are left out with a note. Submodules stay as they were.
  ///
  /// - Parameter litter: Patterns as in `.gitignore` for untracked files to leave out whatever the
  ///   workspace's own rules say: `__pycache__/`, `*.pyc`.
  /// - Throws: `.notSwitched`, `.fileTooLarge`, `.tooManyChanges`, `.tooMuchContent`,
  ///   `.invalidName` for a changed file whose name is not UTF-8 or has control characters,
  ///   `.system` for one that can't be read.
  package func capture(
    excluding litter: [String], limits: CaptureLimits = CaptureLimits()
  ) throws(GitError) -> CapturedTree {
    let base = try base()
    let cache = try cache()
    // A crash can take it. Without its paths no deletion would be seen; so every file is compared.
    if cache.count == 0 { try cache.replace(with: project.tree(base)) }
    var unwanted = IgnoreRules()
    unwanted.add(litter)
    let reading = WorkspaceReading(cache: cache, project: project, litter: unwanted, limits: limits)
    try reading.run(try Directory(path: contentPath), try projectRules())
    // The cache is written whole, which costs more than to read a few small files again next time.
    let bytes = reading.fresher.reduce(0) { $0 + $1.status.size }
    if reading.fresher.count > cache.count / 128 || bytes > 4_000_000 {
      for (position, status) in reading.fresher { try cache.record(status, at: position) }
      try cache.write()
    }
    return try captured(reading, over: base)
  }

  /// Reads some of the workspace's files into a tree; everything else stays as it was in the tree
  /// that the workspace was switched to.
  ///
  /// The cost follows what is named and not the project. It sees no other change, so it is for
  /// keeping work that goes on; what is handed in and proved is read whole. At each path the result
  /// is what `capture(excluding:limits:)` makes of it: a folder is read with all that is in it, and
  /// where a file stands in the way of a path, that file is read.
  ///
  /// - Parameter paths: From the tree's root, with `/` between components.
  /// - Throws: As the capture of everything; `.invalidName` for a path that leads out of the
  ///   workspace or into a git directory.
  package func capture(
    paths: [String], excluding litter: [String], limits: CaptureLimits = CaptureLimits()
  ) throws(GitError) -> CapturedTree {
    let base = try base()
    let root = try Directory(path: contentPath)
    var parts: [BytePath] = []
    for path in paths { parts.append(try reached(BytePath(TreePath(path).text), below: root)) }
    var entries: [String: TreeEntry] = [:]
    for part in parts {
      guard let text = part.text else { continue }
      for entry in try project.entries(at: text, inTree: base) { entries[entry.path] = entry }
    }
    var unwanted = IgnoreRules()
    unwanted.add(litter)
    let reading = WorkspaceReading(
      cache: try StatCache(standingFor: Array(entries.values)), project: project,
      litter: unwanted, limits: limits)
    try reading.run(root, try projectRules(), only: parts)
    return try captured(reading, over: base)
  }

  private func captured(_ reading: WorkspaceReading, over base: ObjectID) throws(GitError)
    -> CapturedTree
  {
    let tree = try project.tree(applying: reading.edits, to: base)
    return CapturedTree(
      tree: tree, changes: try project.changes(from: base, to: tree), notes: reading.notes)
  }

  /// How far a path leads: to what it names, or to the first thing on the way that is no folder.
  private func reached(_ path: BytePath, below root: Directory) throws(GitError) -> BytePath {
    var folder = root
    var reached = BytePath.root
    let (folders, name) = path.parts
    for name in folders + [name] {
      reached = reached.appending(name)
      guard reached != path, let status = try folder.status(of: name) else { return path }
      guard status.kind == .folder else { return reached }
      folder = try folder.opening(name)
    }
    return path
  }

  private func projectRules() throws(GitError) -> IgnoreRules {
    var rules = IgnoreRules()
    let common = try Directory(path: project.commonDirectory)
    guard try common.status(of: BytePath("info"))?.kind == .folder else { return rules }
    let info = try common.opening(BytePath("info"))
    let name = BytePath("exclude")
    if let (bytes, _) = try info.contents(
      of: name, path: name, limit: WorkspaceReading.ignoreFileBytesMax)
    {
      rules.add(bytes, in: .root)
    }
    return rules
  }
}

// SPDX-License-Identifier: Apache-2.0
// Making a tree out of another by the paths that change.

import CGit2
package import Domain

extension Repository {
  /// The tree that results from some edits, stored.
  ///
  /// The cost follows the change: only the trees above an edited path are read and written. A file
  /// may replace a folder and the other way round; a folder that becomes empty goes away.
  ///
  /// - Parameter base: The tree to start from; `nil` for an empty one.
  /// - Throws: `.invalidName` for a path that leads out of the project or into a git directory,
  ///   `.conflict` where two edits contradict each other, `.notFound` for a missing object.
  package func tree(
    applying edits: [TreeEdit], to base: ObjectID?
  ) throws(GitError) -> ObjectID {
    let root = TreeEditNode()
    for edit in edits {
      let names = try TreePath(edit.path).components.map { BytePath($0) }
      switch edit {
      case .put(_, let blob, let mode):
        try root.insert(.put(FileVersion(id: blob, mode: mode)), at: names, edit.path)
      case .remove: try root.insert(.remove, at: names, edit.path)
      }
    }
    return try tree(applying: root, to: base)
  }

  private func tree(
    applying root: TreeEditNode, to base: ObjectID?
  ) throws(GitError) -> ObjectID {
    guard let made = try write(root, over: base) else { return try emptyTree() }
    if let base { WrittenObjects.shared.remember(base: base, of: made, in: objectsDirectory) }
    return made
  }

  /// The tree that has these versions at these paths and is `base` elsewhere. A file takes the place
  /// of a folder where nothing is put below it; what holds nothing any more goes away. A path that is
  /// to hold nothing holds no file afterwards; a folder there stays.
  func tree(
    holding versions: [PathVersion], over base: ObjectID
  ) throws(GitError) -> ObjectID {
    guard !versions.isEmpty else { return base }
    let folders = Set(versions.filter { $0.version != nil }.flatMap(\.path.ancestors))
    let root = TreeEditNode()
    for (path, version) in Dictionary(
      versions.map { ($0.path, $0.version) }, uniquingKeysWith: { $1 })
    {
      let (above, name) = path.parts
      if let version, !folders.contains(path) {
        try root.insert(.put(version), at: above + [name], path.shown)
      } else if version == nil {
        try root.insert(.removeFile, at: above + [name], path.shown)
      }
    }
    return try tree(applying: root, to: base)
  }

  /// Writes one level; `nil` where it would be empty.
  private func write(_ node: TreeEditNode, over base: ObjectID?) throws(GitError) -> ObjectID? {
    let source = try base.map { (id) throws(GitError) in try tree(id) }
    var made: OpaquePointer?
    try check(git_treebuilder_new(&made, pointer, source?.pointer), "edit a tree")
    defer { git_treebuilder_free(made) }
    guard let builder = made else { return nil }
    for (name, child) in node.children {
      let existing = name.withCString { git_treebuilder_get(builder, $0) }
      switch try outcome(of: child, over: existing) {
      case .unchanged: break
      case .nothing:
        // Removing what isn't there is an error to libgit2, and none to us.
        guard existing != nil else { break }
        let code = name.withCString { git_treebuilder_remove(builder, $0) }
        try check(code, "remove \(name.shown)")
      case .entry(let id, let mode):
        var oid = id.oid
        let code = name.withCString { git_treebuilder_insert(nil, builder, $0, &oid, mode) }
        try check(code, "put \(name.shown)")
      }
    }
    guard git_treebuilder_entrycount(builder) > 0 else { return nil }
    return try write(builder)
  }

  private enum Outcome {
    case unchanged, nothing
    case entry(ObjectID, git_filemode_t)
  }

  private func outcome(
    of child: TreeEditNode, over existing: OpaquePointer?
  ) throws(GitError) -> Outcome {
    let isFolder = existing.map { git_tree_entry_type($0) == GIT_OBJECT_TREE } ?? false
    // Below a removed path, or below a file, everything starts from nothing.
    var base = isFolder ? existing.map { ObjectID(git_tree_entry_id($0).pointee) } : nil
    switch child.edit {
    case .put(let version):
      guard !child.children.values.contains(where: \.containsPut) else {
        throw TreeEditNode.contradiction(child.path)
      }
      _ = try restore(version.id)
      return .entry(version.id, version.mode.value)
    case .remove:
      guard child.containsPut else { return .nothing }
      base = nil
    case .removeFile:
      if isFolder, child.children.isEmpty { return .unchanged }
    case nil:
      // Removing below a file leaves the file.
      if !child.containsPut, existing != nil, !isFolder { return .unchanged }
    }
    guard let written = try write(child, over: base) else { return .nothing }
    return .entry(written, GIT_FILEMODE_TREE)
  }

  /// The tree of nothing, stored.
  func emptyTree() throws(GitError) -> ObjectID {
    var builder: OpaquePointer?
    try check(git_treebuilder_new(&builder, pointer, nil), "edit a tree")
    defer { git_treebuilder_free(builder) }
    return try write(builder)
  }

  private func write(_ builder: OpaquePointer?) throws(GitError) -> ObjectID {
    var id = git_oid()
    try check(git_treebuilder_write(&id, builder), "store a tree")
    return try storedTree(id)
  }

  /// The name of a tree that libgit2 has just stored. One that is gone already cannot be remembered;
  /// that is noticed before a ref leads to it.
  func storedTree(_ id: git_oid) throws(GitError) -> ObjectID {
    try stored(id, GIT_OBJECT_TREE, try? readObject(ObjectID(id)).bytes)
  }
}

/// The edits below one path, by name.
private final class TreeEditNode {
  enum Edit: Equatable {
    case put(FileVersion)
    /// Nothing is there afterwards.
    case remove
    /// No file is there afterwards; a folder stays.
    case removeFile
  }

  private(set) var edit: Edit?
  /// For messages; empty where no edit is.
  private(set) var path = ""
  private(set) var children: [BytePath: TreeEditNode] = [:]

  var containsPut: Bool {
    if case .put = edit { return true }
    return children.values.contains { $0.containsPut }
  }

  func insert(_ edit: Edit, at names: [BytePath], _ path: String) throws(GitError) {
    var node = self
    for name in names {
      let next = node.children[name] ?? TreeEditNode()
      node.children[name] = next
      node = next
    }
    guard node.edit == nil || node.edit == edit else { throw Self.contradiction(path) }
    node.edit = edit
    node.path = path
  }

  static func contradiction(_ path: String) -> GitError {
    GitError(
      .conflict(path: path), operation: "edit \(escaped(path))",
      message: "two edits contradict each other there")
  }
}

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
    for edit in edits { try root.insert(edit) }
    if let written = try write(root, over: base) { return written }
    return try emptyTree()
  }

  /// Writes one level; `nil` where it would be empty.
  private func write(_ node: TreeEditNode, over base: ObjectID?) throws(GitError) -> ObjectID? {
    let source = try base.map { (id) throws(GitError) in try tree(id) }
    var made: OpaquePointer?
    try check(git_treebuilder_new(&made, pointer, source?.pointer), "edit a tree")
    defer { git_treebuilder_free(made) }
    guard let builder = made else { return nil }
    for (name, child) in node.children {
      switch try outcome(of: child, over: git_treebuilder_get(builder, name)) {
      case .nothing:
        // Removing what isn't there is an error to libgit2, and none to us.
        if git_treebuilder_get(builder, name) != nil {
          try check(git_treebuilder_remove(builder, name), "remove \(escaped(name))")
        }
      case .entry(let id, let mode):
        var oid = id.oid
        try check(
          git_treebuilder_insert(nil, builder, name, &oid, mode), "put \(escaped(name))")
      }
    }
    guard git_treebuilder_entrycount(builder) > 0 else { return nil }
    var id = git_oid()
    try check(git_treebuilder_write(&id, builder), "store a tree")
    return stored(id)
  }

  private enum Outcome {
    case nothing
    case entry(ObjectID, git_filemode_t)
  }

  private func outcome(
    of child: TreeEditNode, over existing: OpaquePointer?
  ) throws(GitError) -> Outcome {
    switch child.edit {
    case .put(let path, let blob, let mode):
      guard !child.children.values.contains(where: \.containsPut) else {
        throw TreeEditNode.contradiction(path)
      }
      return .entry(blob, mode.value)
    case .remove where !child.containsPut: return .nothing
    case .remove, nil: break
    }
    // Below a removed path, or below a file, everything starts from nothing.
    let isFolder = existing.map { git_tree_entry_type($0) == GIT_OBJECT_TREE } ?? false
    let base =
      isFolder && child.edit == nil ? existing.map { ObjectID(git_tree_entry_id($0).pointee) } : nil
    if !child.containsPut, let existing, !isFolder {
      // Removing below a file leaves the file.
      return .entry(
        ObjectID(git_tree_entry_id(existing).pointee), git_tree_entry_filemode(existing))
    }
    guard let written = try write(child, over: base) else { return .nothing }
    return .entry(written, GIT_FILEMODE_TREE)
  }

  /// The tree of nothing, stored.
  func emptyTree() throws(GitError) -> ObjectID {
    var builder: OpaquePointer?
    try check(git_treebuilder_new(&builder, pointer, nil), "edit a tree")
    defer { git_treebuilder_free(builder) }
    var id = git_oid()
    try check(git_treebuilder_write(&id, builder), "store the empty tree")
    return stored(id)
  }
}

/// The edits below one path, by name.
private final class TreeEditNode {
  private(set) var edit: TreeEdit?
  private(set) var children: [String: TreeEditNode] = [:]

  var containsPut: Bool {
    if case .put = edit { return true }
    return children.values.contains { $0.containsPut }
  }

  func insert(_ edit: TreeEdit) throws(GitError) {
    var node = self
    for name in try TreePath(edit.path).components {
      let next = node.children[name] ?? TreeEditNode()
      node.children[name] = next
      node = next
    }
    guard node.edit == nil || node.edit == edit else { throw Self.contradiction(edit.path) }
    node.edit = edit
  }

  static func contradiction(_ path: String) -> GitError {
    GitError(
      .conflict(path: path), operation: "edit \(escaped(path))",
      message: "two edits contradict each other there")
  }
}

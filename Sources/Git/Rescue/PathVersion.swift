// SPDX-License-Identifier: Apache-2.0
// Trees compared and edited by the bytes of their paths: a person's files need not have UTF-8 names.

import CGit2
import Domain

/// What a path holds; `nil` for nothing.
struct PathVersion: Hashable {
  let path: BytePath
  let version: FileVersion?
}

/// A path that differs between two trees.
struct PathChange: Hashable {
  let path: BytePath
  let old: FileVersion?
  let new: FileVersion?
}

extension Repository {
  /// The paths in which two trees differ, in git's order. Costs what differs.
  func pathChanges(from old: ObjectID, to new: ObjectID) throws(GitError) -> [PathChange] {
    guard old != new else { return [] }
    let diff = try diff(from: old, to: new, paths: [], contextLines: 0)
    var changes: [PathChange] = []
    for index in 0..<git_diff_num_deltas(diff.pointer) {
      guard let delta = git_diff_get_delta(diff.pointer, index)?.pointee,
        let path = delta.new_file.path ?? delta.old_file.path
      else { continue }
      changes.append(
        PathChange(
          path: BytePath(copying: path), old: Self.version(delta.old_file),
          new: Self.version(delta.new_file)))
    }
    return changes
  }

  private static func version(_ file: git_diff_file) -> FileVersion? {
    FileMode(UInt32(file.mode)).map { FileVersion(id: ObjectID(file.id), mode: $0) }
  }

  /// What a tree holds at a path; `nil` for nothing or a folder.
  func version(at path: BytePath, inTree id: ObjectID) throws(GitError) -> FileVersion? {
    guard let (id, mode) = try rawEntry(at: path, inTree: id), let mode = FileMode(mode) else {
      return nil
    }
    return FileVersion(id: id, mode: mode)
  }

  /// Whether a tree has a folder at a path.
  func hasFolder(at path: BytePath, inTree id: ObjectID) throws(GitError) -> Bool {
    try rawEntry(at: path, inTree: id)?.mode == GIT_FILEMODE_TREE.rawValue
  }

  private func rawEntry(
    at path: BytePath, inTree id: ObjectID
  ) throws(GitError) -> (id: ObjectID, mode: UInt32)? {
    let tree = try tree(id)
    var found: OpaquePointer?
    let code = path.withCString { git_tree_entry_bypath(&found, tree.pointer, $0) }
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check(code, "look up \(path.shown) in \(id.short)")
    defer { git_tree_entry_free(found) }
    guard let found else { return nil }
    return (ObjectID(git_tree_entry_id(found).pointee), git_tree_entry_filemode(found).rawValue)
  }

  /// Every file of a tree below a folder of it; none where there is no such folder.
  func versions(below folder: BytePath, inTree id: ObjectID) throws(GitError) -> [BytePath] {
    var start = id
    if !folder.isRoot {
      guard let (id, mode) = try rawEntry(at: folder, inTree: id),
        mode == GIT_FILEMODE_TREE.rawValue
      else { return [] }
      start = id
    }
    var paths: [BytePath] = []
    try collect(try tree(start), folder, into: &paths)
    return paths
  }

  private func collect(
    _ tree: Tree, _ folder: BytePath, into paths: inout [BytePath]
  ) throws(GitError) {
    for index in 0..<git_tree_entrycount(tree.pointer) {
      guard let entry = git_tree_entry_byindex(tree.pointer, index),
        let name = git_tree_entry_name(entry)
      else { continue }
      let path = folder.appending(BytePath(copying: name))
      if git_tree_entry_type(entry) == GIT_OBJECT_TREE {
        try collect(try self.tree(ObjectID(git_tree_entry_id(entry).pointee)), path, into: &paths)
      } else {
        paths.append(path)
      }
    }
  }

  /// The tree that has these versions at these paths and is `base` elsewhere. A file takes the place
  /// of a folder where nothing is put below it; what holds nothing any more goes away.
  func tree(
    holding versions: [PathVersion], over base: ObjectID
  ) throws(GitError) -> ObjectID {
    guard !versions.isEmpty else { return base }
    let root = PathNode()
    for item in versions { root.insert(item) }
    if let written = try write(root, over: base) { return written }
    return try emptyTree()
  }

  private func write(_ node: PathNode, over base: ObjectID?) throws(GitError) -> ObjectID? {
    let source = try base.map { (id) throws(GitError) in try tree(id) }
    var made: OpaquePointer?
    try check(git_treebuilder_new(&made, pointer, source?.pointer), "edit a tree")
    defer { git_treebuilder_free(made) }
    guard let builder = made else { return nil }
    for (name, child) in node.children {
      let existing = name.withCString { git_treebuilder_get(builder, $0) }
      let isFolder = existing.map { git_tree_entry_type($0) == GIT_OBJECT_TREE } ?? false
      let entry: (id: ObjectID, mode: git_filemode_t)?
      if let version = child.version ?? nil, !child.holdsBelow {
        entry = (version.id, version.mode.value)
      } else if !child.children.isEmpty {
        let below = isFolder ? existing.map { ObjectID(git_tree_entry_id($0).pointee) } : nil
        // Removing below a file leaves the file.
        if existing != nil, !isFolder, !child.holdsBelow, child.version == nil { continue }
        entry = try write(child, over: below).map { ($0, GIT_FILEMODE_TREE) }
      } else if isFolder {
        continue
      } else {
        entry = nil
      }
      if let entry {
        var oid = entry.id.oid
        let code = name.withCString {
          git_treebuilder_insert(nil, builder, $0, &oid, entry.mode)
        }
        try check(code, "put \(name.shown)")
      } else if existing != nil {
        try check(name.withCString { git_treebuilder_remove(builder, $0) }, "remove \(name.shown)")
      }
    }
    guard git_treebuilder_entrycount(builder) > 0 else { return nil }
    var id = git_oid()
    try check(git_treebuilder_write(&id, builder), "store a tree")
    return stored(id)
  }
}

/// The versions below one path, by name.
private final class PathNode {
  /// What the path itself is to hold: `.some(nil)` for nothing, `nil` where nothing was said.
  private(set) var version: FileVersion??
  private(set) var children: [BytePath: PathNode] = [:]

  /// Whether anything is put below.
  var holdsBelow: Bool {
    children.values.contains { child in
      if let version = child.version, version != nil { return true }
      return child.holdsBelow
    }
  }

  func insert(_ item: PathVersion) {
    let (folders, name) = item.path.parts
    var node = self
    for part in folders + [name] {
      let next = node.children[part] ?? PathNode()
      node.children[part] = next
      node = next
    }
    node.version = .some(item.version)
  }
}

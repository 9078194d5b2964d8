// SPDX-License-Identifier: Apache-2.0
// What a tree holds, by the bytes of its paths: a person's files need not have UTF-8 names.

import CGit2
import Domain

/// What a path holds; `nil` for nothing.
struct PathVersion: Hashable {
  let path: BytePath
  let version: FileVersion?
}

extension Repository {
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
}

// SPDX-License-Identifier: Apache-2.0
// In which paths two trees differ, by the bytes of their names.

import CGit2
import Domain
import Glibc

/// A path that differs between two trees.
struct PathChange: Hashable {
  let path: BytePath
  /// What it held; `nil` for nothing or a folder.
  let old: FileVersion?
  /// What it holds; `nil` for nothing or a folder.
  let new: FileVersion?
}

extension Repository {
  /// The paths in which two trees differ, in the order of their bytes. Costs what differs: folders
  /// that are the same on both sides are not read, as libgit2's own comparison reads them.
  ///
  /// - Parameter old: The tree to compare with; `nil` for an empty one.
  func pathChanges(from old: ObjectID?, to new: ObjectID) throws(GitError) -> [PathChange] {
    guard old != new else { return [] }
    var comparison = TreeComparison(repository: self)
    try comparison.compare(old?.oid, new.oid, below: .root)
    return comparison.changes.sorted { $0.path < $1.path }
  }
}

extension Repository {
  /// The trees and blobs that a tree has and another does not have at the same place, the tree itself
  /// among them. Of one that is missing its name is all that is told.
  ///
  /// - Parameter old: `nil`, or a tree that is missing, counts as an empty one.
  func addedObjects(from old: ObjectID?, to new: ObjectID) throws(GitError) -> [ObjectID] {
    guard old != new else { return [] }
    var added: [ObjectID] = []
    try addObjects(try treeIfPresent(old?.oid), new.oid, to: &added)
    return added
  }

  private func addObjects(
    _ old: Tree?, _ new: git_oid, to added: inout [ObjectID]
  ) throws(GitError) {
    added.append(ObjectID(new))
    guard let tree = try treeIfPresent(new) else { return }
    try forEachDifference(old, tree) { (before, after) throws(GitError) in
      guard let after else { return }
      if after.isFolder {
        try addObjects(try treeIfPresent(before?.id), after.id, to: &added)
      } else if let version = after.version, version.mode != .submodule {
        added.append(version.id)
      }
    }
  }

  private func treeIfPresent(_ id: git_oid?) throws(GitError) -> Tree? {
    guard let id else { return nil }
    do throws(GitError) {
      return try tree(id)
    } catch {
      guard error.reason == .notFound else { throw error }
      return nil
    }
  }

  /// Hands over what differs between two folders, of which either may be missing: what one of them
  /// has under a name and of which kind, and what the other. Both are folders, or neither is.
  fileprivate func forEachDifference(
    _ old: Tree?, _ new: Tree?, _ body: (Entry?, Entry?) throws(GitError) -> Void
  ) throws(GitError) {
    var (before, after) = (Entries(old), Entries(new))
    // Both are in git's order, in which a folder's name ends with a slash. So a file and a folder of
    // one name are two entries: one goes and the other comes.
    while true {
      let (left, right) = (before.current, after.current)
      if left == nil, right == nil { return }
      switch Entry.order(left, right) {
      case 0:
        if let left, let right, !left.isSame(as: right) { try body(left, right) }
        before.advance()
        after.advance()
      case ..<0:
        try body(left, nil)
        before.advance()
      default:
        try body(nil, right)
        after.advance()
      }
    }
  }
}

/// A walk through two trees side by side that notes the files in which they differ.
private struct TreeComparison {
  let repository: Repository
  private(set) var changes: [PathChange] = []

  init(repository: Repository) { self.repository = repository }

  /// Compares two folders that differ, of which either may be missing.
  mutating func compare(
    _ old: git_oid?, _ new: git_oid?, below folder: BytePath
  ) throws(GitError) {
    let before = try old.map { (id) throws(GitError) in try repository.tree(id) }
    let after = try new.map { (id) throws(GitError) in try repository.tree(id) }
    try repository.forEachDifference(before, after) { (old, new) throws(GitError) in
      guard let either = new ?? old else { return }
      let path = folder.appending(BytePath(copying: either.name))
      if either.isFolder { return try compare(old?.id, new?.id, below: path) }
      let change = PathChange(path: path, old: old?.version, new: new?.version)
      if change.old != change.new { changes.append(change) }
    }
  }
}

/// A tree's entries, one after another.
private struct Entries {
  private let tree: Repository.Tree?
  private let count: Int
  private var index = 0

  init(_ tree: Repository.Tree?) {
    self.tree = tree
    count = tree.map { git_tree_entrycount($0.pointer) } ?? 0
  }

  var current: Entry? {
    guard index < count, let tree else { return nil }
    return git_tree_entry_byindex(tree.pointer, index).map(Entry.init)
  }

  mutating func advance() { index += 1 }
}

/// One entry; valid as long as its tree is.
private struct Entry {
  let pointer: OpaquePointer
  let name: UnsafePointer<CChar>
  let isFolder: Bool

  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
    // An entry always has a name; libgit2 refuses a tree in which one is empty.
    name = git_tree_entry_name(pointer)
    isFolder = git_tree_entry_type(pointer) == GIT_OBJECT_TREE
  }

  var id: git_oid { git_tree_entry_id(pointer).pointee }

  var version: FileVersion? {
    FileMode(git_tree_entry_filemode(pointer).rawValue).map {
      FileVersion(id: ObjectID(id), mode: $0)
    }
  }

  func isSame(as other: Entry) -> Bool {
    git_oid_equal(git_tree_entry_id(pointer), git_tree_entry_id(other.pointer)) != 0
      && git_tree_entry_filemode(pointer) == git_tree_entry_filemode(other.pointer)
  }

  /// Which of two entries comes first in git's order; below zero for the first.
  static func order(_ left: Entry?, _ right: Entry?) -> Int {
    guard let left else { return 1 }
    guard let right else { return -1 }
    var at = 0
    while left.name[at] != 0, left.name[at] == right.name[at] { at += 1 }
    return Int(left.byte(at)) - Int(right.byte(at))
  }

  /// The byte at a place of the name; behind a folder's comes a slash.
  private func byte(_ at: Int) -> UInt8 {
    name[at] == 0 && isFolder ? UInt8(ascii: "/") : UInt8(bitPattern: name[at])
  }
}

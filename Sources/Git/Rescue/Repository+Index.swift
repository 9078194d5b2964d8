// SPDX-License-Identifier: Apache-2.0
// What a person has staged: read as a tree, and changed path by path.

import CGit2
import Domain

extension Repository {
  /// What is staged, as a tree. The index file is only read.
  ///
  /// - Throws: `.unsupportedRepository` where it holds conflicts or can't be read.
  func indexTree() throws(GitError) -> ObjectID {
    let index = try openIndex()
    defer { git_index_free(index) }
    guard git_index_has_conflicts(index) == 0 else {
      let why = "a merge has left conflicts: settle them first"
      throw GitError(.unsupportedRepository(why), operation: "read the index", message: why)
    }
    var id = git_oid()
    try check(git_index_write_tree_to(&id, index, pointer), "store what is staged")
    return stored(id)
  }

  /// Changes what is staged wherever the two trees differ, and nowhere else.
  ///
  /// - Throws: `.modified` where it was changed since it was looked at.
  func applyIndex(_ shift: Shift<ObjectID>) throws(GitError) {
    let now = try indexTree()
    guard now != shift.after else { return }
    guard now == shift.before else {
      throw GitError(
        .modified, operation: "change what is staged",
        message: "it was changed since it was looked at")
    }
    let index = try openIndex()
    defer { git_index_free(index) }
    let changes = try pathChanges(from: shift.before, to: shift.after)
    // Removals first, so that a folder may take a file's place and the other way round.
    for path in changes.filter({ $0.new == nil }).map(\.path) {
      try check(
        path.withCString { git_index_remove(index, $0, 0) },
        "take \(path.shown) out of the index")
    }
    for change in changes {
      guard let version = change.new else { continue }
      try change.path.withCString { (path) throws(GitError) in
        var entry = git_index_entry()
        entry.id = version.id.oid
        entry.mode = version.mode.value.rawValue
        entry.path = path
        try check(git_index_add(index, &entry), "stage \(change.path.shown)")
      }
    }
    try withRetryOnLock { () throws(GitError) in
      try check(git_index_write(index), "write the index")
    }
  }

  /// The filter through which git keeps a path, as its attributes say; `nil` for none.
  func filter(of path: BytePath) throws(GitError) -> String? {
    var value: UnsafePointer<CChar>?
    let code = path.withCString {
      git_attr_get(&value, pointer, UInt32(GIT_ATTR_CHECK_FILE_THEN_INDEX), $0, "filter")
    }
    try check(code, "read the attributes of \(path.shown)")
    guard let value, git_attr_value(value) == GIT_ATTR_VALUE_STRING else { return nil }
    return String(cString: value)
  }

  private func openIndex() throws(GitError) -> OpaquePointer {
    var index: OpaquePointer?
    do throws(GitError) {
      try check(git_repository_index(&index, pointer), "open the index")
      try check(git_index_read(index, 1), "read the index")
    } catch {
      git_index_free(index)
      throw GitError(
        .unsupportedRepository(error.message), operation: error.operation, message: error.message)
    }
    guard let index else {
      throw GitError(.other, operation: "open the index", message: "libgit2 gave none")
    }
    return index
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a person has staged: read as a tree, and changed path by path.

import CGit2
import Domain
import Glibc

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
    return try storedTree(id)
  }

  /// Changes what is staged wherever the two trees differ, and nowhere else.
  ///
  /// The new index is made whole in a folder of ours. Git's lock is that file under a second name,
  /// so that after a kill it is known for ours.
  ///
  /// - Throws: `.modified` where it was changed since it was looked at, `.locked` where another
  ///   process holds it for longer than two seconds.
  func applyIndex(_ shift: Shift<ObjectID>, in folder: String) throws(GitError) {
    let now = try indexTree()
    guard now != shift.after else { return }
    guard now == shift.before else { throw Self.indexChanged }
    let path = gitDirectory + "/index"
    let seen = fileIdentity(path)
    try copyIndex(from: path, to: folder + "/index")
    try edit(indexAt: folder + "/index", shift)
    try withRetryOnLock { () throws(GitError) in
      guard link(folder + "/index", path + ".lock") == 0 else {
        guard errno == EEXIST else { throw .system("lock \(path)") }
        throw GitError(.locked, operation: "lock \(path)", message: "another process holds it")
      }
    }
    // Git looks for what the new index names.
    try makeObjectsDurable()
    guard fileIdentity(path) == seen else {
      unlink(path + ".lock")
      throw Self.indexChanged
    }
    guard rename(path + ".lock", path) == 0 else { throw .system("write \(path)") }
    try synchronize(gitDirectory)
  }

  /// Lets go of git's lock on the index, if it is the file in that folder: a kill left it.
  func freeIndexLock(heldFrom folder: String) {
    let lock = gitDirectory + "/index.lock"
    if let own = fileIdentity(folder + "/index"), own == fileIdentity(lock) { unlink(lock) }
  }

  /// Lets go of a lock on a branch that a kill left while the branch was moved to `id`: one that is
  /// old, and holds nothing or just that.
  func freeLock(on reference: String, movedTo id: ObjectID) throws(GitError) {
    let path = "\(commonDirectory)/\(reference).lock"
    guard access(path, F_OK) == 0 else { return }
    let folder = try Directory(path: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    let name = BytePath(
      String(path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...]))
    guard let (bytes, _) = try folder.contents(of: name, path: name, limit: 4096),
      bytes.isEmpty || bytes == Array((id.text + "\n").utf8)
    else { return }
    _ = removeStaleLocks(under: reference)
  }

  private static let indexChanged = GitError(
    .modified, operation: "change what is staged",
    message: "it was changed since it was looked at")

  private func copyIndex(from path: String, to copy: String) throws(GitError) {
    unlink(copy)
    unlink(copy + ".lock")
    let folder = try Directory(path: gitDirectory)
    let name = BytePath("index")
    guard let (bytes, _) = try folder.contents(of: name, path: name, limit: .max / 2) else {
      return
    }
    try replaceFile(bytes, copy)
  }

  private func edit(indexAt path: String, _ shift: Shift<ObjectID>) throws(GitError) {
    var opened: OpaquePointer?
    try check(git_index_open(&opened, path), "open \(path)")
    defer { git_index_free(opened) }
    guard let index = opened else { return }
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
    try check(git_index_write(index), "write \(path)")
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

/// Which file a path names, and when it was last written; equal only for the same file unchanged.
private struct FileIdentity: Equatable {
  let device: UInt
  let inode: UInt
  let size: Int
  let seconds: Int
  let nanoseconds: Int
}

/// `nil` where there is no such file.
private func fileIdentity(_ path: String) -> FileIdentity? {
  var status = stat()
  guard lstat(path, &status) == 0 else { return nil }
  return FileIdentity(
    device: UInt(status.st_dev), inode: UInt(status.st_ino), size: Int(status.st_size),
    seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
}

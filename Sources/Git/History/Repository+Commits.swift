// SPDX-License-Identifier: Apache-2.0
// Reading and writing commits.

import CGit2
package import Domain

extension Repository {
  /// The commit that a revision names: a branch, a tag, `HEAD~2`, an abbreviated name.
  ///
  /// - Throws: `.notFound` where it names no commit, `.invalidName` where it isn't a revision or
  ///   an abbreviation is ambiguous.
  package func resolve(_ revision: String) throws(GitError) -> ObjectID {
    var object: OpaquePointer?
    let operation = "find the commit \(escaped(revision))"
    try check(git_revparse_single(&object, pointer, revision), operation)
    defer { git_object_free(object) }
    var peeled: OpaquePointer?
    let code = git_object_peel(&peeled, object, GIT_OBJECT_COMMIT)
    defer { git_object_free(peeled) }
    guard code >= 0, let peeled, let id = git_object_id(peeled) else {
      throw GitError(.notFound, operation: operation, message: "it names no commit")
    }
    return ObjectID(id.pointee)
  }

  /// A commit's tree.
  ///
  /// - Throws: `.notFound` where there is no such commit.
  package func tree(ofCommit id: ObjectID) throws(GitError) -> ObjectID {
    ObjectID(git_commit_tree_id(try commit(id).pointer).pointee)
  }

  /// When a commit was committed, in seconds since 1970.
  ///
  /// - Throws: `.notFound` where there is no such commit.
  package func commitTime(_ id: ObjectID) throws(GitError) -> Int {
    Int(git_commit_time(try commit(id).pointer))
  }

  /// A commit's parents, tree, message and trailers.
  ///
  /// - Throws: `.notFound` where there is no such commit.
  package func commitRecord(_ id: ObjectID) throws(GitError) -> CommitRecord {
    let commit = try commit(id)
    return CommitRecord(
      id: id, parents: commit.parents,
      tree: ObjectID(git_commit_tree_id(commit.pointer).pointee), message: commit.message,
      subject: git_commit_summary(commit.pointer).map { String(cString: $0) } ?? "",
      authorName: git_commit_author(commit.pointer).map { String(cString: $0.pointee.name) } ?? "",
      time: Int(git_commit_time(commit.pointer)),
      trailers: try trailers(of: commit.message))
  }

  private func trailers(of message: String) throws(GitError) -> [CommitRecord.Trailer] {
    var found = git_message_trailer_array()
    try check(git_message_trailers(&found, message), "read a message's trailers")
    defer { git_message_trailer_array_free(&found) }
    return UnsafeBufferPointer(start: found.trailers, count: found.count).map {
      .init(key: String(cString: $0.key), value: String(cString: $0.value))
    }
  }

  /// A commit and its first parents, newest first.
  ///
  /// - Throws: `.notFound` where a commit is missing; the end of a shallow clone is just an end.
  package func log(from id: ObjectID, limit: Int) throws(GitError) -> [CommitRecord] {
    var records: [CommitRecord] = []
    var next: ObjectID? = id
    while let current = next, records.count < limit {
      do throws(GitError) {
        let record = try commitRecord(current)
        records.append(record)
        next = record.parents.first
      } catch {
        guard error.reason == .notFound, isShallow, !records.isEmpty else { throw error }
        next = nil
      }
    }
    return records
  }

  /// The commits that are reachable from one and not from another, newest first.
  ///
  /// - Throws: `.notFound` where a commit is missing.
  package func commits(
    from id: ObjectID, notFrom hidden: ObjectID
  ) throws(GitError) -> [CommitRecord] {
    let operation = "list the commits of \(hidden.short)..\(id.short)"
    var walk: OpaquePointer?
    try check(git_revwalk_new(&walk, pointer), operation)
    defer { git_revwalk_free(walk) }
    git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL.rawValue)
    var (start, end) = (id.oid, hidden.oid)
    try check(git_revwalk_push(walk, &start), operation)
    try check(git_revwalk_hide(walk, &end), operation)
    var records: [CommitRecord] = []
    var next = git_oid()
    while true {
      let code = git_revwalk_next(&next, walk)
      if code == GIT_ITEROVER.rawValue { return records }
      try check(code, operation)
      records.append(try commitRecord(ObjectID(next)))
    }
  }

  /// Whether the history ends before its first commit.
  var isShallow: Bool { git_repository_is_shallow(pointer) == 1 }

  /// The best common ancestor of two commits; `nil` if they have none.
  ///
  /// - Throws: `.notFound` where there is no such commit.
  package func mergeBase(
    _ first: ObjectID, _ second: ObjectID
  ) throws(GitError) -> ObjectID? {
    // "No merge base" must not be taken for "no such commit".
    _ = try (commit(first), commit(second))
    var (one, two, base) = (first.oid, second.oid, git_oid())
    let code = git_merge_base(&base, pointer, &one, &two)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check(code, "find the merge base of \(first.short) and \(second.short)")
    return ObjectID(base)
  }

  /// Whether a commit is another, or among its ancestors.
  package func isAncestor(_ ancestor: ObjectID, of id: ObjectID) throws(GitError) -> Bool {
    guard ancestor != id else { return true }
    for commit in [ancestor, id] { _ = try restore(commit) }
    var (descendant, oid) = (id.oid, ancestor.oid)
    let code = git_graph_descendant_of(pointer, &descendant, &oid)
    try check(code, "compare \(ancestor.short) with \(id.short)")
    return code == 1
  }

  /// Stores a commit. No ref moves; the same input gives the same name.
  ///
  /// - Throws: `.notFound` for a missing tree or parent.
  package func createCommit(
    tree: ObjectID, parents: [ObjectID], message: String, identity: CommitIdentity
  ) throws(GitError) -> ObjectID {
    var signature: UnsafeMutablePointer<git_signature>?
    try check(
      git_signature_new(&signature, identity.name, identity.email, Int64(identity.seconds), 0),
      "sign a commit as \(escaped(identity.name))")
    defer { git_signature_free(signature) }
    let treeHandle = try self.tree(tree)
    var handles: [Commit] = []
    for parent in parents { handles.append(try commit(parent)) }
    var pointers: [OpaquePointer?] = handles.map(\.pointer)
    var text = git_buf()
    defer { git_buf_dispose(&text) }
    // A handle may still have in memory what is gone from the disk, where libgit2 looks here.
    for id in [tree] + parents { _ = try restore(id) }
    let code = withExtendedLifetime(handles) {
      git_commit_create_buffer(
        &text, pointer, signature, signature, nil, message, treeHandle.pointer, pointers.count,
        &pointers)
    }
    try check(code, "compose a commit of \(tree.short)")
    // `git_commit_create` takes no notice where this fails.
    var (id, objects) = (git_oid(), OpaquePointer?.none)
    try check(git_repository_odb(&objects, pointer), "open the object store")
    defer { git_odb_free(objects) }
    try check(
      git_odb_write(&id, objects, text.ptr, text.size, GIT_OBJECT_COMMIT),
      "store a commit of \(tree.short)")
    return try stored(
      id, GIT_OBJECT_COMMIT, Array(UnsafeRawBufferPointer(start: text.ptr, count: text.size)))
  }

  /// A commit that is freed with this value.
  final class Commit {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { git_commit_free(pointer) }

    var message: String { git_commit_message(pointer).map { String(cString: $0) } ?? "" }

    var parents: [ObjectID] {
      (0..<git_commit_parentcount(pointer)).compactMap { index in
        git_commit_parent_id(pointer, index).map { ObjectID($0.pointee) }
      }
    }
  }

  func commit(_ id: ObjectID) throws(GitError) -> Commit {
    var oid = id.oid
    var found: OpaquePointer?
    try look(up: id.oid, "read the commit \(id.short)") {
      git_commit_lookup(&found, pointer, &oid)
    }
    guard let found else {
      throw GitError(.notFound, operation: "read the commit \(id.short)", message: "it is missing")
    }
    return Commit(owning: found)
  }
}

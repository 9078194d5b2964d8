// SPDX-License-Identifier: Apache-2.0
// Reading trees and blobs.

import CGit2
package import Domain

extension Repository {
  /// The file at a path of a tree; `nil` where there is none, or a folder.
  ///
  /// - Throws: `.notFound` for a tree that doesn't exist, `.invalidName` for a path that can't be.
  package func entry(at path: String, inTree id: ObjectID) throws(GitError) -> TreeEntry? {
    _ = try TreePath(path)
    let tree = try tree(id)
    var found: OpaquePointer?
    let code = git_tree_entry_bypath(&found, tree.pointer, path)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check(code, "look up \(path) in \(id.short)")
    defer { git_tree_entry_free(found) }
    guard let found, let mode = FileMode(git_tree_entry_filemode(found).rawValue) else {
      return nil
    }
    return TreeEntry(path: path, id: ObjectID(git_tree_entry_id(found).pointee), mode: mode)
  }

  /// A blob's bytes, as they are stored: no filter, no line-end conversion.
  ///
  /// - Throws: `.notFound` where there is no such blob.
  package func contents(of blob: ObjectID) throws(GitError) -> [UInt8] {
    try withContents(of: blob.oid) { Array($0) }
  }

  /// The bytes of a blob, valid for the duration of the call.
  func withContents<Value>(
    of id: git_oid, _ body: (UnsafeRawBufferPointer) throws(GitError) -> Value
  ) throws(GitError) -> Value {
    var id = id
    var blob: OpaquePointer?
    try look(up: id, "read the blob \(ObjectID(id).short)") {
      git_blob_lookup(&blob, pointer, &id)
    }
    defer { git_blob_free(blob) }
    let bytes = UnsafeRawBufferPointer(
      start: git_blob_rawcontent(blob), count: Int(git_blob_rawsize(blob)))
    return try body(bytes)
  }

  /// Every file of a tree whose path passes, sorted by path. Walks the whole tree.
  ///
  /// - Throws: `.invalidName` where the tree holds a name that is not UTF-8.
  package func entries(
    inTree id: ObjectID, matching isWanted: (String) -> Bool
  ) throws(GitError) -> [TreeEntry] {
    var entries: [TreeEntry] = []
    try collect(try tree(id), prefix: "", into: &entries, matching: isWanted)
    return entries.sorted { $0.path < $1.path }
  }

  /// What a tree holds at a path: the file there, every file of the folder there, or nothing. Where
  /// a file or a submodule is in the way, that is what is given.
  ///
  /// - Throws: `.notFound` for a tree that doesn't exist, `.invalidName` for a path that can't be.
  package func entries(at path: String, inTree id: ObjectID) throws(GitError) -> [TreeEntry] {
    var tree = try tree(id)
    var place = ""
    for name in try TreePath(path).components {
      guard let entry = git_tree_entry_byname(tree.pointer, name) else { return [] }
      place += place.isEmpty ? name : "/" + name
      let id = ObjectID(git_tree_entry_id(entry).pointee)
      guard git_tree_entry_type(entry) == GIT_OBJECT_TREE else {
        guard let mode = FileMode(git_tree_entry_filemode(entry).rawValue) else { return [] }
        return [TreeEntry(path: place, id: id, mode: mode)]
      }
      tree = try self.tree(id)
    }
    var entries: [TreeEntry] = []
    try collect(tree, prefix: place + "/", into: &entries) { _ in true }
    return entries
  }

  private func collect(
    _ tree: Tree, prefix: String, into entries: inout [TreeEntry],
    matching isWanted: (String) -> Bool
  ) throws(GitError) {
    for index in 0..<git_tree_entrycount(tree.pointer) {
      guard let entry = git_tree_entry_byindex(tree.pointer, index) else { continue }
      let path = prefix + (try text(ofPath: git_tree_entry_name(entry)))
      let id = git_tree_entry_id(entry).pointee
      if git_tree_entry_type(entry) == GIT_OBJECT_TREE {
        try collect(
          try self.tree(ObjectID(id)), prefix: path + "/", into: &entries, matching: isWanted)
      } else if let mode = FileMode(git_tree_entry_filemode(entry).rawValue), isWanted(path) {
        entries.append(TreeEntry(path: path, id: ObjectID(id), mode: mode))
      }
    }
  }

  /// Stores bytes as a blob.
  package func writeBlob(_ bytes: [UInt8]) throws(GitError) -> ObjectID {
    var id = git_oid()
    let code = bytes.withUnsafeBytes {
      git_blob_create_from_buffer(&id, pointer, $0.baseAddress, $0.count)
    }
    try check(code, "store a blob of \(bytes.count) bytes")
    return try stored(id, GIT_OBJECT_BLOB, bytes)
  }

  /// An object's kind and bytes.
  ///
  /// - Throws: `.notFound` where there is no such object.
  func readObject(_ id: ObjectID) throws(GitError) -> WrittenObjects.Content {
    var objects: OpaquePointer?
    try check(git_repository_odb(&objects, pointer), "open the object store")
    defer { git_odb_free(objects) }
    var (oid, found) = (id.oid, OpaquePointer?.none)
    try check(git_odb_read(&found, objects, &oid), "read \(id.short)")
    defer { git_odb_object_free(found) }
    return WrittenObjects.Content(
      kind: git_odb_object_type(found),
      bytes: Array(
        UnsafeRawBufferPointer(
          start: git_odb_object_data(found), count: git_odb_object_size(found))))
  }

  /// A tree that is freed with this value.
  final class Tree {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { git_tree_free(pointer) }
  }

  func tree(_ id: ObjectID) throws(GitError) -> Tree { try tree(id.oid) }

  func tree(_ id: git_oid) throws(GitError) -> Tree {
    var id = id
    var found: OpaquePointer?
    try look(up: id, "read the tree \(ObjectID(id).short)") {
      git_tree_lookup(&found, pointer, &id)
    }
    guard let found else {
      throw GitError(
        .notFound, operation: "read the tree \(ObjectID(id).short)", message: "it is missing")
    }
    return Tree(owning: found)
  }

  /// A path of git's as text.
  func text(ofPath path: UnsafePointer<CChar>) throws(GitError) -> String {
    guard let text = String(validatingCString: path) else {
      throw GitError(
        .invalidName, operation: "read the path \(escaped(String(cString: path)))",
        message: "it is not UTF-8; rename it")
    }
    return text
  }
}

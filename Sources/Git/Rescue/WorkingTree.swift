// SPDX-License-Identifier: Apache-2.0
// A person's own files, read into trees as they are: the ground of every rescue.

import CGit2
package import Domain
import Glibc

/// The files that a person works on, opened for a rescue and a rollback.
///
/// The only place where they are written, and only because the person asked. No filter and no hook
/// runs, and the git program is not called. Not `Sendable`: open it where it is used.
package final class WorkingTree {
  /// A file above this is not read into memory to be rescued, and so not rolled back either.
  package static let fileBytesMax = 1_000_000_000

  let repository: Repository
  let root: Directory

  /// - Throws: `.unsupportedRepository` for a bare repository.
  package init(_ repository: Repository) throws(GitError) {
    guard let path = repository.workingDirectory else {
      throw GitError(
        .unsupportedRepository("it has no working tree"), operation: "open the working tree",
        message: "it has no working tree")
    }
    self.repository = repository
    root = try Directory(path: path)
  }

  /// Files as they were read.
  package struct Snapshot: Hashable, Sendable {
    /// The checked-out commit's tree with the files as they are in it.
    package let files: ObjectID
    /// What is staged, as a tree; `nil` where only some paths were read.
    package let index: ObjectID?
    /// The permissions of files whose permissions are not the usual ones.
    package let permissions: [String: Int]
    /// The paths that differ from the checked-out commit, or were asked for, as they can be shown.
    package let paths: [String]
  }

  // MARK: Everything

  /// Reads everything that differs from the checked-out commit, untracked files included and
  /// ignored ones not.
  ///
  /// - Throws: `.unsupportedRepository` in the middle of a merge or a rebase, for a sparse checkout
  ///   and for an index that can't be read; `.fileTooLarge`; `.system` for a file that can't be.
  package func capture(over commit: ObjectID) throws(GitError) -> Snapshot {
    try requireOrdinary()
    let head = try repository.tree(ofCommit: commit)
    var read = Reading(head)
    for path in try dirtyPaths() { try read.add(path, in: self) }
    return Snapshot(
      files: try repository.tree(holding: read.versions, over: head),
      index: try repository.indexTree(), permissions: read.permissions,
      paths: read.versions.map(\.path.shown))
  }

  private func requireOrdinary() throws(GitError) {
    let state = git_repository_state(repository.pointer)
    guard state == Int32(GIT_REPOSITORY_STATE_NONE.rawValue) else {
      throw Self.refused("a merge, rebase or another such thing is under way: end it first")
    }
    guard try !repository.isSparse() else {
      throw Self.refused("it is a sparse checkout: name the files instead")
    }
  }

  private static func refused(_ why: String) -> GitError {
    GitError(
      .unsupportedRepository(why), operation: "read the working tree", message: why)
  }

  private func dirtyPaths() throws(GitError) -> [BytePath] {
    let operation = "look for uncommitted changes"
    var options = git_status_options()
    try check(git_status_options_init(&options, UInt32(GIT_STATUS_OPTIONS_VERSION)), operation)
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR
    options.flags =
      GIT_STATUS_OPT_INCLUDE_UNTRACKED.rawValue | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS.rawValue
      | GIT_STATUS_OPT_EXCLUDE_SUBMODULES.rawValue
    var list: OpaquePointer?
    try check(git_status_list_new(&list, repository.pointer, &options), operation)
    defer { git_status_list_free(list) }
    var paths: [BytePath] = []
    for index in 0..<git_status_list_entrycount(list) {
      guard let entry = git_status_byindex(list, index)?.pointee else { continue }
      for delta in [entry.head_to_index, entry.index_to_workdir] {
        guard let file = delta?.pointee, let path = file.new_file.path ?? file.old_file.path else {
          continue
        }
        let found = BytePath(copying: path)
        // A repository of its own inside this one ends with a slash; it is left alone.
        if found.bytes.last != UInt8(ascii: "/"), paths.last != found { paths.append(found) }
      }
    }
    return paths
  }

  // MARK: Some paths

  /// Reads what lies at some paths, and nothing else: the cost follows them and not the project.
  ///
  /// - Parameters:
  ///   - paths: files, and folders with everything below, from the root.
  ///   - trees: what they will be compared with: a path below a folder is read if any holds it.
  /// - Throws: `.notFound` where neither the disk nor a tree has anything there, `.invalidName` for
  ///   a path that leads out; otherwise as above.
  package func capture(
    _ paths: [String], over commit: ObjectID, comparedWith trees: [ObjectID]
  ) throws(GitError) -> Snapshot {
    let head = try repository.tree(ofCommit: commit)
    var read = Reading(head)
    for path in paths {
      _ = try TreePath(path)
      let found = try everyFile(at: BytePath(path), trees + [head])
      guard !found.isEmpty else {
        throw GitError(
          .notFound, operation: "find \(escaped(path))",
          message: "neither the disk nor the commit has anything there that git keeps")
      }
      for file in found { try read.add(file, in: self) }
    }
    return Snapshot(
      files: try repository.tree(holding: read.versions, over: head), index: nil,
      permissions: read.permissions, paths: read.versions.map(\.path.shown))
  }

  /// Reads the paths in which two trees differ.
  package func capture(
    differing old: ObjectID, _ new: ObjectID, over commit: ObjectID
  ) throws(GitError) -> Snapshot {
    let head = try repository.tree(ofCommit: commit)
    var read = Reading(head)
    for change in try repository.pathChanges(from: old, to: new) {
      try read.add(change.path, in: self)
    }
    return Snapshot(
      files: try repository.tree(holding: read.versions, over: head),
      index: try repository.indexTree(), permissions: read.permissions,
      paths: read.versions.map(\.path.shown))
  }

  private func everyFile(at path: BytePath, _ trees: [ObjectID]) throws(GitError) -> [BytePath] {
    var found: Set<BytePath> = []
    for tree in trees {
      if try repository.version(at: path, inTree: tree) != nil { found.insert(path) }
      found.formUnion(try repository.versions(below: path, inTree: tree))
    }
    let (folders, name) = path.parts
    guard let parent = try folder(folders), let status = try parent.status(of: name) else {
      return found.sorted { $0.shown < $1.shown }
    }
    switch status.kind {
    case .folder: try collect(try parent.opening(name), path, into: &found)
    case .file, .link: if try !isIgnored(path) { found.insert(path) }
    case .special: break
    }
    return found.sorted { $0.shown < $1.shown }
  }

  private func collect(
    _ folder: Directory, _ path: BytePath, into found: inout Set<BytePath>
  ) throws(GitError) {
    let names = try folder.names()
    // A repository of its own is left alone.
    guard !names.contains(BytePath(".git")) else { return }
    for name in names {
      let child = path.appending(name)
      guard let status = try folder.status(of: name), try !isIgnored(child) else { continue }
      switch status.kind {
      case .folder: try collect(try folder.opening(name), child, into: &found)
      case .file, .link: found.insert(child)
      case .special: break
      }
    }
  }

  private func isIgnored(_ path: BytePath) throws(GitError) -> Bool {
    var ignored: Int32 = 0
    let code = path.withCString {
      git_ignore_path_is_ignored(&ignored, repository.pointer, $0)
    }
    try check(code, "ask whether \(path.shown) is ignored")
    return ignored != 0
  }

  // MARK: One path

  /// The folder that some names lead to; `nil` where one of them is no folder.
  func folder(_ names: [BytePath]) throws(GitError) -> Directory? {
    var folder = root
    for name in names {
      guard try folder.status(of: name)?.kind == .folder else { return nil }
      folder = try folder.opening(name)
    }
    return folder
  }

  /// A file as the disk has it.
  struct Found {
    let bytes: [UInt8]
    let mode: FileMode
    let permissions: Int

    /// What a tree would hold of it.
    var version: FileVersion { FileVersion(id: ObjectID(hash(bytes)), mode: mode) }
  }

  /// What lies at a path; `nil` where there is no file and no link.
  func found(at path: BytePath) throws(GitError) -> Found? {
    let (folders, name) = path.parts
    guard let parent = try folder(folders) else { return nil }
    return try found(name, in: parent, path)
  }

  func found(
    _ name: BytePath, in parent: Directory, _ path: BytePath
  ) throws(GitError) -> Found? {
    guard let status = try parent.status(of: name) else { return nil }
    switch status.kind {
    case .link:
      return Found(
        bytes: try parent.target(ofLink: name), mode: .symlink, permissions: 0o777)
    case .file:
      guard
        let (bytes, status) = try parent.contents(of: name, path: path, limit: Self.fileBytesMax)
      else { return nil }
      return Found(
        bytes: bytes, mode: status.isExecutable ? .executable : .file,
        permissions: Int(status.raw.st_mode & 0o7777))
    case .folder, .special: return nil
    }
  }

  /// Files that were read, with their content stored.
  private struct Reading {
    let head: ObjectID
    var versions: [PathVersion] = []
    var permissions: [String: Int] = [:]
    private var seen: Set<BytePath> = []

    init(_ head: ObjectID) { self.head = head }

    mutating func add(_ path: BytePath, in tree: WorkingTree) throws(GitError) {
      guard seen.insert(path).inserted else { return }
      // A submodule is another repository's; nothing of it is in this one.
      if try tree.repository.version(at: path, inTree: head)?.mode == .submodule { return }
      guard let found = try tree.found(at: path) else {
        versions.append(PathVersion(path: path, version: nil))
        return
      }
      let blob = try tree.repository.writeBlob(found.bytes)
      versions.append(PathVersion(path: path, version: FileVersion(id: blob, mode: found.mode)))
      let usual = [0o644, 0o664, 0o755, 0o775, 0o777]
      if !usual.contains(found.permissions) { permissions[path.shown] = found.permissions }
    }
  }
}

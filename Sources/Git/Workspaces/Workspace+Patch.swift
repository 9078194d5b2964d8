// SPDX-License-Identifier: Apache-2.0
// Applying a patch to a workspace's files.

import CGit2
import Domain

extension Workspace {
  /// Applies a unified patch to the workspace's files: all of it, or none.
  ///
  /// Each file's part starts with git's `diff --git` line, and lines must stand where it says. New,
  /// deleted and renamed files and links are fine; binary content and submodules are refused.
  ///
  /// - Throws: `.malformedPatch`, `.patchDoesNotApply` with the first file that it doesn't fit,
  ///   `.invalidName` for a path that leads out of the workspace or into a git directory.
  package func apply(patch: [UInt8]) throws(GitError) {
    let root = try Directory(path: contentPath)
    let diff = try parse(patch)
    let steps = try diff.steps(in: project)
    var before: [String: FileVersion] = [:]
    for path in Set(steps.flatMap(\.paths)) {
      before[path] = try version(of: BytePath(path), below: root)
    }
    // Only the files that the patch names are read and written, so its cost follows the patch.
    let puts = before.map { TreeEdit.put(path: $0.key, blob: $0.value.id, mode: $0.value.mode) }
    let result = try diff.result(on: try project.tree(applying: puts, to: nil), of: project)
    let writer = FileWriter(root: root, repository: project)
    for path in Set(steps.flatMap(\.paths)).sorted() {
      let mode = steps.last { $0.newPath == path }.map { $0.mode ?? before[$0.oldPath]?.mode }
      try replace(path, by: result.version(at: path, mode: mode ?? nil), below: root, writer)
    }
    try trash.empty()
  }

  private func parse(_ patch: [UInt8]) throws(GitError) -> ParsedPatch {
    var diff: OpaquePointer?
    let code = patch.withUnsafeBytes {
      git_diff_from_buffer(
        &diff, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    guard code >= 0, let diff else {
      let error = GitError(code: code, operation: "read a patch")
      throw GitError(.malformedPatch, operation: error.operation, message: error.message)
    }
    return ParsedPatch(owning: diff)
  }

  /// What a path of the workspace holds; `nil` where there is no file or link.
  private func version(
    of path: BytePath, below root: Directory
  ) throws(GitError) -> FileVersion? {
    let (folders, name) = path.parts
    guard let parent = try folder(folders, below: root),
      let status = try parent.status(of: name)
    else { return nil }
    switch status.kind {
    case .link:
      return FileVersion(
        id: try project.writeBlob(try parent.target(ofLink: name)), mode: .symlink)
    case .file:
      let limit = CaptureLimits().fileBytesMax
      guard let (bytes, status) = try parent.contents(of: name, path: path, limit: limit) else {
        return nil
      }
      return FileVersion(
        id: try project.writeBlob(bytes), mode: status.isExecutable ? .executable : .file)
    case .folder, .special: return nil
    }
  }

  /// The folder that some names lead to; `nil` where one of them isn't a folder.
  private func folder(
    _ names: [BytePath], below root: Directory
  ) throws(GitError) -> Directory? {
    var folder = root
    for name in names {
      guard try folder.status(of: name)?.kind == .folder else { return nil }
      folder = try folder.opening(name)
    }
    return folder
  }

  private func replace(
    _ path: String, by version: FileVersion?, below root: Directory, _ writer: FileWriter
  ) throws(GitError) {
    let path = BytePath(path)
    let (folders, name) = path.parts
    if let parent = try folder(folders, below: root) { try trash.discard(name, in: parent) }
    if let version { _ = try writer.write(version.id.oid, version.mode, to: path) }
  }
}

/// A patch, parsed; freed with this value.
private final class ParsedPatch {
  private let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { git_diff_free(pointer) }

  /// One file's part of a patch.
  struct Step {
    let oldPath: String
    let newPath: String
    /// `nil` where the patch says nothing about it.
    let mode: FileMode?

    var paths: [String] { [oldPath, newPath] }
  }

  func steps(in repository: Repository) throws(GitError) -> [Step] {
    var steps: [Step] = []
    for index in 0..<git_diff_num_deltas(pointer) {
      guard let delta = git_diff_get_delta(pointer, index)?.pointee else { continue }
      let old = try repository.text(ofPath: delta.old_file.path ?? delta.new_file.path)
      let new = try repository.text(ofPath: delta.new_file.path ?? delta.old_file.path)
      for path in [old, new] { _ = try TreePath(path) }
      guard delta.flags & GIT_DIFF_FLAG_BINARY.rawValue == 0 else {
        throw Self.malformed("the content of \(escaped(new)) is binary")
      }
      let modes = [delta.old_file.mode, delta.new_file.mode].map(UInt32.init)
      guard modes.allSatisfy({ $0 == 0 || FileMode($0).map { $0 != .submodule } ?? false }) else {
        throw Self.malformed("\(escaped(new)) is no file or link")
      }
      steps.append(Step(oldPath: old, newPath: new, mode: FileMode(modes[1])))
    }
    guard !steps.isEmpty else { throw Self.malformed("it changes nothing") }
    return steps
  }

  /// What the patch makes of a tree.
  func result(on tree: ObjectID, of repository: Repository) throws(GitError) -> PatchedFiles {
    let tree = try repository.tree(tree)
    var options = git_apply_options()
    try check(
      git_apply_options_init(&options, UInt32(GIT_APPLY_OPTIONS_VERSION)), "apply a patch")
    let current = CurrentFile()
    options.payload = Unmanaged.passUnretained(current).toOpaque()
    options.delta_cb = { delta, payload in
      guard let payload, let path = delta?.pointee.new_file.path else { return 0 }
      Unmanaged<CurrentFile>.fromOpaque(payload).takeUnretainedValue().path = String(cString: path)
      return 0
    }
    var index: OpaquePointer?
    let code = withExtendedLifetime(current) {
      git_apply_to_tree(&index, repository.pointer, tree.pointer, pointer, &options)
    }
    guard code >= 0, let index else {
      let error = GitError(code: code, operation: "apply the patch to \(escaped(current.path))")
      throw GitError(
        .patchDoesNotApply(path: current.path), operation: error.operation, message: error.message)
    }
    return PatchedFiles(owning: index)
  }

  private final class CurrentFile {
    var path = ""
  }

  private static func malformed(_ why: String) -> GitError {
    GitError(.malformedPatch, operation: "read a patch", message: why)
  }
}

/// The files that a patch makes; freed with this value.
private final class PatchedFiles {
  private let index: OpaquePointer

  init(owning index: OpaquePointer) { self.index = index }

  deinit { git_index_free(index) }

  /// What a path holds now; `nil` if the patch removes it.
  func version(at path: String, mode: FileMode?) -> FileVersion? {
    guard let entry = git_index_get_bypath(index, path, 0)?.pointee else { return nil }
    return FileVersion(id: ObjectID(entry.id), mode: mode ?? FileMode(entry.mode) ?? .file)
  }
}

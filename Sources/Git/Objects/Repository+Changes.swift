// SPDX-License-Identifier: Apache-2.0
// What lies between two trees.

import CGit2
package import Domain

extension Repository {
  /// The paths in which two trees differ, sorted. Costs what differs, not what is there.
  ///
  /// - Parameter old: The tree to compare with; `nil` for an empty one.
  /// - Throws: `.notFound` for a missing tree, `.invalidName` where a changed name is not UTF-8.
  package func changes(
    from old: ObjectID?, to new: ObjectID
  ) throws(GitError) -> [FileChange] {
    var changes: [FileChange] = []
    for change in try pathChanges(from: old, to: new) {
      let path = try change.path.withCString { (path) throws(GitError) in try text(ofPath: path) }
      let kind: FileChange.Kind
      switch (change.old, change.new) {
      case (nil, nil): continue
      case (nil, let new?): kind = .added(new)
      case (let old?, nil): kind = .deleted(old)
      case (let old?, let new?): kind = .modified(old, new)
      }
      changes.append(FileChange(path: path, kind: kind))
    }
    return changes.sorted { $0.path < $1.path }
  }

  /// How many lines each changed file gained and lost; binary files count as none.
  package func lineCounts(
    from old: ObjectID?, to new: ObjectID
  ) throws(GitError) -> [String: (added: Int, removed: Int)] {
    let diff = try diff(from: old, to: new, paths: [], contextLines: 0)
    var counts: [String: (added: Int, removed: Int)] = [:]
    for index in 0..<git_diff_num_deltas(diff.pointer) {
      guard let delta = git_diff_get_delta(diff.pointer, index)?.pointee else { continue }
      let path = try text(ofPath: delta.new_file.path)
      let patch = try diff.patch(at: index)
      var added = 0
      var removed = 0
      if let patch {
        try check(git_patch_line_stats(nil, &added, &removed, patch.pointer), "count lines")
      }
      counts[path] = (added, removed)
    }
    return counts
  }

  /// The difference of two trees as a unified patch that git applies; binary files are only named.
  ///
  /// - Parameter paths: Files and folders to keep to; all if empty.
  package func diffText(
    from old: ObjectID?, to new: ObjectID, paths: [String] = []
  ) throws(GitError) -> String {
    let diff = try diff(from: old, to: new, paths: paths, contextLines: 3)
    var buffer = git_buf()
    try check(git_diff_to_buf(&buffer, diff.pointer, GIT_DIFF_FORMAT_PATCH), "render a patch")
    defer { git_buf_dispose(&buffer) }
    return String(
      decoding: UnsafeRawBufferPointer(start: buffer.ptr, count: buffer.size), as: UTF8.self)
  }

  /// `nil` for an entry that didn't change, or of a kind that trees don't hold.
  func change(_ delta: git_diff_delta) throws(GitError) -> FileChange? {
    let path = try text(ofPath: delta.new_file.path)
    let old = version(delta.old_file)
    let new = version(delta.new_file)
    switch delta.status {
    case GIT_DELTA_ADDED: return new.map { FileChange(path: path, kind: .added($0)) }
    case GIT_DELTA_DELETED: return old.map { FileChange(path: path, kind: .deleted($0)) }
    default:
      guard let old, let new, old != new else { return nil }
      return FileChange(path: path, kind: .modified(old, new))
    }
  }

  private func version(_ file: git_diff_file) -> FileVersion? {
    FileMode(UInt32(file.mode)).map { FileVersion(id: ObjectID(file.id), mode: $0) }
  }

  /// A difference that is freed with this value.
  final class Diff {
    let pointer: OpaquePointer
    /// The difference reads blobs as it is rendered, so the repository must stay open.
    private let repository: Repository

    init(owning pointer: OpaquePointer, of repository: Repository) {
      self.pointer = pointer
      self.repository = repository
    }

    deinit { git_diff_free(pointer) }

    /// The lines of one file; `nil` where it is binary or its mode alone changed.
    func patch(at index: Int) throws(GitError) -> Patch? {
      var patch: OpaquePointer?
      try check(git_patch_from_diff(&patch, pointer, index), "read a patch")
      return patch.map { Patch(owning: $0, of: self) }
    }
  }

  /// A file's part of a difference, freed with this value.
  final class Patch {
    let pointer: OpaquePointer
    private let diff: Diff

    init(owning pointer: OpaquePointer, of diff: Diff) {
      self.pointer = pointer
      self.diff = diff
    }

    deinit { git_patch_free(pointer) }

    var isBinary: Bool {
      guard let delta = git_patch_get_delta(pointer) else { return false }
      return delta.pointee.flags & GIT_DIFF_FLAG_BINARY.rawValue != 0
    }
  }

  func diff(
    from old: ObjectID?, to new: ObjectID, paths: [String], contextLines: UInt32
  ) throws(GitError) -> Diff {
    let before = try old.map { (id) throws(GitError) in try tree(id) }
    let after = try tree(new)
    var options = git_diff_options()
    try check(
      git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION)), "prepare a comparison")
    options.flags = GIT_DIFF_INCLUDE_TYPECHANGE.rawValue | GIT_DIFF_DISABLE_PATHSPEC_MATCH.rawValue
    options.context_lines = contextLines
    var diff: OpaquePointer?
    // Prefixes are named so that the user's `diff.noprefix` changes nothing.
    let code = paths.withStringArray { pathspec in
      "a".withCString { a in
        "b".withCString { b in
          options.pathspec = pathspec
          options.old_prefix = a
          options.new_prefix = b
          return git_diff_tree_to_tree(&diff, pointer, before?.pointer, after.pointer, &options)
        }
      }
    }
    try check(code, "compare \(old?.short ?? "nothing") with \(new.short)")
    guard let diff else {
      throw GitError(.other, operation: "compare trees", message: "libgit2 gave no difference")
    }
    return Diff(owning: diff, of: self)
  }
}

extension [String] {
  /// The texts as libgit2's array of strings, valid for the duration of the call.
  func withStringArray<Value>(_ body: (git_strarray) -> Value) -> Value {
    var copies = map { text in
      let bytes = [CChar](text.utf8CString)
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      copy.initialize(from: bytes, count: bytes.count)
      return Optional(copy)
    }
    defer { for copy in copies { copy?.deallocate() } }
    return copies.withUnsafeMutableBufferPointer {
      body(git_strarray(strings: $0.baseAddress, count: $0.count))
    }
  }
}

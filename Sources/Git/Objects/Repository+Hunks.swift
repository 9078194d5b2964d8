// SPDX-License-Identifier: Apache-2.0
// A change in its hunks, and a tree with one of them undone.

import CGit2
package import Domain

extension Repository {
  /// The hunks between two trees.
  ///
  /// A file that is added, deleted, binary or of another kind than before is one hunk; so is a
  /// changed executable bit.
  ///
  /// - Parameters:
  ///   - paths: Files and folders to keep to; all if empty.
  ///   - contextLines: Changes closer together than twice this make one hunk; 0 by default.
  package func hunks(
    from old: ObjectID?, to new: ObjectID, paths: [String] = [], contextLines: Int = 0
  ) throws(GitError) -> [Hunk] {
    let diff = try diff(
      from: old, to: new, paths: paths, contextLines: UInt32(clamping: contextLines))
    var hunks: [Hunk] = []
    for index in 0..<git_diff_num_deltas(diff.pointer) {
      guard let delta = git_diff_get_delta(diff.pointer, index)?.pointee,
        let change = try change(delta)
      else { continue }
      guard case .modified(let before, let after) = change.kind, before.mode.isRegular,
        after.mode.isRegular
      else {
        hunks.append(.wholeFile(change))
        continue
      }
      if before.mode != after.mode { hunks.append(.mode(change.path, before.mode)) }
      guard before.id != after.id else { continue }
      guard let patch = try diff.patch(at: index), !patch.isBinary else {
        hunks.append(.wholeFile(change))
        continue
      }
      hunks += try lineHunks(patch, change.path, before, after)
    }
    return hunks
  }

  private func lineHunks(
    _ patch: Patch, _ path: String, _ before: FileVersion, _ after: FileVersion
  ) throws(GitError) -> [Hunk] {
    let old = LineTable(try contents(of: before.id))
    let new = LineTable(try contents(of: after.id))
    var hunks: [Hunk] = []
    for index in 0..<git_patch_num_hunks(patch.pointer) {
      var found: UnsafePointer<git_diff_hunk>?
      try check(git_patch_get_hunk(&found, nil, patch.pointer, index), "read a hunk of \(path)")
      guard let hunk = found?.pointee else { continue }
      let (oldStart, oldCount) = (Int(hunk.old_start), Int(hunk.old_lines))
      let (newStart, newCount) = (Int(hunk.new_start), Int(hunk.new_lines))
      hunks.append(
        Hunk(
          path: path, oldStart: oldStart, oldCount: oldCount, newStart: newStart,
          newCount: newCount,
          undo: .lines(
            old: old.bytes(start: oldStart, count: oldCount),
            new: new.bytes(start: newStart, count: newCount))))
    }
    return hunks
  }

  /// A tree in which one hunk is taken back: the old lines stand where the new ones stood.
  ///
  /// - Throws: `.conflict` unless the tree holds the hunk's new lines at their place.
  package func tree(undoing hunk: Hunk, in tree: ObjectID) throws(GitError) -> ObjectID {
    try self.tree(applying: [try edit(undoing: hunk, in: tree)], to: tree)
  }

  /// The parts of a hunk, each of which can be undone while the others stay. The first takes the
  /// old lines, if there are any.
  ///
  /// - Parameters:
  ///   - starts: Lines of the new file at which parts begin, the hunk's first line among them,
  ///     ascending. With no other, and where the hunk has no new lines, it stays whole.
  ///   - tree: The tree that holds the new file.
  package func pieces(
    of hunk: Hunk, beginningAt starts: [Int], in tree: ObjectID
  ) throws(GitError) -> [Hunk] {
    guard starts.count > 1, let now = try entry(at: hunk.path, inTree: tree), now.mode.isRegular
    else { return [hunk] }
    let table = LineTable(try contents(of: now.id))
    var old: [UInt8] = []
    var end = hunk.newStart + hunk.newCount
    switch hunk.undo {
    case .mode, .file(.some): return [hunk]
    case .file(nil): end = table.count + 1
    case .lines(let bytes, _): old = bytes
    }
    return zip(starts, starts.dropFirst() + [end]).enumerated().compactMap { index, part in
      let (start, next) = part
      guard start < next else { return nil }
      let isFirst = index == 0
      return Hunk(
        path: hunk.path, oldStart: hunk.oldStart, oldCount: isFirst ? hunk.oldCount : 0,
        newStart: start, newCount: next - start,
        undo: .lines(
          old: isFirst ? old : [], new: table.bytes(start: start, count: next - start)))
    }
  }

  private func edit(undoing hunk: Hunk, in tree: ObjectID) throws(GitError) -> TreeEdit {
    if case .file(let before) = hunk.undo {
      guard let before else { return .remove(path: hunk.path) }
      return .put(path: hunk.path, blob: before.id, mode: before.mode)
    }
    guard let now = try entry(at: hunk.path, inTree: tree) else {
      throw Self.cannotUndo(hunk, "the file is gone")
    }
    switch hunk.undo {
    case .mode(let mode): return .put(path: hunk.path, blob: now.id, mode: mode)
    case .lines(let old, let new):
      let undone = LineTable(try contents(of: now.id)).replacing(
        start: hunk.newStart, count: hunk.newCount, expecting: new, by: old)
      guard let undone else { throw Self.cannotUndo(hunk, "its lines are not there any more") }
      return .put(path: hunk.path, blob: try writeBlob(undone), mode: now.mode)
    case .file(let before):
      return before.map { .put(path: hunk.path, blob: $0.id, mode: $0.mode) }
        ?? .remove(path: hunk.path)
    }
  }

  private static func cannotUndo(_ hunk: Hunk, _ why: String) -> GitError {
    GitError(
      .conflict(path: hunk.path), operation: "undo line \(hunk.newStart) of \(hunk.path)",
      message: why)
  }
}

extension Hunk {
  fileprivate static func wholeFile(_ change: FileChange) -> Hunk {
    Hunk(
      path: change.path, oldStart: 0, oldCount: 0, newStart: 0, newCount: 0,
      undo: .file(change.old))
  }

  fileprivate static func mode(_ path: String, _ mode: FileMode) -> Hunk {
    Hunk(path: path, oldStart: 0, oldCount: 0, newStart: 0, newCount: 0, undo: .mode(mode))
  }
}

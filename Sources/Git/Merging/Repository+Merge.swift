// SPDX-License-Identifier: Apache-2.0
// Merging two trees over the paths that changed.

import CGit2
package import Domain

/// What came of a merge.
package enum MergeOutcome: Hashable, Sendable {
  case merged(ObjectID)
  /// The paths that both sides changed in ways that don't go together, sorted.
  case conflicted([String])
}

extension Repository {
  /// Merges two trees that grew from a common one.
  ///
  /// The cost follows the changes, not the size of the trees. Renames are a deletion and an
  /// addition, so an edit of a file that the other side renamed is a conflict.
  package func merge(
    base: ObjectID, ours: ObjectID, theirs: ObjectID
  ) throws(GitError) -> MergeOutcome {
    let ourChanges = try changes(from: base, to: ours)
    let theirChanges = try changes(from: base, to: theirs)
    let ourChange = Dictionary(uniqueKeysWithValues: ourChanges.map { ($0.path, $0) })
    var conflicts = Set(clashes(ourChanges, theirChanges))
    var edits: [TreeEdit] = []
    for theirs in theirChanges where !conflicts.contains(theirs.path) {
      guard let ours = ourChange[theirs.path] else {
        edits.append(TreeEdit(makingNewOf: theirs))
        continue
      }
      switch try reconcile(ours, theirs) {
      case .unchanged: break
      case .put(let version):
        edits.append(.put(path: theirs.path, blob: version.id, mode: version.mode))
      case .conflict: conflicts.insert(theirs.path)
      }
    }
    guard conflicts.isEmpty else { return .conflicted(conflicts.sorted()) }
    return .merged(try tree(applying: edits, to: ours))
  }

  /// The paths at which one side puts a file where the other puts a folder.
  private func clashes(_ ours: [FileChange], _ theirs: [FileChange]) -> [String] {
    let (ourPuts, theirPuts) = (Set(ours.puts), Set(theirs.puts))
    return ourPuts.flatMap { $0.folders.filter(theirPuts.contains) }
      + theirPuts.flatMap { $0.folders.filter(ourPuts.contains) }
  }

  private enum Reconciled {
    /// Our side has it already.
    case unchanged
    case put(FileVersion)
    case conflict
  }

  private func reconcile(
    _ ours: FileChange, _ theirs: FileChange
  ) throws(GitError) -> Reconciled {
    guard ours.new != theirs.new else { return .unchanged }
    guard let our = ours.new, let their = theirs.new,
      our.mode.isRegular == their.mode.isRegular
    else { return .conflict }
    let base = ours.old
    guard let mode = threeWay(base?.mode, our.mode, their.mode) else { return .conflict }
    if let id = threeWay(base?.id, our.id, their.id) {
      return .put(FileVersion(id: id, mode: mode))
    }
    guard let base, base.mode.isRegular, our.mode.isRegular,
      let merged = try mergeFile(base: base.id, ours: our.id, theirs: their.id)
    else { return .conflict }
    return .put(FileVersion(id: merged, mode: mode))
  }

  /// The side that changed; `nil` if both did, differently.
  private func threeWay<Value: Equatable>(
    _ base: Value?, _ ours: Value, _ theirs: Value
  ) -> Value? {
    if ours == theirs || theirs == base { return ours }
    return ours == base ? theirs : nil
  }

  /// The blob of a file merged by lines; `nil` for a conflict or a binary file.
  private func mergeFile(
    base: ObjectID, ours: ObjectID, theirs: ObjectID
  ) throws(GitError) -> ObjectID? {
    let merged = try withContents(of: base.oid) { (base) throws(GitError) in
      try withContents(of: ours.oid) { (ours) throws(GitError) in
        try withContents(of: theirs.oid) { (theirs) throws(GitError) in
          try mergedBytes(base: base, ours: ours, theirs: theirs)
        }
      }
    }
    return try merged.map { (bytes) throws(GitError) in try writeBlob(bytes) }
  }

  private func mergedBytes(
    base: UnsafeRawBufferPointer, ours: UnsafeRawBufferPointer, theirs: UnsafeRawBufferPointer
  ) throws(GitError) -> [UInt8]? {
    // As git decides it: a NUL among the first 8000 bytes.
    guard ![base, ours, theirs].contains(where: { $0.prefix(8000).contains(0) }) else { return nil }
    var inputs = [base, ours, theirs].map { bytes in
      var input = git_merge_file_input()
      input.version = UInt32(GIT_MERGE_FILE_INPUT_VERSION)
      input.ptr = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      input.size = bytes.count
      return input
    }
    var result = git_merge_file_result()
    let code = inputs.withUnsafeMutableBufferPointer { inputs in
      let base = inputs.baseAddress
      return git_merge_file(&result, base, base?.advanced(by: 1), base?.advanced(by: 2), nil)
    }
    try check(code, "merge a file")
    defer { git_merge_file_result_free(&result) }
    guard result.automergeable != 0 else { return nil }
    return Array(UnsafeRawBufferPointer(start: result.ptr, count: result.len))
  }
}

extension TreeEdit {
  /// The edit that gives a path its changed content.
  fileprivate init(makingNewOf change: FileChange) {
    self =
      change.new.map { .put(path: change.path, blob: $0.id, mode: $0.mode) }
      ?? .remove(path: change.path)
  }
}

extension [FileChange] {
  fileprivate var puts: [String] { filter { $0.new != nil }.map(\.path) }
}

extension String {
  /// Every folder above a path: `a/b/c` is in `a` and `a/b`.
  fileprivate var folders: [String] {
    indices.filter { self[$0] == "/" }.map { String(self[..<$0]) }
  }
}

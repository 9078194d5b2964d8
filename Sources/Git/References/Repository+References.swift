// SPDX-License-Identifier: Apache-2.0
// Refs: read, created once, moved by compare-and-swap.

import CGit2
package import Domain
import Glibc

extension Repository {
  /// What a ref points to; `nil` where there is no such ref.
  ///
  /// - Throws: `.invalidName` for a name that can't be a ref's.
  package func reference(_ name: String) throws(GitError) -> ObjectID? {
    var id = git_oid()
    let code = git_reference_name_to_id(&id, pointer, name)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check(code, "read \(escaped(name))")
    return ObjectID(id)
  }

  /// The refs whose names start with a prefix such as `refs/orchestrate/039/`, sorted by name.
  package func references(
    under prefix: String
  ) throws(GitError) -> [(name: String, target: ObjectID)] {
    var iterator: OpaquePointer?
    // With a glob, libgit2 looks only into the prefix's own folder for refs that are files.
    if prefix.contains(where: { "*?[\\".contains($0) }) {
      try check(git_reference_iterator_new(&iterator, pointer), "list refs")
    } else {
      try check(git_reference_iterator_glob_new(&iterator, pointer, prefix + "*"), "list refs")
    }
    defer { git_reference_iterator_free(iterator) }
    var names: [String] = []
    while true {
      var name: UnsafePointer<CChar>?
      let code = git_reference_next_name(&name, iterator)
      if code == GIT_ITEROVER.rawValue { break }
      try check(code, "list refs")
      if let text = name.map({ String(cString: $0) }), text.hasPrefix(prefix) { names.append(text) }
    }
    var references: [(name: String, target: ObjectID)] = []
    for name in names.sorted() {
      // One that is gone by now is not there.
      if let target = try reference(name) { references.append((name, target)) }
    }
    return references
  }

  /// Creates a ref. Doing it again with the same target is no error, so a redo is safe.
  ///
  /// - Throws: `.exists` if it has another target, `.invalidName`, `.notFound` for a missing
  ///   object, `.locked` if another process holds it for longer than two seconds.
  package func createReference(_ name: String, to id: ObjectID) throws(GitError) {
    do throws(GitError) {
      try moveReference(name, to: id, expecting: nil)
    } catch {
      guard error.reason == .exists, try reference(name) == id else { throw error }
      // Whoever made it may have been killed before it was durable, or looked at what it leads to.
      try makeDurable(reference: name)
      try requirePresent(id, isPublished: true)
    }
  }

  /// Moves a ref if it still has the value that the caller saw. What it leads to is durable before
  /// the ref is, and the ref is when this returns; by then nothing of it is missing that git pruned
  /// in the meantime.
  ///
  /// - Parameter expected: The value it must have; `nil` if it must not exist.
  /// - Throws: `.modified` if it has another value or none, `.exists` if it must not exist and
  ///   does, `.invalidName`, `.notFound` for a missing object, `.locked` as above.
  package func moveReference(
    _ name: String, to id: ObjectID, expecting expected: ObjectID?
  ) throws(GitError) {
    try makeDurable(broughtBy: id)
    try makeFolders(ofReference: name)
    do throws(GitError) {
      try set(name, to: id, expecting: expected)
    } catch {
      // Git may have pruned it since it was looked for.
      guard try restore(id) else { throw error }
      try set(name, to: id, expecting: expected)
    }
    do throws(GitError) {
      try requirePresent(id, isPublished: true)
    } catch {
      // What leads nowhere is of use to nobody; if this fails as well, the cause is worth more.
      do throws(GitError) {
        if let expected {
          try set(name, to: expected, expecting: id)
        } else {
          try deleteReference(name, expecting: id)
        }
      } catch {}
      throw error
    }
  }

  private func set(
    _ name: String, to id: ObjectID, expecting expected: ObjectID?
  ) throws(GitError) {
    try withRetryOnLock { () throws(GitError) in
      var target = id.oid
      var reference: OpaquePointer?
      defer { git_reference_free(reference) }
      let operation = "move \(escaped(name)) to \(id.short)"
      guard let expected else {
        return try check(
          git_reference_create(&reference, pointer, name, &target, 0, "orchestrate"), operation)
      }
      var current = expected.oid
      let code = git_reference_create_matching(
        &reference, pointer, name, &target, 1, &current, "orchestrate")
      if code == GIT_ENOTFOUND.rawValue, try self.reference(name) == nil {
        throw GitError(.modified, operation: operation, message: "it does not exist any more")
      }
      try check(code, operation)
    }
  }

  /// Deletes a ref if it still has the value that the caller saw. No error if it is gone already.
  ///
  /// - Throws: `.modified` if it has another value, `.locked` as above.
  package func deleteReference(_ name: String, expecting expected: ObjectID) throws(GitError) {
    try withRetryOnLock { () throws(GitError) in
      var reference: OpaquePointer?
      let code = git_reference_lookup(&reference, pointer, name)
      if code == GIT_ENOTFOUND.rawValue { return }
      let operation = "delete \(escaped(name))"
      try check(code, operation)
      defer { git_reference_free(reference) }
      guard let target = git_reference_target(reference), ObjectID(target.pointee) == expected
      else { throw GitError(.modified, operation: operation, message: "it has moved") }
      // libgit2 compares the ref with the value looked up above once more, under its lock.
      let deleted = git_reference_delete(reference)
      if deleted == GIT_ENOTFOUND.rawValue { return }
      try check(deleted, operation)
    }
  }

  /// Does something to a ref again while another process holds its lock, for at most two seconds.
  ///
  /// Blocks the calling thread while it waits.
  ///
  /// - Throws: `.locked` if it was held all that time; whatever else `body` throws, at once.
  package func withRetryOnLock<Value>(
    _ body: () throws(GitError) -> Value
  ) throws(GitError) -> Value {
    var waitedMicroseconds: UInt32 = 0
    var ceiling: UInt32 = 1_000
    while true {
      do throws(GitError) {
        return try body()
      } catch {
        guard error.reason == .locked, waitedMicroseconds < 2_000_000 else { throw error }
      }
      // Jitter keeps two writers from meeting again and again.
      let pause = UInt32.random(in: ceiling / 2...ceiling)
      usleep(pause)
      waitedMicroseconds += pause
      ceiling = min(ceiling * 2, 64_000)
    }
  }
}

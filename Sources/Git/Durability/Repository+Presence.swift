// SPDX-License-Identifier: Apache-2.0
// Whether what a ref leads to is really there, whatever git pruned while it was made.

import CGit2
package import Domain
import Glibc

extension Repository {
  /// Sees to it that everything is there that an object brings: a commit and its files beyond those
  /// of its first parent, or a tree's files beyond those of the tree that it was made of. What is
  /// gone and was stored lately by this process is stored again.
  ///
  /// Asked before a ref is made, which leads to nothing missing then, and after: from then on git
  /// keeps what is there. A `git gc` that began before the ref does not know of it and may remove
  /// loose objects any moment; packs that are made after the ref it leaves alone, so what the object
  /// brings is put into one.
  ///
  /// Costs what differs between the object and its first parent. Of the parent the commit alone is
  /// looked for, since git removes what no ref holds together.
  ///
  /// - Parameter isPublished: Whether a ref leads to it already.
  /// - Throws: `.notFound` for what is gone and not remembered, `.locked` where it goes again and
  ///   again.
  func requirePresent(_ id: ObjectID, isPublished: Bool) throws(GitError) {
    for _ in 0..<Self.attemptsMax {
      let brought = try objects(broughtBy: id)
      let missing = try missing(among: brought.own + brought.parents)
      if missing.isEmpty {
        guard isPublished, try isCollecting else { return }
        if try pack(brought.own) { return }
      } else {
        // Of a parent that is gone everything may be.
        for parent in brought.parents where missing.contains(parent) && remembered(parent) != nil {
          try requirePresent(parent, isPublished: false)
        }
        try storeAgain(missing)
      }
    }
    throw GitError(
      .locked, operation: "store \(id.short)",
      message: "git removes objects at the same time; try again when it is done")
  }

  /// How often what is gone is stored again before that is given up.
  private static let attemptsMax = 5

  /// What is gone of a commit: itself, its files beyond those of its first parent, its parents. It
  /// costs what the commit changed.
  package func missingObjects(of commit: ObjectID) throws(GitError) -> [ObjectID] {
    let brought = try objects(broughtBy: commit)
    return try missing(among: brought.own + brought.parents)
  }

  // MARK: What an object brings

  private struct Brought {
    /// What a ref to the object is to keep from now on.
    var own: [ObjectID] = []
    /// What must be there besides; refs held it before.
    var parents: [ObjectID] = []
  }

  private func objects(broughtBy id: ObjectID) throws(GitError) -> Brought {
    var brought = Brought(own: [id])
    guard let object = try content(of: id) else { return brought }
    switch object.kind {
    case GIT_OBJECT_COMMIT:
      let commit = CommitLinks(object.bytes)
      let isOurs = remembered(id) != nil
      // Those of a commit that others made need not be there: a clone may be shallow.
      if isOurs { brought.parents = commit.parents }
      var base: ObjectID?
      if let parent = commit.parents.first {
        base = try content(of: parent).flatMap { CommitLinks($0.bytes).tree }
      }
      // With nothing to compare it with, what others brought is git's to look after.
      guard let tree = commit.tree, isOurs || base != nil else { break }
      brought.own += try addedObjects(from: base, to: tree)
    case GIT_OBJECT_TREE:
      // A tree that is another's without an edit is no more than what refs held before.
      guard let base = WrittenObjects.shared.base(of: id, in: objectsDirectory)
      else { break }
      brought.own += try addedObjects(from: base, to: id)
    default: break
    }
    return brought
  }

  /// An object as this handle has it or finds it; `nil` where it is gone.
  private func content(of id: ObjectID) throws(GitError) -> WrittenObjects.Content? {
    if let known = remembered(id) { return known }
    do throws(GitError) {
      return try readObject(id)
    } catch {
      guard error.reason == .notFound else { throw error }
      return nil
    }
  }

  /// Makes durable what a ref to `id` leads to. What others have stored and cannot be written is
  /// nothing to it.
  ///
  /// - Throws: As `makeObjectsDurable()` and `requirePresent(_:isPublished:)`.
  func makeDurable(broughtBy id: ObjectID) throws(GitError) {
    var failure: GitError?
    do throws(GitError) {
      try makeObjectsDurable()
    } catch {
      if error.reason == .diskFailed { throw error }
      failure = error
    }
    do throws(GitError) {
      try requirePresent(id, isPublished: false)
    } catch {
      throw failure ?? error
    }
  }

  // MARK: What is there

  /// Those of some objects that are not there, as whoever opens the repository now would find; what
  /// is pending is not.
  private func missing(among ids: [ObjectID]) throws(GitError) -> [ObjectID] {
    let packed = Set(ids).filter { access(loosePath(of: $0), F_OK) != 0 }
    guard !packed.isEmpty else { return [] }
    // A handle that is open already may still see packs that are gone.
    let objects = try openObjectsAnew()
    defer { git_odb_free(objects) }
    return packed.filter { id in
      var oid = id.oid
      return git_odb_exists(objects, &oid) == 0
    }
  }

  private func openObjectsAnew() throws(GitError) -> OpaquePointer {
    var opened: OpaquePointer?
    try check(git_odb_open(&opened, objectsDirectory), "open the object store")
    guard let opened else {
      throw GitError(.other, operation: "open the object store", message: "libgit2 gave none")
    }
    return opened
  }

  private func remembered(_ id: ObjectID) -> WrittenObjects.Content? {
    WrittenObjects.shared.content(of: id, in: objectsDirectory)
  }

  /// Stores everything again that this process stored lately and that is gone, since git prunes what
  /// belongs together at once.
  ///
  /// - Returns: Whether an object is among it.
  func restore(_ id: ObjectID) throws(GitError) -> Bool {
    guard remembered(id) != nil, PendingObjects.shared.content(of: id, in: objectsDirectory) == nil,
      try !missing(among: [id]).isEmpty
    else { return false }
    try storeAgain(missing(among: WrittenObjects.shared.ids(in: objectsDirectory)))
    return true
  }

  /// Looks an object up; one that git pruned and this process stored lately is found again.
  func look(
    up id: git_oid, _ operation: @autoclosure () -> String, _ body: () -> Int32
  ) throws(GitError) {
    let code = body()
    guard code == GIT_ENOTFOUND.rawValue else { return try check(code, operation()) }
    let error = GitError(code: code, operation: operation())
    guard try restore(ObjectID(id)) else { throw error }
    try check(body(), operation())
  }

  private func storeAgain(_ ids: [ObjectID]) throws(GitError) {
    for id in ids {
      guard let content = remembered(id) else {
        throw GitError(
          .notFound, operation: "store \(id.short)",
          message: "git removed it meanwhile, since no ref led to it")
      }
      PendingObjects.shared.add(content, as: id, in: objectsDirectory)
    }
    try makeObjectsDurable()
  }

  // MARK: While git collects garbage

  /// Whether a `git gc` is at work. It says so in a file with its process and machine.
  private var isCollecting: Bool {
    get throws(GitError) {
      let name = BytePath("gc.pid")
      guard
        let (bytes, status) = try Directory(path: commonDirectory)
          .contents(of: name, path: name, limit: 4096)
      else { return false }
      let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      guard words.count == 2, let process = Int32(words[0]) else { return true }
      var host = [CChar](repeating: 0, count: 256)
      gethostname(&host, host.count - 1)
      let own = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      // As git has it, one on another machine counts for twelve hours.
      guard own.elementsEqual(words[1].utf8) else {
        return time(nil) - status.raw.st_mtim.tv_sec < 12 * 3600
      }
      return kill(process, 0) == 0 || errno == EPERM
    }
  }

  /// Puts objects into a pack of their own.
  ///
  /// - Returns: Whether all were still there.
  private func pack(_ ids: [ObjectID]) throws(GitError) -> Bool {
    let folder = objectsDirectory + "/pack"
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
      throw .system("make the folder \(folder)")
    }
    var made: OpaquePointer?
    try check(git_packbuilder_new(&made, pointer), "make a pack")
    defer { git_packbuilder_free(made) }
    git_packbuilder_set_threads(made, 1)
    for id in ids {
      var oid = id.oid
      let code = git_packbuilder_insert(made, &oid, nil)
      if code == GIT_ENOTFOUND.rawValue { return false }
      try check(code, "pack \(id.short)")
    }
    let code = git_packbuilder_write(made, folder, 0, nil, nil)
    if code == GIT_ENOTFOUND.rawValue { return false }
    try check(code, "write a pack")
    return true
  }
}

/// What a commit's header names.
private struct CommitLinks {
  private(set) var tree: ObjectID?
  private(set) var parents: [ObjectID] = []

  init(_ bytes: [UInt8]) {
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return }
      let id = ObjectID(String(decoding: line[(space + 1)...], as: UTF8.self))
      switch String(decoding: line[..<space], as: UTF8.self) {
      case "tree": tree = id
      case "parent": if let id { parents.append(id) }
      default: return
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// What must be on the disk before a ref may lead to it.

import CGit2
import Domain
import Glibc

extension Repository {
  /// The clock that files are stamped with.
  private static func fileClockMilliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// Has libgit2 hand over every object that it would write, and see those that are not on the disk
  /// yet.
  ///
  /// What it writes itself it syncs one by one; and where that fails for a tree or a commit, it tries
  /// again in another way, whose success says nothing of what had failed.
  func keepObjectsPending() throws(GitError) {
    var found: OpaquePointer?
    try check(git_repository_odb(&found, pointer), "open the object store")
    defer { git_odb_free(found) }
    for index in 0..<git_odb_num_backends(found) {
      var backend: UnsafeMutablePointer<git_odb_backend>?
      try check(git_odb_get_backend(&backend, found, index), "look at the object store")
      backend?.pointee.write = nil
    }
    let backend = PendingObjects.makeBackend(for: objectsDirectory)
    let code = git_odb_add_backend(found, backend, PendingObjects.priority)
    if code < 0 { PendingObjects.free(backend) }
    try check(code, "add to the object store")
  }

  /// The name of an object that libgit2 has just handed over, or found to be there.
  ///
  /// - Parameter bytes: What it holds, in case that it is gone before a ref leads to it.
  /// - Throws: What `makeObjectsDurable()` does, where much is pending.
  func stored(
    _ id: git_oid, _ kind: git_object_t, _ bytes: @autoclosure () -> [UInt8]?
  ) throws(GitError) -> ObjectID {
    let id = ObjectID(id)
    if PendingObjects.shared.content(of: id, in: objectsDirectory) != nil {
      if PendingObjects.shared.areMany(in: objectsDirectory) { try makeObjectsDurable() }
      return id
    }
    if let bytes = bytes() {
      WrittenObjects.shared.remember(.init(kind: kind, bytes: bytes), as: id, in: objectsDirectory)
    }
    let folder = "\(objectsDirectory)/\(id.text.prefix(2))"
    let path = loosePath(of: id)
    let birth = orchestrate_birth(path)
    // One that is not a file of its own lies in a pack, which git syncs when it makes it.
    guard birth >= 0 else { return id }
    SyncLedger.shared.found(path, in: objectsDirectory)
    SyncLedger.shared.used(folderMadeAt: orchestrate_birth(folder), in: objectsDirectory)
    return id
  }

  /// Where an object is that has a file of its own.
  func loosePath(of id: ObjectID) -> String {
    "\(objectsDirectory)/\(id.text.prefix(2))/\(id.text.dropFirst(2))"
  }

  /// Writes what is pending, so that others find it, and makes everything durable that was stored so
  /// far. A ref does it by itself.
  ///
  /// - Throws: `.diskFailed` where a sync fails or has failed before, `.diskFull`, `.locked` where git
  ///   removes again and again what is being written.
  package func makeObjectsDurable() throws(GitError) {
    let ledger = SyncLedger.shared
    try ledger.requireSound()
    var failure: GitError?
    do throws(GitError) {
      try PendingObjects.shared.settle(objectsDirectory) { (pending) throws(GitError) in
        try LooseObjects(folder: objectsDirectory).write(pending)
      }
    } catch {
      if error.reason == .diskFailed { throw error }
      // What was stored besides is made durable all the same.
      failure = error
    }
    try makeFoundDurable()
    if let failure { throw failure }
  }

  private func makeFoundDurable() throws(GitError) {
    let ledger = SyncLedger.shared
    let found = ledger.foundObjects(in: objectsDirectory)
    // One that git has packed or pruned meanwhile has no file any more: packs are git's to sync, and
    // whether all is there is looked at before a ref is made.
    let present = found.filter { access($0, F_OK) == 0 }
    for path in present.sorted() { try synchronizeIfThere(path) }
    for folder in Set(present.map { String($0.dropLast(39)) }).sorted() {
      try synchronizeIfThere(folder)
    }
    ledger.synced(found, in: objectsDirectory)
    guard !ledger.areFoldersDurable(in: objectsDirectory) else { return }
    // All at once, so that the folder that they lie in is synced once and not with each of them.
    for number in 0..<256 {
      let folder = "\(objectsDirectory)/\(number < 16 ? "0" : "")\(String(number, radix: 16))"
      guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
        throw .system("make the folder \(folder)")
      }
    }
    let now = Self.fileClockMilliseconds()
    try synchronize(objectsDirectory)
    ledger.synced(foldersOf: objectsDirectory, at: now)
  }

  /// Makes the folders that a ref lies in, durably; libgit2 would sync the last of them only.
  ///
  /// - Throws: `.diskFailed` where a sync fails. A name that git forbids makes nothing; libgit2
  ///   says what is wrong with it.
  func makeFolders(ofReference name: String) throws(GitError) {
    guard git_reference_is_valid_name(name) == 1 else { return }
    var folder = commonDirectory
    for part in name.split(separator: "/").dropLast() {
      let parent = folder
      folder += "/\(part)"
      let isNew = mkdir(folder, 0o777) == 0
      // A file in its place is a ref, with which this one cannot be: libgit2 says so.
      guard isNew || errno == EEXIST else { return }
      if isNew || !SyncLedger.shared.isDurable(folder) {
        try synchronize(parent)
        SyncLedger.shared.synced(folder)
      }
    }
  }

  /// Makes a ref durable that is there already, with what it leads to noted before.
  ///
  /// - Throws: `.diskFailed` where a sync fails.
  func makeDurable(reference name: String) throws(GitError) {
    let path = "\(commonDirectory)/\(name)"
    // A packed ref is in a file that git syncs when it makes it.
    guard access(path, F_OK) == 0 else { return }
    try synchronize(path)
    try synchronize(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
  }
}

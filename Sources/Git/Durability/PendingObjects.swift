// SPDX-License-Identifier: Apache-2.0
// Objects that are made and not on the disk yet.

import CGit2
import Domain
import Glibc
import Synchronization

/// What was stored in each folder of objects and not written yet, for all repositories that this
/// process has open; nobody else finds it. It is written all at once, at the latest before a ref is
/// made, so that the disk is waited for once and not for each object.
final class PendingObjects: Sendable {
  static let shared = PendingObjects()

  /// How many bytes of one folder may wait in memory.
  private static let bytesMax = 8_000_000

  typealias Object = (id: ObjectID, content: WrittenObjects.Content)

  private struct Folder {
    /// Oldest first.
    var order: [ObjectID] = []
    var contents: [ObjectID: WrittenObjects.Content] = [:]
    var byteCount = 0

    mutating func add(_ content: WrittenObjects.Content, as id: ObjectID) {
      guard contents.updateValue(content, forKey: id) == nil else { return }
      order.append(id)
      byteCount += content.bytes.count
    }

    var objects: [Object] { order.compactMap { id in contents[id].map { (id, $0) } } }

    mutating func remove(_ objects: [Object]) {
      for (id, content) in objects where contents.removeValue(forKey: id) != nil {
        byteCount -= content.bytes.count
      }
      order.removeAll { contents[$0] == nil }
    }
  }

  private let folders = Mutex<[String: Folder]>([:])
  /// Held while objects are written: who finds nothing pending must find it on the disk.
  private let writing = Mutex(())

  private init() {}

  func content(of id: ObjectID, in folder: String) -> WrittenObjects.Content? {
    folders.withLock { $0[folder]?.contents[id] }
  }

  /// Whether so much is pending in a folder that it should be written now.
  func areMany(in folder: String) -> Bool {
    folders.withLock { $0[folder, default: Folder()].byteCount > Self.bytesMax }
  }

  func add(_ content: WrittenObjects.Content, as id: ObjectID, in folder: String) {
    folders.withLock { $0[folder, default: Folder()].add(content, as: id) }
  }

  /// Has everything written that is pending in a folder.
  ///
  /// What cannot be written is pending no more, or nothing would ever be again: whoever needs it
  /// finds it missing.
  /// - Throws: Why something could not be written, when all else has been; `.diskFailed` at once.
  func settle(
    _ folder: String, _ write: ([Object]) throws(GitError) -> Void
  ) throws(GitError) {
    try writing.withLock { (_) throws(GitError) in
      let objects = folders.withLock { $0[folder]?.objects ?? [] }
      guard !objects.isEmpty else { return }
      var failure: GitError?
      do throws(GitError) {
        try write(objects)
      } catch {
        if error.reason == .diskFailed { throw error }
        failure = try Self.firstFailure(of: objects, write)
      }
      folders.withLock { $0[folder]?.remove(objects) }
      if let failure { throw failure }
    }
  }

  /// Writes objects one at a time, so that one that cannot be written keeps no other back.
  private static func firstFailure(
    of objects: [Object], _ write: ([Object]) throws(GitError) -> Void
  ) throws(GitError) -> GitError? {
    var first: GitError?
    for object in objects {
      do throws(GitError) {
        try write([object])
      } catch {
        if error.reason == .diskFailed { throw error }
        first = first ?? error
      }
    }
    return first
  }
}

// MARK: What libgit2 sees of them

extension PendingObjects {
  /// They are asked for first: the others are on the disk.
  static let priority: Int32 = 3

  /// Which folder's objects a backend gives.
  private final class Place {
    let folder: String

    init(_ folder: String) { self.folder = folder }
  }

  typealias Backend = UnsafeMutablePointer<git_odb_backend>

  /// A store for libgit2 that holds what is pending in a folder, and to which it writes. It belongs
  /// to whom it is added to, or is freed by `free(_:)`.
  static func makeBackend(for folder: String) -> Backend {
    let made = UnsafeMutablePointer<orchestrate_backend>.allocate(capacity: 1)
    made.initialize(to: orchestrate_backend())
    made.pointee.context = Unmanaged.passRetained(Place(folder)).toOpaque()
    let backend = UnsafeMutableRawPointer(made).assumingMemoryBound(to: git_odb_backend.self)
    backend.pointee.version = UInt32(GIT_ODB_BACKEND_VERSION)
    backend.pointee.read = { data, length, kind, backend, id in
      guard let content = PendingObjects.content(of: id, in: backend) else {
        return GIT_ENOTFOUND.rawValue
      }
      // libgit2 frees it.
      let copy = git_odb_backend_data_alloc(backend, max(content.bytes.count, 1))
      guard let copy else { return GIT_ERROR.rawValue }
      content.bytes.withUnsafeBytes { bytes in
        if let start = bytes.baseAddress { copy.copyMemory(from: start, byteCount: bytes.count) }
      }
      data?.pointee = copy
      length?.pointee = content.bytes.count
      kind?.pointee = content.kind
      return 0
    }
    backend.pointee.read_header = { length, kind, backend, id in
      guard let content = PendingObjects.content(of: id, in: backend) else {
        return GIT_ENOTFOUND.rawValue
      }
      length?.pointee = content.bytes.count
      kind?.pointee = content.kind
      return 0
    }
    backend.pointee.exists = { backend, id in
      PendingObjects.content(of: id, in: backend) == nil ? 0 : 1
    }
    backend.pointee.write = { backend, id, data, length, kind in
      guard let folder = PendingObjects.folder(of: backend), let id else {
        return GIT_ERROR.rawValue
      }
      let bytes = UnsafeRawBufferPointer(start: data, count: length)
      let content = WrittenObjects.Content(kind: kind, bytes: Array(bytes))
      PendingObjects.shared.add(content, as: ObjectID(id.pointee), in: folder)
      WrittenObjects.shared.remember(content, as: ObjectID(id.pointee), in: folder)
      return 0
    }
    backend.pointee.free = { backend in
      if let backend { PendingObjects.free(backend) }
    }
    return backend
  }

  static func free(_ backend: Backend) {
    let made = UnsafeMutableRawPointer(backend).assumingMemoryBound(to: orchestrate_backend.self)
    if let context = made.pointee.context { Unmanaged<Place>.fromOpaque(context).release() }
    made.deallocate()
  }

  private static func folder(of backend: Backend?) -> String? {
    guard let backend else { return nil }
    let made = UnsafeMutableRawPointer(backend).assumingMemoryBound(to: orchestrate_backend.self)
    return made.pointee.context.map {
      Unmanaged<Place>.fromOpaque($0).takeUnretainedValue().folder
    }
  }

  private static func content(
    of id: UnsafePointer<git_oid>?, in backend: Backend?
  ) -> WrittenObjects.Content? {
    guard let folder = folder(of: backend), let id else { return nil }
    return shared.content(of: ObjectID(id.pointee), in: folder)
  }
}

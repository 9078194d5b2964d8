// SPDX-License-Identifier: Apache-2.0
// What this process knows to be on the disk, and whether it may still trust the disk.

import Glibc
import Synchronization

/// Notes, for all repositories that this process has open, of what must be synced before a ref may
/// lead to it.
///
/// Objects of ours are synced when they are written, with the folder right above, and so are libgit2's
/// refs. Left are the folder above a new folder, and objects that were found there already, which
/// somebody may have written without syncing (git itself, a process that was killed). Those are kept
/// here until a ref is published.
final class SyncLedger: Sendable {
  static let shared = SyncLedger()

  private struct State {
    /// Objects that were found to be there, by objects folder; each once.
    var found: [String: Set<String>] = [:]
    /// What this process has synced and need not sync again: such objects, and folders for refs.
    var durable: Set<String> = []
    /// When the names of each objects folder's folders were synced last, in milliseconds since 1970.
    var foldersSynced: [String: Int64] = [:]
    var failure: GitError?
  }

  private let state = Mutex(State())

  private init() {}

  /// A sync failed, or a read or write as a failing disk lets them fail: what the kernel has told
  /// once it may not tell again, so nothing that this process finds can be trusted to last.
  func failed(_ error: GitError) {
    state.withLock { state in
      if state.failure == nil { state.failure = error }
    }
  }

  /// - Throws: `.diskFailed` once anything has failed.
  func requireSound() throws(GitError) {
    guard let failure = state.withLock({ $0.failure }) else { return }
    throw GitError(
      .diskFailed, operation: "publish anything more",
      message: "\(failure); check the disk, then start again, which looks at what is there")
  }

  // MARK: Objects

  func found(_ path: String, in objects: String) {
    state.withLock { state in
      guard !state.durable.contains(path) else { return }
      state.found[objects, default: []].insert(path)
    }
  }

  func foundObjects(in objects: String) -> Set<String> {
    state.withLock { $0.found[objects] ?? [] }
  }

  func synced(_ paths: Set<String>, in objects: String) {
    state.withLock { state in
      state.durable.formUnion(paths)
      state.found[objects]?.subtract(paths)
    }
  }

  /// A folder of `objects` holds something stored; one made after the last sync is not durable.
  func used(folderMadeAt milliseconds: Int64, in objects: String) {
    state.withLock { state in
      if let synced = state.foldersSynced[objects], milliseconds <= 0 || milliseconds >= synced {
        state.foldersSynced[objects] = nil
      }
    }
  }

  func areFoldersDurable(in objects: String) -> Bool {
    state.withLock { $0.foldersSynced[objects] != nil }
  }

  func synced(foldersOf objects: String, at milliseconds: Int64) {
    state.withLock { $0.foldersSynced[objects] = milliseconds }
  }

  // MARK: Folders for refs

  func isDurable(_ folder: String) -> Bool { state.withLock { $0.durable.contains(folder) } }

  func synced(_ folder: String) { state.withLock { _ = $0.durable.insert(folder) } }
}

/// Makes a file's bytes, or the names in a folder, durable.
///
/// - Throws: `.diskFailed` for any sync that fails, which is never tried again: the kernel may have
///   dropped what it could not write, and would report success.
func synchronize(_ path: String) throws(GitError) {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .system("make \(path) durable") }
  defer { close(descriptor) }
  try synchronize(descriptor, path)
}

/// Makes an object or a folder of objects durable, unless git has packed or pruned it meanwhile.
///
/// - Throws: As the same for what must be there.
func synchronizeIfThere(_ path: String) throws(GitError) {
  do throws(GitError) {
    try synchronize(path)
  } catch {
    guard error.reason == .system(errno: ENOENT) else { throw error }
  }
}

/// Makes an open file's bytes, or the names in an open folder, durable.
///
/// - Throws: As the same for a path.
func synchronize(_ descriptor: Int32, _ path: String) throws(GitError) {
  guard fsync(descriptor) != 0 else { return }
  let error = GitError(
    .diskFailed, operation: "make \(path) durable", message: String(cString: strerror(errno)))
  SyncLedger.shared.failed(error)
  throw error
}

// SPDX-License-Identifier: Apache-2.0
// A throw-away clone that borrows the project's objects.

package import Domain
import Glibc

/// A folder with a tree of the project in it, for an agent or a proof to work in.
///
/// `tree` is what an agent gets and may fill with anything: links that lead out, FIFOs, folders
/// without end. It is only ever read and written name by name, and never through a link. Beside
/// it lie the files of this type, which no agent is given: `index` (what was written last), `base`
/// (the tree that was switched to), `lock`, `trash` and, until it is put into `tree`, `agent.git`.
/// That git repository is for the agent's convenience; it is made anew at each switch, and never
/// opened.
///
/// Not `Sendable`: open it where it is used.
package final class Workspace {
  /// The workspace's own folder.
  package let directory: String
  let project: Repository
  let trash: Trash
  private var openCache: StatCache?
  /// The open lock file.
  private let lock: Int32

  /// Opens a workspace, which is made if it isn't there.
  ///
  /// One that a crash left half made or half switched opens like any other and must be switched.
  /// - Throws: `.locked` while it is open elsewhere, `.system` where the disk refuses.
  package static func open(directory: String, project: Repository) throws(GitError) -> Workspace {
    try makeFolders(directory)
    let lock = try project.withRetryOnLock { () throws(GitError) in
      try takeLock(directory)
    }
    do throws(GitError) {
      return try Workspace(directory: directory, project: project, lock: lock)
    } catch {
      letGo(lock)
      throw error
    }
  }

  private init(directory: String, project: Repository, lock: Int32) throws(GitError) {
    self.directory = directory
    self.project = project
    trash = try Trash(path: directory + "/trash")
    self.lock = lock
    let own = try Directory(path: directory)
    let tree = BytePath("tree")
    if let status = try own.status(of: tree) {
      if status.kind != .folder {
        try own.unlink(tree)
      } else if !status.isOpenToOwner {
        own.makeWritable(tree)
      }
    }
    _ = try own.making(tree)
  }

  deinit { Self.letGo(lock) }

  /// What was written last. Read when it is first asked for: that takes time that grows with the
  /// project, and who names the paths does without.
  func cache() throws(GitError) -> StatCache {
    if let openCache { return openCache }
    let cache = try StatCache(path: directory + "/index")
    openCache = cache
    return cache
  }

  /// The folder that an agent, or a proof's command, works in.
  package var contentPath: String { directory + "/tree" }

  /// Removes the workspace with everything in it. It must not be used afterwards.
  package func remove() throws(GitError) {
    let own = try Directory(path: directory)
    // First, so that what a crash leaves is not taken for a workspace whose files were deleted.
    try own.unlink(BytePath("base"))
    for name in try own.names() where name != BytePath("trash") {
      try trash.discard(name, in: own)
    }
    try trash.empty()
    guard rmdir(directory + "/trash") == 0, rmdir(directory) == 0 else {
      throw .system("remove \(directory)")
    }
  }

  // MARK: What it was switched to

  var basePath: String { directory + "/base" }

  /// The tree that the workspace was switched to.
  ///
  /// - Throws: `.notSwitched` for a new workspace, or after a crash in the middle of a switch.
  package func base() throws(GitError) -> ObjectID { try Self.base(of: directory) }

  static func base(of directory: String) throws(GitError) -> ObjectID {
    let own = try Directory(path: directory)
    let name = BytePath("base")
    guard let (bytes, _) = try own.contents(of: name, path: name, limit: 41),
      let id = ObjectID(String(decoding: bytes.dropLast(), as: UTF8.self))
    else {
      throw GitError(
        .notSwitched, operation: "read the workspace \(directory)",
        message: "it has not been switched to a tree")
    }
    return id
  }

  func forgetBase() throws(GitError) {
    guard unlink(basePath) == 0 || errno == ENOENT else { throw .system("remove \(basePath)") }
    // What follows must not reach the disk before this.
    try synchronize(directory)
  }

  func rememberBase(_ tree: ObjectID) throws(GitError) {
    try replaceFile(Array((tree.text + "\n").utf8), basePath)
  }

  // MARK: Making it

  private static func makeFolders(_ path: String) throws(GitError) {
    guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw .system("make the folder \(path)")
    }
    try makeFolders(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .system("make the folder \(path)")
    }
  }

  static func takeLock(_ directory: String) throws(GitError) -> Int32 {
    let path = directory + "/lock"
    let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw .system("open \(path)") }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw GitError(
        .locked, operation: "open the workspace \(directory)", message: "it is open elsewhere")
    }
    return file
  }

  /// Closing alone leaves it held by the copy in a child that another thread has just forked.
  static func letGo(_ lock: Int32) {
    flock(lock, LOCK_UN)
    close(lock)
  }
}

/// Replaces one of a workspace's own files whole, beside what an agent may touch. It is not synced:
/// a workspace is made anew after a power failure, and one without these files is.
///
/// This target stands below the one that holds `AtomicFile`, hence its own.
func replaceFile(_ bytes: [UInt8], _ path: String) throws(GitError) {
  let new = path + ".new"
  let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
  guard file >= 0 else { throw .system("write \(path)") }
  defer { close(file) }
  try writeAll(bytes[...], to: file, path)
  guard rename(new, path) == 0 else { throw .system("write \(path)") }
}

/// Writes a file into a folder that nobody looks into before it is whole.
func createFile(_ bytes: [UInt8], _ path: String) throws(GitError) {
  let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
  guard file >= 0 else { throw .system("write \(path)") }
  defer { close(file) }
  try writeAll(bytes[...], to: file, path)
}

func writeAll(
  _ bytes: some Collection<UInt8>, to file: Int32, _ path: @autoclosure () -> String
) throws(GitError) {
  var written = 0
  let failed = bytes.withContiguousStorageIfAvailable { buffer in
    while written < buffer.count {
      let rest = UnsafeBufferPointer(rebasing: buffer[written...])
      let count = write(file, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return true }
      written += count
    }
    return false
  }
  if failed != false { throw .system("write \(path())") }
}

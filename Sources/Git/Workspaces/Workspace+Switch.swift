// SPDX-License-Identifier: Apache-2.0
// Making a workspace hold exactly one tree.

import CGit2
package import Domain
import Glibc

extension Workspace {
  /// Makes the workspace hold a commit's files, and puts a git repository at that commit into it.
  ///
  /// - Parameters:
  ///   - commit: The commit, which becomes the head of the agent's own repository.
  ///   - keeping: Patterns as in `.gitignore` for untracked files and folders to leave alone, such
  ///     as `.build` or `node_modules`, at the top or in a folder with tracked files.
  /// - Throws: `.notFound` for a missing object, `.system` where the disk refuses. Then the
  ///   workspace must be switched again before it is used.
  package func switchTo(commit: ObjectID, keeping: [String]) throws(GitError) {
    try switchTo(
      tree: project.tree(ofCommit: commit), agentRepositoryAt: commit, keeping: keeping)
  }

  /// Makes the workspace hold a tree's files and nothing else, `keeping` aside.
  ///
  /// Whatever was there before, each file is afterwards what the tree says, byte by byte: files
  /// that are not certainly unchanged are compared or written anew, and what is not the tree's is
  /// removed. Submodules are empty folders.
  ///
  /// - Parameter agentRepositoryAt: The commit for an agent's git repository; `nil` for none.
  package func switchTo(
    tree: ObjectID, agentRepositoryAt commit: ObjectID?, keeping: [String]
  ) throws(GitError) {
    if commit == nil { try forgetBase() } else { try clear() }
    let root = try fill(with: tree, keeping: keeping)
    if let commit {
      try agentRepository.addIndex(to: Self.laidOut(directory))
      guard try Self.putAgentRepository(of: directory, at: commit, into: root) else {
        throw .system("put a git repository into \(contentPath)")
      }
    }
    try rememberBase(tree)
  }

  /// Makes the working folder hold a tree's files. What it held before is forgotten already.
  private func fill(with tree: ObjectID, keeping: [String]) throws(GitError) -> Directory {
    let target = try project.tree(tree)
    let root = try Directory(path: contentPath)
    let cache = try cache()
    try cache.replace(with: target)
    var kept = IgnoreRules()
    kept.add(keeping)
    let sweep = Sweep(cache: cache, project: project, trash: trash, kept: kept)
    try sweep.run(root)
    let writer = FileWriter(root: root, repository: project)
    for position in 0..<cache.count where !sweep.isSettled[position] {
      guard let (id, mode) = cache.entry(at: position) else { continue }
      let status = try writer.write(id, mode, to: cache.path(at: position))
      if let status { try cache.record(status, at: position) }
    }
    try cache.write()
    try trash.empty()
    return root
  }

  private var agentRepository: AgentRepository {
    AgentRepository(project: project, index: directory + "/index")
  }

  /// Where an agent's repository is made, out of the agent's reach.
  private static func laidOut(_ directory: String) -> String { directory + "/agent.git" }

  /// - Returns: `false` where something is in its place.
  private static func putAgentRepository(
    of directory: String, at commit: ObjectID, into root: Directory
  ) throws(GitError) -> Bool {
    try AgentRepository.point(laidOut(directory), at: commit)
    return renameat(AT_FDCWD, laidOut(directory), root.descriptor, ".git") == 0
  }
}

// MARK: - Made ready ahead

extension Workspace {
  /// Does what a switch to any tree begins with: what the workspace was switched to is forgotten,
  /// the last agent's repository removed, and the next one's laid out beside the working folder.
  package func clear() throws(GitError) {
    try forgetBase()
    try trash.discard(BytePath(".git"), in: Directory(path: contentPath))
    try trash.discard(BytePath("agent.git"), in: Directory(path: directory))
    try trash.empty()
    try agentRepository.layOut(at: Self.laidOut(directory))
  }

  /// Makes a workspace that was cleared hold a tree's files, for a commit that is yet to be made:
  /// once it is, `handOver` does the rest.
  package func makeReady(tree: ObjectID, keeping: [String]) throws(GitError) {
    if access(basePath, F_OK) == 0 { try clear() }
    _ = try fill(with: tree, keeping: keeping)
    try agentRepository.addIndex(to: Self.laidOut(directory))
    try rememberBase(tree)
  }

  /// Puts an agent's git repository at `commit` into a workspace that was made ready for its tree.
  ///
  /// - Returns: whether it is ready now; if not, it must be switched.
  /// - Throws: `.locked` while it is open elsewhere, `.system` where the disk refuses.
  package static func handOver(
    _ directory: String, holding tree: ObjectID, at commit: ObjectID
  ) throws(GitError) -> Bool {
    let lock = try takeLock(directory)
    defer { letGo(lock) }
    guard (try? base(of: directory)) == tree, access(laidOut(directory), F_OK) == 0 else {
      return false
    }
    return try putAgentRepository(
      of: directory, at: commit, into: Directory(path: directory + "/tree"))
  }
}

/// The first half of a switch: removes what is not the tree's, and tells which files need not be
/// written.
private final class Sweep {
  private let cache: StatCache
  private let project: Repository
  private let trash: Trash
  private let kept: IgnoreRules
  /// By position in the cache: whether the file is what the tree says already.
  private(set) var isSettled: [Bool]

  init(cache: StatCache, project: Repository, trash: Trash, kept: IgnoreRules) {
    self.cache = cache
    self.project = project
    self.trash = trash
    self.kept = kept
    isSettled = Array(repeating: false, count: cache.count)
  }

  func run(_ root: Directory) throws(GitError) {
    // Again where the workspace was cleared before: a late worker may have made another.
    try trash.discard(BytePath(".git"), in: root)
    try sweep(root, .root, isKept: false)
  }

  private func sweep(_ folder: Directory, _ path: BytePath, isKept: Bool) throws(GitError) {
    for name in try folder.names() {
      let child = path.appending(name)
      guard let status = try folder.status(of: name) else { continue }
      if let position = cache.position(of: child) {
        try settle(position, name, status, in: folder)
      } else if status.kind == .folder, cache.hasEntries(under: child) {
        if !status.isOpenToOwner { folder.makeWritable(name) }
        let isKept = isKept || kept.ignore(child, isFolder: true)
        try sweep(try folder.opening(name), child, isKept: isKept)
      } else if !isKept, !kept.ignore(child, isFolder: status.kind == .folder) {
        try trash.discard(name, in: folder)
      }
    }
  }

  /// Leaves a path of the tree's alone if it is what the tree says, and clears it if not.
  private func settle(
    _ position: Int, _ name: BytePath, _ status: FileStatus, in folder: Directory
  ) throws(GitError) {
    isSettled[position] = try isRight(position, name, status, in: folder)
    if !isSettled[position] { try trash.discard(name, in: folder) }
  }

  private func isRight(
    _ position: Int, _ name: BytePath, _ status: FileStatus, in folder: Directory
  ) throws(GitError) -> Bool {
    guard let (id, mode) = cache.entry(at: position) else { return false }
    switch (mode, status.kind) {
    case (.submodule, .folder): return try folder.opening(name).names().isEmpty
    case (.file, .file), (.executable, .file), (.symlink, .link):
      if cache.isUnchanged(status, at: position) { return true }
      // A file with a second name would let a later writer through to that one.
      guard !status.hasOtherNames, status.isExecutable == (mode == .executable) || mode == .symlink,
        holds(id, mode, name, status, in: folder)
      else { return false }
      try cache.record(status, at: position)
      return true
    default: return false
    }
  }

  /// Whether a file has a blob's content. One that can't be read hasn't: it is written anew.
  private func holds(
    _ id: git_oid, _ mode: FileMode, _ name: BytePath, _ status: FileStatus, in folder: Directory
  ) -> Bool {
    do throws(GitError) {
      guard try project.size(of: id) == status.size else { return false }
      if mode == .symlink { return isSame(hash(try folder.target(ofLink: name)), id) }
      guard let (bytes, _) = try folder.contents(of: name, path: name, limit: status.size) else {
        return false
      }
      return isSame(hash(bytes), id)
    } catch {
      return false
    }
  }
}

/// The name that a blob of these bytes has.
func hash(_ bytes: [UInt8]) -> git_oid {
  var id = git_oid()
  // Hashing memory can't fail but for want of memory.
  bytes.withUnsafeBytes { _ = git_odb_hash(&id, $0.baseAddress, $0.count, GIT_OBJECT_BLOB) }
  return id
}

extension Repository {
  /// A blob's size in bytes, without reading it.
  fileprivate func size(of id: git_oid) throws(GitError) -> Int {
    var odb: OpaquePointer?
    try check(git_repository_odb(&odb, pointer), "open the object store")
    defer { git_odb_free(odb) }
    var (size, type, id) = (0, GIT_OBJECT_ANY, id)
    try check(git_odb_read_header(&size, &type, odb, &id), "look at \(ObjectID(id).short)")
    return size
  }
}

// SPDX-License-Identifier: Apache-2.0
// Making a person's files what a change says, and nothing that the rescue does not hold.

import CGit2
package import Domain
import Glibc

extension WorkingTree {
  /// Carries out a change: the files, then what is staged, then the branch. Doing it again after a
  /// crash goes on where it stopped.
  ///
  /// Only paths in which the two trees differ are touched. Each is looked at first; one that is
  /// neither as it was rescued nor as it is to be stops everything before anything is touched. What
  /// is displaced is looked at once more before it is removed.
  ///
  /// - Throws: `.conflict` for a file, `.modified` for a branch that changed since the rescue;
  ///   `.unsupportedRepository` for a file that git keeps through a filter.
  package func carryOut(_ change: FilesChange) throws(GitError) {
    try carryOut(change, isResumed: false)
  }

  private func carryOut(_ change: FilesChange, isResumed: Bool) throws(GitError) {
    let steps = try repository.pathChanges(from: change.files.before, to: change.files.after)
      .filter { $0.old?.mode != .submodule && $0.new?.mode != .submodule }
    var due: [PathChange] = []
    let filters = FilterLookup(self, trees: [change.files.before, change.files.after])
    for step in steps where try isDue(step, filters, isResumed: isResumed) { due.append(step) }
    if let branch = change.branch { try requireBranch(branch) }
    let staging = try Staging(repository, root)
    // Deletions first, so that a folder may take a file's place and the other way round.
    for step in due where step.new == nil {
      try remove(step, staging, isResumed: isResumed)
    }
    for step in due where step.new != nil {
      let permissions = change.permissions[step.path.shown]
      try put(step, permissions: permissions, staging, isResumed: isResumed)
    }
    try synchronizeFiles(due)
    if let index = change.index { try repository.applyIndex(index, in: staging.path) }
    try staging.end()
    if let branch = change.branch, try repository.reference(branch.name) != branch.commit.after {
      try repository.moveReference(
        branch.name, to: branch.commit.after, expecting: branch.commit.before)
    }
  }

  /// Carries out a change that was interrupted, or takes one back that was: what it left locked is
  /// free again before. A file that is missing had been taken away, and the rescue has it.
  package func finish(_ change: FilesChange) throws(GitError) {
    if let branch = change.branch {
      try repository.freeLock(on: branch.name, movedTo: branch.commit.after)
    }
    try carryOut(change, isResumed: true)
  }

  /// Whether every path is as the change leaves it, and what is staged, and the branch.
  ///
  /// - Returns: what is not, in words; empty where all is.
  package func differences(from change: FilesChange) throws(GitError) -> [String] {
    var found: [String] = []
    for step in try repository.pathChanges(from: change.files.before, to: change.files.after)
    where step.new?.mode != .submodule && step.old?.mode != .submodule {
      if try self.found(at: step.path)?.version != step.new { found.append(step.path.shown) }
    }
    if let index = change.index, try repository.indexTree() != index.after {
      found.append("what is staged")
    }
    if let branch = change.branch, try repository.reference(branch.name) != branch.commit.after {
      found.append(branch.name)
    }
    return found
  }

  private func requireBranch(_ branch: FilesChange.Branch) throws(GitError) {
    let now = try repository.reference(branch.name)
    guard now == branch.commit.before || now == branch.commit.after else {
      throw GitError(
        .modified, operation: "move \(escaped(branch.name))",
        message: "it was moved since it was looked at")
    }
  }

  /// Whether a path must still be changed.
  private func isDue(
    _ step: PathChange, _ filters: FilterLookup, isResumed: Bool
  ) throws(GitError) -> Bool {
    let now = try found(at: step.path)?.version
    if now == step.new { return false }
    guard now == step.old || (isResumed && now == nil) else { throw Self.changed(step.path) }
    if let filter = try filters.filter(of: step.path) {
      let why =
        "\(step.path.shown) is kept through the filter \(escaped(filter)), which is never run here"
      throw GitError(
        .unsupportedRepository(why), operation: "roll \(step.path.shown) back", message: why)
    }
    return true
  }

  private static func changed(_ path: BytePath) -> GitError {
    GitError(
      .conflict(path: path.shown), operation: "roll \(path.shown) back",
      message: "it was changed since it was rescued")
  }

  private func remove(
    _ step: PathChange, _ staging: Staging, isResumed: Bool
  ) throws(GitError) {
    let (folders, name) = step.path.parts
    guard let parent = try folder(folders) else { return }
    try displace(step, name, parent, staging, isResumed: isResumed)
    // A folder that holds nothing any more goes too, as git has no such folders.
    for depth in stride(from: folders.count, to: 0, by: -1) {
      guard let above = try folder(Array(folders[..<(depth - 1)])) else { return }
      let code = folders[depth - 1].withCString { unlinkat(above.descriptor, $0, AT_REMOVEDIR) }
      if code != 0 { return }
    }
  }

  private func put(
    _ step: PathChange, permissions: Int?, _ staging: Staging, isResumed: Bool
  ) throws(GitError) {
    guard let new = step.new else { return }
    let (folders, name) = step.path.parts
    var parent = root
    for folder in folders { parent = try parent.making(folder) }
    if try parent.status(of: name)?.kind == .folder {
      // Empty folders are nobody's; one that holds ignored files stays.
      _ = name.withCString { unlinkat(parent.descriptor, $0, AT_REMOVEDIR) }
    }
    let before = try parent.status(of: name)
    let made = try staging.write(new)
    if new.mode != .symlink, let mode = permissions ?? before.flatMap(Self.permissions) {
      try staging.setPermissions(made, mode, isExecutable: new.mode == .executable)
    }
    try displace(step, name, parent, staging, isResumed: isResumed)
    try staging.moveOut(made, to: name, in: parent, step.path)
  }

  private static func permissions(of status: FileStatus) -> Int? {
    status.kind == .file ? Int(status.raw.st_mode & 0o7777) : nil
  }

  /// Takes what is at a path away, and looks at it once more: a person may have saved it right now.
  private func displace(
    _ step: PathChange, _ name: BytePath, _ parent: Directory, _ staging: Staging,
    isResumed: Bool
  ) throws(GitError) {
    guard let status = try parent.status(of: name) else {
      guard step.old == nil || isResumed else { throw Self.changed(step.path) }
      return
    }
    guard status.kind == .file || status.kind == .link else {
      throw GitError(
        .conflict(path: step.path.shown), operation: "roll \(step.path.shown) back",
        message: "what lies there is no file, and nothing in git says what it holds")
    }
    let moved = try staging.moveIn(name, from: parent, step.path)
    guard try found(moved, in: staging.folder, step.path)?.version == step.old else {
      try staging.moveOut(moved, to: name, in: parent, step.path)
      throw Self.changed(step.path)
    }
    try staging.folder.unlink(moved)
  }

  /// The log says that a change was made once its files are on the disk.
  private func synchronizeFiles(_ steps: [PathChange]) throws(GitError) {
    guard steps.count <= 64 else {
      guard orchestrate_sync_file_system(root.descriptor) == 0 else {
        throw .system("make the files durable")
      }
      return
    }
    for step in steps where step.new.map({ $0.mode != .symlink }) ?? false {
      let (folders, name) = step.path.parts
      guard let parent = try folder(folders) else { continue }
      let file = name.withCString {
        openat(parent.descriptor, $0, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
      }
      guard file >= 0 else { throw .system("make \(step.path.shown) durable") }
      defer { close(file) }
      guard fsync(file) == 0 else { throw .system("make \(step.path.shown) durable") }
    }
  }
}

/// A folder of ours on the same file system, through which files come and go: at its own path a file
/// is whole or not there.
private final class Staging {
  let folder: Directory
  let path: String
  private let repository: Repository
  private var counter = 0

  init(_ repository: Repository, _ root: Directory) throws(GitError) {
    path = repository.gitDirectory + "/orchestrate-rollback"
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system("make \(path)") }
    folder = try Directory(path: path)
    self.repository = repository
    var (own, other) = (stat(), stat())
    guard fstat(folder.descriptor, &own) == 0, fstat(root.descriptor, &other) == 0 else {
      throw .system("look at \(path)")
    }
    guard own.st_dev == other.st_dev else {
      let why = "its git directory lies on another file system than its files"
      throw GitError(.unsupportedRepository(why), operation: "roll files back", message: why)
    }
    try clear()
  }

  /// Removes what a killed process left here. Git has it, unless a person saved the file in the very
  /// moment in which it was displaced: then a ref of its own keeps it.
  private func clear() throws(GitError) {
    repository.freeIndexLock(heldFrom: path)
    // What only this process has would be lost with it.
    try repository.makeObjectsDurable()
    for name in try folder.names() {
      // Our copy of the index is nobody's work.
      guard !name.isIndex else {
        try folder.unlink(name)
        continue
      }
      let limit = WorkingTree.fileBytesMax
      if let (bytes, _) = try folder.contents(of: name, path: name, limit: limit),
        try !repository.hasObject(hash(bytes))
      {
        let blob = try repository.writeBlob(bytes)
        try repository.createReference("refs/orchestrate/displaced/\(blob.text)", to: blob)
      }
      try folder.unlink(name)
    }
  }

  private func next() -> BytePath {
    counter += 1
    return BytePath(String(counter))
  }

  func write(_ version: FileVersion) throws(GitError) -> BytePath {
    let name = next()
    let writer = FileWriter(root: folder, repository: repository)
    _ = try writer.write(version.id.oid, version.mode, to: name)
    return name
  }

  func setPermissions(
    _ name: BytePath, _ mode: Int, isExecutable: Bool
  ) throws(GitError) {
    let readable = mode & 0o444
    let wanted = isExecutable ? mode | readable >> 2 : mode & ~0o111
    let code = name.withCString { fchmodat(folder.descriptor, $0, mode_t(wanted), 0) }
    guard code == 0 else { throw .system("set the permissions of a file") }
  }

  func moveIn(
    _ name: BytePath, from parent: Directory, _ path: BytePath
  ) throws(GitError) -> BytePath {
    let place = next()
    let code = name.withCString { from in
      place.withCString { renameat(parent.descriptor, from, folder.descriptor, $0) }
    }
    guard code == 0 else { throw .system("take \(path.shown) away") }
    return place
  }

  func moveOut(
    _ place: BytePath, to name: BytePath, in parent: Directory, _ path: BytePath
  ) throws(GitError) {
    let code = place.withCString { from in
      name.withCString { renameat(folder.descriptor, from, parent.descriptor, $0) }
    }
    guard code == 0 else { throw .system("put \(path.shown)") }
  }

  func end() throws(GitError) {
    try clear()
    guard rmdir(path) == 0 else { throw .system("remove \(path)") }
  }
}

extension BytePath {
  fileprivate var isIndex: Bool { self == BytePath("index") || self == BytePath("index.lock") }
}

extension Repository {
  /// Whether git has an object of that name.
  fileprivate func hasObject(_ id: git_oid) throws(GitError) -> Bool {
    var odb: OpaquePointer?
    try check(git_repository_odb(&odb, pointer), "open the object store")
    defer { git_odb_free(odb) }
    var id = id
    return git_odb_exists(odb, &id) == 1
  }
}

// SPDX-License-Identifier: Apache-2.0
// The repository as one process of the coordinator uses it: it can die at each call, leave locks
// behind, and fail before or after an effect.

import Coordinator
import Domain
import Git

struct SimulatedDoor: RepositoryDoor {
  let process: CoordinatorProcess
  let world: World

  func ask<Value: Sendable>(
    _ body: @escaping @Sendable (any ProjectRepository) throws(GitError) -> Value
  ) async throws(GitError) -> Value {
    await process.spend(world.gitTime())
    let value = try askAtOnce(body)
    await process.spend(world.gitTime())
    return value
  }

  func askAtOnce<Value>(
    _ body: (any ProjectRepository) throws(GitError) -> Value
  ) throws(GitError) -> Value {
    let value = try body(SimulatedRepository(process: process, world: world))
    guard process.isAlive else { throw GitError.gone }
    return value
  }
}

struct SimulatedRepository: ProjectRepository {
  let process: CoordinatorProcess
  let world: World

  private var git: GitWorld { world.git }

  /// Comes before each call: the process may die there, or the call fail.
  private func begin(_ operation: String) throws(GitError) {
    guard process.isAlive else { throw GitError.gone }
    if world.happens(.crash, oneIn: 150) {
      process.die("before git could \(operation)")
      throw GitError.gone
    }
    if world.happens(.gitError, oneIn: 100) {
      throw GitError(.system(errno: 5), operation: operation, message: "simulated")
    }
  }

  private func commit(_ id: ObjectID, _ operation: String) throws(GitError) -> GitWorld.Commit {
    guard let commit = git.commits[id] else {
      throw GitError(.notFound, operation: operation, message: "there is no \(id.short)")
    }
    return commit
  }

  private func files(_ tree: ObjectID) throws(GitError) -> [String: Work] {
    guard let files = git.trees[tree] else {
      throw GitError(.notFound, operation: "read a tree", message: "there is no \(tree.short)")
    }
    return files
  }

  // MARK: Reading

  func head() throws(GitError) -> Head {
    try begin("read HEAD")
    return git.references[GitWorld.main].map { .branch("main", $0) } ?? .unborn(branch: "main")
  }

  func tree(ofCommit id: ObjectID) throws(GitError) -> ObjectID {
    try begin("read a commit")
    return try commit(id, "read a commit").tree
  }

  func commitTime(_ id: ObjectID) throws(GitError) -> Int {
    try begin("read a commit")
    return try commit(id, "read a commit").seconds
  }

  func isAncestor(_ ancestor: ObjectID, of id: ObjectID) throws(GitError) -> Bool {
    try begin("compare commits")
    return git.isAncestor(ancestor, of: id)
  }

  func changes(from old: ObjectID?, to new: ObjectID) throws(GitError) -> [FileChange] {
    try begin("compare trees")
    let (before, after) = (
      try old.map { (id) throws(GitError) in try files(id) } ?? [:], try files(new)
    )
    let version = FileVersion(id: new, mode: .file)
    return Set(before.keys).union(after.keys).sorted().compactMap { path in
      switch (before[path], after[path]) {
      case (nil, _?): FileChange(path: path, kind: .added(version))
      case (_?, nil): FileChange(path: path, kind: .deleted(version))
      case (let left, let right):
        left == right ? nil : FileChange(path: path, kind: .modified(version, version))
      }
    }
  }

  func lineCounts(
    from old: ObjectID?, to new: ObjectID
  ) throws(GitError) -> [String: (added: Int, removed: Int)] {
    var counts: [String: (added: Int, removed: Int)] = [:]
    for change in try changes(from: old, to: new) { counts[change.path] = (1, 0) }
    return counts
  }

  func merge(
    base: ObjectID, ours: ObjectID, theirs: ObjectID
  ) throws(GitError) -> MergeOutcome {
    try begin("merge")
    let (base, ours, theirs) = (try files(base), try files(ours), try files(theirs))
    var merged = ours
    var conflicts: [String] = []
    for (path, work) in theirs where work != base[path] {
      if ours[path] == base[path] || ours[path] == work {
        merged[path] = work
      } else {
        conflicts.append(path)
      }
    }
    guard conflicts.isEmpty else { return .conflicted(conflicts.sorted()) }
    return .merged(git.write(tree: merged))
  }

  // MARK: Writing

  func createCommit(
    tree: ObjectID, parents: [ObjectID], message: String, identity: CommitIdentity
  ) throws(GitError) -> ObjectID {
    try begin("create a commit")
    return git.write(
      commit: .init(tree: tree, parents: parents, seconds: identity.seconds), message: message)
  }

  func reference(_ name: String) throws(GitError) -> ObjectID? {
    try begin("read \(name)")
    return git.references[name]
  }

  func references(
    under prefix: String
  ) throws(GitError) -> [(name: String, target: ObjectID)] {
    try begin("list refs")
    return git.references.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
      .map { (name: $0.key, target: $0.value) }
  }

  func createReference(_ name: String, to id: ObjectID) throws(GitError) {
    do throws(GitError) {
      try moveReference(name, to: id, expecting: nil)
    } catch {
      guard error.reason == .exists, git.references[name] == id else { throw error }
    }
  }

  func moveReference(
    _ name: String, to id: ObjectID, expecting expected: ObjectID?
  ) throws(GitError) {
    let operation = "move \(name)"
    try begin(operation)
    if git.locks[name] != nil {
      throw GitError(.locked, operation: operation, message: "\(name).lock exists")
    }
    if world.happens(.crash, oneIn: 20) {
      git.locks[name] = .coordinator(incarnation: process.incarnation)
      process.die("with \(name) locked")
      throw GitError.gone
    }
    let found = git.references[name]
    guard found == expected else {
      throw GitError(
        expected == nil ? .exists : .modified, operation: operation,
        message: "it is not where it was expected")
    }
    world.checkMove(of: name, from: found, to: id)
    git.references[name] = id
    if world.happens(.gitError, oneIn: 20) {
      throw GitError(.system(errno: 110), operation: operation, message: "simulated timeout")
    }
  }

  func removeStaleLocks(under prefix: String) -> [String] {
    guard process.isAlive else { return [] }
    let everything = world.bug == .locksOfOthers
    var freed: [String] = []
    for (name, owner) in git.locks.sorted(by: { $0.key < $1.key }) {
      guard everything || name.hasPrefix(prefix) else { continue }
      if owner == .neighbour || owner == .coordinator(incarnation: process.incarnation) {
        world.checker.fail("the lock of \(name) was removed while its holder was at work")
      }
      git.locks[name] = nil
      freed.append(name)
    }
    return freed
  }
}

extension GitError {
  /// The process is dead: what it would still do has no effect.
  static let gone = GitError(.other, operation: "go on", message: "the process is gone")
}

// SPDX-License-Identifier: Apache-2.0
// What keeping, finding and taking back changes costs a process that lives on.

import Coordinator
import Domain
import Git

/// A workspace at the project's `HEAD`. As in the coordinator, project and workspace are opened for
/// each piece of work.
struct CheckpointBench {
  private let project: String
  private let directory: String
  private let base: ObjectID
  private let identity = CommitIdentity(
    name: "bench", email: "bench@localhost", seconds: 1_800_000_000)

  init(project: String, folder: String) throws {
    self.project = project
    directory = folder
    let repository = try Repository(discoveringFrom: project)
    base = try repository.resolve("HEAD")
    try Workspace.open(directory: folder, project: repository)
      .switchTo(commit: base, keeping: [])
  }

  /// Words of a line are parted by tabs: `checkpoint PATH…`, `restore PATH…` and `find` are the git
  /// layer's; `seal` and `rollback PATH…` are what a submission and a person's command do.
  func serve() throws {
    try answer("ready")
    var number = 0
    while let line = readLine() {
      let words = line.split(separator: "\t").map(String.init)
      number += 1
      switch words.first {
      case "seal": try seal(number)
      case "rollback": try rollBack(Array(words.dropFirst()))
      default: try serve(words, number)
      }
    }
  }

  /// The workspace is read whole, held while it would be proved, and sealed.
  private func seal(_ number: Int) throws {
    let pool = WorkspacePool(paths: paths)
    let captured = try pool.capture(
      WorkspacePool.Slot(name: "agent-1", directory: directory), litter: [])
    let repository = try Repository(discoveringFrom: project)
    let commit = try repository.createCommit(
      tree: captured.tree, parents: [base], message: "seal \(number)\n", identity: identity)
    try repository.createReference("refs/orchestrate/bench/\(number)", to: commit)
    try answer("1 \(commit)")
  }

  /// The project's own files go back to its commit, with a rescue before.
  private func rollBack(_ names: [String]) throws {
    _ = try ProjectOperations(paths: paths, clock: SystemClock.make()).rollback(
      FilesRollback(kind: .selective, target: nil, paths: names),
      OperationWish(cause: .person, reason: "benchmark", isForced: true, isDryRun: false))
    try answer("\(names.count)")
  }

  private var paths: ProjectPaths { ProjectPaths(root: project, environment: [:]) }

  private func serve(_ words: [String], _ number: Int) throws {
    let repository = try Repository(discoveringFrom: project)
    let workspace = try Workspace.open(directory: directory, project: repository)
    switch words.first {
    case "checkpoint":
      let captured = try workspace.capture(paths: Array(words.dropFirst()), excluding: [])
      let commit = try repository.createCommit(
        tree: captured.tree, parents: [base], message: "checkpoint \(number)\n",
        identity: identity)
      // What the ref leads to is durable before the ref is, and the ref is when this returns.
      try repository.createReference("refs/orchestrate/bench/\(number)", to: commit)
      try answer("\(captured.changes.count) \(commit)")
    case "restore":
      try workspace.restore(
        paths: Array(words.dropFirst()), to: repository.tree(ofCommit: base))
      try answer("\(words.count - 1)")
    case "find":
      try answer("\(try workspace.capture(excluding: []).changes.count)")
    default: throw BenchmarkError(description: "there is no '\(words.joined(separator: " "))'")
    }
  }
}

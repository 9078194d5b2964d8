// SPDX-License-Identifier: Apache-2.0
// What keeping, finding and taking back changes costs a process that lives on.

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

  /// Words of a line are parted by tabs: `checkpoint PATH…`, `restore PATH…`, `find`.
  func serve() throws {
    try answer("ready")
    var number = 0
    while let line = readLine() {
      let words = line.split(separator: "\t").map(String.init)
      number += 1
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
      default: throw BenchmarkError(description: "there is no '\(line)'")
      }
    }
  }
}

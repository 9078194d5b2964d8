// SPDX-License-Identifier: Apache-2.0
// Costs that must follow the change and not the size of the project.

import Domain
import Glibc
import TestKit
import Testing

@testable import Git

@Suite struct LargeRepositoryTests {
  /// Ten thousand files in a hundred folders below ten, and the commit that has them.
  private func project() throws -> (TemporaryRepository, ObjectID) {
    let project = try TemporaryRepository()
    // Made by git's fast importer.
    var stream = "blob\nmark :1\ndata 2\nx\n\ncommit refs/heads/main\n"
    stream += "committer Ada <ada@example.org> 1700000000 +0000\ndata 1\nx\n"
    for number in 0..<10_000 {
      stream += "M 100644 :1 top\(number % 10)/mid\(number / 10 % 10)/file\(number)\n"
    }
    try project.write(stream, to: "stream")
    #expect(
      try project.gitOutcome(["-c", "alias.i=!git fast-import --quiet < stream", "i"]).code == 0)
    return (project, try project.id(project.revision("main")))
  }

  @Test func `a checkpoint among ten thousand files writes one object per level`() throws {
    let (project, commit) = try project()
    let repository = try project.open()
    let workspace = try project.workspace(repository)
    try workspace.switchTo(commit: commit, keeping: [])
    let loose = try project.looseObjectCount()

    try workspace.write("changed", to: "top3/mid4/file43")
    let captured = try workspace.capture(excluding: [])
    let tree = captured.tree
    #expect(captured.changes.map(\.path) == ["top3/mid4/file43"])
    let sealed = try repository.createCommit(
      tree: tree, parents: [commit], message: "seal", identity: identity)
    try project.settle()
    // A blob, three trees and a commit.
    #expect(try project.looseObjectCount() == loose + 5)

    try workspace.switchTo(commit: sealed, keeping: [])
    #expect(try workspace.capture(excluding: []).changes == [])
    #expect(
      try repository.merge(base: project.tree("main"), ours: tree, theirs: tree) == .merged(tree))
    try project.settle()
    // What is there already is not written again.
    #expect(try project.looseObjectCount() == loose + 5)
  }

  @Test func `files that two threads look at count as changed wherever they may be`() throws {
    let (project, commit) = try project()
    try project.workspace(project.open()).switchTo(commit: commit, keeping: [])
    let workspace = try project.workspace(project.open())
    for path in ["top0/mid0/file0", "top4/mid9/file94", "top5/mid0/file5", "top9/mid9/file9999"] {
      try workspace.write("changed", to: path)
    }
    unlink(workspace.file("top7/mid1/file17"))
    try workspace.write("new", to: "top7/mid1/new")
    // Files that are as they were, but behind a link in their folder's place.
    rename(workspace.file("top2/mid2"), workspace.file("top2/moved"))
    symlink("moved", workspace.file("top2/mid2"))
    rename(workspace.file("top8/mid3"), project.container + "/aside")

    let cache = try workspace.cache()
    let unchanged = cache.unchangedFiles(below: try Directory(path: workspace.contentPath))
    #expect(unchanged.count == 10_000)
    #expect(unchanged.contains(true))
    let certain = Set(unchanged.indices.filter { unchanged[$0] }.map { cache.path(at: $0).shown })
    let captured = try workspace.capture(excluding: [])
    let changed = Set(captured.changes.map(\.path))
    #expect(certain.isDisjoint(with: changed))
    // Four changed, one gone, one new; a hundred moved behind a new link; a hundred gone.
    #expect(changed.count == 4 + 1 + 1 + 100 + 1 + 100 + 100)
    #expect(changed.isSuperset(of: ["top9/mid9/file9999", "top7/mid1/new", "top2/mid2"]))
  }
}

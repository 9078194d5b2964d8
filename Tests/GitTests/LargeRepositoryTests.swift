// SPDX-License-Identifier: Apache-2.0
// Costs that must follow the change and not the size of the project.

import Domain
import Git
import TestKit
import Testing

@Suite struct LargeRepositoryTests {
  @Test func `a checkpoint among ten thousand files writes one object per level`() throws {
    let project = try TemporaryRepository()
    // Made by git's fast importer: ten thousand files in a hundred folders below ten.
    var stream = "blob\nmark :1\ndata 2\nx\n\ncommit refs/heads/main\n"
    stream += "committer Ada <ada@example.org> 1700000000 +0000\ndata 1\nx\n"
    for number in 0..<10_000 {
      stream += "M 100644 :1 top\(number % 10)/mid\(number / 10 % 10)/file\(number)\n"
    }
    try project.write(stream, to: "stream")
    #expect(
      try project.gitOutcome(["-c", "alias.i=!git fast-import --quiet < stream", "i"]).code == 0)
    let commit = try project.id(project.revision("main"))
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
}

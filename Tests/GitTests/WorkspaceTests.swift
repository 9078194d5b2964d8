// SPDX-License-Identifier: Apache-2.0
// A workspace's whole way: made, switched, changed, captured, removed.

import Domain
import Git
import Glibc
import TestKit
import Testing

@Suite struct WorkspaceTests {
  @Test func `a switch writes a commit's files and a repository in which git sees no change`()
    throws
  {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a.txt": "one\n", "lib/b.txt": "two\n"])
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
    #expect(workspace.everything() == ["file a.txt", "file lib/b.txt", "folder lib"])
    #expect(try project.git("status", "--porcelain", in: workspace.contentPath) == "")
    #expect(
      try project.git("log", "-1", "--format=%H", in: workspace.contentPath) == commit.text + "\n")
    #expect(try project.git("fsck", "--strict", in: workspace.contentPath).isEmpty)
  }

  @Test func `a capture holds what was changed, added and deleted`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a.txt": "one\n", "lib/b.txt": "two\n", "c.txt": "three\n"])
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
    try workspace.write("changed\n", to: "a.txt")
    try workspace.write("new\n", to: "lib/deep/new file.txt")
    unlink(workspace.file("c.txt"))
    let captured = try workspace.capture(excluding: [])
    #expect(captured.changes.map(\.path) == ["a.txt", "c.txt", "lib/deep/new file.txt"])
    #expect(captured.notes == [])
    #expect(try project.git("show", captured.tree.text + ":a.txt") == "changed\n")
    try project.git("fsck", "--strict")
  }
}

// SPDX-License-Identifier: Apache-2.0
// Taking a change apart, and each part back.

import Domain
import Git
import TestKit
import Testing

@Suite struct HunkTests {
  private func text(_ path: String, _ tree: ObjectID, _ project: TemporaryRepository) throws
    -> String
  {
    try project.git("show", "\(tree):\(path)")
  }

  @Test func `each hunk of a file is undone by itself`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1\n2\n3\n4\n5\n6\n"])
    let old = try project.tree()
    try project.commit(["a": "0\n1\n2\ndrei\n4\n6\nend"])
    let new = try project.tree()
    let repository = try project.open()
    let hunks = try repository.hunks(from: old, to: new)
    #expect(hunks.map(\.addedLines) == [["0"], ["drei"], [], ["end"]])
    #expect(hunks.map(\.removedLines) == [[], ["3"], ["5"], []])
    #expect(hunks[1].oldStart == 3 && hunks[1].newStart == 4 && hunks[1].newCount == 1)
    let trees = try hunks.map { try repository.tree(undoing: $0, in: new) }
    try project.settle()
    let undone = try trees.map { try text("a", $0, project) }
    #expect(
      undone == [
        "1\n2\ndrei\n4\n6\nend", "0\n1\n2\n3\n4\n6\nend", "0\n1\n2\ndrei\n4\n5\n6\nend",
        "0\n1\n2\ndrei\n4\n6\n",
      ])
  }

  @Test func `undoing every hunk from the last on gives the old tree`() throws {
    let project = try TemporaryRepository()
    try project.commit([
      "a": "a\r\nb\r\n", "gone": "g\n", "noend": "x", "exec": "1\n", "bin": "\0a",
    ])
    let old = try project.tree()
    try project.git("rm", "--quiet", "gone")
    try project.git("update-index", "--chmod=+x", "exec")
    for (path, text) in ["a": "a\r\nB\r\nc\n", "noend": "x\ny", "new/file": "n", "bin": "\0b"] {
      try project.write(text, to: path)
    }
    try project.git("add", "a", "noend", "new", "bin")
    try project.git("commit", "--quiet", "--message", "x")
    let repository = try project.open()
    var tree = try project.tree()
    let hunks = try repository.hunks(from: old, to: tree)
    #expect(hunks.map(\.path) == ["a", "bin", "exec", "gone", "new/file", "noend"])
    for hunk in hunks.reversed() { tree = try repository.tree(undoing: hunk, in: tree) }
    #expect(tree == old)
  }

  @Test func `hunks can be kept to some paths, and joined by context`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1\n2\n3\n", "b/c": "1\n"])
    let old = try project.tree()
    try project.commit(["a": "x\n2\ny\n", "b/c": "2\n"])
    let new = try project.tree()
    let repository = try project.open()
    #expect(try repository.hunks(from: old, to: new, paths: ["b"]).map(\.path) == ["b/c"])
    #expect(try repository.hunks(from: old, to: new, paths: ["a"], contextLines: 1).count == 1)
    #expect(try repository.hunks(from: old, to: new, paths: ["a"]).count == 2)
  }

  @Test func `a hunk whose lines are gone is refused`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1\n2\n"])
    let old = try project.tree()
    try project.commit(["a": "1\nzwei\n"])
    let new = try project.tree()
    let repository = try project.open()
    let hunk = try #require(try repository.hunks(from: old, to: new).first)
    #expect(
      reason { () throws(GitError) in try repository.tree(undoing: hunk, in: old) }
        == .conflict(path: "a"))
  }
}

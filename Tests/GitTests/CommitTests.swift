// SPDX-License-Identifier: Apache-2.0
// Commits and history.

import Domain
import Git
import TestKit
import Testing

@Suite struct CommitTests {
  @Test func `the same input gives the same commit`() throws {
    let project = try TemporaryRepository()
    let parent = try project.committed(["a": "1"])
    let repository = try project.open()
    let tree = try repository.tree(ofCommit: parent)
    let make = { () throws(GitError) in
      try repository.createCommit(
        tree: tree, parents: [parent], message: "Seal\n\nTask: t1\nEvidence: abc\n",
        identity: identity)
    }
    let commit = try make()
    #expect(try make() == commit)
    try project.settle()
    #expect(
      try project.git("log", "-1", "--format=%an|%ae|%ai|%s", commit.text)
        == "orchestrate|orchestrate@localhost|2023-11-14 22:13:20 +0000|Seal\n")
    #expect(try project.git("fsck", "--strict").contains("dangling commit \(commit)"))
  }

  @Test func `a record holds subject, trailers, parents and time`() throws {
    let project = try TemporaryRepository()
    let parent = try project.committed(["a": "1"])
    let repository = try project.open()
    let message = "Prüfe es\n\nText.\n\nTask: t1\nEvidence: a\nEvidence: b\n"
    let commit = try repository.createCommit(
      tree: try repository.tree(ofCommit: parent), parents: [parent], message: message,
      identity: identity)
    let record = try repository.commitRecord(commit)
    #expect(record.subject == "Prüfe es")
    #expect(record.message == message)
    #expect(record.parents == [parent])
    #expect(record.time == 1_700_000_000)
    #expect(record.authorName == "orchestrate")
    #expect(
      record.trailers.map { "\($0.key)=\($0.value)" } == ["Task=t1", "Evidence=a", "Evidence=b"])
  }

  @Test func `a missing tree or parent is refused`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1"])
    let repository = try project.open()
    let tree = try repository.tree(ofCommit: commit)
    let none = try project.id(String(repeating: "0", count: 39) + "1")
    #expect(
      reason { () throws(GitError) in
        try repository.createCommit(tree: none, parents: [], message: "m", identity: identity)
      } == .notFound)
    #expect(
      reason { () throws(GitError) in
        try repository.createCommit(tree: tree, parents: [none], message: "m", identity: identity)
      } == .notFound)
  }

  @Test func `a log follows first parents, newest first`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    try project.git("checkout", "--quiet", "-b", "side")
    try project.committed(["b": "1"])
    try project.git("checkout", "--quiet", "main")
    let second = try project.committed(["a": "2"])
    try project.git("merge", "--quiet", "--no-edit", "side")
    let repository = try project.open()
    let merge = try repository.resolve("HEAD")
    #expect(try repository.log(from: merge, limit: 10).map(\.id) == [merge, second, first])
    #expect(try repository.log(from: merge, limit: 2).map(\.id) == [merge, second])
    #expect(try repository.resolve("main~1") == second)
    #expect(try repository.resolve(String(first.text.prefix(12))) == first)
  }

  @Test func `merge bases and ancestors are as git has them`() throws {
    let project = try TemporaryRepository()
    let root = try project.committed(["a": "1"])
    let main = try project.committed(["a": "2"])
    try project.git("checkout", "--quiet", "-b", "side", root.text)
    let side = try project.committed(["b": "1"])
    try project.git("checkout", "--quiet", "--orphan", "other")
    let orphan = try project.committed(["c": "1"])
    let repository = try project.open()
    #expect(try repository.mergeBase(main, side) == root)
    #expect(try repository.mergeBase(main, orphan) == nil)
    #expect(try repository.isAncestor(root, of: side))
    #expect(try repository.isAncestor(side, of: side))
    #expect(try !repository.isAncestor(main, of: side))
    let none = try project.id(String(repeating: "0", count: 39) + "1")
    #expect(reason { () throws(GitError) in try repository.mergeBase(main, none) } == .notFound)
  }

  @Test(arguments: ["", "no-such-branch", "HEAD~99", "main:a", "-x", "a..b"])
  func `what names no commit is refused`(revision: String) throws {
    let project = try TemporaryRepository()
    try project.committed(["a": "1"])
    let repository = try project.open()
    let found = reason { () throws(GitError) in try repository.resolve(revision) }
    #expect(found == .notFound || found == .invalidName)
  }
}

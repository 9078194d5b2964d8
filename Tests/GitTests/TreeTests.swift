// SPDX-License-Identifier: Apache-2.0
// Trees: read, edited, compared.

import Domain
import Git
import TestKit
import Testing

@Suite struct TreeTests {
  @Test func `entries are found by path, folders are none`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1", "lib/ü b.txt": "two\n"])
    let repository = try project.open()
    let tree = try project.tree()
    let entry = try #require(try repository.entry(at: "lib/ü b.txt", inTree: tree))
    #expect(entry.mode == .file)
    #expect(try repository.contents(of: entry.id) == Array("two\n".utf8))
    #expect(try repository.entry(at: "lib", inTree: tree) == nil)
    #expect(try repository.entry(at: "none/such", inTree: tree) == nil)
    #expect(try repository.entries(inTree: tree) { _ in true }.map(\.path) == ["a", "lib/ü b.txt"])
    #expect(try repository.entries(inTree: tree) { $0.hasPrefix("lib/") }.count == 1)
  }

  @Test func `edits put, replace and remove, and empty folders go`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1", "dir/x": "1", "dir/y": "2", "only/one": "1", "file": "1"])
    let repository = try project.open()
    let blob = try repository.writeBlob(Array("new\n".utf8))
    let tree = try repository.tree(
      applying: [
        .put(path: "dir", blob: blob, mode: .executable),
        .put(path: "file/now/a/folder", blob: blob, mode: .file),
        .remove(path: "only/one"), .remove(path: "not/there"), .remove(path: "a/below"),
        .put(path: "link", blob: blob, mode: .symlink),
      ], to: try project.tree())
    #expect(
      try project.listing(tree) == [
        "100644 a", "100755 dir", "100644 file/now/a/folder", "120000 link",
      ])
    try project.git("fsck", "--strict")
  }

  @Test func `a folder's files may go while a file takes its place, in any order`() throws {
    let project = try TemporaryRepository()
    try project.commit(["dir/x": "1", "dir/y": "2", "f": "1"])
    let repository = try project.open()
    let blob = try repository.writeBlob([1])
    let edits: [TreeEdit] = [
      .put(path: "dir", blob: blob, mode: .file), .remove(path: "dir/x"), .remove(path: "dir/y"),
      .put(path: "f/g", blob: blob, mode: .file), .remove(path: "f"),
    ]
    let base = try project.tree()
    let tree = try repository.tree(applying: edits, to: base)
    #expect(try repository.tree(applying: edits.reversed(), to: base) == tree)
    #expect(try project.listing(tree) == ["100644 dir", "100644 f/g"])
  }

  @Test func `removing everything gives the empty tree`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a/b": "1"])
    let repository = try project.open()
    let empty = try repository.tree(applying: [.remove(path: "a/b")], to: try project.tree())
    #expect(empty.text == "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
    #expect(try repository.tree(applying: [], to: nil) == empty)
  }

  @Test func `edits that contradict each other are refused`() throws {
    let project = try TemporaryRepository()
    let repository = try project.open()
    let blob = try repository.writeBlob([1])
    let pairs: [[TreeEdit]] = [
      [.put(path: "a", blob: blob, mode: .file), .put(path: "a/b", blob: blob, mode: .file)],
      [.put(path: "a", blob: blob, mode: .file), .put(path: "a", blob: blob, mode: .executable)],
      [.put(path: "a", blob: blob, mode: .file), .remove(path: "a")],
    ]
    for pair in pairs {
      #expect(
        reason { () throws(GitError) in try repository.tree(applying: pair, to: nil) }
          == .conflict(path: pair[pair[1].path == "a/b" ? 0 : 1].path))
    }
  }

  @Test(arguments: [
    "", "/a", "a//b", "a/", "../a", "a/../b", "./a", ".git", ".git/config", "a/.GIT/x", "GIT~1",
    ".git.", ".git ", ".git::$INDEX_ALLOCATION/x", ".g\u{200c}it", "a\\.git\\config", "a\0b",
  ])
  func `a path that leaves the project or enters a git directory is refused`(path: String) throws {
    let project = try TemporaryRepository()
    let repository = try project.open()
    let blob = try repository.writeBlob([1])
    #expect(
      reason { () throws(GitError) in
        try repository.tree(applying: [.put(path: path, blob: blob, mode: .file)], to: nil)
      } == .invalidName)
  }

  @Test(arguments: [".gitignore", ".github/x", "git", "a.git", ".gitmodules", "a\\b", "…/b", "a b"])
  func `a path that only looks like one is accepted`(path: String) throws {
    let project = try TemporaryRepository()
    let repository = try project.open()
    let blob = try repository.writeBlob([1])
    let tree = try repository.tree(
      applying: [.put(path: path, blob: blob, mode: .file)], to: nil)
    #expect(try repository.entry(at: path, inTree: tree)?.id == blob)
  }

  @Test func `changes name what was added, modified, deleted, and changed its kind`() throws {
    let project = try TemporaryRepository()
    try project.commit(["same": "1", "mod": "1", "del": "1", "exec": "1", "kind": "t"])
    let old = try project.tree()
    try project.git("update-index", "--chmod=+x", "exec")
    try project.git("rm", "--quiet", "del")
    let blob = try project.git("hash-object", "-w", "kind").dropLast()
    try project.git("update-index", "--cacheinfo", "120000,\(blob),kind")
    try project.write("2", to: "mod")
    try project.write("new", to: "sub/add")
    try project.git("add", "mod", "sub")
    try project.git("commit", "--quiet", "--message", "x")
    let repository = try project.open()
    let changes = try repository.changes(from: old, to: try project.tree())
    #expect(changes.map(\.path) == ["del", "exec", "kind", "mod", "sub/add"])
    #expect(changes[0].new == nil)
    #expect(changes[1].old?.id == changes[1].new?.id)
    #expect(changes[1].new?.mode == .executable)
    #expect(changes[2].new?.mode == .symlink)
    #expect(changes[4].old == nil)
    #expect(try repository.changes(from: old, to: old) == [])
    #expect(try repository.changes(from: nil, to: old).count == 5)
  }

  @Test func `line counts and patches are as git has them`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1\n2\n3\n", "b": "x\n", "bin": "\0\u{1}"])
    let old = try project.tree()
    try project.git("config", "diff.noprefix", "true")
    try project.commit(["a": "1\nzwei\n3\n4\n", "ü": "n\n", "bin": "\0\u{2}"])
    let new = try project.tree()
    let repository = try project.open()
    let counts = try repository.lineCounts(from: old, to: new)
    #expect(counts["a"]?.added == 2)
    #expect(counts["a"]?.removed == 1)
    #expect(counts["bin"]?.added == 0)
    let text = try repository.diffText(from: old, to: new, paths: ["a", "ü"])
    let expected = try project.git(
      "-c", "diff.noprefix=false", "diff-tree", "-p", "--no-renames", "--abbrev=7", old.text,
      new.text, "--", "a", "ü")
    #expect(text == expected)
    #expect(try repository.diffText(from: old, to: new).contains("Binary files"))
  }
}

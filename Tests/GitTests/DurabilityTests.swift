// SPDX-License-Identifier: Apache-2.0
// What is on the disk before a ref leads to it; the crash matrix shows that it suffices.

import Domain
import Glibc
import TestKit
import Testing

@testable import Git

@Suite struct DurabilityTests {
  @Test func `publishing makes every folder for objects at once`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    try project.open().createReference("refs/orchestrate/039/a", to: first)
    for number in 0..<256 {
      let name = (number < 16 ? "0" : "") + String(number, radix: 16)
      #expect(access("\(project.path)/.git/objects/\(name)", F_OK) == 0, "\(name) is missing")
    }
    try project.git("fsck", "--strict")
  }

  @Test func `folders that git cleans away come back with the next ref`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let repository = try project.open()
    try repository.createReference("refs/orchestrate/039/tasks/a/red-1-1", to: first)
    try project.git("gc", "--quiet", "--prune=now")
    let blob = try repository.writeBlob(Array("two".utf8))
    let tree = try repository.tree(
      applying: [.put(path: "b", blob: blob, mode: .file)],
      to: try repository.tree(ofCommit: first))
    let second = try repository.createCommit(
      tree: tree, parents: [first], message: "two", identity: identity)
    try repository.createReference("refs/orchestrate/039/tasks/a/red-1-2", to: second)
    #expect(try project.revision("refs/orchestrate/039/tasks/a/red-1-2") == second.text)
    try project.git("fsck", "--strict")
  }

  @Test func `what no ref leads to is not on the disk, and every handle finds it`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a/b": "1", "c": "1"])
    let before = try project.objectFiles()
    let repository = try project.open()
    let blob = try repository.writeBlob(Array("two".utf8))
    let tree = try repository.tree(
      applying: [.put(path: "a/b", blob: blob, mode: .file)],
      to: try repository.tree(ofCommit: first))
    let second = try repository.createCommit(
      tree: tree, parents: [first], message: "two", identity: identity)
    #expect(try project.objectFiles() == before)
    let other = try project.open()
    #expect(try other.entry(at: "a/b", inTree: other.tree(ofCommit: second))?.id == blob)
    #expect(try other.contents(of: blob) == Array("two".utf8))
    try other.createReference("refs/orchestrate/039/a", to: second)
    // A blob, two trees, a commit.
    #expect(try project.objectFiles().count == before.count + 4)
    try project.git("fsck", "--strict")
    #expect(try project.git("show", "refs/orchestrate/039/a:a/b") == "two")
  }

  @Test func `a ref brings more objects to the disk than files may be open`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let repository = try project.open()
    let edits = try (0..<200).map { number in
      let blob = try repository.writeBlob(Array("file \(number)\n".utf8))
      return TreeEdit.put(path: "many/\(number)", blob: blob, mode: .file)
    }
    let tree = try repository.tree(applying: edits, to: try repository.tree(ofCommit: first))
    let commit = try repository.createCommit(
      tree: tree, parents: [first], message: "many", identity: identity)
    try repository.createReference("refs/orchestrate/039/many", to: commit)
    try project.git("fsck", "--strict")
    #expect(try project.git("show", "refs/orchestrate/039/many:many/199") == "file 199\n")
    #expect(try project.objectFiles().allSatisfy { !$0.contains("tmp_") })
  }

  @Test func `much that waits is written before a ref is made`() throws {
    let project = try TemporaryRepository()
    let repository = try project.open()
    let blob = try repository.writeBlob([UInt8](repeating: 7, count: 9_000_000))
    #expect(try project.objectFiles().map { $0.filter { $0 != "/" } } == [blob.text])
    #expect(try project.git("cat-file", "-s", blob.text) == "9000000\n")
  }

  @Test func `where an object cannot be written no ref is made, and it can be done again`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let before = try project.objectFiles()
    let repository = try project.open()
    let blob = try repository.writeBlob(Array("in the way".utf8))
    let tree = try repository.tree(
      applying: [.put(path: "b", blob: blob, mode: .file)],
      to: try repository.tree(ofCommit: first))
    let commit = try repository.createCommit(
      tree: tree, parents: [first], message: "x", identity: identity)
    let folder = "\(project.path)/.git/objects/\(blob.text.prefix(2))"
    try project.write("a file", to: ".git/objects/\(blob.text.prefix(2))")
    #expect(
      reason { () throws(GitError) in
        try repository.createReference("refs/orchestrate/039/a", to: commit)
      } == .system(errno: ENOTDIR))
    #expect(try repository.reference("refs/orchestrate/039/a") == nil)
    #expect(try project.objectFiles().allSatisfy { !$0.contains("tmp_") })
    unlink(folder)
    try repository.createReference("refs/orchestrate/039/a", to: commit)
    #expect(try project.objectFiles().count == before.count + 3)
    try project.git("fsck", "--strict")
  }

  @Test func `an object that cannot be written keeps no other's ref from being made`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let repository = try project.open()
    let base = try repository.tree(ofCommit: first)
    func commit(_ text: String) throws -> (blob: ObjectID, commit: ObjectID) {
      let blob = try repository.writeBlob(Array(text.utf8))
      let tree = try repository.tree(
        applying: [.put(path: "b", blob: blob, mode: .file)], to: base)
      return (
        blob,
        try repository.createCommit(tree: tree, parents: [first], message: text, identity: identity)
      )
    }
    let (blob, stuck) = try commit("stuck")
    let inTheWay = ".git/objects/\(blob.text.prefix(2))"

    try project.write("a file", to: inTheWay)
    let (_, other) = try commit("other")
    try repository.createReference("refs/orchestrate/039/other", to: other)
    let why = reason { () throws(GitError) in
      try repository.createReference("refs/orchestrate/039/stuck", to: stuck)
    }
    #expect(why == .system(errno: ENOTDIR))
    #expect(try repository.reference("refs/orchestrate/039/stuck") == nil)
    unlink(project.path + "/" + inTheWay)
    try repository.createReference("refs/orchestrate/039/stuck", to: stuck)
    try project.git("fsck", "--strict")
  }

  @Test func `a folder that git cleaned away while it was written to is no failed sync`() throws {
    let project = try TemporaryRepository()
    let gone = project.path + "/.git/objects/ab"
    try synchronizeIfThere(gone)
    try project.write("in the way", to: ".git/objects/ab")
    #expect(
      reason { () throws(GitError) in try synchronizeIfThere(gone + "/name") }
        == .system(errno: ENOTDIR))
    try SyncLedger.shared.requireSound()
  }

  @Test func `a name that git forbids leaves no folder behind`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let repository = try project.open()
    #expect(
      reason { () throws(GitError) in
        try repository.createReference("refs/orchestrate/../x/y", to: first)
      } == .invalidName)
    #expect(access(project.path + "/.git/refs/orchestrate", F_OK) != 0)
  }
}

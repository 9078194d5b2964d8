// SPDX-License-Identifier: Apache-2.0
// Git collects garbage while something is made that no ref leads to yet.

import Domain
import FoundationEssentials
import Git
import Glibc
import TestKit
import Testing

/// One change, stored step by step; no ref leads to it.
private struct Unpublished {
  let project: TemporaryRepository
  let repository: Repository
  let base: ObjectID
  private(set) var blob: ObjectID
  private(set) var tree: ObjectID

  static let reference = "refs/orchestrate/039/tasks/a/green-1-2"

  init(_ content: String = "new", base files: [String: String] = ["dir/sub/a": "1", "b": "1"])
    throws
  {
    project = try TemporaryRepository()
    base = try project.committed(files)
    repository = try project.open()
    blob = try repository.writeBlob(Array(content.utf8))
    tree = try repository.tree(
      applying: [.put(path: "dir/sub/a", blob: blob, mode: .file)], to: project.tree())
  }

  /// All of it on the disk, as far as git leaves it there.
  func commit() throws -> ObjectID {
    let commit = try repository.createCommit(
      tree: tree, parents: [base], message: "x", identity: identity)
    try project.settle()
    return commit
  }

  func collectGarbage() throws {
    try project.settle()
    try project.git("gc", "--quiet", "--prune=now")
  }

  /// Git, which knows nothing of what this process remembers, finds all of it.
  func requireWhole(_ commit: ObjectID) throws {
    #expect(try project.revision(Self.reference) == commit.text)
    try project.git("fsck", "--strict", "--connectivity-only")
    #expect(try project.git("show", "\(Self.reference):dir/sub/a") == "new")
  }

  func remove(_ id: ObjectID) { #expect(unlink(looseFile(id)) == 0) }

  func looseFile(_ id: ObjectID) -> String {
    "\(project.path)/.git/objects/\(id.text.prefix(2))/\(id.text.dropFirst(2))"
  }
}

@Suite struct PruningTests {
  @Test func `what git prunes before the ref is stored again`() throws {
    let made = try Unpublished()
    let commit = try made.commit()
    try made.collectGarbage()
    try made.repository.createReference(Unpublished.reference, to: commit)
    try made.requireWhole(commit)
  }

  @Test func `what git prunes between the tree and its commit is stored again`() throws {
    let made = try Unpublished()
    try made.collectGarbage()
    let commit = try made.commit()
    try made.repository.createReference(Unpublished.reference, to: commit)
    try made.requireWhole(commit)
  }

  @Test(arguments: ["blob", "tree", "folder"])
  func `a single object that is gone is noticed and stored again`(which: String) throws {
    let made = try Unpublished()
    let commit = try made.commit()
    switch which {
    case "blob": made.remove(made.blob)
    case "tree": made.remove(made.tree)
    default:
      made.remove(try made.project.id(made.project.revision("\(made.tree.text):dir/sub")))
    }
    try made.repository.createReference(Unpublished.reference, to: commit)
    try made.requireWhole(commit)
  }

  @Test func `what another process stored and git pruned gets no ref`() throws {
    let project = try TemporaryRepository()
    try project.committed(["dir/a": "1"])
    let commit = try project.committed(["dir/a": "2"])
    let folder = try project.id(project.revision("HEAD:dir"))
    let object = "\(project.path)/.git/objects/\(folder.text.prefix(2))/\(folder.text.dropFirst(2))"
    #expect(unlink(object) == 0)
    let repository = try project.open()
    let failure = error { () throws(GitError) in
      try repository.createReference(Unpublished.reference, to: commit)
    }
    #expect(failure?.reason == .notFound)
    #expect(failure?.description.contains(folder.short) == true)
    #expect(try repository.reference(Unpublished.reference) == nil)
    #expect(try repository.missingObjects(of: commit) == [folder])
  }

  @Test func `a pack that is gone does not count, though it is still open here`() throws {
    let made = try Unpublished()
    let commit = try made.commit()
    // Packed while a ref held it, read from the pack, then gone with the ref.
    try made.project.git("update-ref", "refs/heads/held", commit.text)
    try made.collectGarbage()
    let later = try made.project.open()
    _ = try later.contents(of: made.blob)
    try made.project.git("update-ref", "-d", "refs/heads/held")
    try made.collectGarbage()
    let again = try later.writeBlob(Array("new".utf8))
    #expect(again == made.blob)
    #expect(access(made.looseFile(again), F_OK) != 0)
    let tree = try later.tree(
      applying: [.put(path: "dir/sub/a", blob: again, mode: .file)], to: made.project.tree())
    let second = try later.createCommit(
      tree: tree, parents: [made.base], message: "x", identity: identity)
    try later.createReference(Unpublished.reference, to: second)
    try made.requireWhole(second)
  }

  @Test func `a parent that somebody took the ref of, and git pruned, gets no successor`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let second = try project.committed(["b": "2"])
    let repository = try project.open()
    let blob = try repository.writeBlob(Array("more".utf8))
    let tree = try repository.tree(
      applying: [.put(path: "c", blob: blob, mode: .file)], to: project.tree())
    let third = try repository.createCommit(
      tree: tree, parents: [second], message: "z", identity: identity)
    try project.git("reset", "--quiet", "--hard", first.text)
    try project.git("reflog", "expire", "--expire=now", "--all")
    try project.git("gc", "--quiet", "--prune=now")
    #expect(
      reason { () throws(GitError) in
        try repository.createReference(Unpublished.reference, to: third)
      } == .notFound)
    #expect(try repository.reference(Unpublished.reference) == nil)
  }

  @Test func `a parent of ours that git pruned comes back with all that it holds`() throws {
    let made = try Unpublished()
    let first = try made.commit()
    let second = try made.repository.createCommit(
      tree: made.project.tree(), parents: [first], message: "y", identity: identity)
    try made.collectGarbage()
    try made.project.open().createReference(Unpublished.reference, to: second)
    try made.project.git("fsck", "--strict", "--connectivity-only")
    #expect(try made.project.git("show", "\(first.text):dir/sub/a") == "new")
  }

  @Test func `what is read while it is proved is found again, though git pruned it`() throws {
    let made = try Unpublished()
    try made.collectGarbage()
    let later = try made.project.open()
    let entry = try #require(try later.entry(at: "dir/sub/a", inTree: made.tree))
    #expect(try later.contents(of: entry.id) == Array("new".utf8))
  }

  @Test func `an object that was found on the disk and that git packs then is no failed sync`()
    throws
  {
    let project = try TemporaryRepository()
    let base = try project.committed(["a": "1"])
    let repository = try project.open()
    // Git wrote it before this process did anything here.
    let blob = try repository.writeBlob(Array("1".utf8))
    try project.git("gc", "--quiet", "--prune=now")
    let tree = try repository.tree(
      applying: [.put(path: "b", blob: blob, mode: .file)], to: project.tree())
    let commit = try repository.createCommit(
      tree: tree, parents: [base], message: "x", identity: identity)
    try repository.createReference(Unpublished.reference, to: commit)
    try project.git("fsck", "--strict", "--connectivity-only")
  }

  @Test func `what a git gc that began before the ref still removes is kept in a pack`() throws {
    let made = try Unpublished()
    let commit = try made.commit()
    // As git marks it: this process is one that lives.
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, host.count - 1)
    let name = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    try Data("\(getpid()) \(name)".utf8)
      .write(to: URL(fileURLWithPath: made.project.path + "/.git/gc.pid"))
    try made.repository.createReference(Unpublished.reference, to: commit)
    // What its prune had found unreachable, before the ref was there.
    let folder = try made.project.id(made.project.revision("\(made.tree.text):dir/sub"))
    for id in [commit, made.tree, made.blob, folder] { made.remove(id) }
    try made.requireWhole(commit)
  }

  @Test func `a ref to a commit that others made of a shallow clone is made`() throws {
    let project = try TemporaryRepository()
    try project.committed(["a": "1"])
    try project.committed(["a": "2"])
    let clone = project.container + "/clone"
    try project.git("clone", "--quiet", "--depth", "1", "file://" + project.path, clone)
    let repository = try Repository(discoveringFrom: clone)
    let head = try repository.resolve("HEAD")
    try repository.createReference("refs/heads/session/039", to: head)
    #expect(try repository.reference("refs/heads/session/039") == head)
  }
}

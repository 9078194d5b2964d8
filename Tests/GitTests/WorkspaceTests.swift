// SPDX-License-Identifier: Apache-2.0
// A workspace's whole way: made, switched, changed, captured, removed.

import Domain
import FoundationEssentials
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
    try project.settle()
    #expect(try project.git("show", captured.tree.text + ":a.txt") == "changed\n")
    try project.git("fsck", "--strict")
  }

  @Test func `an agent's own commits in its repository change nothing about a capture`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1\n"])
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
    try workspace.write("2\n", to: "a")
    try project.git("commit", "--quiet", "--all", "--message", "mine", in: workspace.contentPath)
    #expect(try workspace.capture(excluding: []).changes.map(\.path) == ["a"])
    try workspace.switchTo(commit: commit, keeping: [])
    #expect(try project.git("rev-parse", "HEAD", in: workspace.contentPath) == commit.text + "\n")
    #expect(workspace.text("a") == "1\n")
  }

  @Test func `a workspace must be switched before it is captured`() throws {
    let project = try TemporaryRepository()
    let workspace = try project.workspace(project.open())
    #expect(reason { () throws(GitError) in try workspace.capture(excluding: []) } == .notSwitched)
  }

  @Test func `a switch to a tree without a commit leaves no repository`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1\n", "b": "2\n"])
    let repository = try project.open()
    let workspace = try project.workspace(repository)
    try workspace.switchTo(commit: commit, keeping: [])
    let tree = try repository.tree(applying: [.remove(path: "a")], to: project.tree())
    try workspace.switchTo(tree: tree, agentRepositoryAt: nil, keeping: [])
    #expect(workspace.everything() == ["file b"])
    #expect(kind(workspace.file(".git")) == 0)
    #expect(try workspace.capture(excluding: []).tree == tree)
  }

  @Test func `bytes, links, executable bits and odd names survive the round`() throws {
    let project = try TemporaryRepository()
    try project.git("config", "core.autocrlf", "true")
    try project.write("* text=auto eol=crlf\n*.sh ident\n", to: ".gitattributes")
    try project.write("one\r\ntwo\n$Id$", to: "mixed.txt")
    try project.write("#!/bin/sh\n", to: "bin/run.sh")
    try project.write("ü\n", to: "Ordner mit ä/日本 語.txt")
    try project.write("", to: "empty")
    symlink("../nowhere/at all", project.path + "/bin/link")
    chmod(project.path + "/bin/run.sh", 0o755)
    try project.git("-c", "core.autocrlf=false", "add", "--all")
    let raw = try project.git("hash-object", "-w", "--no-filters", "mixed.txt").dropLast()
    try project.git("update-index", "--cacheinfo", "100644,\(raw),mixed.txt")
    try project.git("commit", "--quiet", "--message", "x")
    let commit = try project.id(project.revision("HEAD"))
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
    #expect(workspace.text("mixed.txt") == "one\r\ntwo\n$Id$")
    #expect(access(workspace.file("bin/run.sh"), X_OK) == 0)
    #expect(kind(workspace.file("bin/link")) == S_IFLNK)
    let captured = try workspace.capture(excluding: [])
    #expect(captured.changes == [])
    #expect(captured.tree == (try project.tree()))
    #expect(try project.git("status", "--porcelain", in: workspace.contentPath) == "")

    chmod(workspace.file("bin/run.sh"), 0o644)
    unlink(workspace.file("empty"))
    symlink("bin", workspace.file("empty"))
    try workspace.write("a\r\nb\r\n", to: "Ordner mit ä/日本 語.txt")
    let changed = try workspace.capture(excluding: [])
    #expect(changed.changes.map(\.path) == ["Ordner mit ä/日本 語.txt", "bin/run.sh", "empty"])
    #expect(changed.changes.map(\.new?.mode) == [.file, .file, .symlink])
    try project.settle()
    #expect(
      try project.git("cat-file", "blob", changed.tree.text + ":Ordner mit ä/日本 語.txt")
        == "a\r\nb\r\n")
  }

  @Test func `ignore rules hold for untracked files only, litter whatever they say`() throws {
    let project = try TemporaryRepository()
    try project.commit([".gitignore": "*.log\nbuild/\n!keep.log\n", "a": "1"])
    try project.write("tracked", to: "build/tracked.log")
    try project.git("add", "--force", "build/tracked.log")
    let commit = try project.committed()
    try project.write("secret\n", to: ".git/info/exclude")
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
    for path in [
      "x.log", "keep.log", "build/out", "deep/.gitignore", "deep/local", "deep/y", "secret",
      "__pycache__/m.pyc", "z.pyc", "node_modules/p/index.js",
    ] {
      try workspace.write(path == "deep/.gitignore" ? "local\n!secret\n" : "x", to: path)
    }
    try workspace.write("changed", to: "build/tracked.log")
    let captured = try workspace.capture(excluding: ["__pycache__/", "*.pyc", "node_modules/"])
    #expect(
      captured.changes.map(\.path) == [
        "build/tracked.log", "deep/.gitignore", "deep/y", "keep.log",
      ])
  }

  @Test func `what is kept stays, at the top and in tracked folders, and all else goes`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1", "web/b": "1", "gone": "1"])
    try project.git("rm", "--quiet", "gone")
    let second = try project.committed(["a": "2"])
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: first, keeping: [])
    for path in [".build/x", "web/node_modules/m/i.js", "web/dist/x", "junk", "deep/junk"] {
      try workspace.write("x", to: path)
    }
    mkdir(workspace.file("empty"), 0o755)
    try workspace.switchTo(commit: second, keeping: [".build", "node_modules"])
    #expect(
      workspace.everything() == [
        "file .build/x", "file a", "file web/b", "file web/node_modules/m/i.js", "folder .build",
        "folder web", "folder web/node_modules", "folder web/node_modules/m",
      ])
    try workspace.switchTo(commit: second, keeping: [])
    #expect(workspace.everything() == ["file a", "file web/b", "folder web"])
  }

  @Test func `an unchanged file keeps its inode over a switch`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1", "b": "1"])
    let second = try project.committed(["b": "2"])
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: first, keeping: [])
    let before = inode(workspace.file("a"))
    try workspace.switchTo(commit: second, keeping: [])
    #expect(inode(workspace.file("a")) == before)
    #expect(workspace.text("b") == "2")
  }

  private func inode(_ path: String) -> ino_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_ino : 0
  }

  @Test func `submodules are empty folders and stay as they were`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1"])
    let head = try project.revision("HEAD")
    try project.git("update-index", "--add", "--cacheinfo", "160000,\(head),lib/sub")
    try project.git("commit", "--quiet", "--message", "sub")
    let commit = try project.id(project.revision("HEAD"))
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
    #expect(workspace.everything() == ["file a", "folder lib", "folder lib/sub"])
    try workspace.write("x", to: "lib/sub/file")
    #expect(try workspace.capture(excluding: []).changes == [])
    try workspace.switchTo(commit: commit, keeping: [])
    #expect(workspace.everything() == ["file a", "folder lib", "folder lib/sub"])
  }

  @Test func `a file too large, or too many of them, is refused by name`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1"])
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
    try workspace.write("0123456789", to: "big")
    #expect(
      reason { () throws(GitError) in
        try workspace.capture(excluding: [], limits: CaptureLimits(fileBytesMax: 9))
      } == .fileTooLarge(path: "big", bytes: 10, limit: 9))
    try workspace.write("x", to: "another")
    #expect(
      reason { () throws(GitError) in
        try workspace.capture(excluding: [], limits: CaptureLimits(changesMax: 1))
      } == .tooManyChanges(limit: 1))
    #expect(
      reason { () throws(GitError) in
        try workspace.capture(excluding: [], limits: CaptureLimits(totalBytesMax: 10))
      } == .tooMuchContent(limit: 10))
  }

  @Test func `nothing of the user's changes over a whole cycle`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1\n", "b": "2\n"])
    try project.write("uncommitted\n", to: "a")
    try project.git("add", "a")
    try project.write("later\n", to: "b")
    let watched = [".git/index", ".git/HEAD", ".git/refs/heads/main", ".git/config", "a", "b"]
    func digests() -> [Digest?] {
      watched.map { FileManager.default.contents(atPath: project.path + "/" + $0) }
        .map { $0.map { Digest.sha256(of: $0) } }
    }
    let before = digests()
    let repository = try project.open()
    let workspace = try project.workspace(repository)
    try workspace.switchTo(commit: commit, keeping: [])
    try workspace.write("agent\n", to: "a")
    let captured = try workspace.capture(excluding: [])
    let sealed = try repository.createCommit(
      tree: captured.tree, parents: [commit], message: "seal", identity: identity)
    try repository.createReference("refs/orchestrate/039/x", to: sealed)
    _ = try repository.merge(base: project.tree(), ours: project.tree(), theirs: captured.tree)
    _ = try repository.uncommittedChangeCount()
    try workspace.remove()
    #expect(digests() == before)
    #expect(try project.git("fsck", "--strict") == "")
  }

  @Test func `a workspace is open once, free when let go, and removed with all of it`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1\n"])
    let repository = try project.open()
    var workspace: Workspace? = try project.workspace(repository)
    try workspace?.switchTo(commit: commit, keeping: [])
    #expect(
      reason { () throws(GitError) in
        try Workspace.open(directory: workspace?.directory ?? "", project: repository)
      } == .locked)
    let copy = try #require(DescriptorCopy(of: (workspace?.directory ?? "") + "/lock"))
    workspace = nil
    let again = try withExtendedLifetime(copy) { try project.workspace(repository) }
    #expect(try again.capture(excluding: []).changes == [])
    try again.remove()
    #expect(kind(again.directory) == 0)
  }

  @Test func `one that was made ready for a tree is handed over at a commit of it, and no other`()
    throws
  {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1\n"])
    let second = try project.committed(["a": "2\n", "lib/b": "3\n"])
    let repository = try project.open()
    let (old, new) = (try repository.tree(ofCommit: first), try repository.tree(ofCommit: second))
    let directory = project.container + "/workspace"
    func handOver(_ tree: ObjectID) throws -> Bool {
      try Workspace.handOver(directory, holding: tree, at: second)
    }
    try project.workspace(repository).switchTo(commit: first, keeping: [])
    #expect(try !handOver(old), "it has an agent's repository already")
    try project.workspace(repository).write("left over\n", to: "lib/c")
    try project.workspace(repository).clear()
    #expect(try !handOver(old), "what it held is forgotten")
    // A worker that was late.
    try project.workspace(repository).write("left over\n", to: ".git/config")
    try project.workspace(repository).makeReady(tree: new, keeping: [])
    #expect(try !handOver(old), "it was made ready for another")
    #expect(kind(directory + "/tree/.git") == 0, "nobody has claimed it")
    #expect(try handOver(new))
    #expect(try !handOver(new), "it was handed over")
    try project.workspace(repository).makeReady(tree: new, keeping: [])
    #expect(try handOver(new), "cleared or not, it is made ready from the beginning")

    let place = directory + "/tree"
    #expect(try project.git("rev-parse", "HEAD", in: place) == second.text + "\n")
    #expect(try project.git("status", "--porcelain", in: place) == "")
    #expect(try project.git("ls-files", in: place) == "a\nlib/b\n")
    #expect(try project.git("fsck", "--strict", in: place) == "")
    let captured = try project.workspace(repository).capture(excluding: [])
    #expect(captured.tree == new && captured.changes == [])
  }

  @Test func `a switch that a crash cut short is made good by the next`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1\n", "lib/b": "2\n"])
    let repository = try project.open()
    let directory = project.container + "/workspace"
    try Workspace.open(directory: directory, project: repository)
      .switchTo(commit: commit, keeping: [])
    // What a crash can leave: no base, a lock, half a repository, a damaged index, old trash.
    unlink(directory + "/base")
    unlink(directory + "/tree/lib/b")
    mkdir(directory + "/agent.git", 0o755)
    mkdir(directory + "/trash/1", 0o755)
    close(open(directory + "/index.lock", O_CREAT | O_WRONLY, 0o600))
    truncate(directory + "/index", 20)
    let workspace = try Workspace.open(directory: directory, project: repository)
    #expect(reason { () throws(GitError) in try workspace.capture(excluding: []) } == .notSwitched)
    try workspace.switchTo(commit: commit, keeping: [])
    #expect(workspace.everything() == ["file a", "file lib/b", "folder lib"])
    #expect(try project.git("status", "--porcelain", in: workspace.contentPath) == "")
    #expect(try workspace.capture(excluding: []).changes == [])
  }

  @Test(arguments: [0, 0o400, 0o500] as [mode_t])
  func `a working folder that an agent closed is opened for the next`(mode: mode_t) throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1\n"])
    let repository = try project.open()
    try project.workspace(repository).switchTo(commit: commit, keeping: [])
    let place = project.container + "/workspace/tree"
    chmod(place, mode)
    let workspace = try project.workspace(repository)
    var status = stat()
    #expect(stat(place, &status) == 0 && status.st_mode & 0o700 == 0o700)
    try workspace.switchTo(commit: commit, keeping: [])
    #expect(workspace.everything() == ["file a"])
  }

  @Test(arguments: ["gone", "empty", "damaged"])
  func `what was deleted is missed where what was remembered of the files is lost`(what: String)
    throws
  {
    let project = try TemporaryRepository()
    try project.commit(["a": "1\n", "lib/b": "2\n", "kept.log": "3\n"])
    let commit = try project.committed([".gitignore": "*.log\n"])
    let repository = try project.open()
    try project.workspace(repository).switchTo(commit: commit, keeping: [])
    let directory = project.container + "/workspace"
    unlink(directory + "/tree/lib/b")
    try project.workspace(repository).write("changed\n", to: "kept.log")
    switch what {
    case "gone": unlink(directory + "/index")
    case "empty": truncate(directory + "/index", 0)
    default: truncate(directory + "/index", 20)
    }
    let captured = try project.workspace(repository).capture(excluding: [])
    #expect(captured.changes.map(\.path) == ["kept.log", "lib/b"])
    #expect(try project.workspace(repository).capture(excluding: []) == captured)
  }

  @Test func `a tracked name that is not UTF-8 is checked out and stays, but can't change`() throws
  {
    let project = try TemporaryRepository()
    try project.commit(["a": "1"])
    try project.write("100644 blob \(project.revision("HEAD:a"))\tcaf", to: "entry")
    let entry = open(project.path + "/entry", O_WRONLY | O_APPEND)
    write(entry, [UInt8]([0xe9, 0]), 2)
    close(entry)
    #expect(
      try project.gitOutcome(["-c", "alias.m=!git mktree -z < entry > tree", "m"]).code == 0)
    let text = try #require(FileManager.default.contents(atPath: project.path + "/tree"))
    let tree = try project.id(String(decoding: text.prefix(40), as: UTF8.self))
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(tree: tree, agentRepositoryAt: nil, keeping: [])
    try workspace.write("new", to: "b")
    #expect(try workspace.capture(excluding: []).changes.map(\.path) == ["b"])
    let name: [CChar] = Array(workspace.file("caf").utf8CString.dropLast()) + [-23, 0]
    #expect(unlink(name) == 0)
    #expect(reason { () throws(GitError) in try workspace.capture(excluding: []) } == .invalidName)
  }
}

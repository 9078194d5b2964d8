// SPDX-License-Identifier: Apache-2.0
// What an agent may leave behind, on purpose or not.

import Domain
import FoundationEssentials
import Git
import Glibc
import TestKit
import Testing

@Suite struct HostileWorkspaceTests {
  private let project: TemporaryRepository
  private let commit: ObjectID
  private let workspace: Workspace
  /// A folder beside the workspace that nothing may ever change.
  private let outside: String

  init() throws {
    project = try TemporaryRepository()
    commit = try project.committed([
      "a": "1\n", "lib/b": "2\n", "lib/c": "3\n", "deep/er/d": "4\n",
    ])
    workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
    outside = project.container + "/outside"
    mkdir(outside, 0o755)
    for name in ["b", "precious", "config"] { try "mine".write(toFile: outside + "/" + name) }
  }

  private static let clean = [
    "file a", "file deep/er/d", "file lib/b", "file lib/c", "folder deep", "folder deep/er",
    "folder lib",
  ]

  private func expectExact() throws {
    try workspace.switchTo(commit: commit, keeping: [])
    #expect(workspace.everything() == Self.clean)
    #expect(try project.git("status", "--porcelain", in: workspace.contentPath) == "")
    #expect(try workspace.capture(excluding: []).changes == [])
    for name in ["b", "precious", "config"] {
      #expect(FileManager.default.contents(atPath: outside + "/" + name) == Data("mine".utf8))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside).count == 3)
  }

  private func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: workspace.file(name))
  }

  @Test func `a link in a folder's place is captured as a link and never written through`() throws {
    try remove("lib")
    symlink("deep/er", workspace.file("lib"))
    let captured = try workspace.capture(excluding: [])
    #expect(try project.listing(captured.tree) == ["100644 a", "100644 deep/er/d", "120000 lib"])
    try expectExact()
  }

  @Test func `a link in a file's place is replaced, not written through`() throws {
    try remove("lib/b")
    symlink("../a", workspace.file("lib/b"))
    let captured = try workspace.capture(excluding: [])
    #expect(captured.changes.map(\.new?.mode) == [.symlink])
    try expectExact()
  }

  @Test func `a link that leads out is refused by name, and never written through`() throws {
    for target in [outside, outside + "/b", "../..", "../../x", "er/../../..", "/etc/passwd"] {
      try remove("lib/b")
      symlink(target, workspace.file("lib/b"))
      #expect { try workspace.capture(excluding: []) } throws: { error in
        "\(error)".contains("lib/b") && "\(error)".contains("leads out")
      }
      try expectExact()
    }
  }

  @Test func `a second name of a file outside is not written through`() throws {
    try remove("lib/b")
    link(outside + "/b", workspace.file("lib/b"))
    #expect(try workspace.capture(excluding: []).changes.map(\.path) == ["lib/b"])
    try expectExact()
  }

  @Test func `a git directory that leads elsewhere is replaced, not followed`() throws {
    try remove(".git")
    symlink(outside, workspace.file(".git"))
    #expect(try workspace.capture(excluding: []).changes == [])
    try expectExact()
  }

  @Test func `hooks, filters and settings of the agent's repository never run`() throws {
    let mark = project.container + "/ran"
    let hook = "#!/bin/sh\ntouch '\(mark)'\n"
    for name in ["post-checkout", "pre-commit", "reference-transaction", "post-index-change"] {
      try workspace.write(hook, to: ".git/hooks/" + name)
      chmod(workspace.file(".git/hooks/" + name), 0o755)
    }
    try workspace.write("[filter \"x\"]\nclean = touch '\(mark)'\n", to: ".git/config")
    try workspace.write("* filter=x\n", to: ".gitattributes")
    try workspace.write("2\n", to: "a")
    let captured = try workspace.capture(excluding: [])
    #expect(captured.changes.map(\.path) == [".gitattributes", "a"])
    try workspace.switchTo(tree: captured.tree, agentRepositoryAt: commit, keeping: [])
    #expect(kind(mark) == 0)
    #expect(kind(workspace.file(".git/hooks")) == 0)
  }

  @Test func `a FIFO, also as an ignore file, is noted and never waited for`() throws {
    mkfifo(workspace.file("pipe"), 0o644)
    mkfifo(workspace.file(".gitignore"), 0o644)
    try remove("a")
    mkfifo(workspace.file("a"), 0o644)
    let captured = try workspace.capture(excluding: [])
    #expect(captured.changes.map(\.path) == ["a"])
    #expect(
      captured.notes
        == [".gitignore", "a", "pipe"].map {
          "\($0) was left out: it is neither a file nor a link"
        })
    try expectExact()
  }

  @Test func `notes have an end`() throws {
    for number in 0..<200 { mkfifo(workspace.file("pipe\(number)"), 0o644) }
    let notes = try workspace.capture(excluding: []).notes
    #expect(notes.count == 51)
    #expect(notes.last == "and 150 more were left out")
    try expectExact()
  }

  @Test func `a nested repository's files are taken, its history is not`() throws {
    try project.git("init", "--quiet", workspace.file("nested"))
    try workspace.write("n\n", to: "nested/file")
    try project.git("add", "file", in: workspace.file("nested"))
    try workspace.write("gitdir: /elsewhere\n", to: "lib/.GIT")
    let captured = try workspace.capture(excluding: [])
    #expect(captured.changes.map(\.path) == ["nested/file"])
    #expect(
      captured.notes
        == ["lib/.GIT", "nested/.git"].map {
          "\($0) was left out: it is a git directory"
        })
    try expectExact()
  }

  @Test func `a file becomes a folder and a folder a file`() throws {
    try remove("a")
    try remove("lib")
    try workspace.write("x\n", to: "a/b/c")
    try workspace.write("y\n", to: "lib")
    let captured = try workspace.capture(excluding: [])
    #expect(
      try project.listing(captured.tree) == ["100644 a/b/c", "100644 deep/er/d", "100644 lib"])
    try workspace.switchTo(tree: captured.tree, agentRepositoryAt: nil, keeping: [])
    #expect(
      workspace.everything() == [
        "file a/b/c", "file deep/er/d", "file lib", "folder a", "folder a/b", "folder deep",
        "folder deep/er",
      ])
    try expectExact()
  }

  @Test func `folders without permissions are opened, emptied and removed`() throws {
    try workspace.write("x", to: "closed/in/x")
    chmod(workspace.file("closed/in"), 0)
    chmod(workspace.file("closed"), 0)
    chmod(workspace.file("lib/b"), 0)
    chmod(workspace.file("lib"), 0)
    try expectExact()
  }

  @Test func `folders without end are refused to read, and removed`() throws {
    var folder = try openFolder(workspace.contentPath)
    for _ in 0..<3000 {
      mkdirat(folder, "d", 0o755)
      let next = openat(folder, "d", O_RDONLY | O_DIRECTORY)
      close(folder)
      folder = next
    }
    close(folder)
    #expect(reason { () throws(GitError) in try workspace.capture(excluding: []) } == .invalidName)
    try expectExact()
  }

  private func openFolder(_ path: String) throws -> Int32 {
    let folder = open(path, O_RDONLY | O_DIRECTORY)
    return try #require(folder >= 0 ? folder : nil)
  }

  @Test(arguments: [[UInt8]("new\nline".utf8), [0x66, 0xff, 0x66], [0x07]])
  func `a name that can't be told is refused, named, and removed`(name: [UInt8]) throws {
    let folder = try openFolder(workspace.contentPath)
    defer { close(folder) }
    let path = name.map { CChar(bitPattern: $0) } + [0]
    close(openat(folder, path, O_CREAT | O_WRONLY, 0o644))
    do throws(GitError) {
      _ = try workspace.capture(excluding: [])
      Issue.record("captured")
    } catch {
      #expect(error.reason == .invalidName)
      #expect(error.description.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
    }
    try expectExact()
  }

  @Test func `a sparse file of a terabyte is refused without being read`() throws {
    close(open(workspace.file("huge"), O_CREAT | O_WRONLY, 0o644))
    truncate(workspace.file("huge"), 1 << 40)
    #expect(
      reason { () throws(GitError) in try workspace.capture(excluding: []) }
        == .fileTooLarge(path: "huge", bytes: 1 << 40, limit: 50_000_000))
    try expectExact()
  }

  @Test func `an edit that hides behind an old time is found`() throws {
    var status = stat()
    lstat(workspace.file("a"), &status)
    let file = open(workspace.file("a"), O_WRONLY)
    write(file, "X", 1)
    close(file)
    var times = [status.st_atim, status.st_mtim]
    utimensat(AT_FDCWD, workspace.file("a"), &times, 0)
    #expect(try workspace.capture(excluding: []).changes.map(\.path) == ["a"])
    try expectExact()
  }

  @Test func `the working folder itself may be gone, or a link`() throws {
    let directory = workspace.directory + "-2"
    do {
      let second = try Workspace.open(directory: directory, project: project.open())
      try second.switchTo(commit: commit, keeping: [])
    }
    try FileManager.default.removeItem(atPath: directory + "/tree")
    symlink(outside, directory + "/tree")
    let second = try Workspace.open(directory: directory, project: project.open())
    try second.switchTo(commit: commit, keeping: [])
    #expect(second.everything() == Self.clean)
    try expectExact()
  }
}

extension String {
  fileprivate func write(toFile path: String) throws {
    try Data(utf8).write(to: URL(fileURLWithPath: path))
  }
}

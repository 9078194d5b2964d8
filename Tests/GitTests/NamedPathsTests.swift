// SPDX-License-Identifier: Apache-2.0
// Captures and restorations of named paths, which must come to the same as those of everything.

import Domain
import FoundationEssentials
import Git
import Glibc
import TestKit
import Testing

@Suite struct NamedPathsTests {
  private static let files = [
    "a.txt": "one\n", "lib/b.txt": "two\n", "lib/c.txt": "three\n", "lib/deep/d.txt": "four\n",
    "place": "file\n", "folder/e.txt": "five\n", ".gitignore": "*.log\nbuild/\n",
    "Ordner mit ä/日本 語.txt": "six\n",
  ]

  private let project: TemporaryRepository
  private let repository: Repository
  private let workspace: Workspace

  init() throws {
    project = try TemporaryRepository()
    for (path, text) in Self.files { try project.write(text, to: path) }
    try project.write("tracked\n", to: "build/tracked.log")
    symlink("a.txt", project.path + "/link")
    try project.git("add", "--force", "build/tracked.log")
    let commit = try project.committed()
    repository = try project.open()
    workspace = try project.workspace(repository)
    try workspace.switchTo(commit: commit, keeping: [])
  }

  @Test func `only what is named is captured`() throws {
    try workspace.write("changed\n", to: "a.txt")
    try workspace.write("changed\n", to: "lib/b.txt")
    try workspace.write("new\n", to: "lib/new/file")
    let captured = try workspace.capture(paths: ["lib/new/file", "a.txt"], excluding: [])
    #expect(captured.changes.map(\.path) == ["a.txt", "lib/new/file"])
    try project.settle()
    #expect(try project.git("show", captured.tree.text + ":a.txt") == "changed\n")
    #expect(try project.git("show", captured.tree.text + ":lib/b.txt") == "two\n")
    try project.git("fsck", "--strict")
  }

  @Test(arguments: [
    ("a mode", ["lib/b.txt"]), ("a link", ["a.txt"]), ("a deletion", ["lib/deep/d.txt"]),
    ("a folder's deletion", ["lib"]), ("a file becomes a folder", ["place", "place/in/it"]),
    ("a folder becomes a file", ["folder/e.txt"]), ("a folder becomes a link", ["folder"]),
    ("ignored and new", ["x.log", "build/new", "build/tracked.log"]),
    ("a name beyond ASCII", ["Ordner mit ä/日本 語.txt"]), ("a repository within", ["nested"]),
  ])
  func `capturing the changed paths comes to the same as capturing everything`(
    what: String, paths: [String]
  ) throws {
    try change(what)
    let named = try workspace.capture(paths: paths, excluding: [])
    let all = try workspace.capture(excluding: [])
    #expect(named.tree == all.tree)
    #expect(named.changes == all.changes)
    #expect(try repository.changes(from: workspace.base(), to: named.tree) == named.changes)
  }

  @Test(arguments: [
    "a mode", "a link", "a deletion", "a folder's deletion", "a file becomes a folder",
    "a folder becomes a file", "a folder becomes a link", "ignored and new", "a name beyond ASCII",
    "a repository within", "a folder that is closed",
  ])
  func `restoring the changed paths leaves nothing changed`(what: String) throws {
    try change(what)
    let before = try workspace.capture(excluding: [])
    try workspace.restore(paths: before.changes.map(\.path), to: workspace.base())
    #expect(try workspace.capture(excluding: []).changes == [])
    // A switch compares each file with its blob, whatever is remembered of it.
    let held = workspace.everything().filter { !$0.contains("ignored") }
    try workspace.switchTo(
      tree: workspace.base(), agentRepositoryAt: nil, keeping: ["*.log", "build/", "nested/"])
    #expect(workspace.everything().filter { !$0.contains("ignored") } == held)
  }

  @Test func `a restoration touches nothing that is not named`() throws {
    for path in ["a.txt", "lib/b.txt", "lib/new", "other/new"] {
      try workspace.write("changed\n", to: path)
    }
    try workspace.restore(paths: ["lib/b.txt", "lib/new", "nowhere/at all"], to: workspace.base())
    #expect(workspace.text("lib/b.txt") == "two\n")
    #expect(workspace.text("a.txt") == "changed\n")
    #expect(workspace.text("other/new") == "changed\n")
    #expect(workspace.text("lib/new") == nil)
    try workspace.restore(paths: ["other/new"], to: workspace.base())
    #expect(!workspace.everything().contains("folder other"))
  }

  @Test func `a restoration follows no link`() throws {
    let outside = project.container + "/outside"
    mkdir(outside, 0o755)
    try Data("kept\n".utf8).write(to: URL(fileURLWithPath: outside + "/e.txt"))
    try FileManager.default.removeItem(atPath: workspace.file("folder"))
    symlink(outside, workspace.file("folder"))
    try workspace.restore(paths: ["folder/e.txt"], to: workspace.base())
    #expect(workspace.text("folder/e.txt") == "five\n")
    #expect(kind(workspace.file("folder")) == S_IFDIR)
    #expect(FileManager.default.contents(atPath: outside + "/e.txt") == Data("kept\n".utf8))
  }

  @Test(arguments: [
    "../outside", "/etc/passwd", "", "lib/../../x", ".git/config", "lib/.GIT/hooks/x", "a//b",
    "nul\0byte",
  ])
  func `a path that leads out is refused before anything is touched`(path: String) throws {
    try workspace.write("changed\n", to: "a.txt")
    #expect(
      reason { () throws(GitError) in
        try workspace.capture(paths: ["a.txt", path], excluding: [])
      } == .invalidName)
    let base = try workspace.base()
    #expect(
      reason { () throws(GitError) in
        try workspace.restore(paths: ["a.txt", path], to: base)
      } == .invalidName)
    #expect(workspace.text("a.txt") == "changed\n")
  }

  @Test func `a link that leads out is refused where it is named`() throws {
    symlink("/etc/passwd", workspace.file("out"))
    #expect(try workspace.capture(paths: ["a.txt"], excluding: []).changes == [])
    #expect(
      reason { () throws(GitError) in
        try workspace.capture(paths: ["out"], excluding: [])
      } == .invalidName)
  }

  @Test func `litter that is named stays out, and so does what lies in a submodule`() throws {
    let tree = try repository.tree(
      applying: [.put(path: "sub", blob: project.id(project.revision("HEAD")), mode: .submodule)],
      to: workspace.base())
    try workspace.switchTo(tree: tree, agentRepositoryAt: nil, keeping: [])
    try workspace.write("x", to: "sub/inside")
    try workspace.write("x", to: "lib/cache/x.pyc")
    let paths = ["sub/inside", "sub", "lib/cache/x.pyc", "lib"]
    #expect(try workspace.capture(paths: paths, excluding: ["*.pyc"]).changes == [])
  }

  @Test func `random changes are captured and restored by their names`() throws {
    var generator = SeededGenerator(seed: 7)
    let base = try workspace.base()
    for _ in 0..<25 {
      for _ in 0..<6 { try changeAnything(&generator) }
      let all = try workspace.capture(excluding: [])
      let named = try workspace.capture(paths: all.changes.map(\.path), excluding: [])
      #expect(named.tree == all.tree)
      if Bool.random(using: &generator) {
        try workspace.restore(paths: all.changes.map(\.path), to: base)
        #expect(try workspace.capture(excluding: []).changes == [])
      }
    }
  }

  // MARK: Changes

  private func change(_ what: String) throws {
    func remove(_ path: String) throws {
      try FileManager.default.removeItem(atPath: workspace.file(path))
    }
    switch what {
    case "a mode": chmod(workspace.file("lib/b.txt"), 0o755)
    case "a link":
      try remove("a.txt")
      symlink("lib/b.txt", workspace.file("a.txt"))
    case "a deletion": try remove("lib/deep")
    case "a folder's deletion": try remove("lib")
    case "a file becomes a folder":
      try remove("place")
      try workspace.write("new\n", to: "place/in/it")
    case "a folder becomes a file":
      try remove("folder")
      try workspace.write("new\n", to: "folder")
    case "a folder becomes a link":
      try remove("folder")
      symlink("lib", workspace.file("folder"))
    case "ignored and new":
      try workspace.write("ignored", to: "x.log")
      try workspace.write("ignored", to: "build/new")
      try workspace.write("changed", to: "build/tracked.log")
    case "a name beyond ASCII": try workspace.write("changed", to: "Ordner mit ä/日本 語.txt")
    case "a repository within":
      try workspace.write("ref: refs/heads/main\n", to: "nested/.git/HEAD")
      try workspace.write("new\n", to: "nested/file")
    case "a folder that is closed":
      try workspace.write("changed\n", to: "lib/deep/d.txt")
      chmod(workspace.file("lib/deep"), 0o555)
    default: Issue.record("no change is called \(what)")
    }
  }

  private func changeAnything(_ generator: inout SeededGenerator) throws {
    let names = [
      "a.txt", "lib", "lib/b.txt", "lib/deep/d.txt", "place", "place/in", "folder", "new",
    ]
    let path = names.randomElement(using: &generator) ?? "a.txt"
    let file = workspace.file(path)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0, 1:
      // Fails where something of another kind is in the way, which is no change then.
      try? workspace.write("\(UInt64.random(in: 0...9, using: &generator))\n", to: path)
    case 2: try? FileManager.default.removeItem(atPath: file)
    case 3:
      try? FileManager.default.removeItem(atPath: file)
      symlink("a.txt", file)
    default:
      if kind(file) == S_IFREG { chmod(file, 0o755) }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// A person's files rescued, changed and brought back: attacked from every side.

import Domain
import FoundationEssentials
import Git
import Glibc
import TestKit
import Testing

@Suite struct WorkingTreeTests {
  /// Two commits, and then one of everything that is not committed.
  private func project() throws -> TemporaryRepository {
    let project = try TemporaryRepository(named: "prøject")
    try project.commit(
      ["src/a.txt": "one\n", "lib/b.txt": "two\n", ".gitignore": "ignored/\n", "run.sh": "#!\n"],
      message: "one")
    try project.commit(["src/a.txt": "uno\n", "src/c.txt": "new\n"], message: "two")
    try project.write("dirty\n", to: "src/a.txt")
    try project.write("staged\n", to: "lib/b.txt")
    try project.git("add", "lib/b.txt")
    try project.write("and more\n", to: "lib/b.txt")
    try project.write("nobody has this\n", to: "deep/er/untracked.txt")
    try project.write("mine\n", to: "ignored/secret")
    #expect(chmod(project.path + "/run.sh", 0o755) == 0)
    #expect(symlink("/nowhere", project.path + "/link") == 0)
    try project.write("0600\n", to: "private")
    #expect(chmod(project.path + "/private", 0o600) == 0)
    let odd = [UInt8(ascii: "b"), 0xff, UInt8(ascii: "!"), 0]
    let file = open(project.path + "/", O_RDONLY | O_DIRECTORY)
    defer { close(file) }
    let made = odd.withUnsafeBytes {
      openat(file, $0.baseAddress!.assumingMemoryBound(to: CChar.self), O_WRONLY | O_CREAT, 0o644)
    }
    #expect(write(made, "odd", 3) == 3)
    close(made)
    return project
  }

  /// Everything that a person could see: names, permissions, targets, content, and git's own view.
  private func everything(_ project: TemporaryRepository) throws -> String {
    let listing = try project.shell(
      "find . -path ./.git -prune -o -type d -o -printf '%p %m %l ' -exec md5sum {} + | sort; "
        + "find . -path ./.git -prune -o -printf '%p %m %l\\n' | sort; git rev-parse HEAD; "
        + "git diff --cached; git status --porcelain -z")
    return listing
  }

  private func change(
    _ project: TemporaryRepository, keepingUntracked: Bool, back: Int = 1
  ) throws -> (WorkingTree, FilesChange) {
    let repository = try project.open()
    let files = try WorkingTree(repository)
    let head = try project.id(project.revision("HEAD"))
    let target = try project.id(project.revision("HEAD~\(back)"))
    let snapshot = try files.capture(over: head)
    let after = try files.replacing(
      snapshot, by: target, over: head, keepingUntracked: keepingUntracked)
    let index = try #require(snapshot.index)
    return (
      files,
      FilesChange(
        branch: back == 0
          ? nil
          : .init(name: "refs/heads/main", commit: Shift(before: head, after: target)),
        files: Shift(before: snapshot.files, after: after),
        index: Shift(before: index, after: try repository.tree(ofCommit: target)),
        permissions: snapshot.permissions)
    )
  }

  private func reversed(_ change: FilesChange) -> FilesChange {
    FilesChange(
      branch: change.branch.map { .init(name: $0.name, commit: $0.commit.reversed) },
      files: change.files.reversed, index: change.index?.reversed,
      permissions: change.permissions)
  }

  @Test func `the rescue has every file that is not ignored, as it is`() throws {
    let project = try project()
    let (_, change) = try change(project, keepingUntracked: false)
    try project.settle()
    let listing = try project.git(
      "ls-tree", "-r", "--format=%(objectmode) %(path)", change.files.before.text)
    for line in [
      "100644 deep/er/untracked.txt", "120000 link", "100755 run.sh", "100644 src/a.txt",
      "100644 private", #"100644 "b\377!""#,
    ] {
      #expect(listing.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
    #expect(!listing.contains("ignored/"))
    #expect(try project.git("show", "\(change.files.before.text):src/a.txt") == "dirty\n")
  }

  @Test(arguments: [true, false])
  func `what is taken back comes back to the last byte`(keepingUntracked: Bool) throws {
    let project = try project()
    let before = try everything(project)
    let (files, change) = try change(project, keepingUntracked: keepingUntracked)
    try files.carryOut(change)
    #expect(try files.differences(from: change).isEmpty)
    let status = try project.git("status", "--porcelain")
    #expect(status.isEmpty != keepingUntracked, "\(status)")
    #expect(try project.git("show", "HEAD:src/a.txt") == "one\n")
    #expect(try project.read("ignored/secret") == "mine\n")
    #expect(access(project.path + "/deep", F_OK) == (keepingUntracked ? 0 : -1))
    try files.carryOut(reversed(change))
    #expect(try everything(project) == before)
  }

  @Test func `a file that was saved since the rescue stops everything before anything is touched`()
    throws
  {
    let project = try project()
    let (files, change) = try change(project, keepingUntracked: false)
    try project.write("saved just now\n", to: "src/c.txt")
    let before = try everything(project)
    let error = #expect(throws: GitError.self) { try files.carryOut(change) }
    #expect(error?.reason == .conflict(path: "src/c.txt"))
    #expect(try everything(project) == before)
  }

  @Test func `what was staged since stops before the branch moves`() throws {
    let project = try project()
    let (files, change) = try change(project, keepingUntracked: true)
    try project.git("add", "run.sh")
    let head = try project.revision("HEAD")
    let error = #expect(throws: GitError.self) { try files.carryOut(change) }
    #expect(error?.reason == .modified)
    #expect(try project.revision("HEAD") == head)
  }

  @Test func `doing it again after a crash goes on where it stopped`() throws {
    let project = try project()
    let (files, change) = try change(project, keepingUntracked: false)
    // Two of the files are as they will be, and one had been taken away when the process died.
    try project.write("one\n", to: "src/a.txt")
    unlink(project.path + "/link")
    unlink(project.path + "/lib/b.txt")
    let stopped = #expect(throws: GitError.self) { try files.carryOut(change) }
    #expect(stopped?.reason == .conflict(path: "lib/b.txt"))
    try files.finish(change)
    #expect(try files.differences(from: change).isEmpty)
    try files.finish(change)
    #expect(try project.git("status", "--porcelain").isEmpty)
  }

  @Test func `single paths are changed without a look at anything else`() throws {
    let project = try project()
    let repository = try project.open()
    let files = try WorkingTree(repository)
    let head = try project.id(project.revision("HEAD"))
    let snapshot = try files.capture(
      ["src", "deep"], over: head, comparedWith: [repository.tree(ofCommit: head)])
    #expect(Set(snapshot.paths) == ["src/a.txt", "src/c.txt", "deep/er/untracked.txt"])
    let change = FilesChange(
      branch: nil,
      files: Shift(
        before: snapshot.files,
        after: try files.replacing(snapshot, at: ["src", "deep"], by: head)),
      index: nil, permissions: snapshot.permissions)
    try files.carryOut(change)
    #expect(try project.read("src/a.txt") == "uno\n")
    #expect(access(project.path + "/deep", F_OK) != 0)
    #expect(try project.read("lib/b.txt") == "and more\n")
    try files.carryOut(reversed(change))
    #expect(try project.read("src/a.txt") == "dirty\n")
    #expect(try project.read("deep/er/untracked.txt") == "nobody has this\n")
  }

  @Test func `a file and a folder change places, and back`() throws {
    let project = try TemporaryRepository()
    try project.commit(["place": "a file\n", "other/x": "1\n", "other/y": "2\n"], message: "one")
    unlink(project.path + "/place")
    try project.git("rm", "-rq", "other")
    try project.commit(["place/inside": "a folder\n", "other": "a file\n"], message: "two")
    let before = try everything(project)
    let (files, change) = try change(project, keepingUntracked: true)
    try files.carryOut(change)
    #expect(try project.read("place") == "a file\n")
    #expect(try project.read("other/y") == "2\n")
    #expect(try project.git("status", "--porcelain").isEmpty)
    try files.carryOut(reversed(change))
    #expect(try everything(project) == before)
  }

  @Test func `an untracked file in the way of an older one is rescued, not lost`() throws {
    let project = try TemporaryRepository()
    try project.commit(["old": "tracked once\n"], message: "one")
    try project.git("rm", "-q", "old")
    try project.commit(message: "two")
    try project.write("precious\n", to: "old")
    let (files, change) = try change(project, keepingUntracked: true)
    try files.carryOut(change)
    #expect(try project.read("old") == "tracked once\n")
    #expect(try project.git("show", "\(change.files.before.text):old") == "precious\n")
    try files.carryOut(reversed(change))
    #expect(try project.read("old") == "precious\n")
  }

  @Test func `nothing is written through a link that took a folder's place`() throws {
    let project = try TemporaryRepository()
    try project.commit(["folder/file": "one\n"], message: "one")
    try project.commit(["folder/file": "two\n"], message: "two")
    let outside = project.container + "/outside"
    mkdir(outside, 0o755)
    try Data("theirs\n".utf8).write(to: URL(fileURLWithPath: outside + "/file"))
    unlink(project.path + "/folder/file")
    rmdir(project.path + "/folder")
    symlink(outside, project.path + "/folder")
    let before = try everything(project)
    let (files, change) = try change(project, keepingUntracked: true)
    try files.carryOut(change)
    #expect(try Data(contentsOf: URL(fileURLWithPath: outside + "/file")) == Data("theirs\n".utf8))
    #expect(try project.read("folder/file") == "one\n")
    try files.carryOut(reversed(change))
    #expect(try everything(project) == before)
  }

  @Test func `a repository inside the project, ignored files and our own folder stay`() throws {
    let project = try project()
    try project.write("x\n", to: "nested/x")
    try project.git("init", "-q", "nested")
    try project.write("state\n", to: ".claude/sessions/tasks.json")
    let (files, change) = try change(project, keepingUntracked: false, back: 0)
    try files.carryOut(change)
    #expect(try project.read("nested/x") == "x\n")
    #expect(access(project.path + "/nested/.git/HEAD", F_OK) == 0)
    #expect(try project.read(".claude/sessions/tasks.json") == "state\n")
    #expect(try project.read("ignored/secret") == "mine\n")
    #expect(access(project.path + "/deep", F_OK) != 0)
  }

  @Test func `a merge under way, conflicts and filters are refused`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1\n", ".gitattributes": "*.big filter=lfs\n"], message: "one")
    try project.git("switch", "-qc", "side")
    try project.commit(["a": "2\n"], message: "side")
    try project.git("switch", "-q", "main")
    try project.commit(["a": "3\n", "x.big": "pointer\n"], message: "main")
    try project.write("changed\n", to: "x.big")
    let (files, change) = try change(project, keepingUntracked: true, back: 0)
    let error = #expect(throws: GitError.self) { try files.carryOut(change) }
    #expect(error?.message.contains("filter lfs") == true)
    #expect(try project.read("x.big") == "changed\n")
    _ = try project.gitOutcome(["merge", "-q", "side"])
    let merging = #expect(throws: GitError.self) {
      try files.capture(over: try project.id(project.revision("HEAD")))
    }
    #expect(merging?.message.contains("under way") == true)
  }
}

extension TemporaryRepository {
  /// What a line of shell prints, run in the working tree.
  func shell(_ line: String) throws -> String {
    try git("-c", "alias.do=!cd \(path.quoted) && { \(line); }", "do")
  }

  /// A file of the working tree.
  func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)), as: UTF8.self)
  }
}

extension String {
  fileprivate var quoted: String { "'" + self + "'" }
}

// SPDX-License-Identifier: Apache-2.0
// Opening repositories of all kinds, and what is said about the odd ones.

import Domain
import FoundationEssentials
import Git
import TestKit
import Testing

@Suite struct RepositoryTests {
  @Test(arguments: ["project", "with space", "Übung ß 日本"])
  func `a repository is found from a folder below it, whatever its path`(name: String) throws {
    let project = try TemporaryRepository(named: name)
    let commit = try project.committed(["deep/er/a.txt": "a\n"])
    let repository = try Repository(discoveringFrom: project.path + "/deep/er")
    #expect(repository.workingDirectory == project.path)
    #expect(repository.gitDirectory == project.path + "/.git")
    #expect(repository.objectsDirectory == project.path + "/.git/objects")
    #expect(try repository.head() == .branch("main", commit))
    #expect(try repository.limitations() == [])
  }

  @Test func `a folder outside any repository is not found`() {
    #expect(reason { () throws(GitError) in try Repository(discoveringFrom: "/proc") } == .notFound)
  }

  @Test func `an empty repository has an unborn head and no recent files`() throws {
    let project = try TemporaryRepository()
    let repository = try project.open()
    #expect(try repository.head() == .unborn(branch: "main"))
    #expect(try repository.recentlyChangedFiles(limit: 10, commits: 5) == [])
    #expect(try repository.limitations() == [])
    #expect(reason { () throws(GitError) in try repository.resolve("HEAD") } == .notFound)
  }

  @Test func `a detached head is its commit`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1"])
    try project.committed(["a": "2"])
    try project.git("checkout", "--quiet", "--detach", "HEAD~1")
    #expect(try project.open().head() == .detached(commit))
  }

  @Test func `a linked worktree has its own head and the common objects`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1"])
    try project.git("worktree", "add", "--quiet", "-b", "side", project.container + "/linked")
    let repository = try Repository(discoveringFrom: project.container + "/linked")
    #expect(repository.workingDirectory == project.container + "/linked")
    #expect(repository.commonDirectory == project.path + "/.git")
    #expect(try repository.head() == .branch("side", commit))
    let workspace = try project.workspace(repository)
    try workspace.switchTo(commit: commit, keeping: [])
    #expect(workspace.text("a") == "1")
  }

  @Test func `SHA-256 names are refused with a remedy`() throws {
    let project = try TemporaryRepository(options: ["--object-format=sha256"])
    guard
      case .unsupportedRepository(let sentence) = reason({ () throws(GitError) in
        try Repository(discoveringFrom: project.path)
      })
    else {
      Issue.record("opened")
      return
    }
    #expect(sentence.contains("SHA-256"))
  }

  @Test func `an extension that changes nothing here is accepted`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1"])
    try project.git("config", "core.repositoryFormatVersion", "1")
    try project.git("config", "extensions.worktreeConfig", "true")
    #expect(try project.open().limitations() == [])
  }

  @Test func `each known limitation is named`() throws {
    let project = try TemporaryRepository()
    try project.commit([
      ".gitattributes": "*.bin filter=lfs -text\n", "sub/.gitattributes": "* filter=crypt\n",
      ".gitmodules": "", "a": "1",
    ])
    try project.git("config", "core.sparseCheckout", "true")
    try project.git("config", "remote.origin.promisor", "true")
    let found = try project.open().limitations()
    #expect(found.map(\.kind) == [.partialClone, .sparseCheckout, .filters, .submodules])
    #expect(found.map(\.isBlocking) == [true, false, false, false])
    #expect(found[2].sentence.contains("crypt, lfs"))
  }

  @Test func `a bare repository and a split index are named`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1"])
    try project.git("clone", "--quiet", "--bare", project.path, project.container + "/bare.git")
    let bare = try Repository(discoveringFrom: project.container + "/bare.git")
    #expect(try bare.limitations().map(\.kind) == [.bare])
    try project.git("update-index", "--split-index")
    #expect(try project.open().limitations().map(\.kind) == [.unreadableIndex])
  }

  @Test func `a shallow clone's log just ends`() throws {
    let project = try TemporaryRepository()
    for number in 1...3 { try project.commit(["a": "\(number)"]) }
    let clone = project.container + "/shallow"
    try project.git("clone", "--quiet", "--depth", "2", "file://" + project.path, clone)
    let repository = try Repository(discoveringFrom: clone)
    let head = try #require(try repository.head().commit)
    #expect(try repository.log(from: head, limit: 10).count == 2)
    #expect(try repository.recentlyChangedFiles(limit: 10, commits: 10) == ["a"])
    #expect(try repository.limitations().map(\.kind) == [.shallow])
    let workspace = try project.workspace(repository)
    try workspace.switchTo(commit: head, keeping: [])
    #expect(try project.git("rev-list", "--count", "HEAD", in: workspace.contentPath) == "2\n")
  }

  @Test func `uncommitted changes are counted and the index is left alone`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1", "b": "2", "c": "3", ".gitignore": "*.log\n"])
    let repository = try project.open()
    #expect(try repository.uncommittedChangeCount() == 0)
    try project.write("changed", to: "a")
    try project.write("staged", to: "b")
    try project.git("add", "b")
    try project.write("new", to: "new/one")
    try project.write("ignored", to: "x.log")
    let before = try Data(contentsOf: URL(fileURLWithPath: project.path + "/.git/index"))
    #expect(try repository.uncommittedChangeCount() == 3)
    #expect(try Data(contentsOf: URL(fileURLWithPath: project.path + "/.git/index")) == before)
  }

  @Test func `files that a sparse checkout leaves out are not uncommitted changes`() throws {
    let project = try TemporaryRepository()
    try project.commit(["in/a": "1", "out/b": "2"])
    try project.git("sparse-checkout", "set", "in")
    #expect(try project.open().uncommittedChangeCount() == 0)
  }

  @Test func `recently changed files come latest first, without those that are gone`() throws {
    let project = try TemporaryRepository()
    try project.commit(["old": "1", "gone": "1"])
    try project.commit(["middle": "1"])
    try project.git("rm", "--quiet", "gone")
    try project.commit(["new": "1"])
    let repository = try project.open()
    #expect(try repository.recentlyChangedFiles(limit: 10, commits: 5) == ["new", "middle", "old"])
    #expect(try repository.recentlyChangedFiles(limit: 10, commits: 2) == ["new", "middle"])
    #expect(try repository.recentlyChangedFiles(limit: 1, commits: 5) == ["new"])
  }
}

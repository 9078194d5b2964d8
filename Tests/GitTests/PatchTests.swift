// SPDX-License-Identifier: Apache-2.0
// Patches that fit, and those that must leave everything as it was.

import Domain
import Git
import Glibc
import TestKit
import Testing

@Suite struct PatchTests {
  private let project: TemporaryRepository
  private let workspace: Workspace
  private let base: ObjectID

  init() throws {
    project = try TemporaryRepository()
    let commit = try project.committed([
      "a": "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "lib/old": "x\ny\nz\n", "run": "#!/bin/sh\n",
    ])
    base = try project.tree()
    workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
  }

  private func apply(_ patch: String) throws(GitError) {
    try workspace.apply(patch: Array(patch.utf8))
  }

  @Test func `a patch of git's own makes the tree that git made it from`() throws {
    try project.git("mv", "lib/old", "lib/neu")
    try project.git("update-index", "--chmod=+x", "run")
    chmod(project.path + "/run", 0o755)
    symlink("a", project.path + "/link")
    try project.commit([
      "a": "0\n1\n2\n3\n4\n5\n6\n7\n8\nneun", "new/ü x": "n\n", "lib/neu": "x\ny\nZ\n",
    ])
    let patch = try project.git("diff", "--find-renames=40%", "HEAD~1", "HEAD")
    try apply(patch)
    #expect(try workspace.capture(excluding: []).tree == (try project.tree()))
  }

  @Test func `a patch applies to files as they are, uncommitted edits included`() throws {
    try workspace.write("1\n2\n3\n4\n5\n6\n7\n8\nnine\n", to: "a")
    chmod(workspace.file("run"), 0o755)
    try apply("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n-1\n+one\n 2\n 3\n")
    try apply("diff --git a/run b/run\n--- a/run\n+++ b/run\n@@ -1 +1,2 @@\n #!/bin/sh\n+true\n")
    #expect(workspace.text("a") == "one\n2\n3\n4\n5\n6\n7\n8\nnine\n")
    #expect(access(workspace.file("run"), X_OK) == 0)
  }

  @Test func `a deletion removes the file`() throws {
    try apply(
      "diff --git a/run b/run\ndeleted file mode 100644\n"
        + "--- a/run\n+++ /dev/null\n@@ -1 +0,0 @@\n-#!/bin/sh\n")
    #expect(try workspace.capture(excluding: []).changes.map(\.path) == ["run"])
    #expect(workspace.text("run") == nil)
  }

  @Test func `a patch that doesn't fit names the file and changes nothing`() throws {
    let good = "diff --git a/run b/run\n--- a/run\n+++ b/run\n@@ -1 +1,2 @@\n #!/bin/sh\n+true\n"
    let bad = "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-other\n+one\n 2\n"
    #expect(
      reason { () throws(GitError) in try apply(good + bad) } == .patchDoesNotApply(path: "a"))
    #expect(
      reason { () throws(GitError) in
        try apply("diff --git a/none b/none\n--- a/none\n+++ b/none\n@@ -1 +1 @@\n-a\n+b\n")
      }
        == .patchDoesNotApply(path: "none"))
    #expect(try workspace.capture(excluding: []).changes == [])
  }

  @Test(arguments: [
    "", "no patch at all\n", "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ nonsense\n",
    "diff --git a/a b/a\nindex 1..2 100644\nGIT binary patch\nliteral 1\nIcmZPo000310RR91\n\n",
    "diff --git a/a b/a\nindex 1..2 100644\nBinary files a/a and b/a differ\n",
    "diff --git a/s b/s\nnew file mode 160000\nindex 0000000..1111111\n--- /dev/null\n+++ b/s\n"
      + "@@ -0,0 +1 @@\n+Subproject commit 1111111111111111111111111111111111111111\n",
  ])
  func `what is no text patch is refused`(patch: String) throws {
    #expect(reason { () throws(GitError) in try apply(patch) } == .malformedPatch)
    #expect(try workspace.capture(excluding: []).changes == [])
  }

  @Test(arguments: ["../escape", ".git/hooks/pre-commit", "x/../../y", ".GIT/config"])
  func `a patch can't leave the workspace`(path: String) throws {
    let patch =
      "diff --git a/\(path) b/\(path)\nnew file mode 100644\n"
      + "--- /dev/null\n+++ b/\(path)\n@@ -0,0 +1 @@\n+x\n"
    #expect(reason { () throws(GitError) in try apply(patch) } != nil)
    #expect(kind(workspace.directory + "/escape") == 0)
    #expect(kind(workspace.file(".git/hooks")) == 0)
    #expect(try workspace.capture(excluding: []).changes == [])
  }

  @Test func `a patch is not written through a link`() throws {
    let outside = project.container + "/outside"
    mkdir(outside, 0o755)
    symlink(outside, workspace.file("door"))
    let patch =
      "diff --git a/door/x b/door/x\nnew file mode 100644\n"
      + "--- /dev/null\n+++ b/door/x\n@@ -0,0 +1 @@\n+x\n"
    #expect(reason { () throws(GitError) in try apply(patch) } != nil)
    #expect(kind(outside + "/x") == 0)
  }
}

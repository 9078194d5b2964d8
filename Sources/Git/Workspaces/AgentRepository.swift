// SPDX-License-Identifier: Apache-2.0
// The git repository that an agent finds in its workspace.

import Domain
import Glibc

/// Writes a small git repository for an agent: a branch at a commit, the project's objects
/// borrowed, an index under which `git status` is clean. Nothing of ours ever opens it again.
struct AgentRepository {
  let project: Repository
  /// The index to copy.
  let index: String

  /// Writes what is the same for every tree and commit into a new folder of ours, from which it is
  /// moved to its place.
  func layOut(at path: String) throws(GitError) {
    for folder in [
      "", "/objects", "/objects/info", "/objects/pack", "/refs", "/refs/heads", "/info",
    ] {
      guard mkdir(path + folder, 0o755) == 0 else { throw .system("make \(path + folder)") }
    }
    try Self.writeText("ref: refs/heads/orchestrate\n", path + "/HEAD")
    try Self.writeText(project.objectsDirectory + "\n", path + "/objects/info/alternates")
    try Self.writeText(Self.configuration, path + "/config")
    try Self.writeText(Self.attributes, path + "/info/attributes")
    try copy(project.commonDirectory, "info/exclude", to: path + "/info/exclude")
    if project.isShallow { try copy(project.commonDirectory, "shallow", to: path + "/shallow") }
  }

  /// Adds the index to a repository that was laid out.
  func addIndex(to path: String) throws(GitError) {
    // The agent's git looks for the commit on the disk.
    try project.makeObjectsDurable()
    try copy(index, to: path + "/index")
  }

  /// Puts the branch of a repository that was laid out at a commit.
  static func point(_ path: String, at commit: ObjectID) throws(GitError) {
    try writeText(commit.text + "\n", path + "/refs/heads/orchestrate")
  }

  private static let configuration = """
    [core]
    \trepositoryformatversion = 0
    \tfilemode = true
    \tbare = false
    \tautocrlf = false
    \tfsync = none
    [gc]
    \tauto = 0
    [maintenance]
    \tauto = false

    """

  /// What an agent's git shows is what is read from its files: bytes, unconverted.
  private static let attributes = "* -text -filter -ident -working-tree-encoding\n"

  private static func writeText(_ text: String, _ path: String) throws(GitError) {
    try createFile(Array(text.utf8), path)
  }

  /// Copies a file that may be missing.
  private func copy(_ folder: String, _ name: String, to path: String) throws(GitError) {
    guard access(folder + "/" + name, R_OK) == 0 else { return }
    try copy(folder + "/" + name, to: path)
  }

  private func copy(_ source: String, to path: String) throws(GitError) {
    let slash = source.lastIndex(of: "/") ?? source.startIndex
    let folder = try Directory(path: String(source[..<slash]))
    let name = BytePath(String(source[source.index(after: slash)...]))
    guard let (bytes, _) = try folder.contents(of: name, path: name, limit: Int.max) else {
      throw GitError(.notFound, operation: "copy \(source)", message: "it is not a file")
    }
    try createFile(bytes, path)
  }
}

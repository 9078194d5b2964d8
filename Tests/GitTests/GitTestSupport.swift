// SPDX-License-Identifier: Apache-2.0
// What the tests of repositories and workspaces share.

import Domain
import FoundationEssentials
import Git
import Glibc
import TestKit

extension TemporaryRepository {
  func open() throws -> Repository { try Repository(discoveringFrom: path) }

  /// Writes files, commits them, and gives the commit.
  @discardableResult
  func committed(_ files: [String: String] = [:]) throws -> ObjectID {
    try id(commit(files))
  }

  /// The tree of a revision.
  func tree(_ revision: String = "HEAD") throws -> ObjectID {
    try id(self.revision(revision + "^{tree}"))
  }

  func id(_ text: String) throws -> ObjectID {
    guard let id = ObjectID(text) else { throw Failure(description: "no object id: \(text)") }
    return id
  }

  /// Writes what this process stored, so that git finds what no ref leads to.
  func settle() throws { try open().makeObjectsDurable() }

  /// A tree's files as `mode path` lines, sorted by git.
  func listing(_ tree: ObjectID) throws -> [String] {
    try settle()
    return try git("ls-tree", "-r", "-z", "--format=%(objectmode) %(path)", tree.text)
      .split(separator: "\0").map(String.init)
  }

  /// A workspace beside the repository.
  func workspace(_ repository: Repository, _ name: String = "workspace") throws -> Workspace {
    try Workspace.open(directory: container + "/" + name, project: repository)
  }

  /// The files among the objects, by their paths below the folder for them.
  func objectFiles() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path + "/.git/objects").filter {
      kind("\(path)/.git/objects/\($0)") == S_IFREG
    }
  }

  /// How many objects lie loose in the repository.
  func looseObjectCount() throws -> Int {
    let words = try git("count-objects").split(separator: " ")
    return words.first.flatMap { Int($0) } ?? 0
  }
}

extension Workspace {
  func file(_ name: String) -> String { contentPath + "/" + name }

  func write(_ text: String, to name: String) throws {
    let url = URL(fileURLWithPath: file(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func text(_ name: String) -> String? {
    (FileManager.default.contents(atPath: file(name))).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Everything in the workspace but `.git`, as sorted `kind path` lines.
  func everything() -> [String] {
    var found: [String] = []
    func walk(_ folder: String, _ prefix: String) {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
        if prefix.isEmpty, name == ".git" { continue }
        let (path, shown) = (folder + "/" + name, prefix + name)
        switch kind(path) {
        case S_IFDIR:
          found.append("folder \(shown)")
          walk(path, shown + "/")
        case S_IFLNK: found.append("link \(shown)")
        case S_IFREG: found.append("file \(shown)")
        default: found.append("special \(shown)")
        }
      }
    }
    walk(contentPath, "")
    return found.sorted()
  }
}

/// What a path is, without following it; 0 where there is nothing.
func kind(_ path: String) -> mode_t {
  var status = stat()
  return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
}

/// The error that `body` throws; `nil` if it throws none.
func error<Value>(_ body: () throws(GitError) -> Value) -> GitError? {
  do throws(GitError) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

/// The reason of the error that `body` throws; `nil` if it throws none.
func reason<Value>(_ body: () throws(GitError) -> Value) -> GitError.Reason? {
  error(body)?.reason
}

let identity = CommitIdentity(
  name: "orchestrate", email: "orchestrate@localhost", seconds: 1_700_000_000)

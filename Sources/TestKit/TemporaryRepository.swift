// SPDX-License-Identifier: Apache-2.0
// A git repository that a test makes with the real git, and that goes away with it.

import FoundationEssentials
import Glibc

/// A repository in a temporary folder, made and changed by the git program.
///
/// It reads no configuration of the user's. The folder goes away with the last reference.
package final class TemporaryRepository {
  /// A git command that did not exit with 0.
  package struct Failure: Error, CustomStringConvertible {
    /// The command, and what it printed.
    package let description: String

    package init(description: String) { self.description = description }
  }

  /// The folder that is removed in the end; the repository lies in it.
  package let container: String
  /// The root of the working tree.
  package let path: String

  /// Makes a repository with `main` as its branch and no commit.
  ///
  /// - Parameters:
  ///   - name: The folder's name, spaces and umlauts included.
  ///   - options: What else to say to `git init`.
  package init(named name: String = "project", options: [String] = []) throws {
    var template = Array("/tmp/orchestrate-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(description: "no temporary folder") }
    container = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    path = container + "/" + name
    try git(["init", "--quiet", "--initial-branch=main"] + options + [path], in: container)
  }

  deinit {
    // What can't be removed stays for a look.
    try? FileManager.default.removeItem(atPath: container)
  }

  /// Runs git in the working tree, or elsewhere, and gives what it wrote.
  @discardableResult
  package func git(_ arguments: String..., in folder: String? = nil) throws -> String {
    try git(arguments, in: folder ?? path)
  }

  /// Runs git and gives its exit code and what it wrote.
  package func gitOutcome(
    _ arguments: [String], in folder: String? = nil
  ) throws -> (code: Int32, output: String) {
    let mark = container + "/\(UInt64.random(in: 0 ... .max))"
    let (out, err) = (mark + ".out", mark + ".err")
    let code = try spawn(
      ["git", "-C", folder ?? path] + arguments, output: out, errors: err)
    let output = try Self.read(out)
    let errors = try Self.read(err)
    unlink(out)
    unlink(err)
    return (code, code == 0 ? output : output + errors)
  }

  @discardableResult
  private func git(_ arguments: [String], in folder: String) throws -> String {
    let (code, output) = try gitOutcome(arguments, in: folder)
    guard code == 0 else {
      throw Failure(
        description: "git \(arguments.joined(separator: " ")) exited with \(code): \(output)")
    }
    return output
  }

  private func spawn(_ argv: [String], output: String, errors: String) throws -> Int32 {
    let environment = [
      "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=\(container)", "LC_ALL=C.UTF-8",
      "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
      "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org",
      "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org",
      "GIT_AUTHOR_DATE=1700000000 +0000", "GIT_COMMITTER_DATE=1700000000 +0000",
    ]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let writing = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, writing, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors, writing, 0o600)
    var arguments = argv.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var pid = pid_t()
    let code = posix_spawnp(&pid, "git", &actions, nil, &arguments, &variables)
    guard code == 0 else { throw Failure(description: "git: \(String(cString: strerror(code)))") }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }

  private static func read(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  // MARK: Files of the working tree

  /// Writes a file of the working tree; folders are made, a link in its place is replaced.
  package func write(_ text: String, to name: String) throws {
    let file = path + "/" + name
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    unlink(file)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
  }

  /// Writes files, adds everything, and commits.
  ///
  /// - Returns: The commit's name.
  @discardableResult
  package func commit(_ files: [String: String] = [:], message: String = "change") throws -> String
  {
    for (name, text) in files { try write(text, to: name) }
    try git("add", "--all")
    try git("commit", "--quiet", "--allow-empty", "--message", message)
    return try revision("HEAD")
  }

  /// The object that a revision names.
  package func revision(_ name: String) throws -> String {
    String(try git("rev-parse", "--verify", name).dropLast())
  }
}

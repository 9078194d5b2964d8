// SPDX-License-Identifier: Apache-2.0
// Merges, held against `git merge-tree`.

import Domain
import Git
import TestKit
import Testing

@Suite struct MergeTests {
  /// What one side does to the base: new content by path, `nil` to delete.
  typealias Side = [String: String?]

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let ours: Side
    let theirs: Side
    /// `nil` where git merges it, else the paths in conflict.
    var conflicts: [String]?
  }

  private static let base = [
    "a": "1\n2\n3\n4\n5\n6\n7\n", "dir/b": "b\n", "dir/c": "c\n", "d": "d\n", "bin": "\0base",
  ]

  static let cases = [
    Case(testDescription: "disjoint files", ours: ["a": "x\n"], theirs: ["dir/b": "y\n"]),
    Case(
      testDescription: "distant lines", ours: ["a": "eins\n2\n3\n4\n5\n6\n7\n"],
      theirs: ["a": "1\n2\n3\n4\n5\n6\nsieben\n"]),
    Case(
      testDescription: "same lines", ours: ["a": "x\n2\n3\n4\n5\n6\n7\n"],
      theirs: ["a": "y\n2\n3\n4\n5\n6\n7\n"], conflicts: ["a"]),
    Case(testDescription: "same edit", ours: ["a": "x\n"], theirs: ["a": "x\n"]),
    Case(testDescription: "both delete", ours: ["a": nil], theirs: ["a": nil, "d": "e\n"]),
    Case(
      testDescription: "delete and modify", ours: ["a": nil], theirs: ["a": "x\n"],
      conflicts: ["a"]),
    Case(
      testDescription: "modify and delete", ours: ["dir/b": "x\n"], theirs: ["dir/b": nil],
      conflicts: ["dir/b"]),
    Case(testDescription: "both add alike", ours: ["n/x": "n\n"], theirs: ["n/x": "n\n"]),
    Case(
      testDescription: "both add otherwise", ours: ["n/x": "n\n"], theirs: ["n/x": "m\n"],
      conflicts: ["n/x"]),
    Case(testDescription: "both add side by side", ours: ["n/x": "n\n"], theirs: ["n/y": "m\n"]),
    Case(
      testDescription: "binary", ours: ["bin": "\0a"], theirs: ["bin": "\0b"], conflicts: ["bin"]),
    Case(
      testDescription: "file becomes folder beside an edit", ours: ["a": "x\n"],
      theirs: ["d": nil, "d/e": "e\n"]),
    Case(
      testDescription: "folder becomes file beside an edit", ours: ["a": "x\n"],
      theirs: ["dir/b": nil, "dir/c": nil, "dir": "f\n"]),
    Case(
      testDescription: "file against folder", ours: ["n": "file\n"], theirs: ["n/x": "folder\n"],
      conflicts: ["n"]),
    Case(
      testDescription: "folder against file", ours: ["n/x": "folder\n"], theirs: ["n": "file\n"],
      conflicts: ["n"]),
    Case(
      testDescription: "a folder emptied on one side", ours: ["dir/b": nil],
      theirs: ["dir/c": nil]),
    Case(testDescription: "nothing on one side", ours: [:], theirs: ["a": nil, "z": "z"]),
  ]

  private func tree(
    _ side: Side, on base: ObjectID, _ repository: Repository
  ) throws -> ObjectID {
    var edits: [TreeEdit] = []
    for (path, text) in side {
      guard let text else {
        edits.append(.remove(path: path))
        continue
      }
      let blob = try repository.writeBlob(Array(text.utf8))
      edits.append(.put(path: path, blob: blob, mode: .file))
    }
    return try repository.tree(applying: edits, to: base)
  }

  @Test(arguments: cases)
  func `a merge comes out as git's own`(example: Case) throws {
    let project = try TemporaryRepository()
    let baseCommit = try project.committed(Self.base)
    let repository = try project.open()
    let base = try project.tree()
    let ours = try tree(example.ours, on: base, repository)
    let theirs = try tree(example.theirs, on: base, repository)
    let outcome = try repository.merge(base: base, ours: ours, theirs: theirs)
    let commits = try [ours, theirs].map {
      try repository.createCommit(
        tree: $0, parents: [baseCommit], message: "side", identity: identity
      ).text
    }
    try project.settle()
    let git = try project.gitOutcome(["merge-tree", "--write-tree"] + commits)
    if let conflicts = example.conflicts {
      #expect(outcome == .conflicted(conflicts))
      #expect(git.code == 1)
    } else {
      #expect(outcome == .merged(try project.id(String(git.output.prefix(40)))))
      #expect(git.code == 0)
    }
    let turned = try repository.merge(base: base, ours: theirs, theirs: ours)
    #expect(turned == outcome)
  }

  @Test func `modes merge apart from content, and kinds conflict`() throws {
    let project = try TemporaryRepository()
    try project.commit(["a": "1\n", "b": "1\n"])
    let repository = try project.open()
    let base = try project.tree()
    let old = try #require(try repository.entry(at: "a", inTree: base)).id
    let new = try repository.writeBlob(Array("2\n".utf8))
    let ours = try repository.tree(
      applying: [.put(path: "a", blob: old, mode: .executable)], to: base)
    let theirs = try repository.tree(applying: [.put(path: "a", blob: new, mode: .file)], to: base)
    let link = try repository.tree(
      applying: [.put(path: "a", blob: new, mode: .symlink)], to: base)
    let both = try repository.tree(
      applying: [.put(path: "a", blob: new, mode: .executable)], to: base)
    #expect(try repository.merge(base: base, ours: ours, theirs: theirs) == .merged(both))
    #expect(try repository.merge(base: base, ours: ours, theirs: link) == .conflicted(["a"]))
    #expect(try repository.merge(base: base, ours: base, theirs: link) == .merged(link))
  }

  @Test(arguments: 1...24)
  func `random edits merge as git merges them`(seed: UInt64) throws {
    var random = Sequence(state: seed)
    let project = try TemporaryRepository()
    var files: [String: String] = [:]
    for number in 0..<6 {
      files["d\(number % 2)/f\(number)"] = (0..<12).map { "line \($0)\n" }.joined()
    }
    let baseCommit = try project.committed(files)
    let repository = try project.open()
    let base = try project.tree()
    let sides = try (0..<2).map { _ in try tree(edited(files, &random), on: base, repository) }
    let outcome = try repository.merge(base: base, ours: sides[0], theirs: sides[1])
    let commits = try sides.map {
      try repository.createCommit(
        tree: $0, parents: [baseCommit], message: "side", identity: identity
      ).text
    }
    try project.settle()
    let git = try project.gitOutcome(
      ["-c", "merge.renames=false", "merge-tree", "--write-tree", "--name-only", "--no-messages"]
        + commits)
    let lines = git.output.split(separator: "\n").map(String.init)
    let expected: MergeOutcome =
      git.code == 0 ? .merged(try project.id(lines[0])) : .conflicted(lines.dropFirst().sorted())
    #expect(outcome == expected)
  }

  /// One to three files changed in one line, deleted, or added.
  private func edited(_ files: [String: String], _ random: inout Sequence) -> Side {
    var side: Side = [:]
    for _ in 0...random.next(below: 3) {
      let path = files.keys.sorted()[random.next(below: files.count)]
      switch random.next(below: 6) {
      case 0: side[path] = .some(nil)
      case 1: side["d\(random.next(below: 3))/new"] = "new \(random.next(below: 2))\n"
      default:
        var lines = (files[path] ?? "").split(separator: "\n").map { $0 + "\n" }
        lines[random.next(below: 12)] = "edit \(random.next(below: 3))\n"
        if random.next(below: 3) == 0 { lines.remove(at: random.next(below: 12)) }
        side[path] = lines.joined()
      }
    }
    return side
  }

  /// Numbers that are the same for the same seed.
  private struct Sequence {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// What differs between two trees, held against what git itself says of trees made at random.

import CGit2
import Domain
import FoundationEssentials
import Glibc
import TestKit
import Testing

@testable import Git

@Suite struct TreeComparisonTests {
  @Test(arguments: 1...12)
  func `trees made at random differ where git says that they differ`(seed: UInt64) throws {
    let project = try TemporaryRepository()
    var chance = SeededGenerator(seed: seed)
    let first = try RandomTree(using: &chance)
    let trees = try [first, first.changed(using: &chance), RandomTree(using: &chance)]
      .map { try project.id($0.write(to: project)) }
    let repository = try project.open()
    for (old, new) in [(0, 1), (1, 0), (0, 2), (2, 1), (1, 1)] {
      let found = try repository.pathChanges(from: trees[old], to: trees[new])
      #expect(found == found.sorted { $0.path < $1.path })
      #expect(
        Set(found.map(\.inWords)) == (try project.differences(trees[old], trees[new])),
        "seed \(seed)")
    }
    #expect(
      try repository.pathChanges(from: nil, to: trees[0]).count == first.files.count, "seed \(seed)"
    )
  }

  @Test func `a name that is not UTF-8 is an error only where it changed`() throws {
    let project = try TemporaryRepository()
    let plain = RandomTree(files: [[0x61]: "100644x"])
    let odd = RandomTree(files: [[0x61]: "100644x", [0xff]: "100644x"])
    let more = RandomTree(files: [[0x61]: "100755x", [0xff]: "100644x"])
    let trees = try [plain, odd, more].map { try project.id($0.write(to: project)) }
    let repository = try project.open()
    #expect(try repository.changes(from: trees[1], to: trees[2]).map(\.path) == ["a"])
    #expect(
      reason { () throws(GitError) in try repository.changes(from: trees[0], to: trees[1]) }
        == .invalidName)
  }

  @Test func `folders that are the same on both sides are not read`() throws {
    let project = try TemporaryRepository()
    try project.commit(["same/deep/file": "1", "other/file": "1"])
    let old = try project.tree()
    let same = try project.revision("HEAD:same")
    try project.commit(["other/file": "2"])
    let new = try project.tree()
    // Whoever opens it finds that it is gone.
    unlink("\(project.path)/.git/objects/\(same.prefix(2))/\(same.dropFirst(2))")
    #expect(try project.open().changes(from: old, to: new).map(\.path) == ["other/file"])
  }
}

extension PathChange {
  /// As `git diff-tree --raw` puts it.
  fileprivate var inWords: String {
    func words(_ version: FileVersion?) -> (mode: String, id: String) {
      guard let version else { return ("000000", String(repeating: "0", count: 40)) }
      let mode = String(version.mode.value.rawValue, radix: 8)
      return (mode, version.id.text)
    }
    let (old, new) = (words(old), words(new))
    let letter =
      self.old == nil
      ? "A"
      : self.new == nil
        ? "D"
        : old.mode.prefix(3) == new.mode.prefix(3)
          ? "M" : "T"
    return "\(old.mode) \(new.mode) \(old.id) \(new.id) \(letter)\t\(path.bytes)"
  }
}

extension TemporaryRepository {
  /// What git says of two trees, a line for each path.
  fileprivate func differences(_ old: ObjectID, _ new: ObjectID) throws -> Set<String> {
    let file = container + "/differences"
    try git(
      "diff-tree", "-r", "-z", "--raw", "--no-renames", "--output=\(file)", old.text, new.text)
    let bytes = [UInt8](FileManager.default.contents(atPath: file) ?? Data())
    let parts = bytes.split(separator: 0).map(Array.init)
    return Set(
      stride(from: 0, to: parts.count, by: 2).map {
        "\(String(decoding: parts[$0].dropFirst(), as: UTF8.self))\t\(parts[$0 + 1])"
      })
  }
}

/// A tree of a few files, links and submodules with names that are easily confounded.
private struct RandomTree {
  /// Git's mode of each path, and a letter that is its content.
  var files: [[UInt8]: String]

  private static let names: [[UInt8]] =
    ["a", "a.b", "a0", "ab", "A", "a-", "ä"].map {
      Array($0.utf8)
    } + [[0xff, 0x61]]
  private static let kinds = ["100644x", "100644y", "100755x", "120000x", "120000y", "160000x"]

  init(files: [[UInt8]: String]) { self.files = files }

  init(using chance: inout SeededGenerator) throws {
    files = [:]
    for _ in 0..<Int.random(in: 1...30, using: &chance) { add(using: &chance) }
  }

  /// The tree with some paths gone, some come, and some of another kind.
  func changed(using chance: inout SeededGenerator) throws -> RandomTree {
    var tree = self
    for path in files.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      switch Int.random(in: 0..<6, using: &chance) {
      case 0: tree.files[path] = nil
      case 1: tree.files[path] = Self.kinds.randomElement(using: &chance)
      default: break
      }
    }
    for _ in 0..<4 { tree.add(using: &chance) }
    return tree
  }

  private mutating func add(using chance: inout SeededGenerator) {
    var path: [UInt8] = []
    for _ in 0..<Int.random(in: 1...4, using: &chance) {
      if !path.isEmpty { path.append(UInt8(ascii: "/")) }
      path += Self.names.randomElement(using: &chance) ?? []
    }
    // A file and a folder cannot have the same path: the newest wins.
    files = files.filter { other, _ in
      !(other + [UInt8(ascii: "/")]).starts(with: path + [UInt8(ascii: "/")])
        && !(path + [UInt8(ascii: "/")]).starts(with: other + [UInt8(ascii: "/")])
    }
    files[path] = Self.kinds.randomElement(using: &chance)
  }

  /// Has git write it; gives the tree's name.
  func write(to project: TemporaryRepository) throws -> String {
    var blobs: [Character: String] = [:]
    for text in ["x", "y"] as [Character] {
      try project.write(String(text), to: "content")
      blobs[text] = String(try project.git("hash-object", "-w", "content").prefix(40))
    }
    var lines: [UInt8] = []
    for (path, kind) in files.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let mode = kind.dropLast()
      let blob = kind.last.flatMap { blobs[$0] } ?? ""
      let id = mode == "160000" ? String(repeating: "1", count: 40) : blob
      lines += Array("\(mode) \(id)\t".utf8) + path + [0]
    }
    try Data(lines).write(to: URL(fileURLWithPath: project.container + "/index-info"))
    unlink(project.path + "/.git/index")
    let alias = "alias.i=!git update-index -z --index-info < \(project.container)/index-info"
    let outcome = try project.gitOutcome(["-c", alias, "i"])
    try #require(outcome.code == 0, "\(outcome.output)")
    return String(try project.git("write-tree").prefix(40))
  }
}

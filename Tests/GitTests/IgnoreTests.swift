// SPDX-License-Identifier: Apache-2.0
// Ignore rules, held against `git check-ignore`.

import Domain
import Git
import Glibc
import TestKit
import Testing

@Suite struct IgnoreTests {
  static let paths = [
    "a", "a.log", "b/a", "b/a.log", "b/c/a.log", "build/x", "b/build/x", "doc/x.txt",
    "doc/sub/x.txt", "x/doc/x.txt", "foo/bar/baz", "foo/baz", "foo/x/y/baz", "Z1", "z9", "-", "]",
    "sp ace", "trail ", "#hash", "!bang", "st*r", "back\\slash", "ünï", "deep/one/two/three/a",
    "abc/def", "abcdef", "foo[1].txt", "ab", "aXb", "a/b/c/d/e",
  ]

  static let rules = [
    "*.log", "/a", "a/", "build/", "doc/*.txt", "doc/**", "**/doc", "foo/**/baz", "**/a.log",
    "*.log\n!b/a.log", "*\n!*/\n!*.txt", "b/\n!b/a", "[A-Z]?", "[!a-z]*", "[]-]", "[[:digit:]z]*",
    "sp\\ ace", "trail\\ ", "trail   ", "\\#hash", "#hash", "\\!bang", "st\\*r", "back\\\\slash",
    "?n?", "ab*ef", "abc*", "a**b", "deep/**/a", "**", "/**/x", "foo[[]1].txt", "foo\\[1\\].txt",
    "a.log\r", "\u{feff}a", "", "/", "b/c/", "*/a", "[a", "[z-a]*", "x/", "a/**/e", "**/three/",
    "\\", "a\\", "[^z]9", "***", "doc/***", "/*\n!/foo",
  ]

  @Test(arguments: rules)
  func `a workspace ignores what git ignores`(rule: String) throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["tracked": "1"])
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
    // A path may need a folder where another is a file.
    for path in Self.paths where !Self.paths.contains(where: { path.hasPrefix($0 + "/") }) {
      try workspace.write("x", to: path)
    }
    try workspace.write(rule + "\n", to: ".gitignore")
    let captured = try workspace.capture(excluding: []).changes.map(\.path)
    let expected = try project.git(
      "ls-files", "-z", "--others", "--exclude-standard", in: workspace.contentPath
    ).split(separator: "\0").map(String.init).sorted()
    #expect(captured == expected)
  }

  @Test func `a pattern made to blow up does not`() throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["tracked": "1"])
    let workspace = try project.workspace(project.open())
    try workspace.switchTo(commit: commit, keeping: [])
    try workspace.write(String(repeating: "*a", count: 100) + "b\n", to: ".gitignore")
    try workspace.write("x", to: String(repeating: "a", count: 250))
    #expect(try workspace.capture(excluding: []).changes.count == 2)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Paths by their spelling alone.

import Domain
import Testing

@Suite struct LexicalPathTests {
  @Test(arguments: [
    ("a/../b", "/p/b"), ("../../..", "/"), ("/x//y/.", "/x/y"), ("", "/p"), ("/", "/"),
    ("~/.ssh/id_rsa", "/~/.ssh/id_rsa"), ("$HOME/x", "/$HOME/x"), ("...", "/p/..."),
    ("a/./b/..", "/p/a"), ("tests/\u{301}a", "/p/tests/\u{301}a"),
  ])
  func `a path is made absolute by its spelling`(path: String, expected: String) {
    #expect(LexicalPath.absolute(path, in: "/p") == expected)
  }

  @Test(
    arguments: [
      ("/p/a", "/p", "a"), ("/p", "/p", ""), ("/pa", "/p", nil), ("/", "/", ""),
      ("/a/b", "/", "a/b"),
      ("/q", "/p", nil), ("/", "/p", nil), ("/p/\u{301}a", "/p", "\u{301}a"),
    ] as [(String, String, String?)])
  func `a path is relative to a folder that its bytes begin with`(
    path: String, directory: String, expected: String?
  ) {
    #expect(LexicalPath.relative(path, to: directory) == expected)
  }

  @Test(arguments: [
    ("/a/b", ["/a/b", "/a", "/"]), ("/", ["/"]), ("", ["/"]), ("/a//b/", ["/a//b", "/a", "/"]),
  ])
  func `a path's folders lead up to the root`(path: String, expected: [String]) {
    #expect(LexicalPath.ancestors(of: path) == expected)
  }

  @Test(arguments: [
    ("/a/b", ["a", "b"]), ("a//b/", ["a", "b"]), ("/", []), ("", []),
    (".claude/\u{301}x", [".claude", "\u{301}x"]),
  ])
  func `a path's names stand between its slashes, accents on them or not`(
    path: String, expected: [String]
  ) {
    #expect(LexicalPath.names(of: path) == expected)
  }
}

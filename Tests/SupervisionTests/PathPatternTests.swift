// SPDX-License-Identifier: Apache-2.0
// Which paths a pattern matches, and that no pattern takes long to say so.

import Supervision
import Testing

@Suite struct PathPatternTests {
  @Test(arguments: [
    ("tests/**", "tests/a.py"), ("tests/**", "tests/a/b.py"), ("**/test_*.py", "test_a.py"),
    ("**/test_*.py", "x/y/test_a.py"), ("test_*.py", "x/y/test_.py"),
    ("conftest.py", "a/conftest.py"),
    ("a/**/b", "a/b"), ("a/**/b", "a/x/y/b"), ("__pycache__/", "a/__pycache__/b/c.pyc"),
    ("tests/", "tests/a"), ("tests/", "tests/"), ("/tests/", "tests/a"), ("./a/*.py", "a/b.py"),
    ("?.py", "ü.py"), ("a[1].py", "a[1].py"), ("**", "a/b"), ("*", "a/b"), ("a**b", "axxb"),
    ("**/x/**", "a/x/b"), ("**/x/", "a/x/b/c"), ("*.e?t", "a.b.ext"),
    ("tests/", "tests/\u{301}a.py"), ("/tests/*", "tests/\u{301}a.py"),
  ])
  func `matches`(pattern: String, path: String) {
    #expect(PathPattern(pattern).matches(path))
  }

  @Test(arguments: [
    ("tests/**", "tests"), ("tests/**", "a/tests/b"), ("tests/*", "tests/a/b"), ("a/b", "x/a/b"),
    ("/a.py", "x/a.py"), ("tests/", "tests"), ("__pycache__/", "__pycache__"),
    ("test_*.py", "Test_a.py"),
    ("?.py", ".py"), ("a[1].py", "a1.py"), ("", "a"), ("/", "a"), ("a", ""), ("a/**/b", "ab"),
    ("**/x/**", "a/x"), ("tests", "tests/a"), ("*.py", "a.pyc"),
  ])
  func `does not match`(pattern: String, path: String) {
    #expect(!PathPattern(pattern).matches(path))
  }

  /// Trying everything would take longer than there is time.
  @Test func `hostile patterns come to an end`() {
    let stars = PathPattern(String(repeating: "*a", count: 200) + "b")
    let directories = PathPattern(String(repeating: "**/a/", count: 100) + "b")
    #expect(!stars.matches(String(repeating: "a", count: 2000)))
    #expect(!directories.matches(String(repeating: "a/", count: 400) + "c"))
  }

  @Test func `matching agrees with trying everything`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<3000 {
      let pattern = "/" + word(from: "ab*?/", upTo: 8, &generator)
      let path = word(from: "ab/", upTo: 8, &generator)
      guard !pattern.hasSuffix("/"), !pattern.hasSuffix("**"), !path.hasSuffix("/") else {
        continue
      }
      let names = path.split(separator: "/").map(String.init)
      let parts = pattern.split(separator: "/").map(String.init)
      guard !names.isEmpty, !parts.isEmpty else { continue }
      #expect(
        PathPattern(pattern).matches(path) == slowly(parts[...], names[...]),
        "\(pattern) against \(path)")
    }
  }

  private func word(
    from letters: String, upTo limit: Int, _ generator: inout SystemRandomNumberGenerator
  ) -> String {
    String((0..<Int.random(in: 1...limit, using: &generator)).map { _ in letters.randomElement()! })
  }

  private func slowly(_ parts: ArraySlice<String>, _ names: ArraySlice<String>) -> Bool {
    guard let part = parts.first else { return names.isEmpty }
    if part == "**" {
      return (names.startIndex...names.endIndex).contains {
        slowly(parts.dropFirst(), names[$0...])
      }
    }
    guard let name = names.first, slowly(Array(part)[...], Array(name)[...]) else { return false }
    return slowly(parts.dropFirst(), names.dropFirst())
  }

  private func slowly(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == "*" {
      return (name.startIndex...name.endIndex).contains { slowly(pattern.dropFirst(), name[$0...]) }
    }
    guard let letter = name.first, first == "?" || first == letter else { return false }
    return slowly(pattern.dropFirst(), name.dropFirst())
  }
}

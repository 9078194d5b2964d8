// SPDX-License-Identifier: Apache-2.0
// Which lines are code, and where the pieces of a block begin.

import Testing

@testable import Coordinator

@Suite struct CodeTextTests {
  @Test(arguments: [
    ("a.py", "# x\nx = 1  # y\n'''\nno\n'''\ny = '''\n# in\n'''", [2, 6, 7, 8]),
    ("a.py", "def f():\n    \"\"\"Doc.\n\n    More.\n    \"\"\"\n    return '#'", [1, 6]),
    ("a.py", "f(\n'''text\n''')", [1, 2, 3]),
    ("a.js", "// x\nlet a = `// b\n/* c */`\n/* d\n e */\nf(/[/*]/)\ng()", [2, 3, 6, 7]),
    ("a.rs", "/// doc\nfn f<'a>() {} // x\n", [2]),
    ("a.swift", "/* a\n*/ let b = \"//\"\n", [2]),
    ("a.sql", "-- a\nselect 1", [2]), ("a.unknown", "# a\n\nb", [1, 3]),
    ("Makefile", "# a\nall:", [2]),
  ])
  func `comments and docstrings are no code`(path: String, text: String, lines: [Int]) {
    let code = CodeText(text, path: path)
    #expect((1...code.lines.count).filter(code.hasCode) == lines)
  }

  private func starts(_ text: String, path: String = "a.py") -> [Int] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return HunkPieces.starts(
      in: 1..<lines.count + 1, lines: lines, code: CodeText(text, path: path))
  }

  @Test(arguments: [
    ("import a\n\n\ndef f():\n    x()\n\n    y()\n\n\ndef g():\n    pass", "a.py", [1, 4, 10]),
    ("def f():\n    x()\ndef g():\n    y()", "a.py", [1, 3]),
    ("fn f() {\n  x();\n}\nfn g() {\n  y();\n}\n", "a.rs", [1, 4]),
    ("function f() {\n  x()\n\n}\n\n// About g.\nfunction g() {\n}", "a.js", [1, 6]),
    ("    x()\n    y()\n\ndef g():\n    z()", "a.py", [1, 4]), ("x", "a.py", [1]),
  ])
  func `pieces begin at definitions`(text: String, path: String, expected: [Int]) {
    #expect(starts(text, path: path) == expected)
  }

  @Test func `a long class is looked into`() {
    let methods = (1...4).map { "    def m\($0)(self):\n        a()\n        b()\n        c()\n" }
    #expect(starts("class C:\n" + methods.joined(separator: "\n")) == [1, 7, 12, 17])
  }
}

// SPDX-License-Identifier: Apache-2.0
// The rules of the house, held against the sources themselves.

import Testing

@Suite struct TidyTests {
  @Test(arguments: Rule.all)
  func `the repository keeps the rule`(_ rule: Rule) throws {
    let findings = Dictionary(grouping: rule.check(try Repository.sources()), by: \.path)
    for path in Set(findings.keys).union(rule.debt.keys).sorted() {
      let found = findings[path] ?? []
      let owed = rule.debt[path] ?? 0
      if found.count > owed {
        for finding in found { Issue.record("\(finding)  [\(rule.name)]") }
      } else if found.count < owed {
        Issue.record("\(path): owes \(found.count) now, not \(owed); say so in the debt list")
      }
    }
  }

  /// A rule can't be listed without a text that breaks it, so none can fall silent.
  @Test(arguments: Rule.all)
  func `the rule finds exactly what was planted for it`(_ rule: Rule) {
    #expect(!rule.plant.offences.isEmpty, "nothing is planted for it")
    let found = Set(rule.check(rule.plant.files).map { "\($0.path):\($0.line)" })
    #expect(found == rule.plant.offences)
  }

  @Test func `the sources are really read`() throws {
    let paths = Set(try Repository.sources().map(\.path))
    #expect(paths.contains("Sources/Domain/Identifiers/Fence.swift"))
    #expect(paths.contains("Tests/TidyTests/TidyTests.swift"))
  }

  @Test func `the top of the repository holds what it should and nothing else`() throws {
    let expected: Set = [
      "Package.swift", "Sources", "Tests", "agents", "config", "docs", "scripts", "README.md",
      "LICENSE", "CHANGELOG.md",
    ]
    let actual = try Repository.topLevel()
    #expect(actual.subtracting(expected).sorted() == [], "these don't belong there")
    #expect(expected.subtracting(actual).sorted() == [], "these are missing")
  }
}

@Suite struct SourceTextTests {
  @Test(arguments: [
    ("let a = 1 // one", "let a = 1 ", "// one"),
    (#"let a = "// no" // yes"#, #"let a = "     " "#, "// yes"),
    (#"let a = "x\(b["k"] + "y")z" // c"#, #"let a = "  (b[" "] + " ") " "#, "// c"),
    (##"let a = #"q"x\"# // c"##, ##"let a = #"    "# "##, "// c"),
    ("a /* b /* c */ d */ e", "a  e", "/* b /* c */ d */"),
    (#"let q = "\"" // c"#, #"let q = "  " "#, "// c"),
  ])
  func `code and comments are told apart`(text: String, code: String, comment: String) {
    let source = SourceText(path: "A.swift", text: text)
    #expect(source.code == [code])
    #expect(source.comments == [comment])
  }

  @Test func `every view of a file has the same lines`() {
    let text = "let a = \"\"\"\n  // no \\\n  import X\n  \"\"\"\n/* b\nc */ let d = 1\n"
    let source = SourceText(path: "A.swift", text: text)
    #expect(source.code.count == source.lines.count)
    #expect(source.comments.count == source.lines.count)
    #expect(source.comments[1] == "")
    #expect(source.code[5].hasSuffix("let d = 1"))
  }
}

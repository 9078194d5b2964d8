// SPDX-License-Identifier: Apache-2.0
// Agents' reports: whole, in part, wrong, and at the end of an output.

import Documents
import Domain
import Testing

@Suite struct AgentReportTests {
  private func parse(_ text: String) throws -> AgentReport {
    try AgentReport.parse(Array(text.utf8))
  }

  @Test func `every key is read`() throws {
    let report = try parse(
      """
      {"summary": "Done.", "usage": {"inputTokens": 9397, "outputTokens": 731, "costUSD": 0.0392},
       "design": {"problem": "p", "questions": ["q"], "alternatives": ["a"], "decision": "d",
                  "consequences": ["c"], "risks": ["r"]},
       "approved": false, "x": {"kept": 1.0},
       "findings": [{"severity": "major", "path": "a.py", "line": 3, "message": "m"},
                    {"message": "n"}]}
      """)
    #expect(report.summary == "Done.")
    #expect(
      report.usage
        == Usage(inputTokens: 9397, outputTokens: 731, costMicroUSD: 39_200, isEstimated: false))
    #expect(
      report.design
        == DesignRecord(
          problem: "p", questions: ["q"], alternatives: ["a"], decision: "d", consequences: ["c"],
          risks: ["r"]))
    #expect(report.approved == false)
    #expect(
      report.findings == [
        ReviewFinding(severity: "major", path: "a.py", line: 3, message: "m"),
        ReviewFinding(severity: "info", path: "", line: 0, message: "n"),
      ])
    #expect(report.body.contains(#""x":{"kept":1.0}"#))
    #expect(try parse(report.body) == report)
  }

  @Test func `every key may be absent or null`() throws {
    for text in [
      "{}", #"{"summary":null,"usage":null,"design":null,"approved":null,"findings":null}"#,
    ] {
      let report = try parse(text)
      #expect(report.summary == nil)
      #expect(report.usage == nil)
      #expect(report.design == nil)
      #expect(report.approved == nil)
      #expect(report.findings == [])
    }
  }

  @Test(arguments: [
    ("", "report:1:1: the text ends where a value should come"),
    ("[]", "report $: expected an object, found an array"),
    (#"{"summary": 1}"#, "report summary: expected a string, found the number 1"),
    (
      #"{"usage": {"inputTokens": -1}}"#,
      "report usage.inputTokens: expected a whole number from 0 to 1000000000, found the number -1"
    ),
    (#"{"approved": "yes"}"#, #"report approved: expected true or false, found the string "yes""#),
    (#"{"findings": [{}]}"#, "report findings[0].message: what was found is missing"),
    (#"{"findings": {}}"#, "report findings: expected an array of findings, found an object"),
    (
      #"{"design": {"questions": [1]}}"#,
      "report design.questions[0]: expected a string, found the number 1"
    ),
  ])
  func `a wrong shape is refused with its place`(text: String, expected: String) {
    #expect(complaint { _ = try parse(text) } == expected)
  }

  @Test func `every recorded report of the sample session is read`() throws {
    let folder = RepositoryFiles.root + "/scripts/sample/recorded"
    for task in try readFolder(folder) {
      for name in try readFolder("\(folder)/\(task)") where name.hasSuffix(".json") {
        let report = try #require(try AgentReport.read(file: "\(folder)/\(task)/\(name)"))
        #expect(report.usage != nil, "\(task)/\(name)")
        #expect(report.approved != nil || !name.hasPrefix("review"), "\(task)/\(name)")
        #expect(report.design != nil || !name.hasPrefix("design"), "\(task)/\(name)")
      }
    }
  }

  @Test func `a file that is absent or empty holds no report`() throws {
    let folder = try TemporaryFolder()
    #expect(try AgentReport.read(file: folder.file("none.json")) == nil)
    try AtomicFile.write(Array("\n".utf8), to: folder.file("empty.json"))
    #expect(try AgentReport.read(file: folder.file("empty.json")) == nil)
    try AtomicFile.write(Array("{\"summary\": 1}".utf8), to: folder.file("bad.json"))
    #expect(
      complaint { _ = try AgentReport.read(file: folder.file("bad.json")) }
        == "\(folder.file("bad.json")) summary: expected a string, found the number 1")
  }

  @Test func `the last line that is a report counts`() throws {
    let output = """
      Working on it
      {"summary": "first"}
      {"level": "info", "message": "not a report"}
      \t {"summary": "second", "approved": true}
      {"summary": cut off
      {a log line}
      Bye.
      """
    #expect(try AgentReport.lastLine(of: output)?.summary == "second")
    #expect(try AgentReport.lastLine(of: "no\njson\n[1]\n{}\n") == nil)
    #expect(try AgentReport.lastLine(of: "") == nil)
    #expect(
      complaint { _ = try AgentReport.lastLine(of: "{\"summary\": 1}\n") }
        == "output summary: expected a string, found the number 1")
  }
}

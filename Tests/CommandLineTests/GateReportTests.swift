// SPDX-License-Identifier: Apache-2.0
// What the reports of gates say, and that no text of others says anything of its own in them.

import Coordinator
import Documents
import Domain
import TestPacing
import Testing

@testable import orchestrate

@Suite(.paced) struct GateReportTests {
  private let lint = Gate(id: "lint", level: .blocking, question: .command(["lint"]))

  private func findings(_ results: [GateResult]) -> GateFindings {
    GateFindings(
      results.map { .init($0, root: "/r") }, startedAt: Timestamp(milliseconds: 1_700_000_000_000))
  }

  private func failing(_ lines: [String], _ gate: Gate? = nil) -> GateResult {
    let gate = gate ?? lint
    return GateResult(
      gate: gate, check: gate.fail("exit 1"),
      objections: PlacedObjection.all(in: lines.joined(separator: "\n"), root: "/r"))
  }

  @Test func `a fingerprint outlives moved lines, and tells two of the same apart`() {
    let before = findings([failing(["a.py:3:1: unused x", "a.py:9:1: unused x"])]).findings
    let after = findings([failing(["a.py:5:1: unused x", "a.py:11:2: unused x"])]).findings
    #expect(before.map(\.fingerprint) == after.map(\.fingerprint))
    #expect(Set(before.map(\.fingerprint)).count == 2)
    let other = findings([failing(["b.py:3:1: unused x"])]).findings
    #expect(!before.map(\.fingerprint).contains(other[0].fingerprint))
  }

  @Test func `GitHub gets ten errors at most, and is told of the rest`() {
    let many = findings([failing((1...30).map { "a.py:\($0): e\($0)x" })])
    let lines = GitHubReporting.annotations(many)
    #expect(lines.count == 10)
    #expect(lines.last == "::error title=gates::and 21 more; see the summary")
  }

  @Test func `no text of others ends a workflow command, a property or a line`() {
    let gate = Gate(id: "a,b:c%", level: .blocking, question: .command(["x"]))
    let nasty = GateResult(
      gate: gate, check: gate.fail("one\r\n::error::two %0A\n:\u{301}:\u{301}set-env name=A"))
    let line = GitHubReporting.annotations(findings([nasty]))[0]
    #expect(!line.unicodeScalars.contains("\n") && !line.unicodeScalars.contains("\r"))
    #expect(
      line
        == "::error title=gate a%2Cb%3Ac%25::one%0D%0A::error::two %250A%0A"
        + ":\u{301}:\u{301}set-env name=A")
  }

  @Test func `a summary is cut at a line before it is too long`() {
    let long = String(repeating: "é line\n", count: 200_000)
    let cut = GitHubReporting.summary(long, after: 1_000)
    #expect(cut.utf8.count <= GitHubReporting.summaryMax - 1_000)
    #expect(cut.hasSuffix("than a summary may be.\n"))
    #expect(GitHubReporting.summary("short\n", after: 0) == "short\n")
    #expect(GitHubReporting.summary("short\n", after: GitHubReporting.summaryMax).isEmpty)
  }

  @Test func `no text of others leaves its cell or its block in Markdown`() {
    let gate = Gate(id: "g", level: .blocking, question: .command(["x"]))
    let nasty = GateResult(
      gate: gate, check: gate.fail("a | b <img src=x> `c`\n````\n# escaped\n````"))
    let text = MarkdownReporting.text(findings([nasty]))
    #expect(text.contains("a \\| b &lt;img src=x&gt; \\`c\\`"))
    #expect(text.contains("\n`````text\n"))
  }

  @Test func `what stops is a failure or an error in JUnit, and what does not is skipped`() {
    let warn = Gate(id: "w", level: .warn, question: .command(["x"]))
    let text = JUnitReporting.text(
      findings([
        failing([]), GateResult(gate: lint, check: lint.didNotRun("a\u{1}]]>&\"<")),
        GateResult(gate: warn, check: warn.fail("exit 1")),
        GateResult(gate: lint, check: lint.pass("exit 0")),
      ]))
    #expect(text.contains(#"tests="4" failures="1" errors="1" skipped="1" "#))
    #expect(text.contains("<error type=\"PROOF001\" message=\"a\u{FFFD}]]&gt;&amp;&quot;&lt;\">"))
    #expect(text.contains(#"timestamp="2023-11-14T22:13:20""#))
  }

  @Test func `a waived result is suppressed in SARIF, with the waiver's words`() throws {
    let waiver = Waiver(
      gate: "lint", by: "Ada", reason: "soon", at: Timestamp(milliseconds: 0),
      until: Timestamp(milliseconds: 86_400_000))
    let ledger = GateLedger(waivers: [waiver])
    let (check, standing) = ledger.ruling(
      on: lint, lint.fail("exit 1"), wasAsked: true, at: Timestamp(milliseconds: 1), present: [:])
    #expect(standing == .waived(waiver))
    let text = SARIFReporting.text(
      findings([failing(["ä b.py:1: x", "src/ä.py:2: x"]).ruled(check, standing)]))
    let result = try JSONValue(parsing: text)["runs"]?[0]?["results"]?[0]
    #expect(result?["level"] == "note")
    #expect(
      result?["suppressions"]?[0]?["justification"] == "waived by Ada until 1970-01-02: soon")
    let place = result?["locations"]?[0]?["physicalLocation"]?["artifactLocation"]?["uri"]
    #expect(place == "src/%C3%A4.py")
  }
}

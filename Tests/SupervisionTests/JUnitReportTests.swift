// SPDX-License-Identifier: Apache-2.0
// JUnit reports in the dialects of many runners, and bytes that are none.

import Domain
import Supervision
import Testing

@Suite struct JUnitReportTests {
  @Test func `suites nest and hand down what their tests do not say`() throws {
    let results = try parse(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <!-- written by hand -->
      <testsuites name="all"><testsuite name="outer" file="a.js">
        <properties><property name="x" value="1"/></properties>
        <testsuite name="inner"><testcase name="one"/></testsuite>
        <testcase classname='C' name='two' file="b.js"><system-out>noise</system-out></testcase>
      </testsuite></testsuites>
      """)
    #expect(
      results == [
        TestResult(identity: .init(file: "a.js", suite: "inner", name: "one"), outcome: .passed),
        TestResult(identity: .init(file: "b.js", suite: "C", name: "two"), outcome: .passed),
      ])
  }

  @Test func `failures, errors and skips are told apart and keep their words`() throws {
    let results = try parse(
      """
      <testsuite name="s">
        <testcase classname="C" name="f"><failure type="java.lang.AssertionError"
          message="expected &lt;1&gt; &amp; got &#50;&#x0a;more">at <![CDATA[<C.f>]]> &quot;x&apos;</failure>
        </testcase>
        <testcase classname="C" name="e"><error message="boom" type="NullPointer">trace</error></testcase>
        <testcase classname="C" name="s"><skipped message="later"/></testcase>
        <testcase classname="C" name="t"><failure>first line\nsecond</failure></testcase>
      </testsuite>
      """)
    let outcomes = results.map(\.outcome)
    #expect(
      outcomes == [
        .failed(
          .init(cause: .assertion, message: "expected <1> & got 2", detail: "at <C.f> \"x'")),
        .errored(.init(cause: .unspecified, message: "boom", detail: "trace")),
        .skipped(reason: "later"),
        .failed(.init(cause: .unspecified, message: "first line", detail: "first line\nsecond")),
      ])
  }

  @Test(arguments: [
    ("org.opentest4j.AssertionFailedError", ""), ("AssertionError", ""), ("", "AssertionError: x"),
    ("ERR_ASSERTION", ""), ("PHPUnit\\Framework\\AssertionFailedError", ""),
  ])
  func `an assertion is known by its name`(type: String, message: String) throws {
    let results = try parse(
      "<testsuite><testcase name='t'><failure type='\(type)' message='\(message)'/></testcase></testsuite>"
    )
    guard case .failed(let failure) = results[0].outcome else { throw Unexpected() }
    #expect(failure.cause == .assertion)
  }

  @Test func `a test that passed at the second try is no plain pass`() throws {
    let results = try parse(
      """
      <testsuite><testcase name="a"><flakyFailure message="x">y</flakyFailure></testcase>
      <testcase name="b"><rerunFailure message="x"><failure>no</failure></rerunFailure></testcase>
      </testsuite>
      """)
    #expect(
      results.map(\.outcome) == [
        .skipped(reason: "flaky: it passed only when run again; x"),
        .skipped(reason: "flaky: it passed only when run again; x"),
      ])
  }

  @Test func `a test without a name has one all the same, and one that is disabled did not pass`()
    throws
  {
    let results = try parse(
      """
      <testsuite name="s"><testcase/><testcase name=""/><testcase name="c" status="disabled"/>
      <testcase name="d" status="notrun"><failure message="no"/></testcase></testsuite>
      """)
    #expect(results.map(\.identity.name) == ["unnamed test 1", "unnamed test 2", "c", "d"])
    #expect(results[2].outcome == .skipped(reason: "disabled"))
    #expect(results[3].outcome.isPass == false)
  }

  @Test func `long text is read in pieces, of which none ends inside a character or a reference`()
    throws
  {
    let text = String(repeating: "ü&amp;€", count: 40_000)
    let plain = text.replacing("&amp;", with: "&")
    for body in [text, "<![CDATA[\(plain)]]>"] {
      let results = try parse(
        "<testsuite><testcase name='a'><failure>\(body)</failure></testcase></testsuite>")
      guard case .failed(let failure) = results[0].outcome else { throw Unexpected() }
      #expect(!failure.detail.contains("\u{FFFD}"))
      #expect(failure.detail.hasPrefix("ü&€ü&€") && failure.detail.hasSuffix("ü&€ü&€"))
    }
  }

  @Test func `the worst outcome of a test that is listed twice stands`() throws {
    let results = try parse(
      """
      <testsuite><testcase name="a"/><testcase name="b"/>
      <testcase name="a"><failure message="1"/><failure message="2"/></testcase>
      <testcase name="a"><error message="worst"/></testcase>
      <testcase name="a"/></testsuite>
      """)
    #expect(results.map(\.identity.name) == ["a", "b"])
    #expect(
      results[0].outcome == .errored(.init(cause: .unspecified, message: "worst", detail: "")))
  }

  @Test func `characters that XML forbids become replacement characters`() throws {
    let bytes =
      Array("<testsuite><testcase name='a&#0;b&#xD800;c".utf8) + [0x1B, 0xFF]
      + Array("d'/></testsuite>".utf8)
    let results = try JUnitReport.parse(bytes)
    #expect(results[0].identity.name == "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}d")
  }

  @Test func `a document type is refused, and with it every entity of its own`() {
    let bomb = """
      <?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><testsuite name="&a;"/>
      """
    #expect(throws: ReportError.documentType(line: 1)) { try parse(bomb) }
    #expect(throws: ReportError.malformed(line: 2, reason: "an unknown & reference")) {
      try parse("<testsuite>\n&a;</testsuite>")
    }
  }

  @Test(arguments: [
    "", "   ", "<testsuite>", "<testsuite><testcase name='a'", "<testsuite><testcase name='a",
    "<testsuite", "<testsuite><!-- ", "<testsuite><![CDATA[x", "<", "</", "<testsuite a=",
    "<testsuite><testcase name='a'/>",
  ])
  func `a report that breaks off is no report`(text: String) {
    #expect(throws: ReportError.truncated) { try parse(text) }
  }

  @Test(arguments: [
    "<a></b>", "hello", "<testsuite/>tail", "<testsuite/><testsuite/>", "<testsuite a='1' a='2'/>",
    "<testsuite a='1'b='2'/>", "<testsuite a=1/>", "<testsuite a='<'/>", "<testsuite>&</testsuite>",
    "<testsuite>&#;</testsuite>", "<testsuite>&#xZ;</testsuite>", "< testsuite/>", "<testsuite/ >",
    "</testsuite>", "<![CDATA[x]]><testsuite/>", "<testsuite></testsuite x>", "<html/>",
  ])
  func `what is no well-formed report is refused`(text: String) {
    #expect(throws: ReportError.self) { try parse(text) }
  }

  @Test func `every beginning of a report is refused, none crashes`() {
    let whole = Array(
      ("<?xml version='1.0'?><testsuite a=\"&lt;\"><testcase name='n'>"
        + "<failure>t<![CDATA[<]]></failure></testcase></testsuite>").utf8)
    for count in 0..<whole.count {
      #expect(throws: ReportError.self) { try JUnitReport.parse(Array(whole.prefix(count))) }
    }
    #expect((try? JUnitReport.parse(whole))?.count == 1)
  }

  @Test func `any single wrong byte is read or refused, never a crash`() {
    let whole = Array("<testsuite a=\"&lt;\"><testcase name='n'/><!-- c --></testsuite>".utf8)
    for index in whole.indices {
      for byte in [0, 0x22, 0x26, 0x27, 0x2F, 0x3B, 0x3C, 0x3E, 0x5D, 0x80, 0xFF] as [UInt8] {
        var broken = whole
        broken[index] = byte
        _ = try? JUnitReport.parse(broken)
      }
    }
  }

  @Test func `depth and size are limited`() {
    let deep = String(repeating: "<testsuite>", count: 101)
    #expect(throws: ReportError.tooDeep(line: 1)) { try parse(deep) }
    #expect(throws: ReportError.tooLarge(bytes: 30_000_001)) {
      try JUnitReport.parse([UInt8](repeating: 0x20, count: 30_000_001))
    }
  }

  @Test func `only UTF-8 is read`() {
    #expect(throws: ReportError.encoding("iso-8859-1")) {
      try parse("<?xml version='1.0' encoding='ISO-8859-1'?><testsuite/>")
    }
    #expect(throws: ReportError.encoding("UTF-16")) {
      try JUnitReport.parse([0xFF, 0xFE, 0x3C, 0])
    }
    #expect((try? JUnitReport.parse([0xEF, 0xBB, 0xBF] + Array("<testsuite/>".utf8))) == [])
  }

  private struct Unexpected: Error {}

  private func parse(_ text: String) throws(ReportError) -> [TestResult] {
    try JUnitReport.parse(Array(text.utf8))
  }
}

// SPDX-License-Identifier: Apache-2.0
// Reads the JUnit report of ctest, whose words stand in what each test printed.

import Domain

/// One test of ctest's report.
private struct CTestCase {
  var name = ""
  /// `run`, `fail`, `notrun` or `disabled`.
  var status = ""
  var remark = ""
  var output = ""
}

/// Reads ctest's report. A test counts as passed only where ctest says so and what GoogleTest
/// printed bears it out.
enum CTestReport {
  static func results(
    _ bytes: [UInt8], projectRoot: String
  ) throws(ReportError) -> [TestResult] {
    JUnitReport.mergeDuplicates(
      try cases(bytes).map { test in
        TestResult(
          identity: TestIdentity(file: "", suite: "", name: test.name), outcome: outcome(of: test))
      })
  }

  private static func cases(_ bytes: [UInt8]) throws(ReportError) -> [CTestCase] {
    var reader = try XMLReader(bytes)
    var cases: [CTestCase] = []
    var open: [String] = []
    while let event = try reader.next() {
      switch event {
      case .start(let name, let attributes):
        if open.isEmpty, name != "testsuite" { throw .notJUnit(root: name) }
        open.append(name)
        if name == "testcase" {
          cases.append(
            CTestCase(name: attributes["name"] ?? "", status: attributes["status"] ?? ""))
        } else if name == "skipped", !cases.isEmpty {
          cases[cases.count - 1].remark = attributes["message"] ?? ""
        }
      case .end: open.removeLast()
      case .text(let text):
        if open.last == "system-out", !cases.isEmpty { cases[cases.count - 1].output += text }
      }
    }
    return cases
  }

  private static func outcome(of test: CTestCase) -> TestOutcome {
    switch test.status {
    case "run":
      guard let doubt = doubt(of: test) else { return .passed }
      return .failed(failure(.unspecified, doubt, test))
    case "fail": return .failed(failure(of: test))
    case "notrun" where test.remark.contains("Unable to find executable"):
      let reason = "the test's program is missing"
      return .errored(failure(.notLoadable(reason: reason), reason, test))
    case "notrun", "disabled":
      return .skipped(reason: test.remark.isEmpty ? test.status : Excerpt.line(test.remark))
    default: return .errored(failure(.unspecified, "ctest says \(test.status)", test))
    }
  }

  /// Why a test that ctest calls passed is not: GoogleTest began it and did not end it well. A
  /// program may have left early, or be expected to fail.
  private static func doubt(of test: CTestCase) -> String? {
    let lines = test.output.split(separator: "\n")
    let begun = lines.count { $0.hasPrefix("[ RUN      ] ") }
    guard begun > 0 else { return nil }
    if lines.contains(where: { $0.hasPrefix("[  FAILED  ] ") }) {
      return "its own lines say that it failed"
    }
    let ended = lines.count { $0.hasPrefix("[       OK ] ") || $0.hasPrefix("[  SKIPPED ] ") }
    return ended >= begun ? nil : "its program ended before the test did"
  }

  private static func failure(of test: CTestCase) -> TestFailure {
    let lines = test.output.split(separator: "\n")
    if let at = lines.firstIndex(where: { $0.hasPrefix("unknown file: Failure") }) {
      let said = at + 1 < lines.count ? String(lines[at + 1]) : "an exception was thrown"
      return failure(.raised(type: "exception", file: ""), said, test)
    }
    if let at = lines.firstIndex(where: { $0.hasSuffix(": Failure") }) {
      let said = lines[(at + 1)...].prefix(4).map { $0.drop(while: \.isWhitespace) }
      return failure(.assertion, said.joined(separator: " "), test)
    }
    if let line = lines.first(where: { $0.hasPrefix("terminate called") }) {
      return failure(.raised(type: "exception", file: ""), String(line), test)
    }
    if lines.contains(where: { $0.hasPrefix("[ RUN      ] ") }) {
      return failure(.raised(type: "crash", file: ""), "the program crashed", test)
    }
    // A plain program has nothing but its exit code and what it prints.
    if let line = lines.first(where: speaksOfAssertion) {
      return failure(.assertion, String(line), test)
    }
    return failure(.unspecified, lines.last.map(String.init) ?? "the program failed", test)
  }

  private static func speaksOfAssertion(_ line: Substring) -> Bool {
    let words = line.lowercased()
    return ["assert", "check failed", "failed:", "fail:", "expected"].contains(
      where: words.contains)
  }

  private static func failure(
    _ cause: TestFailure.Cause, _ message: String, _ test: CTestCase
  ) -> TestFailure {
    TestFailure(
      cause: cause, message: Excerpt.line(message), detail: Excerpt.text(test.output, limit: 8000))
  }
}

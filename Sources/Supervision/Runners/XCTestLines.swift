// SPDX-License-Identifier: Apache-2.0
// Reads the lines that XCTest prints.

import Domain

/// Reads `Test Case 'Axis.testWidth' passed (0.002 seconds)` and what was printed before it.
enum XCTestLines {
  /// - Throws: where a test began and did not end, or the closing count disagrees.
  static func results(
    _ text: String, projectRoot: String
  ) throws(SwiftReportError) -> [TestResult] {
    var results: [TestResult] = []
    var running: (name: String, output: [Substring])?
    var executed: Int?
    var isOpen = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("Test Suite '") { isOpen = true }
      if let event = TestCaseLine(line) {
        isOpen = true
        if let status = event.status {
          guard let test = running, test.name == event.name else {
            throw SwiftReportError(reason: "\(event.name) ended and never began")
          }
          results.append(result(test.name, status, test.output, projectRoot))
          running = nil
        } else if let test = running {
          throw SwiftReportError(reason: "\(test.name) began and did not end")
        } else {
          running = (event.name, [])
        }
      } else if running != nil {
        running?.output.append(line)
      } else if let count = Self.executed(line) {
        executed = count
      }
    }
    if let running { throw SwiftReportError(reason: "\(running.name) began and did not end") }
    guard !isOpen || executed == results.count else {
      throw SwiftReportError(reason: "XCTest broke off before its closing line")
    }
    return results
  }

  /// `Executed 5 tests, with 1 test skipped and 3 failures (1 unexpected) in …`; the last one
  /// counts them all.
  private static func executed(_ line: Substring) -> Int? {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count > 2, words[0] == "Executed", words[2].hasPrefix("test") else { return nil }
    return Int(words[1])
  }

  private static func result(
    _ name: String, _ status: Substring, _ output: [Substring], _ root: String
  ) -> TestResult {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    let identity = TestIdentity(
      file: "", suite: parts.count > 1 ? parts[0] : "", name: parts.last ?? "")
    let outcome: TestOutcome =
      switch status {
      case "passed": .passed
      case "skipped": .skipped(reason: reason(output))
      default: .failed(failure(name, output))
      }
    return TestResult(identity: identity, outcome: outcome)
  }

  private static func reason(_ output: [Substring]) -> String {
    let line = output.first { $0.contains(": Test skipped") }
    let reason = line?.firstRange(of: "Test skipped").map { line?[$0.upperBound...] ?? "" } ?? ""
    return Excerpt.line(String(reason.drop { " -".contains($0) }))
  }

  /// `/…/AxisTests.swift:5: error: Axis.testWidth : XCTAssertEqual failed: …`
  private static func failure(_ name: String, _ output: [Substring]) -> TestFailure {
    let mark = ": error: \(name) : "
    let said = output.lazy.compactMap { line in
      line.firstRange(of: mark).map { line[$0.upperBound...] }
    }.first
    let message = said ?? "the test failed"
    return TestFailure(
      cause: cause(message), message: Excerpt.line(String(message)),
      detail: Excerpt.text(output.joined(separator: "\n"), limit: 8000))
  }

  private static func cause(_ message: Substring) -> TestFailure.Cause {
    if message.hasPrefix("threw error") { return .raised(type: "Error", file: "") }
    let isAssertion = ["XCT", "failed", "Asynchronous wait failed"].contains {
      message.hasPrefix($0)
    }
    return isAssertion ? .assertion : .unspecified
  }
}

/// `Test Case 'Axis.testWidth' started at …`, or how it ended.
private struct TestCaseLine {
  let name: String
  /// `passed`, `failed` or `skipped`; `nil` where it begins.
  let status: Substring?

  init?(_ line: Substring) {
    guard line.hasPrefix("Test Case '"), let end = line.firstRange(of: "' ") else { return nil }
    name = String(line[..<end.lowerBound].dropFirst("Test Case '".count))
    let word = line[end.upperBound...].prefix { $0 != " " }
    switch word {
    case "started": status = nil
    case "passed", "failed", "skipped": status = word
    default: return nil
    }
  }
}

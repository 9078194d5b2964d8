// SPDX-License-Identifier: Apache-2.0
// Reads the event stream of Swift Testing, version 0.

import Domain
import FoundationEssentials

/// Reads the events: first every test there is, then what became of each, then the end.
enum SwiftTestingEvents {
  private struct Record: Decodable {
    let kind: String
    let payload: Payload
  }

  private struct Payload: Decodable {
    struct Place: Decodable {
      let fileID: String
      let filePath: String?

      enum CodingKeys: String, CodingKey {
        case fileID
        case filePath = "_filePath"
      }
    }
    struct Issue: Decodable { let isKnown: Bool }
    struct Message: Decodable {
      let symbol: String
      let text: String
    }

    let kind: String
    // Of a test.
    let id: String?
    let name: String?
    let sourceLocation: Place?
    // Of an event.
    let testID: String?
    let issue: Issue?
    let messages: [Message]?
  }

  private struct Test {
    let identity: TestIdentity
    var isOver = false
    var skipped: String?
    var issues: [String] = []
  }

  /// - Throws: where the run, or one of its tests, began and did not end.
  static func results(
    _ text: String, projectRoot: String
  ) throws(SwiftReportError) -> [TestResult] {
    var tests: [String: Test] = [:]
    var order: [String] = []
    var isRunning = false
    for record in records(text) {
      let payload = record.payload
      if record.kind == "test" {
        guard payload.kind == "function", let id = payload.id else { continue }
        order.append(id)
        tests[id] = Test(identity: identity(of: payload, projectRoot: projectRoot))
        continue
      }
      if payload.kind == "runStarted" { isRunning = true }
      if payload.kind == "runEnded" { isRunning = false }
      let words = payload.messages?.map(\.text).joined(separator: "\n") ?? ""
      for id in Self.tests(of: payload.testID, among: order) {
        switch payload.kind {
        case "testEnded": tests[id]?.isOver = true
        case "testSkipped": tests[id]?.skipped = words
        case "issueRecorded" where payload.issue?.isKnown == false && id == payload.testID:
          tests[id]?.issues.append(words)
        default: break  // What is none of a single test's outcome.
        }
      }
    }
    guard !isRunning else { throw SwiftReportError(reason: "Swift Testing's run did not end") }
    var results: [TestResult] = []
    for test in order.compactMap({ tests[$0] }) {
      guard test.isOver || test.skipped != nil else {
        throw SwiftReportError(reason: "\(test.identity) did not end")
      }
      results.append(TestResult(identity: test.identity, outcome: outcome(of: test)))
    }
    return results
  }

  /// The tests that an event is about: what skips a suite skips all that is in it.
  private static func tests(of id: String?, among all: [String]) -> [String] {
    guard let id else { return [] }
    return all.contains(id) ? [id] : all.filter { $0.hasPrefix(id + "/") }
  }

  private static func records(_ text: String) -> [Record] {
    let decoder = JSONDecoder()
    return text.split(separator: "\n").compactMap { line in
      guard let start = line.firstRange(of: #"{"kind":"#) else { return nil }
      do {
        return try decoder.decode(Record.self, from: Data(line[start.lowerBound...].utf8))
      } catch {
        // Words of a test's own: what they take the place of will be missed.
        return nil
      }
    }
  }

  /// `CalcTests.Things/Inner/deep()/ThingsTests.swift:10:26` is `deep()` of `Things/Inner`: where it
  /// stands in its file changes with the file.
  private static func identity(of payload: Payload, projectRoot: String) -> TestIdentity {
    let name = payload.name ?? ""
    let fileID = payload.sourceLocation?.fileID ?? ""
    let module = fileID.prefix { $0 != "/" }
    let file = fileID.dropFirst(module.count)
    var path = (payload.id ?? "").dropFirst(module.count + 1)
    if let place = path.ranges(of: file + ":").last { path = path[..<place.lowerBound] }
    let suite = path.hasSuffix(name) ? path.dropLast(name.count) : path
    let absolute = payload.sourceLocation?.filePath ?? ""
    return TestIdentity(
      file: absolute.hasPrefix(projectRoot + "/")
        ? String(absolute.dropFirst(projectRoot.count + 1)) : "",
      suite: String(suite.hasSuffix("/") ? suite.dropLast() : suite), name: name)
  }

  private static func outcome(of test: Test) -> TestOutcome {
    if let issue = test.issues.first {
      let cause: TestFailure.Cause =
        if issue.hasPrefix("Caught error: ") {
          .raised(type: "Error", file: "")
        } else if issue
          .hasPrefix("Time limit was exceeded")
        { .unspecified } else { .assertion }
      return .failed(
        TestFailure(
          cause: cause, message: Excerpt.line(issue),
          detail: Excerpt.text(test.issues.joined(separator: "\n"), limit: 8000)))
    }
    return test.skipped.map { .skipped(reason: Excerpt.line($0)) } ?? .passed
  }
}

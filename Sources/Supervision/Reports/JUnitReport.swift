// SPDX-License-Identifier: Apache-2.0
// Reads the JUnit XML that test runners of every language write, each in its own dialect.

package import Domain

/// A JUnit report: nested suites or one alone, with or without files and classes.
package enum JUnitReport {
  /// The tests of a report, each once, in the order in which they first appear. Where a test
  /// appears several times, its worst outcome stands.
  ///
  /// The report alone tells an assertion from other failures only where it names the exception;
  /// otherwise the cause is `.unspecified`.
  ///
  /// - Throws: `ReportError` for bytes that are no JUnit report, whole and well formed.
  package static func parse(_ bytes: [UInt8]) throws(ReportError) -> [TestResult] {
    mergeDuplicates(try cases(bytes).map { $0.result(cause: $0.plainCause) })
  }

  /// Keeps the worst outcome of each test.
  static func mergeDuplicates(_ results: [TestResult]) -> [TestResult] {
    var places: [TestIdentity: Int] = [:]
    var merged: [TestResult] = []
    for result in results {
      guard let place = places[result.identity] else {
        places[result.identity] = merged.count
        merged.append(result)
        continue
      }
      if result.outcome.severity > merged[place].outcome.severity { merged[place] = result }
    }
    return merged
  }

  /// Every `<testcase>` as it stands.
  static func cases(_ bytes: [UInt8]) throws(ReportError) -> [JUnitCase] {
    var reader = try XMLReader(bytes)
    var reading = JUnitReading()
    while let event = try reader.next() {
      switch event {
      case .start(let name, let attributes): try reading.start(name, attributes)
      case .end(let name): reading.end(name)
      case .text(let text): reading.text(text)
      }
    }
    return reading.cases
  }
}

/// One `<testcase>`, with what is said about it.
struct JUnitCase: Equatable {
  enum Finding: Equatable {
    case failure(Remark)
    case error(Remark)
    case skipped(Remark)
    /// It was run more than once and failed at least once. Where it failed in the end, a failure is
    /// reported beside this.
    case flaky(Remark)
  }

  struct Remark: Equatable {
    var type: String
    var message: String
    var text = ""
  }

  let file: String
  let suite: String
  let name: String
  var findings: [Finding] = []

  var identity: TestIdentity { TestIdentity(file: file, suite: suite, name: name) }

  /// The finding that decides: an error before a failure before a skip before a flaky pass.
  var decisive: Finding? {
    findings.first(where: \.isError) ?? findings.first(where: \.isFailure)
      ?? findings.first(where: \.isSkip) ?? findings.first
  }

  /// - Parameter cause: why the decisive finding came about, where there is one.
  func result(as identity: TestIdentity? = nil, cause: TestFailure.Cause) -> TestResult {
    let outcome: TestOutcome =
      switch decisive {
      case nil: .passed
      case .failure(let remark): .failed(remark.failure(cause: cause))
      case .error(let remark): .errored(remark.failure(cause: cause))
      case .skipped(let remark): .skipped(reason: Excerpt.line(remark.summary))
      // What passes only now and then is no proof of anything.
      case .flaky(let remark):
        .skipped(reason: Excerpt.line("flaky: it passed only when run again; \(remark.summary)"))
      }
    return TestResult(identity: identity ?? self.identity, outcome: outcome)
  }

  /// The same, where a failure without a word of its own is told by what the test printed.
  func told(by output: Remark) -> JUnitCase {
    var told = self
    told.findings = findings.map { finding in
      switch finding {
      case .failure(let remark) where remark.isSilent: .failure(output.typed(remark.type))
      case .error(let remark) where remark.isSilent: .error(output.typed(remark.type))
      case .failure, .error, .skipped, .flaky: finding
      }
    }
    return told
  }

  /// What the report itself says of the cause.
  var plainCause: TestFailure.Cause {
    switch decisive {
    case .failure(let remark), .error(let remark): remark.namesAssertion ? .assertion : .unspecified
    case .skipped, .flaky, nil: .unspecified
    }
  }
}

extension JUnitCase.Finding {
  fileprivate var isSkip: Bool {
    if case .skipped = self { true } else { false }
  }

  fileprivate var isError: Bool {
    if case .error = self { true } else { false }
  }

  fileprivate var isFailure: Bool {
    if case .failure = self { true } else { false }
  }
}

extension JUnitCase.Remark {
  /// More of its text. What lies beyond any excerpt is dropped as it comes: a report may hold
  /// megabytes of output in one failure.
  mutating func add(_ piece: String) {
    text += piece
    if text.utf8.count > 4 * Self.textKept { text = Excerpt.text(text, limit: 2 * Self.textKept) }
  }

  private static let textKept = 32_000

  var isSilent: Bool { message.isEmpty && text.isEmpty }

  func typed(_ type: String) -> JUnitCase.Remark {
    JUnitCase.Remark(type: type, message: message, text: text)
  }

  /// The message, or else the line of the text that says most: the one that begins with the
  /// exception's name, or the first behind what only names the test.
  var summary: String {
    if !message.isEmpty, message != "Failed" { return message }
    let lines = text.split(whereSeparator: \.isNewline)
    if !type.isEmpty, let line = lines.first(where: { $0.hasPrefix(type + ":") }) {
      return String(line)
    }
    // PHPUnit's first line is the test's name, those of `go test` are marked.
    let told = lines.drop { $0.hasPrefix("=== ") || $0.hasPrefix("--- ") }
    let line = type.hasPrefix("PHPUnit\\") ? told.dropFirst().first : told.first
    return line.map(String.init) ?? (message.isEmpty ? type : message)
  }

  func failure(cause: TestFailure.Cause) -> TestFailure {
    TestFailure(
      cause: cause, message: Excerpt.line(summary), detail: Excerpt.text(text, limit: 8000))
  }

  /// As in `AssertionError`, `java.lang.AssertionError`, `org.opentest4j.AssertionFailedError`
  /// and Node's `ERR_ASSERTION`.
  fileprivate var namesAssertion: Bool {
    if Self.isAssertion(type) { return true }
    let first = summary.prefix { $0 != ":" && !$0.isWhitespace }
    return Self.isAssertion(String(first))
  }

  private static func isAssertion(_ name: String) -> Bool {
    let last = name.split { $0 == "." || $0 == "\\" || $0 == "/" }.last ?? ""
    return last.hasPrefix("Assertion") || last.hasSuffix("Assertion")
      || last.hasSuffix("AssertionError") || last == "ERR_ASSERTION"
  }
}

extension TestOutcome {
  fileprivate var severity: Int {
    switch self {
    case .passed: 0
    case .skipped: 1
    case .failed: 2
    case .errored: 3
    }
  }
}

/// A report half read.
private struct JUnitReading {
  var cases: [JUnitCase] = []
  private var path: [String] = []
  private var suites: [(name: String, file: String)] = []
  private var current: JUnitCase?
  private var remark: JUnitCase.Remark?
  /// What the current test printed.
  private var output = JUnitCase.Remark(type: "", message: "")

  mutating func start(_ name: String, _ attributes: [String: String]) throws(ReportError) {
    if path.isEmpty, name != "testsuites", name != "testsuite" { throw .notJUnit(root: name) }
    path.append(name)
    if name == "testsuite" {
      suites.append((attributes["name"] ?? "", attributes["file"] ?? suites.last?.file ?? ""))
    } else if name == "testcase" {
      let name = attributes["name"] ?? ""
      current = JUnitCase(
        file: attributes["file"] ?? suites.last?.file ?? "",
        suite: attributes["classname"] ?? suites.last?.name ?? "",
        name: name.isEmpty ? "unnamed test \(cases.count + 1)" : name)
      if let status = attributes["status"], Self.idle.contains(status) {
        current?.findings.append(.skipped(JUnitCase.Remark(type: status, message: "")))
      }
      output = JUnitCase.Remark(type: "", message: "")
    } else if isFinding(name), path.dropLast().last == "testcase" {
      remark = JUnitCase.Remark(
        type: attributes["type"] ?? "", message: attributes["message"] ?? "")
    }
  }

  private static let findings: Set<String> = [
    "failure", "error", "skipped", "flakyFailure", "flakyError", "rerunFailure", "rerunError",
  ]

  /// Whether an element says what became of its test.
  private func isFinding(_ name: String) -> Bool {
    Self.findings.contains(name)
  }

  /// What CTest and GoogleTest say of a test that they did not run.
  private static let idle: Set<String> = ["disabled", "notrun", "skipped"]

  mutating func text(_ text: String) {
    switch path.last {
    case "system-out", "system-err": if path.dropLast().last == "testcase" { output.add(text) }
    case let name?: if remark != nil, isFinding(name) { remark?.add(text) }
    case nil: return
    }
  }

  mutating func end(_ name: String) {
    path.removeLast()
    switch name {
    case "testsuite": suites.removeLast()
    case "testcase":
      if let current { cases.append(current.told(by: output)) }
      current = nil
    case "failure": if let taken = takeRemark() { current?.findings.append(.failure(taken)) }
    case "error": if let taken = takeRemark() { current?.findings.append(.error(taken)) }
    case "skipped": if let taken = takeRemark() { current?.findings.append(.skipped(taken)) }
    case "flakyFailure", "flakyError", "rerunFailure", "rerunError":
      if let taken = takeRemark() { current?.findings.append(.flaky(taken)) }
    default: break
    }
  }

  private mutating func takeRemark() -> JUnitCase.Remark? {
    guard path.last == "testcase" else { return nil }
    defer { remark = nil }
    return remark
  }
}

// SPDX-License-Identifier: Apache-2.0
// Reads the events of `go test -json`, and the plain lines that older versions mix in.

import Domain
import FoundationEssentials

/// Events that do not hold together.
struct GoReportError: Error, Hashable {
  let reason: String
}

/// One run's events, package by package.
struct GoTestEvents {
  private struct Event: Decodable {
    let action: String
    let package: String?
    let test: String?
    let output: String?

    enum CodingKeys: String, CodingKey {
      case action = "Action"
      case package = "Package"
      case test = "Test"
      case output = "Output"
    }
  }

  private struct Test {
    var hasBegun = false
    var ending: String?
    var output = ""
  }

  private struct Package {
    var tests: [String: Test] = [:]
    var ending: String?
    var output = ""
    var isNotBuilt = false
  }

  private let projectRoot: String
  private var packages: [String: Package] = [:]
  /// What compilers said, where the events tell of it.
  private var buildOutput = ""

  init(projectRoot: String) { self.projectRoot = projectRoot }

  mutating func take(_ text: String) {
    let decoder = JSONDecoder()
    for line in text.split(separator: "\n") {
      do {
        take(try decoder.decode(Event.self, from: Data(line.utf8)))
      } catch {
        // `FAIL	example.com/calc [build failed]`, as versions before 1.24 print it.
        takeFailure(line)
      }
    }
  }

  private mutating func take(_ event: Event) {
    if event.action == "build-output" { buildOutput += event.output ?? "" }
    guard let name = event.package else { return }
    var package = packages[name, default: Package()]
    defer { packages[name] = package }
    guard let test = event.test else {
      package.output += event.output ?? ""
      if let output = event.output, Self.isBuildFailure(output) { package.isNotBuilt = true }
      if ["pass", "fail", "skip"].contains(event.action) { package.ending = event.action }
      return
    }
    switch event.action {
    case "run": package.tests[test, default: Test()].hasBegun = true
    case "output": package.tests[test, default: Test()].output += event.output ?? ""
    case "pass", "fail", "skip": package.tests[test, default: Test()].ending = event.action
    default: break  // A pause, a benchmark, or something newer than this.
    }
  }

  private mutating func takeFailure(_ line: Substring) {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count > 1, words[0] == "FAIL", Self.isBuildFailure(String(line)) else { return }
    packages[String(words[1]), default: Package()].isNotBuilt = true
  }

  private static func isBuildFailure(_ line: String) -> Bool {
    line.hasPrefix("FAIL") && (line.contains("[build failed]") || line.contains("[setup failed]"))
  }

  // MARK: Results

  /// The results of all packages, each test once.
  ///
  /// - Throws: where a package or a test began and did not end, or ended and never began.
  func results(standardError: String) throws(GoReportError) -> [TestResult] {
    let errors = GoBuildErrors(standardError + "\n" + buildOutput)
    var results: [TestResult] = []
    for (name, package) in packages.sorted(by: { $0.key < $1.key }) {
      if package.isNotBuilt {
        results.append(unbuilt(name, errors))
        continue
      }
      guard let ending = package.ending else {
        throw GoReportError(reason: "the tests of \(name) broke off")
      }
      results += try self.results(of: package, name, failed: ending == "fail")
    }
    return results
  }

  private func unbuilt(_ name: String, _ errors: GoBuildErrors) -> TestResult {
    let identity = TestIdentity(file: "", suite: name, name: "")
    let found = errors.errors(ofPackage: name)
    if case .ran(let results)? = TestRun.notBuilt([(identity, found)]) { return results[0] }
    let reason = "the package could not be built"
    return TestResult(
      identity: identity,
      outcome: .errored(
        TestFailure(cause: .notLoadable(reason: reason), message: reason, detail: "")))
  }

  private func results(
    of package: Package, _ name: String, failed: Bool
  ) throws(GoReportError) -> [TestResult] {
    var results: [TestResult] = []
    for (test, state) in package.tests.sorted(by: { $0.key < $1.key }) {
      guard state.hasBegun else {
        throw GoReportError(reason: "\(test) of \(name) ended and never began")
      }
      guard
        let ending = state.ending ?? Self.ending(of: test, in: package) ?? (failed ? "fail" : nil)
      else { throw GoReportError(reason: "\(test) of \(name) began and did not end") }
      let identity = TestIdentity(file: "", suite: name, name: test)
      let outcome: TestOutcome =
        switch ending {
        case "pass": .passed
        case "skip": .skipped(reason: GoFailure.reason(in: state.output))
        default: .failed(failure(of: test, in: package))
        }
      results.append(TestResult(identity: identity, outcome: outcome))
    }
    let isExplained = results.contains { $0.outcome.isFailure }
    if failed && !isExplained {
      let failure = GoFailure.failure(of: package.output, subtests: [], projectRoot: projectRoot)
      results.append(
        TestResult(
          identity: TestIdentity(file: "", suite: name, name: ""),
          outcome: .errored(
            TestFailure(
              cause: failure.cause == .assertion ? .unspecified : failure.cause,
              message: failure.message, detail: failure.detail))))
    }
    return results
  }

  /// Where a test printed no line feed at last, versions before 1.20 take its ending for output.
  private static func ending(of test: String, in package: Package) -> String? {
    for (word, ending) in [("PASS", "pass"), ("FAIL", "fail"), ("SKIP", "skip")] {
      let line = "--- \(word): \(test) ("
      let isThere = package.tests.values.contains { $0.output.contains(line) }
      if isThere || package.output.contains(line) { return ending }
    }
    return nil
  }

  private func failure(of test: String, in package: Package) -> TestFailure {
    let subtests = package.tests.filter {
      $0.key.hasPrefix(test + "/") && $0.value.ending == "fail"
    }
    .sorted { $0.key < $1.key }.map(\.value.output)
    return GoFailure.failure(
      of: package.tests[test]?.output ?? "", subtests: subtests, projectRoot: projectRoot)
  }
}

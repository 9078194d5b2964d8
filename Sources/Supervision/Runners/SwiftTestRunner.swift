// SPDX-License-Identifier: Apache-2.0
// Runs `swift test` as the project runs it: XCTest by its lines, Swift Testing by its events.

package import Domain

/// `swift test` of a package, for XCTest and Swift Testing in one run.
package struct SwiftTestRunner: TestRunner {
  private let program: [String]
  /// The project's own options with their values.
  private let options: [[String]]

  /// - Parameter command: the project's words: `["swift", "test"]`.
  package init(command: [String]) {
    let verb = command.firstIndex(of: "test") ?? command.endIndex
    program = Array(command[..<verb])
    var options: [[String]] = []
    var rest = command[verb...].dropFirst()
    while let word = rest.popFirst() {
      let hasValue = rest.first.map { !$0.hasPrefix("-") } ?? false
      options.append(hasValue ? [word, rest.removeFirst()] : [word])
    }
    self.options = options.filter { !Self.replaced.contains(Self.name(of: $0)) }
  }

  /// What we say ourselves, or what changes the form of the output.
  private static let replaced: Set<String> = [
    "--parallel", "--num-workers", "--skip-build", "--xunit-output", "--quiet", "-q",
    "--event-stream-output-path", "--event-stream-version", "-v", "--verbose",
  ]

  private static let selecting: Set<String> = ["--filter", "--skip", "-s", "--specifier"]

  /// What `swift build` does not know.
  private static let testing: Set<String> = selecting.union([
    "--no-parallel", "--enable-swift-testing", "--disable-swift-testing", "--enable-xctest",
    "--disable-xctest",
  ])

  private static func name(of option: [String]) -> String { String(option[0].prefix { $0 != "=" }) }

  private func options(without names: Set<String>) -> [String] {
    options.filter { !names.contains(Self.name(of: $0)) }.flatMap(\.self)
  }

  /// `swift`.
  package var name: String { "swift" }

  /// The tests are built first. Swift Testing's events go between the lines that are printed, since
  /// XCTest has nothing but its lines; all its tests run in one process, so that these are whole.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    var words = program + ["test"]
    if let selecting, !selecting.contains(where: \.isWholeFile) {
      words += options(without: Self.selecting)
      words += selecting.flatMap { ["--filter", Self.pattern(of: $0)] }
    } else {
      words += options(without: [])
    }
    return RunnerInvocation(
      argv: words + [
        "--skip-build", "--event-stream-output-path", "/dev/stdout", "--event-stream-version", "0",
      ],
      preparation: [program + ["build", "--build-tests"] + options(without: Self.testing)],
      report: .standardOutput)
  }

  /// The target's name comes first, the place of a test of Swift Testing last.
  private static func pattern(of identity: TestIdentity) -> String {
    let path = identity.suite.isEmpty ? identity.name : "\(identity.suite)/\(identity.name)"
    let escaped = path.map { "\\^$.|?*+()[]{}/".contains($0) ? "\\\($0)" : String($0) }.joined()
    return "^[^./]+\\.\(escaped)(\\/|$)"
  }

  /// Exit 0 must come without a failure, every other code with one; both libraries must have told
  /// of the end of what they began.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.startedExitCode(of: outcome) {
    case .reason(let reason): return .didNotRun(reason: reason)
    case .exit(let code):
      let text = String(decoding: reports.first ?? [], as: UTF8.self)
      do throws(SwiftReportError) {
        let results =
          try XCTestLines.results(text, projectRoot: projectRoot)
          + SwiftTestingEvents.results(text, projectRoot: projectRoot)
        let isNone = code == 0 || outcome.standardError.text.contains("no tests found")
        return .judged(
          JUnitReport.mergeDuplicates(results), exit: code,
          elseFor: isNone ? .zeroTests : .refused(DidNotRun.lastWords(of: outcome)))
      } catch {
        return .didNotRun(reason: .unreadableReport(error.reason))
      }
    }
  }

  /// What the compiler says is mixed with what the package manager does, on both streams.
  package func buildErrors(in outcome: CommandOutcome, of step: [String], projectRoot: String)
    -> [BuildError]
  {
    outcome.wholeText.map { SwiftBuildErrors.errors(in: $0, projectRoot: projectRoot) } ?? []
  }

  /// The package manager's own folder for tests.
  package var testPathPatterns: [PathPattern] { [PathPattern("Tests/")] }

  /// Manifests, for whatever version of the tools. What they resolve to grows with the code.
  package var configurationPatterns: [PathPattern] {
    ["Package.swift", "Package@swift-*.swift", ".swiftpm/"]
      .map(PathPattern.init)
  }

  /// What the package manager builds.
  package var litter: [PathPattern] { [PathPattern(".build/")] }

  /// What tells a program whether it is under test.
  package var runnerMarks: [String] {
    [
      "XCTest", "XCTestCase", "XCTestConfigurationFilePath", "import Testing", "canImport(Testing)",
      "swiftpm-testing-helper",
    ]
  }

  /// One more test in a file that imports one of the libraries.
  package func control(of text: String, path: String, nonce: String) -> ControlTests? {
    let name = "Control" + nonce.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    let lines = text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
    if lines.contains(where: { $0.hasPrefix("import Testing") }) {
      return ControlTests(
        text: text + "\n@Test func orchestrate\(name)() { Issue.record(\"\(name)\") }\n",
        failing: .added(name: name))
    }
    guard lines.contains(where: { $0.hasPrefix("import XCTest") }) else { return nil }
    return ControlTests(
      text: text + "\nfinal class Orchestrate\(name): XCTestCase {\n"
        + "  func test\(name)() { XCTFail(\"\(name)\") }\n}\n",
      failing: .added(name: name))
  }
}

/// Output of a test library that does not hold together.
struct SwiftReportError: Error, Hashable {
  let reason: String
}

// SPDX-License-Identifier: Apache-2.0
// Runs `go test` as the project runs it, and reads its events.

package import Domain

/// `go test`, with its events as JSON. A package that cannot be built stands for its own tests only.
package struct GoTestRunner: TestRunner {
  private let program: [String]
  private let arguments: [String]

  /// - Parameter command: the project's words: `["go", "test", "./..."]`.
  package init(command: [String]) {
    let verb = command.firstIndex(of: "test").map { $0 + 1 } ?? command.count
    program = Array(command[..<verb])
    arguments = command[verb...].filter { $0 != "-json" && !$0.hasPrefix("-count") }
  }

  /// `go`.
  package var name: String { "go" }

  /// Nothing comes from the cache, and the compiler does not stop at the tenth error. Selected
  /// tests are those of their packages by the names of the functions: their subtests run as well.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    var options = ["-json", "-count=1"]
    if !arguments.contains(where: { $0.hasPrefix("-gcflags") }) { options.append("-gcflags=-e") }
    var rest = arguments
    if let selecting {
      if !selecting.contains(where: \.isWholeFile) {
        let functions = Set(selecting.map { $0.name.prefix { $0 != "/" } }).sorted()
        options.append("-run=^(\(functions.joined(separator: "|")))$")
        rest = Self.withoutOwnSelection(rest)
      }
      if let all = rest.firstIndex(of: "./...") {
        rest.replaceSubrange(all...all, with: Set(selecting.map(\.suite)).sorted())
      }
    }
    return RunnerInvocation(argv: program + options + rest, report: .standardOutput)
  }

  private static func withoutOwnSelection(_ words: [String]) -> [String] {
    var kept: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "-run" {
        rest = rest.dropFirst()
      } else if !word.hasPrefix("-run=") {
        kept.append(word)
      }
    }
    return kept
  }

  /// Exit 0 must come without a failure, every other code with one.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.startedExitCode(of: outcome) {
    case .reason(let reason): return .didNotRun(reason: reason)
    case .exit(let code):
      var reading = GoTestEvents(projectRoot: projectRoot)
      reading.take(String(decoding: reports.first ?? [], as: UTF8.self))
      do throws(GoReportError) {
        let results = try reading.results(standardError: outcome.standardError.text)
        return .judged(
          results, exit: code,
          elseFor: code == 0 ? .zeroTests : .refused(DidNotRun.lastWords(of: outcome)))
      } catch {
        return .didNotRun(reason: .unreadableReport(error.reason))
      }
    }
  }

  /// Go's own naming, and the data that only tests load.
  package var testPathPatterns: [PathPattern] {
    ["*_test.go", "testdata/"].map(PathPattern.init)
  }

  /// Modules and workspaces. What they resolve to grows with the code.
  package var configurationPatterns: [PathPattern] {
    ["go.mod", "go.work", "go.env"].map(PathPattern.init)
  }

  /// Test programs and profiles; everything else goes to Go's cache outside of the project.
  package var litter: [PathPattern] { ["*.test", "*.prof"].map(PathPattern.init) }

  /// What tells a program whether it is under test.
  package var runnerMarks: [String] {
    ["testing.Testing", "\"test.v\"", "\"-test.v\"", "\"test.run\"", "\"test.timeout\""]
  }

  /// One more test in a file that holds some.
  package func control(of text: String, path: String, nonce: String) -> ControlTests? {
    guard path.hasSuffix("_test.go"), text.contains("\"testing\""), text.contains("*testing.T)")
    else { return nil }
    let name =
      "TestOrchestrateControl" + nonce.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return ControlTests(
      text: text + "\nfunc \(name)(t *testing.T) { t.Fatal(\"\(name)\") }\n",
      failing: .added(name: name))
  }
}

// SPDX-License-Identifier: Apache-2.0
// Runs `cargo test` as the project runs it, and reads what libtest prints.

package import Domain

/// `cargo test`, on stable toolchains: the compiler's messages are read as JSON, the tests' own as
/// libtest prints them, since its JSON is for nightly toolchains only.
package struct CargoTestRunner: TestRunner {
  private let words: CargoWords

  /// - Parameter command: the project's words: `["cargo", "test", "--workspace"]`. Words after `--`
  ///   go to libtest.
  package init(command: [String]) {
    words = CargoWords(command)
  }

  /// `cargo`.
  package var name: String { "cargo" }

  /// The tests are built first, going on after an error, so that every error is seen. Tests are
  /// selected by their whole names in every program; a selection that holds a documentation test,
  /// whose name changes with its line, is a run of all tests.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    RunnerInvocation(
      argv: words.test(selecting: selecting.flatMap(Self.names)),
      preparation: words.build.map { [$0] } ?? [],
      environment: [
        "CARGO_TERM_COLOR": "never", "CARGO_TERM_QUIET": "false", "CARGO_TERM_VERBOSE": "false",
        "RUST_BACKTRACE": "0", "RUST_TEST_NOCAPTURE": "0",
      ],
      report: .standardOutput)
  }

  /// The whole names of tests; `nil` where one cannot be selected by its name.
  private static func names(_ identities: [TestIdentity]) -> [String]? {
    guard !identities.contains(where: { $0.isWholeFile || $0.suite == LibtestReport.docSuite })
    else { return nil }
    return identities.map { $0.suite.isEmpty ? $0.name : "\($0.suite)::\($0.name)" }
  }

  /// Exit codes 0 and 101 count where every program reported to its last line and agrees.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.startedExitCode(of: outcome) {
    case .reason(let reason): return .didNotRun(reason: reason)
    case .exit(let code):
      let output = CargoOutput(reports.first ?? [])
      if let errors = output.buildErrors(projectRoot: projectRoot) {
        return TestRun.notBuilt([(.wholeSuite, errors)])
          ?? .didNotRun(reason: .notBuilt(DidNotRun.lastWords(of: outcome)))
      }
      let programs = CargoPrograms(
        standardError: outcome.standardError.text, artifacts: output.executables,
        projectRoot: projectRoot)
      do throws(LibtestError) {
        let results = try LibtestReport.results(
          output.text, programs: programs, projectRoot: projectRoot)
        return Self.judge(results, exit: code, outcome)
      } catch {
        return .didNotRun(reason: .unreadableReport(error.reason))
      }
    }
  }

  /// Every error comes as a message on standard output.
  package func buildErrors(in outcome: CommandOutcome, of step: [String], projectRoot: String)
    -> [BuildError]
  {
    let stream = outcome.standardOutput
    guard stream.omittedBytes == 0 else { return [] }
    return CargoOutput(stream.head + stream.tail).buildErrors(projectRoot: projectRoot) ?? []
  }

  private static func judge(
    _ results: [TestResult], exit: Int32, _ outcome: CommandOutcome
  ) -> TestRun {
    let failures = results.contains { $0.outcome.isFailure }
    switch exit {
    case 0 where results.isEmpty: return .didNotRun(reason: .zeroTests)
    case 0 where !failures, 101 where failures: return .ran(results)
    case 101 where results.isEmpty:
      return .didNotRun(reason: .refused(DidNotRun.lastWords(of: outcome)))
    default: return .didNotRun(reason: .exitDisagreesWithReport(exit: exit))
    }
  }

  /// Integration tests and what they share, and modules of tests in files of their own. Tests
  /// inside of source files are told by `testRegions(of:path:)`.
  package var testPathPatterns: [PathPattern] {
    ["tests/", "test/", "tests.rs", "*_tests.rs", "*_test.rs"].map(PathPattern.init)
  }

  /// The modules marked `#[cfg(test)]` are a source file's tests. Blank lines are left out, and a
  /// file without tests is told apart as well, so that two versions can be compared by region.
  package func testRegions(of text: String, path: String) -> TestRegions? {
    path.hasSuffix(".rs") ? RustSource(text).regions : nil
  }

  /// Manifests, cargo's own settings, build scripts and the toolchain's choice.
  package var configurationPatterns: [PathPattern] {
    [
      "Cargo.toml", "**/.cargo/**", "build.rs", "rust-toolchain",
      "rust-toolchain.toml",
    ].map(PathPattern.init)
  }

  /// What cargo builds.
  package var litter: [PathPattern] { [PathPattern("target/")] }

  /// What differs between a program under test and the same program in earnest.
  package var runnerMarks: [String] {
    [
      "cfg(test)", "cfg!(test)", "cfg(not(test))", "RUST_TEST_THREADS",
      "RUST_TEST_NOCAPTURE", "CARGO_TARGET_TMPDIR",
    ]
  }

  /// One more test in a file that holds some.
  package func control(of text: String, path: String, nonce: String) -> ControlTests? {
    guard path.hasSuffix(".rs"), text.contains("#[test]") else { return nil }
    let name = "orchestrate_control_" + nonce.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return ControlTests(
      text: text + "\n#[cfg(test)]\n#[test]\nfn \(name)() {\n  assert_eq!(0, 1, \"\(name)\");\n}\n",
      failing: .added(name: name))
  }
}

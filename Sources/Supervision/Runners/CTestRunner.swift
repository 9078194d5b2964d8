// SPDX-License-Identifier: Apache-2.0
// Builds a CMake project and runs its tests with ctest.

package import Domain

/// `ctest` over a build folder that is configured and built beforehand. Cases that GoogleTest's
/// discovery registers are tests of their own; any other program is one test.
package struct CTestRunner: TestRunner {
  private let command: [String]
  private let folder: String
  private let preset: String?

  /// - Parameter command: the project's words: `["ctest", "--test-dir", "build"]`, or with
  ///   `--preset NAME`. Without either the build folder is `build`.
  package init(command: [String]) {
    let given = Self.value(of: "--test-dir", in: command)
    preset = Self.value(of: "--preset", in: command)
    folder = given ?? "build"
    self.command = command + (given == nil && preset == nil ? ["--test-dir", folder] : [])
  }

  private static func value(of option: String, in words: [String]) -> String? {
    if let joined = words.first(where: { $0.hasPrefix(option + "=") }) {
      return String(joined.dropFirst(option.count + 1))
    }
    guard let at = words.firstIndex(of: option), at + 1 < words.count else { return nil }
    return words[at + 1]
  }

  /// `ctest`.
  package var name: String { "ctest" }

  /// Make goes on after an error, so that every error is seen; other generators stop where they do.
  package func invocation(selecting: [TestIdentity]?, reportPath: String) -> RunnerInvocation {
    var options = ["--output-junit", reportPath, "--no-tests=error"]
    if let selecting, !selecting.contains(where: \.isWholeFile) {
      options += ["-R", "^(\(selecting.map { Self.escaped($0.name) }.joined(separator: "|")))$"]
    }
    let steps =
      preset.map { [["cmake", "--preset", $0], ["cmake", "--build", "--preset", $0]] }
      ?? [["cmake", "-S", ".", "-B", folder], ["cmake", "--build", folder]]
    return RunnerInvocation(
      argv: command + options, preparation: steps,
      environment: ["MAKEFLAGS": "k", "CLICOLOR": "0"], report: .file(reportPath))
  }

  /// A name as CMake's regular expressions write it.
  private static func escaped(_ name: String) -> String {
    name.map { "^$.[]-*+?|()\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }

  /// Exit 0 must come without a failure, exit 8 with one.
  package func read(
    reports: [[UInt8]], outcome: CommandOutcome, projectRoot: String
  ) -> TestRun {
    switch DidNotRun.exitCode(of: outcome) {
    case .reason(let reason): return .didNotRun(reason: reason)
    case .exit(let code):
      guard let report = reports.first else {
        return .didNotRun(reason: .withoutReport(exit: code, outcome))
      }
      do throws(ReportError) {
        let results = try CTestReport.results(report, projectRoot: projectRoot)
        let failures = results.contains { $0.outcome.isFailure || $0.outcome.isError }
        if results.isEmpty { return .didNotRun(reason: .zeroTests) }
        // What ctest lets pass although its own lines say otherwise makes it end with 0 as well.
        return code == 0 || failures
          ? .ran(results) : .didNotRun(reason: .exitDisagreesWithReport(exit: code))
      } catch {
        return .didNotRun(reason: .unreadableReport(error.description))
      }
    }
  }

  /// What the compiler and the linker refuse; a project that cannot be configured has no errors.
  package func buildErrors(in outcome: CommandOutcome, of step: [String], projectRoot: String)
    -> [BuildError]
  {
    guard step.contains("--build"), let text = outcome.wholeText else { return [] }
    return CppBuildErrors.errors(in: text, projectRoot: projectRoot)
  }

  /// Test folders at any depth and the usual names of test files.
  package var testPathPatterns: [PathPattern] {
    let endings = ["c", "cc", "cpp", "cxx"]
    let names = ["*_test", "*_tests", "test_*", "*Test", "*Tests", "*_unittest"]
    return (["tests/", "test/"] + names.flatMap { name in endings.map { "\(name).\($0)" } })
      .map(PathPattern.init)
  }

  /// Whatever CMake or ctest reads.
  package var configurationPatterns: [PathPattern] {
    [
      "CMakeLists.txt", "*.cmake", "*.cmake.in", "CMakePresets.json", "CMakeUserPresets.json",
      "CTestCustom.*",
    ].map(PathPattern.init)
  }

  /// The build folder.
  package var litter: [PathPattern] { ["build/", "\(folder)/", "Testing/"].map(PathPattern.init) }

  /// What only tests have to do with.
  package var runnerMarks: [String] {
    [
      "gtest/gtest.h", "testing::UnitTest", "testing::InitGoogleTest", "GTEST_FLAG",
      "GTEST_FLAG_SET", "GTEST_OUTPUT", "CTEST_INTERACTIVE_DEBUG_MODE", "doctest.h",
    ]
  }

  /// One more case in a file of GoogleTest's.
  package func control(of text: String, path: String, nonce: String) -> ControlTests? {
    guard text.contains("gtest/gtest.h"), text.contains("TEST") else { return nil }
    let name = "Fails" + nonce.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return ControlTests(
      text: text + "\nTEST(OrchestrateControl, \(name)) { FAIL() << \"\(name)\"; }\n",
      failing: .added(name: name))
  }
}

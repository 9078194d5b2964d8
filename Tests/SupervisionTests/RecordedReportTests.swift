// SPDX-License-Identifier: Apache-2.0
// JUnit reports as other producers really write them; Reports/README.md says how each was made.

import Domain
import Supervision
import TestPacing
import Testing

@Suite(.paced) struct RecordedReportTests {
  @Test func `pytest's own report`() async throws {
    #expect(
      try await verdicts("pytest") == [
        "test_calc::test_adds": .passed, "test_calc::test_wrong": .failed(.assertion),
        "test_calc::test_missing": .failed(.missingSymbol(symbol: "mul", module: "calc")),
        "test_calc::test_skipped": .skipped, "test_calc::test_expected": .skipped,
        "test_calc::test_texts[one \"a\" <b> & c]": .passed,
        "test_calc::test_texts[two\\x01\\xfc]": .failed(.assertion),
        "test_calc::test_setup": .errored(.unspecified),
      ])
  }

  @Test func `PHPUnit's nested suites, with files`() async throws {
    let file = "tests/CalcTest.php::CalcTest"
    #expect(
      try await verdicts("phpunit") == [
        "\(file)::testAdds": .passed, "\(file)::testWrong": .failed(.assertion),
        "\(file)::testMissing": .errored(.missingSymbol(symbol: "mul", module: "App.Calc")),
        "\(file)::testCrashes":
          .errored(.raised(type: "DivisionByZeroError", file: "src/Calc.php")),
        "\(file)::testSkipped": .skipped, "\(file)::testIncomplete": .skipped,
        "\(file)::testRisky":
          .errored(.raised(type: "RiskyTestError", file: "tests/CalcTest.php")),
        "\(file)::testPairs with data set \"one \"a\" <b>\"": .passed,
        "\(file)::testPairs with data set \"two ü\"": .failed(.assertion),
      ])
  }

  @Test func `gotestsum's failures, and a panic`() async throws {
    let package = "example.org/calc"
    #expect(
      try await verdicts("gotestsum") == [
        "\(package)::TestAdds": .passed, "\(package)::TestWrong": .failed(.assertion),
        "\(package)::TestSkips": .skipped, "\(package)::TestParts": .failed(.assertion),
        "\(package)::TestParts/two": .failed(.assertion),
        "\(package)::TestParts/one_<a>_\"b\"": .passed,
      ])
    #expect(
      try await verdicts("gotestsum-panic") == [
        "example.org/calc/crash::TestCrash":
          .failed(.raised(type: "panic", file: "crash/c_test.go"))
      ])
  }

  @Test func `CTest's disabled and missing tests pass nothing`() async throws {
    #expect(
      try await verdicts("ctest") == [
        "passes::passes": .passed, "fails <x>::fails <x>": .failed(.assertion),
        "missing::missing": .skipped, "disabled::disabled": .skipped, "skipped::skipped": .skipped,
      ])
  }

  @Test func `surefire's reruns, with a flaky test among them`() async throws {
    #expect(
      try await verdicts("surefire") == [
        "CalcTest::adds": .passed, "CalcTest::wrong": .failed(.assertion),
        "CalcTest::plain": .failed(.assertion), "CalcTest::flaky": .skipped,
        "CalcTest::skipped": .skipped,
        "CalcTest::crashes": .errored(.raised(type: "NullPointerException", file: "")),
      ])
  }

  @Test func `nextest's reruns`() async throws {
    #expect(
      try await verdicts("nextest") == [
        "calc::tests::adds": .passed, "calc::tests::wrong": .failed(.assertion),
        "calc::tests::crashes": .failed(.raised(type: "panic", file: "src/lib.rs")),
        "calc::tests::flaky": .skipped, "calc::tests::ignored": .skipped,
      ])
  }

  @Test func `jest's failures, and a file that could not be loaded`() async throws {
    let missing = TestFailure.Cause.missingSymbol(symbol: "mul", module: TestFailure.placeUnknown)
    let verdicts = try await verdicts("jest-junit")
    #expect(verdicts["calc adds::calc adds"] == .passed)
    #expect(verdicts["calc is wrong::calc is wrong"] == .failed(.assertion))
    #expect(verdicts["calc misses::calc misses"] == .failed(missing))
    #expect(
      verdicts["calc crashes::calc crashes"]
        == .failed(.raised(type: "TypeError", file: "src/calc.js")))
    #expect(verdicts["calc waits::calc waits"] == .skipped)
    guard case .errored(.notLoadable)? = verdicts["test/broken.test.js"] else {
      Issue.record("\(verdicts)")
      return
    }
    #expect(verdicts.count == 6)
  }

  /// The report as it would lie in a project, read by the runner that reads any.
  private func verdicts(_ name: String) async throws -> [String: Verdict] {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let report = (folder + ["Reports", "\(name).xml"]).joined(separator: "/")
    let project = try Project(["x": ""])
    let runner = ConfiguredRunner(
      command: .words(["/bin/sh", "-c", "sed \"s#/project#$PWD#g\" '\(report)' > r.xml; exit 1"]),
      report: PathPattern("r.xml"), paths: [])
    let record = await project.run(runner)
    return try #require(record.run.verdicts, "\(record.run)")
  }
}

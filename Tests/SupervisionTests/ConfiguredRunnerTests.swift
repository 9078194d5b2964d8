// SPDX-License-Identifier: Apache-2.0
// A command of the project's own, judged by the reports it leaves.

import Domain
import Glibc
import Supervision
import TestPacing
import Testing

@Suite(.paced) struct ConfiguredRunnerTests {
  @Test func `several reports make one run`() async throws {
    let project = try Project(["x": ""])
    let run = await project.run(
      runner(
        """
        mkdir -p out/a out/b
        echo '<testsuite><testcase classname="A" name="one"/></testsuite>' > out/a/TEST-1.xml
        echo '<testsuite><testcase classname="B" name="two"><failure/></testcase></testsuite>' \
          > out/b/TEST-2.xml
        echo 'no report' > out/b/other.xml
        exit 1
        """, report: "out/**/TEST-*.xml")
    ).run
    #expect(run.verdicts == ["A::one": .passed, "B::two": .failed(.assertion)])
  }

  @Test func `a report of an earlier run does not count`() async throws {
    let passing = "<testsuite><testcase name='a'/></testsuite>"
    let project = try Project(["report.xml": passing, "deep/report.xml": passing])
    let run = await project.run(runner("true", report: "report.xml")).run
    #expect(run == .didNotRun(reason: .noReport(exit: 0)))
    #expect(!project.contents.contains("report.xml"))
  }

  @Test func `a link or a pipe in the report's place is not followed`() async throws {
    let project = try Project(["x": ""])
    let link = "echo '<testsuite><testcase name=\"a\"/></testsuite>' > real; ln -s real report.xml"
    #expect(
      await project.run(runner(link, report: "/report.xml")).run
        == .didNotRun(reason: .noReport(exit: 0)))
    #expect(
      await project.run(runner("rm -f report.xml; mkfifo report.xml", report: "/report.xml")).run
        == .didNotRun(reason: .noReport(exit: 0)))
  }

  @Test(arguments: [
    ("exit 127", DidNotRun.commandNotFound("nothing was printed")),
    ("echo no >&2; exit 126", .notExecutable("no")),
    ("exit 3", .noReport(exit: 3)),
    ("echo '<testsuite/>' > r.xml", .zeroTests),
    ("echo '<testsuite>' > r.xml", .unreadableReport("the report breaks off")),
    (
      "echo '<html/>' > r.xml",
      .unreadableReport(
        "the report is no JUnit report: its outermost element is <html>")
    ),
    (
      "echo '<testsuite><testcase name=\"a\"/></testsuite>' > r.xml; exit 1",
      .exitDisagreesWithReport(exit: 1)
    ),
    (
      "echo '<testsuite><testcase name=\"a\"><error/></testcase></testsuite>' > r.xml",
      .exitDisagreesWithReport(exit: 0)
    ),
    ("kill -9 $$", .killed(signal: 9)),
  ])
  func `what proves nothing did not run`(script: String, reason: DidNotRun) async throws {
    let project = try Project(["x": ""])
    #expect(await project.run(runner(script, report: "r.xml")).run == .didNotRun(reason: reason))
  }

  @Test func `words are run as they are, without a shell`() async throws {
    let project = try Project(["x": ""])
    let words = ConfiguredRunner(
      command: .words(["cp", "$HOME", "b"]), report: PathPattern("r.xml"), paths: [])
    let record = await project.run(words)
    #expect(record.run == .didNotRun(reason: .noReport(exit: 1)))
    #expect(record.output.contains("'$HOME'"))
    #expect(record.outputDigest != .sha256(of: []))
  }

  private func runner(_ script: String, report: String) -> ConfiguredRunner {
    ConfiguredRunner(command: .shell(script), report: PathPattern(report), paths: [])
  }
}

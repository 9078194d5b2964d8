// SPDX-License-Identifier: Apache-2.0
// The Test Anything Protocol as its producers print it.

import Domain
import Supervision
import Testing

@Suite struct TAPStreamTests {
  @Test func `a command that prints TAP is read from its standard output`() async throws {
    let verdicts = try await run(
      """
      TAP version 14
      # Subtest: outer
          ok 1 - inner
          not ok 2 - broken
            ---
            name: 'TypeError'
            at: a.js
            ...
          1..2
      not ok 1 - outer
      ok 2 - escaped \\# sign # time=3ms
      not ok 3 - later # TODO soon
      ok 4 # SKIP no network
      not ok 5 - plain
      ok
      1..6
      """, exit: 1
    ).verdicts
    #expect(
      verdicts == [
        "outer::inner": .passed,
        "outer::broken": .failed(.raised(type: "TypeError", file: "")),
        "escaped # sign # time=3ms": .passed, "later": .skipped, "test 4": .skipped,
        "plain": .failed(.assertion), "test 6": .passed,
      ])
  }

  @Test(arguments: [
    ("ok 1\\nok 2\\n", 0, "there is no plan"),
    ("1..3\\nok 1\\n", 0, "3 tests were planned and 1 ran"),
    ("1..2\\nok 1\\nok 1\\n", 0, "test 1 comes where test 2 should"),
    ("1..1\\n1..1\\nok 1\\n", 0, "it has two plans"),
    ("1..1\\n    1..2\\n    ok 1 - in\\nok 1 - out\\n", 0, "2 tests were planned and 1 ran"),
    ("1..2\\nok 1\\nBail out! no database\\n", 0, "it bailed out: no database"),
    ("1..1\\nok 1\\n", 1, "disagrees"), ("1..1\\nnot ok 1\\n", 0, "disagrees"),
    ("1..0 # SKIP none\\n", 0, "no test ran"), ("hello\\n", 0, "no report"), ("", 127, "nothing"),
  ])
  func `a stream that is not whole did not run`(text: String, exit: Int, words: String)
    async throws
  {
    guard case .didNotRun(let reason) = try await run(text, exit: exit) else {
      Issue.record("it ran")
      return
    }
    #expect(reason.description.contains(words), "\(reason)")
  }

  private func run(_ text: String, exit: Int) async throws -> TestRun {
    let lines = text.replacing("\\n", with: "\n")
    let project = try Project(["tap.txt": lines])
    return await project.run(
      TAPRunner(command: ["/bin/sh", "-c", "cat tap.txt; exit \(exit)"])
    ).run
  }
}

// SPDX-License-Identifier: Apache-2.0
// A few seconds of the whole coordinator's crash matrix; `scripts/crash session` runs all of it.

import FoundationEssentials
import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct SessionCrashTests {
  @Test func `a coordinator killed at any call that changes a file comes to the same commits`()
    async throws
  {
    let tools = await run([
      "/bin/sh", "-c", "command -v git && command -v python3 && command -v cc",
    ])
    guard tools.termination == .exited(0) else {
      print("skipped: the crash matrix needs git, python3 and cc")
      return
    }
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let outcome = await run([
      here.path + "/../../scripts/crash", "session", "claim", "submit", "merge", "recover",
      "random", "--sample", "10", "--runs", "3", "--program", BuiltExecutable.path,
    ])
    print(outcome.standardOutput.text)
    #expect(outcome.termination == .exited(0), "\(outcome.standardError.text)")
  }

  private func run(_ argv: [String]) async -> CommandOutcome {
    await Supervisor(executable: BuiltExecutable.path).run(
      Command(
        argv: argv, workingDirectory: "/",
        environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"],
        deadline: .seconds(600)))
  }
}

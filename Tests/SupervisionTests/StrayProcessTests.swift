// SPDX-License-Identifier: Apache-2.0
// What outlived its coordinator and its supervisor is found by its marks, and nothing else is ended.

import Glibc
import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct StrayProcessTests {
  /// Starts a tree whose supervisor is killed at once. What the command had put into a session of
  /// its own is nobody's then.
  private func orphan(
    _ script: String, environment: [String: String], in folder: String = "/"
  ) async throws {
    let directory = try TemporaryDirectory("orphan")
    var variables = environment
    variables["PATH"] = "/usr/bin:/bin"
    let started = directory.path + "/started"
    try ScriptedAgent.write(script, to: "script", in: directory.path)
    let outcome = await supervisor.run(
      shell(
        "cd '\(folder)'; setsid sh -c '>\(started); . \(directory.path)/script' & "
          + "until [ -e \(started) ]; do sleep 0.01; done; kill -KILL $PPID; sleep 300",
        environment: variables))
    #expect(outcome.termination == .supervisorLost)
  }

  private func until(_ condition: () -> Bool) async {
    // The suite's own deadline ends a condition that never comes.
    while !condition() { try? await Task.sleep(for: .milliseconds(10)) }
  }

  @Test func `a process with every mark is ended, and one that lacks a mark is not`()
    async throws
  {
    let (wanted, other) = (marker(), marker())
    let marks = ["ORCHESTRATE_PACKET": "/nowhere/\(wanted)", "ORCHESTRATE_FENCE": "7"]
    try await orphan("trap '' TERM; sh -c 'sleep 300; : \(wanted)'", environment: marks)
    let fenced = marks.merging(["ORCHESTRATE_FENCE": "8"]) { $1 }
    try await orphan("sh -c 'sleep 300; : \(other)'", environment: fenced)
    await until { countProcesses(with: wanted) > 0 && countProcesses(with: other) > 0 }
    let ended = StrayProcesses.end(markedBy: marks.map { "\($0.key)=\($0.value)" })
    #expect(ended.found > 0 && ended.survivors == 0)
    #expect(countProcesses(with: wanted) == 0)
    #expect(countProcesses(with: other) > 0)
    let rest = StrayProcesses.end(markedBy: fenced.map { "\($0.key)=\($0.value)" })
    #expect(rest.found > 0 && rest.survivors == 0)
    #expect(StrayProcesses.end(markedBy: fenced.map { "\($0.key)=\($0.value)" }) == (0, 0))
  }

  @Test func `a process is found by the folder that it works in`() async throws {
    let folder = try TemporaryDirectory("stray")
    let word = marker()
    #expect(!StrayProcesses.areWorking(below: folder.path))
    try await orphan("sh -c 'sleep 300; : \(word)'", environment: [:], in: folder.path)
    await until { StrayProcesses.areWorking(below: folder.path) }
    let ended = StrayProcesses.end(workingBelow: folder.path)
    #expect(ended.found > 0 && ended.survivors == 0)
    #expect(countProcesses(with: word) == 0)
    #expect(!StrayProcesses.areWorking(below: folder.path))
  }

  @Test func `no mark at all ends nobody`() {
    #expect(StrayProcesses.end(markedBy: []) == (0, 0))
  }
}

// SPDX-License-Identifier: Apache-2.0
// Recordings are found by task, stage, round and attempt.

import Agents
import Documents
import FoundationEssentials
import Synchronization
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct RecordedDriverTests {
  private final class Applied: Sendable {
    let patches = Mutex<[String]>([])
  }

  private func run(
    _ files: [String: String], attempt: Int = 1, round: Int = 1, refusing: String? = nil
  ) async throws -> (ending: AgentEnding, patches: [String]) {
    let place = try TemporaryDirectory("recorded")
    try FileManager.default.createDirectory(
      atPath: place.file("task-1"), withIntermediateDirectories: true)
    for (name, text) in files {
      try Data(text.utf8).write(to: URL(fileURLWithPath: place.file("task-1/" + name)))
    }
    let applied = Applied()
    let driver = RecordedDriver(name: "recorded", folder: place.path) { patch, _ in
      applied.patches.withLock { $0.append(String(decoding: patch, as: UTF8.self)) }
      return refusing
    }
    let ending = await driver.run(
      Assignment(
        packet: try PacketSample.packet(attempt: attempt, round: round), workspace: place.path,
        packetPath: "", reportPath: "", deadline: .seconds(1)))
    return (ending, applied.patches.withLock { $0 })
  }

  @Test func `attempt and round choose the recording`() async throws {
    let files = [
      "document-1.patch": "first", "document-2.patch": "second", "document-r2-1.patch": "again",
    ]
    #expect(try await run(files).patches == ["first"])
    #expect(try await run(files, attempt: 2).patches == ["second"])
    #expect(try await run(files, round: 2).patches == ["again"])
  }

  @Test func `a report without a patch is enough`() async throws {
    let (ending, patches) = try await run(["document-1.json": #"{"summary": "nothing to do"}"#])
    guard case .finished(let report) = ending else {
      Issue.record("\(ending)")
      return
    }
    #expect(report?.summary == "nothing to do" && patches.isEmpty)
  }

  @Test func `no recording, a bad report and a patch that does not apply are failures`()
    async throws
  {
    let endings = [
      try await run([:]).ending, try await run(["document-1.json": "{"]).ending,
      try await run(["document-1.patch": "x"], refusing: "there is no such line").ending,
    ]
    for ending in endings {
      guard case .failed(let reason, _) = ending else {
        Issue.record("\(ending)")
        continue
      }
      #expect(!reason.isEmpty)
    }
  }
}

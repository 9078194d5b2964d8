// SPDX-License-Identifier: Apache-2.0
// How far the tasks are, told at every entry without reading what has not changed.

import Coordinator
import Documents
import Domain
import TestKit
import Testing

@Suite struct TaskTallyTests {
  private let project: SessionFixture
  private let tallies: String
  private let tasks: String

  init() throws {
    project = try SessionFixture(tasks: [FixtureTask("task-1"), FixtureTask("task-2")])
    // Long after the files were written: what changed a moment ago is read again.
    project.clock.jumpWall(by: .seconds(100 * 365 * 86_400))
    tallies = project.paths.state + "/task-tallies.json"
    tasks = project.paths.sessions + "/session-039-tasks.json"
    try AtomicFile.makeFolder(project.paths.state)
  }

  @Test func `an unchanged tasks file is not read again, a changed one is`() async throws {
    #expect(try await told() == "0 of 2 tasks done in 1 sessions")
    let remembered = try text(tallies)
    #expect(remembered.contains("2,0,0]"))
    try write(remembered.replacing("2,0,0]", with: "7,3,0]"), tallies)
    #expect(try await told() == "3 of 7 tasks done in 1 sessions")
    try write(try text(tasks).replacing("pending", with: "completed"), tasks)
    #expect(try await told() == "2 of 2 tasks done in 1 sessions")
  }

  @Test func `a file changed a moment ago is not taken for known`() async throws {
    project.clock.jumpWall(by: .seconds(-200 * 365 * 86_400))
    #expect(try await told() == "0 of 2 tasks done in 1 sessions")
    #expect(try readFileIfPresent(tallies) == nil)
  }

  @Test(arguments: ["", "{", "[]", #"{"schema": "orchestrate.tallies/1", "files": 1}"#])
  func `what is remembered in a way that does not read is counted anew`(
    damage: String
  ) async throws {
    try write(damage, tallies)
    #expect(try await told() == "0 of 2 tasks done in 1 sessions")
  }

  private func told() async throws -> String? {
    let coordinator = try project.coordinator()
    let clock = project.clock
    let report = try await EntryProtocol(
      paths: project.paths, settings: coordinator.settings, supervisor: project.supervisor,
      clock: { clock.now }
    ).enter(writing: false)
    return report.steps.first { $0.name == "features" }?.detail
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path), as: UTF8.self)
  }

  private func write(_ text: String, _ path: String) throws {
    try AtomicFile.write(Array(text.utf8), to: path)
  }
}

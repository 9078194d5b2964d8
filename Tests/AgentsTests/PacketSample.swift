// SPDX-License-Identifier: Apache-2.0
// A packet for tests, of any size.

import Agents
import Domain

enum PacketSample {
  /// - Parameter size: how long every text is, and how many entries every list has.
  static func packet(size: Int = 3, attempt: Int = 1, round: Int = 1) throws -> Packet {
    let text = String(repeating: "ä\"\n", count: size)
    let list = Array(repeating: text, count: size)
    let session = SessionID(number: 39)!
    let workflow = try Workflow(name: "w", steps: [.init(stage: .document, role: .documenter)])
    let id = TaskID("task-1")!
    var handoff = Handoff(
      id: HandoffID(session: session, ordinal: 1), task: id, stage: .document, role: .documenter,
      round: round, base: ObjectID(String(repeating: "a", count: 40))!, attemptsMax: 9,
      feedback: list.prefix(5).map {
        Feedback(attempt: 1, code: "TDD002", message: $0, evidence: [])
      })
    for _ in 1..<attempt { try next(&handoff) }
    return Packet(
      handoff: handoff, fence: Fence(7)!, sessionTitle: text, objectives: list,
      task: PlannedTask(
        id: id, title: text, agent: text, workflow: workflow, dependencies: [], files: list,
        tests: list, blockers: [], estimatedMinutes: 1),
      instructions: "Do it.", rolePrompt: text, decision: text, redTests: list,
      testCommand: list, testPaths: list, deadlineSeconds: 60, tokensLeft: 1)
  }

  private static func next(_ handoff: inout Handoff) throws {
    let fence = Fence(1)!
    let moment = Moment(
      wall: Timestamp(milliseconds: 0), boot: BootInstant(bootID: "b", milliseconds: 0))
    try handoff.claimed(
      Claim(
        fence: fence, worker: "w", claimedAt: moment.wall,
        lease: Lease(from: moment, length: .seconds(1))))
    _ = try handoff.failed(
      fence: fence, feedback: Feedback(attempt: 1, code: "X", message: "x", evidence: []))
  }
}

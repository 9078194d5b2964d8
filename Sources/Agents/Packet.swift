// SPDX-License-Identifier: Apache-2.0
// What an agent is given for a handoff: bounded context, as one JSON document.

package import Documents
package import Domain

/// Everything an agent needs for one stage of one task, and nothing it may not see.
///
/// Its JSON goes to the agent's standard input and into the file that `ORCHESTRATE_PACKET` names.
/// Task text is data in it: it never chooses a command, a path or a role.
package struct Packet: Hashable, Sendable {
  package let handoff: Handoff
  package let fence: Fence
  package let sessionTitle: String
  package let objectives: [String]
  package let task: PlannedTask
  /// What the stage has to deliver and what will be checked, in sentences.
  package let instructions: String
  /// The body of the role's prompt.
  package let rolePrompt: String
  /// The decision of the task's design stage, where it had one.
  package let decision: String?
  /// The tests that the task's red stage added.
  package let redTests: [String]
  /// The project's test command, as words.
  package let testCommand: [String]
  /// The patterns of the files that count as tests.
  package let testPaths: [String]
  package let deadlineSeconds: Int
  /// Tokens left in the window before no new claim is given.
  package let tokensLeft: Int

  package init(
    handoff: Handoff, fence: Fence, sessionTitle: String, objectives: [String],
    task: PlannedTask, instructions: String, rolePrompt: String, decision: String?,
    redTests: [String], testCommand: [String], testPaths: [String], deadlineSeconds: Int,
    tokensLeft: Int
  ) {
    self.handoff = handoff
    self.fence = fence
    self.sessionTitle = sessionTitle
    self.objectives = objectives
    self.task = task
    self.instructions = instructions
    self.rolePrompt = rolePrompt
    self.decision = decision
    self.redTests = redTests
    self.testCommand = testCommand
    self.testPaths = testPaths
    self.deadlineSeconds = deadlineSeconds
    self.tokensLeft = tokensLeft
  }

  /// The most that each free text may take, in characters; what is cut says so. With the lists
  /// capped as well, a packet stays near 3 000 tokens however long a session has run.
  private enum Most {
    static let text = 1_500
    static let line = 300
    static let entries = 20
  }

  package var json: JSONValue {
    [
      "schema": "orchestrate.packet/1",
      "handoff": .string(handoff.id.text),
      "session": .string(handoff.session.padded),
      "title": .string(Self.cut(sessionTitle, Most.line)),
      "objectives": Self.list(objectives),
      "task": [
        "id": .string(task.id.text),
        "title": .string(Self.cut(task.title, Most.line)),
        "agent": .string(task.agent),
        "files": Self.list(task.files),
        "tests": Self.list(task.tests),
        "dependencies": Self.list(task.dependencies.map(\.text)),
      ],
      "stage": .string(handoff.stage.rawValue),
      "role": .string(handoff.role.rawValue),
      "round": .integer(handoff.round),
      "attempt": .integer(handoff.attempt),
      "attemptsMax": .integer(handoff.attemptsMax),
      "fence": .integer(fence.number),
      "instructions": .string(instructions),
      "rolePrompt": .string(Self.cut(rolePrompt, 4 * Most.text)),
      "decision": decision.map { .string(Self.cut($0, Most.text)) } ?? .null,
      "redTests": Self.list(redTests),
      "testCommand": Self.list(testCommand),
      "testPaths": Self.list(testPaths),
      "feedback": .array(
        handoff.feedback.map { feedback in
          [
            "attempt": .integer(feedback.attempt),
            "code": .string(feedback.code),
            "message": .string(Self.cut(feedback.message, Most.text)),
          ]
        }),
      "deadlineSeconds": .integer(deadlineSeconds),
      "tokensLeft": .integer(tokensLeft),
    ]
  }

  private static func list(_ texts: [String]) -> JSONValue {
    var values = texts.prefix(Most.entries).map { JSONValue.string(cut($0, Most.line)) }
    if texts.count > Most.entries {
      values.append(.string("… \(texts.count - Most.entries) more"))
    }
    return .array(values)
  }

  private static func cut(_ text: String, _ limit: Int) -> String {
    text.count > limit ? text.prefix(limit) + " … (cut)" : text
  }
}

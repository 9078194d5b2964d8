// SPDX-License-Identifier: Apache-2.0
// What an agent is given for a handoff: bounded context, as one JSON document.

package import Documents
package import Domain

/// Everything an agent needs for one stage of one task, and nothing it may not see.
///
/// Its JSON goes to the agent's standard input and into the file that `ORCHESTRATE_PACKET` names.
/// Task text is data in it: it never chooses a command, a path or a role.
package struct Packet: Hashable, Sendable {
  /// The handoff, with what earlier attempts were refused for.
  package let handoff: Handoff
  /// What everything that the agent sends back must carry.
  package let fence: Fence
  /// What the session is about, in a line.
  package let sessionTitle: String
  /// What the session is to reach.
  package let objectives: [String]
  /// The task as it was planned.
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
  /// The longest that the attempt may take.
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

  /// How much of a packet's texts is shown; what is cut says so.
  private struct Most {
    /// Characters of a free text.
    let text: Int
    /// Characters of a line.
    let line: Int
    /// Entries of a list.
    let entries: Int

    /// From generous to terse.
    static let steps = [1, 2, 4, 8, 16].map { divisor in
      Most(text: 1_500 / divisor, line: 300 / divisor, entries: max(3, 20 / divisor))
    }
  }

  /// The most bytes of the document; near 3 000 tokens.
  private static let bytesMax = 12_000

  /// The packet as one JSON object, near 3 000 tokens at most however long a session has run: all
  /// texts are cut alike until it fits.
  package var json: JSONValue {
    for most in Most.steps.dropLast() {
      let json = json(most)
      if json.compactText.utf8.count <= Self.bytesMax { return json }
    }
    return json(Most.steps[Most.steps.count - 1])
  }

  private func json(_ most: Most) -> JSONValue {
    [
      "schema": "orchestrate.packet/1",
      "handoff": .string(handoff.id.text),
      "session": .string(handoff.session.padded),
      "title": .string(Self.cut(sessionTitle, most.line)),
      "objectives": list(objectives, most),
      "task": [
        "id": .string(task.id.text),
        "title": .string(Self.cut(task.title, most.line)),
        "agent": .string(Self.cut(task.agent, most.line)),
        "files": list(task.files, most),
        "tests": list(task.tests, most),
        "dependencies": list(task.dependencies.map(\.text), most),
      ],
      "stage": .string(handoff.stage.rawValue),
      "role": .string(handoff.role.rawValue),
      "round": .integer(handoff.round),
      "attempt": .integer(handoff.attempt),
      "attemptsMax": .integer(handoff.attemptsMax),
      "fence": .integer(fence.number),
      "instructions": .string(instructions),
      "rolePrompt": .string(Self.cut(rolePrompt, 4 * most.text)),
      "decision": decision.map { .string(Self.cut($0, most.text)) } ?? .null,
      "redTests": list(redTests, most),
      "testCommand": list(testCommand, most),
      "testPaths": list(testPaths, most),
      "feedback": .array(
        handoff.feedback.map { feedback in
          [
            "attempt": .integer(feedback.attempt),
            "code": .string(feedback.code),
            "message": .string(Self.cut(feedback.message, most.text)),
          ]
        }),
      "deadlineSeconds": .integer(deadlineSeconds),
      "tokensLeft": .integer(tokensLeft),
    ]
  }

  private func list(_ texts: [String], _ most: Most) -> JSONValue {
    var values = texts.prefix(most.entries).map { JSONValue.string(Self.cut($0, most.line)) }
    if texts.count > most.entries {
      values.append(.string("… \(texts.count - most.entries) more"))
    }
    return .array(values)
  }

  private static func cut(_ text: String, _ limit: Int) -> String {
    text.count > limit ? text.prefix(limit) + " … (cut)" : text
  }
}

// SPDX-License-Identifier: Apache-2.0
// The ordered stages that a task goes through.

/// An ordered list of stages, each with the role that does it.
package struct Workflow: Hashable, Sendable, Codable {
  /// A stage of a workflow, with the role that does it.
  package struct Step: Hashable, Sendable, Codable {
    /// What is done.
    package let stage: Stage
    /// Who does it.
    package let role: Role

    package init(stage: Stage, role: Role) {
      self.stage = stage
      self.role = role
    }
  }

  /// As its file or the session's file calls it.
  package let name: String
  /// Never empty; no stage twice; in the stages' order.
  package let steps: [Step]

  /// - Throws: `WorkflowRejection` where the steps make no workflow.
  package init(name: String, steps: [Step]) throws(WorkflowRejection) {
    guard !steps.isEmpty else { throw .empty }
    for (earlier, later) in zip(steps, steps.dropFirst()) {
      if earlier.stage == later.stage { throw .repeated(later.stage) }
      guard earlier.stage.rank < later.stage.rank else {
        throw .outOfOrder(earlier.stage, before: later.stage)
      }
    }
    let stages = Set(steps.map(\.stage))
    for stage in [Stage.green, .refactor, .verify] where stages.contains(stage) {
      if !stages.contains(.red) { throw .missing(.red, neededBy: stage) }
    }
    // Red without green would leave failing tests that nobody is asked to make pass.
    for stage in [Stage.red, .refactor, .verify] where stages.contains(stage) {
      if !stages.contains(.green) { throw .missing(.green, neededBy: stage) }
    }
    self.name = name
    self.steps = steps
  }

  /// The step that a task begins with.
  package var first: Step { steps[0] }

  /// Whether a task of this workflow goes through `stage`.
  package func contains(_ stage: Stage) -> Bool { steps.contains { $0.stage == stage } }

  /// Who does `stage`; `nil` where the stage is not in here.
  package func role(of stage: Stage) -> Role? { steps.first { $0.stage == stage }?.role }

  /// The step that follows `stage`; `nil` after the last, or where the stage is not in here.
  package func step(after stage: Stage) -> Step? {
    guard let index = steps.firstIndex(where: { $0.stage == stage }) else { return nil }
    return steps.indices.contains(index + 1) ? steps[index + 1] : nil
  }

  /// Whether `stage` comes no later than `other`.
  package func isAtOrBefore(_ stage: Stage, _ other: Stage) -> Bool { stage.rank <= other.rank }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .name)
    let steps = try container.decode([Step].self, forKey: .steps)
    do {
      try self.init(name: name, steps: steps)
    } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a workflow: \(error)"))
    }
  }
}

/// Why a list of steps is no workflow.
package enum WorkflowRejection: Error, Hashable, Sendable {
  case empty
  case repeated(Stage)
  case outOfOrder(Stage, before: Stage)
  case missing(Stage, neededBy: Stage)
}

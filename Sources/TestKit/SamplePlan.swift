// SPDX-License-Identifier: Apache-2.0
// Small plans and the transitions that set a session going, for tests.

package import Domain
package import Store

/// A session of a few tasks that stand alone, each red, then green, then reviewed.
package struct SamplePlan: Sendable {
  /// What the session is planned to do.
  package let plan: SessionPlan

  /// - Throws: where the numbers make no plan.
  package init(session number: Int = 39, tasks count: Int = 3) throws {
    let workflow = try Workflow(
      name: "sample",
      steps: [
        .init(stage: .red, role: .testEngineer), .init(stage: .green, role: .specialist),
        .init(stage: .review, role: .reviewer),
      ])
    guard let session = SessionID(number: number) else { throw SamplePlanError(number: number) }
    plan = SessionPlan(
      session: session, title: "Sample session \(number)", objectives: ["Show how it goes"],
      complexity: .low, base: Self.object(1),
      tasks: (1...max(1, count)).map { index in
        PlannedTask(
          id: Self.task(index), title: "Task \(index): \"tasks\":[] and a / slash",
          agent: "backend-specialist", workflow: workflow, dependencies: [],
          files: ["Sources/File\(index).swift"], tests: ["does \(index)"], blockers: [],
          estimatedMinutes: index)
      }, budget: BudgetLimits())
  }

  /// The same plan with every second task waiting for the one before it, and every third for a
  /// person.
  package func waiting() -> SamplePlan {
    let tasks = plan.tasks.enumerated().map { index, task in
      PlannedTask(
        id: task.id, title: task.title, agent: task.agent, workflow: task.workflow,
        dependencies: index % 2 == 1 ? [Self.task(index), Self.task(index)] : [],
        files: task.files, tests: task.tests, blockers: index % 3 == 2 ? ["\"ask\" [them]"] : [],
        estimatedMinutes: nil)
    }
    return SamplePlan(plan: SessionPlan(PlannedSession(plan), tasks: tasks))
  }

  private init(plan: SessionPlan) { self.plan = plan }

  /// The progress of a task that came as far as its place says: pending, working, merging, completed,
  /// blocked before it began, blocked at work, cancelled.
  package func progress(of index: Int) throws -> TaskProgress {
    var progress = TaskProgress(workflow: plan.tasks[index - 1].workflow)
    switch index {
    case 2...4, 6:
      _ = try progress.activated(on: plan.base)
    case 5:
      _ = try progress.blocked(.init(cause: .dependency, detail: "task-1 will not complete"))
    case 7:
      _ = try progress.cancelled(reason: "nobody wants it")
    case _: break
    }
    switch index {
    case 3...4:
      for stage in [Stage.red, .green, .review] {
        _ = try progress.stageAccepted(.init(stage: stage, round: 1), checkpoint: Self.object(2))
      }
    case 6:
      _ = try progress.attemptsExhausted(
        .init(stage: .red, round: 1), reason: "three attempts were refused")
    case _: break
    }
    if index == 4 { _ = try progress.merged(as: Self.object(3)) }
    return progress
  }

  /// The session that is planned.
  package var session: SessionID { plan.session }

  /// The id of the session's `index`th task, counted from 1.
  package static func task(_ index: Int) -> TaskID { TaskID("task-\(index)")! }

  /// The name of an object that no repository holds.
  package static func object(_ number: Int) -> ObjectID {
    let digits = String(number, radix: 16)
    return ObjectID(String(repeating: "0", count: 40 - digits.count) + digits)!
  }

  /// The id of the session's handoff of that ordinal, from 1.
  package func id(_ ordinal: Int) -> HandoffID { HandoffID(session: session, ordinal: ordinal) }

  /// A fresh handoff for a task at a stage of the sample workflow.
  package func handoff(
    _ ordinal: Int, task index: Int, stage: Stage = .red, attemptsMax: Int = 3
  ) -> Handoff {
    Handoff(
      id: id(ordinal), task: Self.task(index), stage: stage,
      role: plan.tasks[0].workflow.role(of: stage) ?? .specialist, round: 1, base: plan.base,
      attemptsMax: attemptsMax)
  }

  /// The session planned and in execution, its first segment open.
  package func started(at: Timestamp) throws -> Transition {
    Transition(
      session: session, at: at, expecting: [.noSession],
      events: [
        .sessionPlanned(plan), .lifecycleMoved(try Self.lifecycle(.execution)),
        .segmentOpened(Segment(number: 1, openedAt: at)),
      ])
  }

  /// A task begun and the handoff of its first stage queued.
  package func activated(
    task index: Int, ordinal: Int, at: Timestamp, attemptsMax: Int = 3
  ) throws -> Transition {
    var progress = TaskProgress(workflow: plan.tasks[index - 1].workflow)
    let before = progress
    _ = try progress.activated(on: plan.base)
    return Transition(
      session: session, at: at,
      expecting: [.task(Self.task(index), before), .ordinalFree(id(ordinal))],
      events: [
        .taskMoved(Self.task(index), progress),
        .handoffQueued(handoff(ordinal, task: index, attemptsMax: attemptsMax)),
      ])
  }

  /// A lifecycle that has come as far as `phase`.
  package static func lifecycle(_ phase: SessionLifecycle.Phase) throws -> SessionLifecycle {
    var lifecycle = SessionLifecycle()
    while case .active(let present) = lifecycle.state, present != phase {
      try lifecycle.finished(present)
    }
    return lifecycle
  }

  /// A refusal of the attempt of that number.
  package static func feedback(_ attempt: Int) -> Feedback {
    Feedback(attempt: attempt, code: "TDD002", message: "It passes already.", evidence: [])
  }

  /// The acceptance of a claim's work, sealed in a checkpoint.
  package static func acceptance(_ fence: Fence, checkpoint: ObjectID) -> Acceptance {
    Acceptance(
      fence: fence, checkpoint: checkpoint, reference: "refs/orchestrate/sample/\(fence)",
      checks: [
        Check(
          name: "red.fails", level: .blocking, verdict: .pass, code: nil, message: "It fails.")
      ], evidence: [Digest.sha256(of: "seen".utf8)])
  }
}

/// A number that names no session.
package struct SamplePlanError: Error {
  /// The number that was asked for.
  package let number: Int
}

// SPDX-License-Identifier: Apache-2.0
// What a rollback of a session changes, and what it leaves alone.

import Domain
import Testing

@Suite struct SessionRollbackTests {
  private static let one = TaskID("task-1")!
  private static let two = TaskID("task-2")!
  private static let three = TaskID("task-3")!
  private static let base = ObjectID.sample(1)

  /// Task 1 (red 2, green 3) is merged as 4; task 2, begun on 4 (red 5, green 6), as 7; task 3,
  /// begun on 4 too, is at green with red sealed as 8.
  private static func facts(
    phase: SessionLifecycle.Phase = .execution
  ) throws -> RollbackFacts {
    var lifecycle = SessionLifecycle()
    while lifecycle.state != .active(phase), case .active(let now) = lifecycle.state {
      try lifecycle.finished(now)
    }
    return RollbackFacts(
      session: SessionID(number: 39)!, lifecycle: lifecycle,
      branch: [.sample(7), .sample(4), base],
      tasks: [
        .init(id: one, progress: try task(on: base, red: 2, green: 3, merge: 4)),
        .init(id: two, progress: try task(on: .sample(4), red: 5, green: 6, merge: 7)),
        .init(id: three, progress: try task(on: .sample(4), red: 8)),
      ],
      checkpoints: [
        .init(task: one, stage: .red, base: base, commit: .sample(2)),
        .init(task: one, stage: .green, base: .sample(2), commit: .sample(3)),
        .init(task: two, stage: .red, base: .sample(4), commit: .sample(5)),
        .init(task: three, stage: .red, base: .sample(4), commit: .sample(8)),
        .init(task: two, stage: .green, base: .sample(5), commit: .sample(6)),
      ])
  }

  private static func task(
    on base: ObjectID, red: Int, green: Int? = nil, merge: Int? = nil
  ) throws -> TaskProgress {
    var progress = TaskProgress(workflow: .sample([.red, .green]))
    _ = try progress.activated(on: base)
    _ = try progress.stageAccepted(.init(stage: .red, round: 1), checkpoint: .sample(red))
    guard let green, let merge else { return progress }
    _ = try progress.stageAccepted(.init(stage: .green, round: 1), checkpoint: .sample(green))
    _ = try progress.merged(as: .sample(merge))
    return progress
  }

  private func after(_ change: SessionChange) -> [String: TaskProgress.State] {
    Dictionary(
      uniqueKeysWithValues: change.tasks.map { ($0.id.text, $0.progress.after.state) })
  }

  @Test func `a phase back leaves the branch alone where the task is not merged`() throws {
    let change = try Self.facts().change(.phase(Self.three, stage: nil, checkpoint: nil))
    #expect(change.branch == Shift(before: .sample(7), after: .sample(7)))
    #expect(after(change) == ["task-3": .working(.init(stage: .red, round: 2))])
    #expect(change.tasks[0].progress.after.head == .sample(4))
  }

  @Test func `a merged task's stage is done again, and what was built on its merge begins anew`()
    throws
  {
    let change = try Self.facts().change(.phase(Self.one, stage: .green, checkpoint: nil))
    #expect(change.branch.after == Self.base)
    #expect(
      after(change) == [
        "task-1": .working(.init(stage: .green, round: 2)), "task-2": .pending, "task-3": .pending,
      ])
    #expect(change.tasks[0].progress.after.head == .sample(2))
    #expect(change.tasks[1].progress.after.base == nil)
  }

  @Test func `a named checkpoint is where the next stage starts`() throws {
    let change = try Self.facts().change(
      .phase(Self.two, stage: nil, checkpoint: .sample(5)))
    #expect(change.branch.after == .sample(4))
    #expect(after(change) == ["task-2": .working(.init(stage: .green, round: 2))])
    #expect(change.tasks[0].progress.after.head == .sample(5))
  }

  @Test func `a whole task goes back with everything merged after it`() throws {
    let change = try Self.facts().change(.command(Self.one))
    #expect(change.branch.after == Self.base)
    #expect(after(change) == ["task-1": .pending, "task-2": .pending, "task-3": .pending])
    let last = try Self.facts().change(.command(Self.two))
    #expect(last.branch.after == .sample(4))
    #expect(after(last) == ["task-2": .pending])
  }

  @Test func `the branch goes back to what passes, and validation to execution`() throws {
    let change = try Self.facts(phase: .validation).change(.quality(.sample(4)))
    #expect(after(change) == ["task-2": .pending])
    #expect(change.lifecycle.after.state == .active(.execution))
  }

  @Test func `a complete rollback ends the session and leaves no branch`() throws {
    let change = try Self.facts().change(.complete(reason: "not wanted"))
    #expect(change.branch == Shift(before: .sample(7), after: nil))
    #expect(change.lifecycle.after.state == .failed(reason: "not wanted"))
    #expect(change.tasks.isEmpty)
  }

  @Test func `what cannot be gone back to is refused with its reason`() throws {
    let facts = try Self.facts()
    #expect(throws: RollbackRejection.unknownCheckpoint(.sample(9))) {
      try facts.change(.phase(Self.one, stage: nil, checkpoint: .sample(9)))
    }
    // A checkpoint of another task is none of this one's.
    #expect(throws: RollbackRejection.unknownCheckpoint(.sample(5))) {
      try facts.change(.phase(Self.one, stage: nil, checkpoint: .sample(5)))
    }
    #expect(throws: RollbackRejection.nothing("green is the last stage of task-1")) {
      try facts.change(.phase(Self.one, stage: nil, checkpoint: .sample(3)))
    }
    #expect(throws: RollbackRejection.nothing("task-3 has no accepted green to go back behind")) {
      try facts.change(.phase(Self.three, stage: .green, checkpoint: nil))
    }
    #expect(throws: RollbackRejection.notOnBranch(.sample(6))) {
      try facts.change(.quality(.sample(6)))
    }
    #expect(throws: RollbackRejection.nothing("the branch stands on a commit that passes")) {
      try facts.change(.quality(.sample(7)))
    }
  }

  @Test func `an ended session takes nothing back but its branch`() throws {
    var ended = try Self.facts(phase: .review)
    var lifecycle = ended.lifecycle
    try lifecycle.finished(.review)
    ended = RollbackFacts(
      session: ended.session, lifecycle: lifecycle, branch: ended.branch, tasks: ended.tasks,
      checkpoints: ended.checkpoints)
    #expect(throws: RollbackRejection.sessionEnded) { try ended.change(.command(Self.one)) }
    #expect(try ended.change(.complete(reason: "x")).lifecycle.after == lifecycle)
  }

  // MARK: The way back

  private func moved(
    _ change: SessionChange, _ edit: (TaskID, inout TaskProgress) throws -> Void = { _, _ in }
  ) throws -> RollbackFacts {
    let before = try Self.facts()
    let place = before.branch.firstIndex { $0 == change.branch.after } ?? before.branch.endIndex
    return RollbackFacts(
      session: before.session, lifecycle: change.lifecycle.after,
      branch: Array(before.branch[place...]),
      tasks: try before.tasks.map { task in
        var progress =
          change.tasks.first { $0.id == task.id }?.progress.after ?? task.progress
        try edit(task.id, &progress)
        return .init(id: task.id, progress: progress)
      }, checkpoints: before.checkpoints)
  }

  @Test(arguments: [
    SessionRollback.phase(one, stage: .green, checkpoint: nil), .command(one), .quality(.sample(4)),
    .complete(reason: "x"),
  ])
  func `undoing a change restores exactly what it changed`(_ rollback: SessionRollback) throws {
    let change = try Self.facts().change(rollback)
    #expect(try moved(change).undoing(change) == change.reversed)
  }

  @Test func `a task that was merely begun since is taken along`() throws {
    let change = try Self.facts().change(.command(Self.one))
    let now = try moved(change) { id, progress in
      if id == Self.one { _ = try progress.activated(on: Self.base) }
    }
    let back = try now.undoing(change)
    #expect(back.tasks[0].progress.before.state == .working(.init(stage: .red, round: 2)))
    #expect(back.tasks[0].progress.after == (try Self.facts()).tasks[0].progress)
  }

  @Test func `a session that went on since refuses to be taken back`() throws {
    let change = try Self.facts().change(.command(Self.one))
    let now = try moved(change) { id, progress in
      guard id == Self.one else { return }
      _ = try progress.activated(on: Self.base)
      _ = try progress.stageAccepted(.init(stage: .red, round: 2), checkpoint: .sample(11))
    }
    #expect(throws: RollbackRejection.movedOn("task-1 went on since")) {
      try now.undoing(change)
    }
    #expect(throws: RollbackRejection.movedOn("its branch was moved since")) {
      try Self.facts().undoing(change)
    }
  }

  @Test func `rounds never begin anew, so that no late answer fits`() throws {
    let change = try Self.facts().change(.command(Self.one))
    var again = change.tasks[0].progress.after
    _ = try again.activated(on: Self.base)
    #expect(again.state == .working(.init(stage: .red, round: 2)))
    #expect(throws: TaskRejection.self) {
      try again.stageAccepted(.init(stage: .red, round: 1), checkpoint: .sample(2))
    }
  }

  @Test func `a task that nobody wants is left so`() throws {
    var cancelled = TaskProgress(workflow: .sample([.red, .green]))
    _ = try cancelled.activated(on: .sample(4))
    _ = try cancelled.cancelled(reason: "no")
    var copy = cancelled
    #expect(throws: TaskRejection.self) { try copy.reopened() }
    #expect(throws: TaskRejection.self) { try copy.rolledBack(to: .red, on: Self.base) }
    #expect(copy == cancelled)
  }
}

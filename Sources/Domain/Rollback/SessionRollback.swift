// SPDX-License-Identifier: Apache-2.0
// What a rollback of a session changes, decided from what the store says of it.

/// What is asked of a session.
package enum SessionRollback: Hashable, Sendable {
  /// Back to a stage: to do `stage` again, or to go on from `checkpoint`; where neither is named,
  /// the newest accepted stage is done again.
  case phase(TaskID, stage: Stage?, checkpoint: ObjectID?)
  /// The whole task.
  case command(TaskID)
  /// To that commit of the branch.
  case quality(ObjectID)
  /// The session.
  case complete(reason: String)
}

/// A session as a rollback sees it.
package struct RollbackFacts: Hashable, Sendable {
  /// A stage that was accepted.
  package struct Checkpoint: Hashable, Sendable {
    /// Whose it is.
    package let task: TaskID
    /// The stage.
    package let stage: Stage
    /// What the worker started from.
    package let base: ObjectID
    /// The commit that seals it.
    package let commit: ObjectID

    package init(task: TaskID, stage: Stage, base: ObjectID, commit: ObjectID) {
      self.task = task
      self.stage = stage
      self.base = base
      self.commit = commit
    }
  }

  /// A task and how far it has come.
  package struct Task: Hashable, Sendable {
    /// Which it is.
    package let id: TaskID
    /// How far it has come.
    package let progress: TaskProgress

    package init(id: TaskID, progress: TaskProgress) {
      self.id = id
      self.progress = progress
    }
  }

  /// The session.
  package let session: SessionID
  /// Its phase.
  package let lifecycle: SessionLifecycle
  /// The branch's commits from where it stands to where it began, along first parents.
  package let branch: [ObjectID]
  /// In the session's order.
  package let tasks: [Task]
  /// In the order of acceptance.
  package let checkpoints: [Checkpoint]

  package init(
    session: SessionID, lifecycle: SessionLifecycle, branch: [ObjectID], tasks: [Task],
    checkpoints: [Checkpoint]
  ) {
    self.session = session
    self.lifecycle = lifecycle
    self.branch = branch
    self.tasks = tasks
    self.checkpoints = checkpoints
  }
}

/// Why a rollback is refused.
package enum RollbackRejection: Error, Hashable, Sendable {
  /// The session is completed or failed.
  case sessionEnded
  /// There is nothing to go back to, and why.
  case nothing(String)
  /// No accepted stage of the task has this commit.
  case unknownCheckpoint(ObjectID)
  /// The commit is none that the branch stood on.
  case notOnBranch(ObjectID)
  /// The session has no such task.
  case unknownTask(TaskID)
  /// It stands elsewhere than the operation left it.
  case movedOn(String)
}

extension RollbackFacts {
  /// What `rollback` changes.
  package func change(_ rollback: SessionRollback) throws(RollbackRejection) -> SessionChange {
    switch rollback {
    case .phase(let task, let stage, let checkpoint):
      return try phase(try progress(of: task), task, stage, checkpoint)
    case .command(let task):
      let progress = try progress(of: task)
      if case .pending = progress.state { throw .nothing("\(task) has not begun") }
      return try back(to: try commit(before: progress), reopening: [task])
    case .quality(let commit):
      guard commit != branch.first else {
        throw .nothing("the branch stands on a commit that passes")
      }
      return try back(to: commit, reopening: [])
    case .complete(let reason):
      var ended = lifecycle
      if !lifecycle.isEnded {
        do throws(SessionRejection) {
          try ended.failed(reason: reason)
        } catch {
          throw .sessionEnded
        }
      }
      return SessionChange(
        session: session, branch: Shift(before: branch.first, after: nil),
        lifecycle: Shift(before: lifecycle, after: ended), tasks: [])
    }
  }

  private func progress(of task: TaskID) throws(RollbackRejection) -> TaskProgress {
    guard let found = tasks.first(where: { $0.id == task }) else { throw .unknownTask(task) }
    return found.progress
  }

  /// Where the branch stood before a task was merged; where it stands, for one that is not.
  private func commit(before progress: TaskProgress) throws(RollbackRejection) -> ObjectID {
    if case .completed(let merge) = progress.state {
      guard let place = branch.firstIndex(of: merge), place + 1 < branch.count else {
        throw .notOnBranch(merge)
      }
      return branch[place + 1]
    }
    guard let head = branch.first else { throw .nothing("the session has no branch") }
    return head
  }

  private func phase(
    _ progress: TaskProgress, _ task: TaskID, _ stage: Stage?, _ checkpoint: ObjectID?
  ) throws(RollbackRejection) -> SessionChange {
    let own = checkpoints.filter { $0.task == task }
    let place: (stage: Stage, commit: ObjectID)
    if let checkpoint {
      guard let found = own.last(where: { $0.commit == checkpoint }) else {
        throw .unknownCheckpoint(checkpoint)
      }
      guard let next = progress.workflow.step(after: found.stage) else {
        throw .nothing("\(found.stage.rawValue) is the last stage of \(task)")
      }
      place = (next.stage, checkpoint)
    } else {
      let chain = chain(of: progress, own)
      guard let again = chain.first(where: { stage == nil || $0.stage == stage }) else {
        throw .nothing(
          stage.map { "\(task) has no accepted \($0.rawValue) to go back behind" }
            ?? "\(task) has no accepted stage")
      }
      place = (again.stage, again.base)
    }
    var moved = progress
    do throws(TaskRejection) {
      _ = try moved.rolledBack(to: place.stage, on: place.commit)
    } catch {
      throw .nothing("\(task) cannot go back to \(place.stage.rawValue)")
    }
    return try back(
      to: try commit(before: progress), reopening: [],
      with: [task: Shift(before: progress, after: moved)])
  }

  /// The accepted stages that a task's newest commit rests on, the newest first.
  private func chain(of progress: TaskProgress, _ own: [Checkpoint]) -> [Checkpoint] {
    var chain: [Checkpoint] = []
    var next = progress.head
    while let commit = next, commit != progress.base,
      let found = own.last(where: { $0.commit == commit }), chain.count < own.count
    {
      chain.append(found)
      next = found.base
    }
    return chain
  }

  /// The branch at an earlier commit, and every task anew that was merged since or began on
  /// something merged since.
  private func back(
    to commit: ObjectID, reopening named: Set<TaskID>,
    with moved: [TaskID: Shift<TaskProgress>] = [:]
  ) throws(RollbackRejection) -> SessionChange {
    guard !lifecycle.isEnded else { throw .sessionEnded }
    guard let place = branch.firstIndex(of: commit) else { throw .notOnBranch(commit) }
    let gone = Set(branch[..<place])
    var changes: [SessionChange.Task] = []
    for task in tasks {
      if let shift = moved[task.id] {
        changes.append(.init(id: task.id, progress: shift))
      } else if named.contains(task.id) || task.progress.rests(onAnyOf: gone) {
        var anew = task.progress
        do throws(TaskRejection) {
          try anew.reopened()
        } catch {
          // One that has not begun, or that nobody wants, rests on nothing.
          continue
        }
        changes.append(.init(id: task.id, progress: Shift(before: task.progress, after: anew)))
      }
    }
    var open = lifecycle
    if lifecycle.state == .active(.validation) {
      do throws(SessionRejection) { try open.reopened() } catch { throw .sessionEnded }
    }
    return SessionChange(
      session: session, branch: Shift(before: branch.first, after: commit),
      lifecycle: Shift(before: lifecycle, after: open), tasks: changes)
  }
}

extension RollbackFacts {
  /// The way back from a change that was made: it must stand as it was left.
  ///
  /// A task that waited and was merely begun since stands as it was left: nothing is lost by taking
  /// that back. One that was worked on does not.
  package func undoing(_ change: SessionChange) throws(RollbackRejection) -> SessionChange {
    guard branch.first == change.branch.after else {
      throw .movedOn("its branch was moved since")
    }
    var back: [SessionChange.Task] = []
    for task in change.tasks {
      let now = try progress(of: task.id)
      guard now.stands(as: task.progress.after) else {
        throw .movedOn("\(task.id) went on since")
      }
      back.append(
        .init(id: task.id, progress: Shift(before: now, after: task.progress.before)))
    }
    guard lifecycle == change.lifecycle.after || change.lifecycle.before == change.lifecycle.after
    else { throw .movedOn("the session went on since") }
    let phase =
      change.lifecycle.before == change.lifecycle.after ? lifecycle : change.lifecycle.before
    return SessionChange(
      session: session, branch: change.branch.reversed,
      lifecycle: Shift(before: lifecycle, after: phase), tasks: back)
  }
}

extension TaskProgress {
  /// Whether its work is, or rests on, one of these commits.
  fileprivate func rests(onAnyOf commits: Set<ObjectID>) -> Bool {
    if case .completed(let merge) = state, commits.contains(merge) { return true }
    return base.map(commits.contains) ?? false
  }

  /// Whether it is as it was, or was merely begun since.
  fileprivate func stands(as earlier: TaskProgress) -> Bool {
    if self == earlier { return true }
    guard case .pending = earlier.state, case .working(let turn) = state else { return false }
    return head == base && turn.stage == workflow.first.stage && rounds == earlier.rounds + 1
  }
}

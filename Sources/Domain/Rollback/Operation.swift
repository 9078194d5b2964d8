// SPDX-License-Identifier: Apache-2.0
// What a person's command changed, with both sides of the change, so that it can be undone.

/// A value before and after an operation.
package struct Shift<Value: Hashable & Sendable & Codable>: Hashable, Sendable, Codable {
  /// As it was found.
  package let before: Value
  /// As it is left.
  package let after: Value

  package init(before: Value, after: Value) {
    self.before = before
    self.after = after
  }

  /// The way back.
  package var reversed: Shift { Shift(before: after, after: before) }
}

/// An entry of the log of operations.
package struct Operation: Hashable, Sendable, Codable {
  /// What was asked for.
  package enum Act: Hashable, Sendable, Codable {
    case rollback(RollbackKind)
    /// A blocked task was let go on.
    case retry(TaskID)
    /// The operation of that number was taken back.
    case undo(of: Int)
    /// The undo of that number was taken back.
    case redo(of: Int)
  }

  /// Who asked.
  package enum Cause: Hashable, Sendable, Codable {
    case person
    case rule(RollbackTrigger)
  }

  /// What it changes.
  package enum Change: Hashable, Sendable, Codable {
    case files(FilesChange)
    case session(SessionChange)
  }

  /// Counts the project's operations from 1.
  package let number: Int
  /// On the wall clock.
  package let at: Timestamp
  /// What was asked for.
  package let act: Act
  /// Who asked.
  package let cause: Cause
  /// Why, in the words of whoever asked.
  package let reason: String
  /// What it changes.
  package let change: Change

  package init(
    number: Int, at: Timestamp, act: Act, cause: Cause, reason: String, change: Change
  ) {
    self.number = number
    self.at = at
    self.act = act
    self.cause = cause
    self.reason = reason
    self.change = change
  }

  /// `rollback immediate`, `undo 3`.
  package var title: String {
    switch act {
    case .rollback(let kind): "rollback \(kind.rawValue)"
    case .retry(let task): "task retry \(task)"
    case .undo(let number): "undo \(number)"
    case .redo(let number): "redo \(number)"
    }
  }
}

/// A change of a person's own files.
package struct FilesChange: Hashable, Sendable, Codable {
  /// A branch that moves.
  package struct Branch: Hashable, Sendable, Codable {
    /// The whole name of its ref.
    package let name: String
    /// Where it points.
    package let commit: Shift<ObjectID>

    package init(name: String, commit: Shift<ObjectID>) {
      self.name = name
      self.commit = commit
    }
  }

  /// The branch that moves; `nil` where none does.
  package let branch: Branch?
  /// The files as trees: untracked ones are in them, ignored ones are not. Where only some paths
  /// are concerned, the others are as in the checked-out commit.
  package let files: Shift<ObjectID>
  /// What is staged, as trees; `nil` where that stays.
  package let index: Shift<ObjectID>?
  /// The permissions of files whose permissions are not the usual ones, by path.
  package let permissions: [String: Int]

  package init(
    branch: Branch?, files: Shift<ObjectID>, index: Shift<ObjectID>?, permissions: [String: Int]
  ) {
    self.branch = branch
    self.files = files
    self.index = index
    self.permissions = permissions
  }

  /// Whether it changes nothing at all.
  package var isEmpty: Bool {
    files.before == files.after && index.map { $0.before == $0.after } ?? true && branch == nil
  }
}

/// A change of a session's state.
package struct SessionChange: Hashable, Sendable, Codable {
  /// A task that is at another place afterwards.
  package struct Task: Hashable, Sendable, Codable {
    /// Which it is.
    package let id: TaskID
    /// How far it has come.
    package let progress: Shift<TaskProgress>

    package init(id: TaskID, progress: Shift<TaskProgress>) {
      self.id = id
      self.progress = progress
    }
  }

  /// The session.
  package let session: SessionID
  /// Where its branch stands; `nil` where there is none.
  package let branch: Shift<ObjectID?>
  /// Its phase.
  package let lifecycle: Shift<SessionLifecycle>
  /// The tasks that change, in the session's order.
  package let tasks: [Task]

  package init(
    session: SessionID, branch: Shift<ObjectID?>, lifecycle: Shift<SessionLifecycle>, tasks: [Task]
  ) {
    self.session = session
    self.branch = branch
    self.lifecycle = lifecycle
    self.tasks = tasks
  }

  /// The way back.
  package var reversed: SessionChange {
    SessionChange(
      session: session, branch: branch.reversed, lifecycle: lifecycle.reversed,
      tasks: tasks.map { Task(id: $0.id, progress: $0.progress.reversed) })
  }
}

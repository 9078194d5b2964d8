// SPDX-License-Identifier: Apache-2.0
// The state machine of a task: stage by stage as its workflow says, with three side exits.

/// How far a task has come.
package struct TaskProgress: Hashable, Sendable, Codable {
  /// `pending → working → merging → completed`; `merging` can lead back to `working`. `blocked`
  /// waits for a person and can be resumed; `failed` and `cancelled` are final. A rollback leads
  /// back from all but those two.
  package enum State: Hashable, Sendable, Codable {
    case pending
    case working(Turn)
    case merging
    case completed(merge: ObjectID)
    case blocked(Blockage, at: Turn?)
    case failed(reason: String)
    case cancelled(reason: String)
  }

  /// A stage, and which time the task is at it.
  package struct Turn: Hashable, Sendable, Codable {
    /// The stage it is at.
    package let stage: Stage
    /// 1 the first time.
    package let round: Int

    package init(stage: Stage, round: Int) {
      self.stage = stage
      self.round = round
    }
  }

  /// Why only a person can help.
  package struct Blockage: Hashable, Sendable, Codable {
    /// The kinds of things that only a person can clear away.
    package enum Cause: String, Hashable, Sendable, Codable {
      /// A handoff's attempts are spent.
      case attemptsSpent
      /// It was sent back to an earlier stage too often.
      case roundsSpent
      /// The session's file lists an open blocker.
      case openBlocker
      /// A task that it depends on will not complete.
      case dependency
    }

    /// What kind of thing it is.
    package let cause: Cause
    /// What happened, in sentences for that person.
    package let detail: String

    package init(cause: Cause, detail: String) {
      self.cause = cause
      self.detail = detail
    }
  }

  /// How often a task may be sent back before a person is asked.
  package static let roundsMax = 3

  /// The stages it goes through, fixed when it was planned.
  package let workflow: Workflow
  /// Where it stands; only the inputs below move it.
  package private(set) var state: State
  /// The commit of the session branch on which its work began; `nil` before that.
  package private(set) var base: ObjectID?
  /// Its newest checkpoint, `base` before the first; `nil` before it began.
  package private(set) var head: ObjectID?
  /// The newest round that it reached; 0 before it began. It never falls, so that no way back,
  /// not even by the merge queue, starts the counting anew.
  package private(set) var rounds: Int

  /// A task that has not begun.
  package init(workflow: Workflow) {
    self.workflow = workflow
    state = .pending
    rounds = 0
  }

  /// Whether the task asks for nothing more.
  package var isSettled: Bool {
    switch state {
    case .completed, .failed, .cancelled, .blocked: true
    case .pending, .working, .merging: false
    }
  }
}

/// What a task's input leads to.
package enum TaskAction: Hashable, Sendable {
  /// Queue the handoff of this turn, starting from this commit.
  case handOff(TaskProgress.Turn, base: ObjectID)
  /// Put it in the merge queue.
  case merge
  /// Nothing is left to do.
  case finish
  /// Ask a person.
  case ask(TaskProgress.Blockage)
}

/// Why a task refuses an input.
package enum TaskRejection: Error, Hashable, Sendable {
  /// The input makes no sense in this state.
  case illegal(input: String, state: TaskProgress.State)
  /// The task is at another stage or round.
  case notAtTurn(TaskProgress.Turn, state: TaskProgress.State)
  /// The workflow has no such stage, or it lies ahead.
  case cannotGoBack(to: Stage)
}

extension TaskProgress {
  /// Its dependencies are complete and its turn has come; work begins on `base`.
  package mutating func activated(on base: ObjectID) throws(TaskRejection) -> TaskAction {
    guard case .pending = state else { throw .illegal(input: "activated", state: state) }
    self.base = base
    head = base
    return begin(Turn(stage: workflow.first.stage, round: rounds + 1), from: base)
  }

  /// A stage was proved; `checkpoint` seals it and is where the next stage starts.
  package mutating func stageAccepted(
    _ turn: Turn, checkpoint: ObjectID
  ) throws(TaskRejection) -> TaskAction {
    try expect(turn)
    head = checkpoint
    guard let next = workflow.step(after: turn.stage) else {
      state = .merging
      return .merge
    }
    return begin(Turn(stage: next.stage, round: turn.round), from: checkpoint)
  }

  /// A later stage found that an earlier one has to be done again.
  ///
  /// - Parameter start: the commit to do it on; what is there by default.
  package mutating func sentBack(
    from turn: Turn, to stage: Stage, on start: ObjectID? = nil, reason: String
  ) throws(TaskRejection) -> TaskAction {
    try expect(turn)
    guard let head = start ?? head, workflow.contains(stage),
      workflow.isAtOrBefore(stage, turn.stage)
    else {
      throw .cannotGoBack(to: stage)
    }
    self.head = head
    return goBack(to: stage, round: turn.round + 1, from: head, reason: reason)
  }

  /// The attempts of this turn's handoff are spent.
  package mutating func attemptsExhausted(
    _ turn: Turn, reason: String
  ) throws(TaskRejection) -> TaskAction {
    try expect(turn)
    return block(Blockage(cause: .attemptsSpent, detail: reason), at: turn)
  }

  /// Its work is on the session branch.
  package mutating func merged(as commit: ObjectID) throws(TaskRejection) -> TaskAction {
    guard case .merging = state else { throw .illegal(input: "merged", state: state) }
    state = .completed(merge: commit)
    return .finish
  }

  /// It could not be merged, or the merged tree did not prove: it is done again on the branch as
  /// it now stands.
  ///
  /// - Parameter round: the caller's count; never taken for less than the round after the newest.
  package mutating func mergeRefused(
    restartingAt stage: Stage, on base: ObjectID, round: Int, reason: String
  ) throws(TaskRejection) -> TaskAction {
    guard case .merging = state else { throw .illegal(input: "mergeRefused", state: state) }
    guard workflow.contains(stage) else { throw .cannotGoBack(to: stage) }
    self.base = base
    head = base
    return goBack(to: stage, round: max(round, rounds + 1), from: base, reason: reason)
  }

  /// Something that only a person can clear stands in its way.
  package mutating func blocked(_ blockage: Blockage) throws(TaskRejection) -> TaskAction {
    switch state {
    case .pending: return block(blockage, at: nil)
    case .working(let turn): return block(blockage, at: turn)
    case .merging, .completed, .blocked, .failed, .cancelled:
      throw .illegal(input: "blocked", state: state)
    }
  }

  /// A person cleared what stood in its way.
  package mutating func unblocked() throws(TaskRejection) -> TaskAction? {
    guard case .blocked(_, let turn) = state else {
      throw .illegal(input: "unblocked", state: state)
    }
    guard let turn, let head else {
      state = .pending
      return nil
    }
    return begin(turn, from: head)
  }

  /// It cannot be done at all.
  package mutating func failed(reason: String) throws(TaskRejection) -> TaskAction {
    switch state {
    case .pending, .working, .merging, .blocked:
      state = .failed(reason: reason)
      return .finish
    case .completed, .failed, .cancelled: throw .illegal(input: "failed", state: state)
    }
  }

  /// Nobody wants it any more.
  package mutating func cancelled(reason: String) throws(TaskRejection) -> TaskAction {
    switch state {
    case .pending, .working, .merging, .blocked:
      state = .cancelled(reason: reason)
      return .finish
    case .completed, .failed, .cancelled: throw .illegal(input: "cancelled", state: state)
    }
  }

  /// It goes back to a stage, on an earlier checkpoint of its own (M4). A person's rollback is no
  /// failure, so it is not blocked by the number of rounds; it counts as one all the same.
  package mutating func rolledBack(
    to stage: Stage, on checkpoint: ObjectID
  ) throws(TaskRejection) -> TaskAction {
    guard workflow.contains(stage) else { throw .cannotGoBack(to: stage) }
    switch state {
    case .working, .merging, .completed, .blocked(_, at: .some):
      head = checkpoint
      return begin(Turn(stage: stage, round: rounds + 1), from: checkpoint)
    case .pending, .blocked(_, at: nil), .failed, .cancelled:
      throw .illegal(input: "rolledBack", state: state)
    }
  }

  /// It waits to be begun anew: what it rested on, or all of its own work, was rolled back (M4).
  package mutating func reopened() throws(TaskRejection) {
    switch state {
    case .working, .merging, .completed, .blocked(_, at: .some):
      base = nil
      head = nil
      state = .pending
    case .pending, .blocked(_, at: nil), .failed, .cancelled:
      throw .illegal(input: "reopened", state: state)
    }
  }

  private func expect(_ turn: Turn) throws(TaskRejection) {
    guard state == .working(turn) else { throw .notAtTurn(turn, state: state) }
  }

  private mutating func begin(_ turn: Turn, from commit: ObjectID) -> TaskAction {
    rounds = max(rounds, turn.round)
    state = .working(turn)
    return .handOff(turn, base: commit)
  }

  private mutating func goBack(
    to stage: Stage, round: Int, from commit: ObjectID, reason: String
  ) -> TaskAction {
    let turn = Turn(stage: stage, round: round)
    rounds = max(rounds, round)
    guard round <= Self.roundsMax else {
      return block(Blockage(cause: .roundsSpent, detail: reason), at: turn)
    }
    return begin(turn, from: commit)
  }

  private mutating func block(_ blockage: Blockage, at turn: Turn?) -> TaskAction {
    state = .blocked(blockage, at: turn)
    return .ask(blockage)
  }
}

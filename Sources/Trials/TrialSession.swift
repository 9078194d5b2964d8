// SPDX-License-Identifier: Apache-2.0
// A session worked off in the coordinator's order, without agents and without a clock of its own.

import Domain
import Git
import Glibc
import Store
import TestKit

/// A session whose every value follows from its plan, so that a run that was killed and taken up
/// again must end with the same journal and the same commits as one that was not.
final class TrialSession {
  let store: SQLiteStore
  let repository: Repository
  let plan: SessionPlan
  private let branchName: String

  /// Opens what is there, or makes it, and frees what a killed process left locked.
  init(folder: String, tasks: Int) throws {
    let state = folder + "/state/"
    guard let lock = try StoreLock.tryAcquire(state + StoreLock.fileName) else {
      throw TrialError(description: "another process holds \(state)")
    }
    store = try SQLiteStore.open(
      path: state + "orchestrate.db", role: .writer(lock), reserveBytes: 0)
    repository = try Repository(discoveringFrom: folder + "/project")
    let sample = try SamplePlan(session: 39, tasks: tasks).plan
    plan = SessionPlan(
      session: sample.session, title: sample.title, objectives: sample.objectives,
      complexity: sample.complexity, base: try repository.resolve("main"), tasks: sample.tasks,
      budget: sample.budget)
    branchName = "refs/heads/session/\(plan.session)"
    _ = repository.removeStaleLocks(under: "refs/orchestrate/\(plan.session)")
    _ = repository.removeStaleLocks(under: branchName)
  }

  /// Works the session off from wherever it stands.
  func run() throws {
    if try store.session(plan.session) == nil {
      try commit(
        at: moment(0), expecting: [.noSession],
        [
          .sessionPlanned(plan), .lifecycleMoved(try SamplePlan.lifecycle(.execution)),
          .segmentOpened(Segment(number: 1, openedAt: moment(0).wall)),
        ])
      try tell("planned")
    }
    try publish()
    for task in try store.tasks(in: plan.session) {
      try begin(task)
      while let next = try store.handoffs(in: plan.session, states: HandoffStateName.open).first {
        try advance(next)
      }
      try merge(task.planned.id)
    }
  }

  /// Where the session branch stands.
  func branch() throws -> ObjectID {
    guard let head = try repository.reference(branchName) else {
      throw TrialError(description: "there is no \(branchName)")
    }
    return head
  }

  /// Told only of what is durable: whatever was told must be found after any crash.
  func tell(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    guard write(STDOUT_FILENO, bytes, bytes.count) == bytes.count else {
      throw TrialError(description: "cannot tell: \(line)")
    }
  }

  // MARK: Steps

  private func begin(_ task: TaskRecord) throws {
    guard case .pending = task.progress.state else { return }
    var progress = task.progress
    let base = try store.session(plan.session)?.branchHead ?? plan.base
    let action = try progress.activated(on: base)
    let ordinal = try store.nextOrdinal(in: plan.session)
    try commit(
      at: moment(ordinal), expecting: [.task(task.planned.id, task.progress)],
      [.taskMoved(task.planned.id, progress)] + queued(action, task.planned, ordinal))
    try tell("queued \(ordinal)")
  }

  private func advance(_ handoff: Handoff) throws {
    let ordinal = handoff.id.ordinal
    switch handoff.state {
    case .ready:
      let request = ClaimRequest(
        session: plan.session, roles: Set(Role.allCases), worker: "trial",
        leaseLength: .seconds(86_400))
      let claimed = try store.claim(request, at: moment(ordinal))
      guard let claim = claimed?.claim else {
        throw TrialError(description: "\(handoff.id) cannot be claimed")
      }
      try tell("claimed \(ordinal) \(claim.fence)")
    case .claimed(let claim):
      let tree = try work(handoff)
      try hold(tree)
      let submission = Submission(
        tree: tree, report: nil, submittedAt: moment(ordinal).wall)
      try commit(
        at: moment(ordinal),
        expecting: [.handoff(handoff.id, is: .held(claim.fence, at: moment(ordinal).boot))],
        [.handoffSubmitted(handoff.id, claim.fence, submission)])
      try tell("submitted \(ordinal) \(tree)")
    case .submitted(let claim, let submission):
      try accept(handoff, claim, submission)
    case .accepted, .dead, .cancelled:
      throw TrialError(description: "\(handoff.id) is not open")
    }
  }

  /// The tree that an agent would have handed in: one more file in a folder of the task's own.
  private func work(_ handoff: Handoff) throws -> ObjectID {
    let blob = try repository.writeBlob(Array("\(handoff.id) at \(handoff.stage)\n".utf8))
    let path = "src/\(handoff.task)/\(handoff.stage.rawValue).txt"
    return try repository.tree(
      applying: [.put(path: path, blob: blob, mode: .file)],
      to: try repository.tree(ofCommit: handoff.base))
  }

  /// What was handed in is held by a ref before it is recorded, as the coordinator does.
  private func hold(_ tree: ObjectID) throws {
    let name = "refs/orchestrate/\(plan.session)/held"
    let held = try repository.reference(name)
    if held == tree {
      try repository.createReference(name, to: tree)
    } else {
      try repository.moveReference(name, to: tree, expecting: held)
    }
  }

  /// Objects, then the immutable ref, then one transaction with the next handoff in it.
  private func accept(_ handoff: Handoff, _ claim: Claim, _ submission: Submission) throws {
    let ordinal = handoff.id.ordinal
    let checkpoint = try repository.createCommit(
      tree: submission.tree, parents: [handoff.base], message: "\(handoff.id)\n",
      identity: CommitIdentity(
        name: "trial", email: "trial@localhost", seconds: claim.claimedAt.seconds))
    let reference =
      "refs/orchestrate/\(plan.session)/tasks/\(handoff.task)/"
      + "\(handoff.stage.rawValue)-\(handoff.attempt)-\(claim.fence)"
    try repository.createReference(reference, to: checkpoint)
    try tell("sealed \(reference) \(checkpoint)")

    guard let task = try store.task(handoff.task, in: plan.session) else {
      throw TrialError(description: "there is no task \(handoff.task)")
    }
    var progress = task.progress
    let action = try progress.stageAccepted(
      TaskProgress.Turn(stage: handoff.stage, round: handoff.round), checkpoint: checkpoint)
    var accepted = handoff
    try accepted.accepted(fence: claim.fence)
    let sample = SamplePlan.acceptance(claim.fence, checkpoint: checkpoint)
    let acceptance = Acceptance(
      fence: claim.fence, checkpoint: checkpoint, reference: reference, checks: sample.checks,
      evidence: sample.evidence)
    try commit(
      at: moment(ordinal), expecting: [.handoff(handoff.id, is: .submitted(claim.fence))],
      [.handoffAccepted(accepted, acceptance), .taskMoved(handoff.task, progress)]
        + queued(action, task.planned, ordinal + 1))
    try tell("accepted \(ordinal) \(checkpoint)")
  }

  /// The fact first, then the branch: a crash in between leaves a branch that `publish` moves.
  private func merge(_ id: TaskID) throws {
    if let task = try store.task(id, in: plan.session), case .merging = task.progress.state,
      let head = task.progress.head
    {
      var progress = task.progress
      _ = try progress.merged(as: head)
      try commit(
        at: moment(try store.nextOrdinal(in: plan.session)),
        expecting: [.task(id, task.progress)],
        [.taskMoved(id, progress), .branchMoved(to: head)])
      try tell("merged \(id) \(head)")
    }
    try publish()
  }

  private func publish() throws {
    guard let recorded = try store.session(plan.session)?.branchHead else { return }
    let current = try repository.reference(branchName)
    guard current != recorded else { return }
    try repository.moveReference(branchName, to: recorded, expecting: current)
    try tell("published \(recorded)")
  }

  // MARK: Values

  private func queued(_ action: TaskAction, _ task: PlannedTask, _ ordinal: Int) -> [SessionEvent] {
    guard case .handOff(let turn, let base) = action else { return [] }
    return [
      .handoffQueued(
        Handoff(
          id: HandoffID(session: plan.session, ordinal: ordinal), task: task.id,
          stage: turn.stage, role: task.workflow.role(of: turn.stage) ?? .specialist,
          round: turn.round, base: base, attemptsMax: 3))
    ]
  }

  private func commit(
    at moment: Moment, expecting: [Expectation], _ events: [SessionEvent]
  ) throws {
    try store.commit(
      Transition(session: plan.session, at: moment.wall, expecting: expecting, events: events))
  }

  /// Time goes on a minute with each handoff, whoever works on it and how often.
  private func moment(_ ordinal: Int) -> Moment {
    Moment(
      wall: Timestamp(milliseconds: 1_767_225_600_000 + ordinal * 60_000),
      boot: BootInstant(bootID: "trial", milliseconds: ordinal * 60_000))
  }
}

// SPDX-License-Identifier: Apache-2.0
// Changing a session's state at a person's word: written down first, then one transaction.

package import Domain
import Git
import Store

extension Coordinator {
  // MARK: What is asked for

  /// Rolls a session back, or says what that would change.
  package func rollback(
    _ session: SessionID, _ kind: RollbackKind, _ order: SessionRollback, _ wish: OperationWish
  ) async throws(Problem) -> OperationReport {
    _ = try await settleOperations()
    let facts = try await rollbackFacts(of: session)
    let change: SessionChange
    do throws(RollbackRejection) {
      change = try facts.change(order)
    } catch {
      throw Problem(error, what: "rollback \(kind.rawValue)")
    }
    return try await perform(.rollback(kind), change, wish)
  }

  /// Takes back the change that `undone` made to a session, as a new operation.
  package func takeBack(
    _ undone: Operation, as act: Operation.Act, _ wish: OperationWish
  ) async throws(Problem) -> OperationReport {
    guard case .session(let made) = undone.change else {
      throw .defect(RollbackRejection.movedOn("it is the project's"), in: undone.title)
    }
    _ = try await settleOperations()
    let facts = try await rollbackFacts(of: made.session)
    let change: SessionChange
    do throws(RollbackRejection) {
      change = try facts.undoing(made)
    } catch {
      throw Problem(error, what: "taking back \(undone.title)")
    }
    return try await perform(act, change, wish)
  }

  /// Runs the project's tests on a tree, in a clean workspace.
  package func checkTests(on tree: ObjectID) async throws(Problem) -> OperationCheck {
    let observed: Observed
    do throws(WorkspaceError) {
      observed = try await ports.prover.remembered(
        tree, kind: .baseline, note: "every test after a rollback")
    } catch {
      throw Problem(error)
    }
    switch observed.tests {
    case .ran(let results):
      let outcomes = TestOutcomes(results)
      return OperationCheck(
        name: "tests", verdict: outcomes.broken.isEmpty ? .pass : .fail,
        message: outcomes.broken.isEmpty
          ? "\(outcomes.passed.count) tests pass"
          : "tests fail: \(listed(outcomes.broken.sorted()))")
    case .didNotRun(let reason):
      return OperationCheck(
        name: "tests", verdict: .didNotRun, message: "the tests did not run: \(reason)")
    }
  }

  /// Writes an operation on a person's files into the journal of the newest session, for whoever
  /// reads what happened while it went on; git has the operation itself.
  package func note(_ operation: Operation) throws(Problem) {
    let newest = try read { (store) throws(StoreError) in try store.sessions() }
      .max { $0.updatedAt < $1.updatedAt }
    guard let newest else { return }
    try record(newest.session, [.noted(operation.note)])
  }

  // MARK: What is so

  /// A session as a rollback sees it.
  func rollbackFacts(of session: SessionID) async throws(Problem) -> RollbackFacts {
    let record = try requireSession(session)
    let tasks = try read { (store) throws(StoreError) in try store.tasks(in: session) }
    let accepted = try read { (store) throws(StoreError) in try store.acceptances(in: session) }
    let branch = try await ports.operations.line(
      of: BranchLine(
        session: session, head: record.branchHead, base: record.plan.base,
        isEnded: record.lifecycle.isEnded))
    return RollbackFacts(
      session: session, lifecycle: record.lifecycle, branch: branch,
      tasks: tasks.map { .init(id: $0.planned.id, progress: $0.progress) },
      checkpoints: accepted.map {
        .init(
          task: $0.handoff.task, stage: $0.handoff.stage, base: $0.handoff.base,
          commit: $0.acceptance.checkpoint)
      })
  }

  // MARK: Doing it

  /// Writes an operation down, does it, and looks at it.
  func perform(
    _ act: Operation.Act, _ change: SessionChange, _ wish: OperationWish
  ) async throws(Problem) -> OperationReport {
    let now = clock().wall
    let operation = Operation(
      number: try await nextOperation(act, wish, now), at: now, act: act, cause: wish.cause,
      reason: wish.reason, change: .session(change))
    let paths = try await listedPaths(change)
    let live = try claims(on: change)
    guard !wish.isDryRun else {
      return OperationReport(
        operation: operation, rescue: nil, paths: paths, checks: [],
        notes: live.map { "\($0.id) is being worked on; it takes --force to end that" })
    }
    try await requireMovable(change)
    let tasks = Set(change.tasks.map(\.id))
    // What was handed in can be thrown away with its task, but not given back to a queue.
    let held = live.first {
      !wish.isForced || (HandoffStateName($0.state) == .submitted && !tasks.contains($0.task))
    }
    if let held { throw .heldBack(by: held, operation) }
    let notes = try await writeDown(operation, change)
    try await end(live)
    do throws(Problem) {
      try record(change, operation)
    } catch {
      try await ports.operations.mark(operation, isDone: false)
      throw error
    }
    try await follow(change, operation)
    return OperationReport(
      operation: operation, rescue: OperationBook.rescue(operation.number), paths: paths,
      checks: try await checks(operation, change), notes: notes)
  }

  private func nextOperation(
    _ act: Operation.Act, _ wish: OperationWish, _ now: Timestamp
  ) async throws(Problem) -> Int {
    if case .rollback = act, !wish.isDryRun {
      try await ports.operations.log().requireRoom(for: wish, at: now)
    }
    return try await ports.operations.nextNumber()
  }

  /// The files of the branch that change.
  private nonisolated func listedPaths(
    _ change: SessionChange
  ) async throws(Problem) -> [ListedPath] {
    guard let before = change.branch.before, let after = change.branch.after, before != after
    else { return [] }
    return try await git { (repository) throws(GitError) in
      try repository.changes(
        from: repository.tree(ofCommit: before), to: repository.tree(ofCommit: after)
      ).map { ListedPath(path: $0.path, kind: ListedChange($0)) }
    }
  }

  private nonisolated func requireMovable(_ change: SessionChange) async throws(Problem) {
    guard change.branch.before != change.branch.after else { return }
    let isInUse = try await ports.operations.isCheckedOut(change.session)
    guard isInUse else { return }
    throw Problem(
      code: "ROLLBACK006", exit: .denied,
      message: "session/\(change.session) is checked out, so its branch cannot be moved back",
      reason: "the files there would belong to a commit that the branch has left",
      remedy: "git switch --detach, then the same command again")
  }

  /// The claims on the tasks that change, or on any where the session ends: somebody is at work.
  private func claims(on change: SessionChange) throws(Problem) -> [Handoff] {
    let tasks = Set(change.tasks.map(\.id))
    let ends = change.branch.after == nil
    return try read { (store) throws(StoreError) in
      try store.handoffs(in: change.session, states: [.claimed, .submitted])
    }.filter { ends || tasks.contains($0.task) }
  }

  /// Keeps what lies in the workspaces of those claims; the claims end with the transaction.
  private func end(_ claims: [Handoff]) async throws(Problem) {
    for handoff in claims {
      guard let claim = handoff.claim else { continue }
      try await emptyWorkspace(handoff, claim.fence, isWorkerGone: false)
    }
  }

  private func writeDown(
    _ operation: Operation, _ change: SessionChange
  ) async throws(Problem) -> [String] {
    let commits =
      [change.branch.before, change.branch.after].compactMap { $0 }
      + change.tasks.flatMap {
        [$0.progress.before.head, $0.progress.before.base, $0.progress.after.head]
      }.compactMap { $0 }
    return try await ports.operations.write(
      operation, leaving: commits, head: try requireSession(change.session).branchHead)
  }

  /// The one transaction in which a change of a session happens.
  private func record(_ change: SessionChange, _ operation: Operation) throws(Problem) {
    let session = change.session
    let open = try read { (store) throws(StoreError) in
      try store.handoffs(in: session, states: HandoffStateName.open)
    }
    var expecting: [Expectation] = []
    var events: [SessionEvent] = []
    var ordinal = try read { (store) throws(StoreError) in
      try store.nextOrdinal(in: session)
    }
    if change.lifecycle.before != change.lifecycle.after {
      expecting.append(.lifecycle(change.lifecycle.before))
      events.append(.lifecycleMoved(change.lifecycle.after))
    }
    let tasks = Set(change.tasks.map(\.id))
    for handoff in open {
      if tasks.contains(handoff.task) {
        expecting.append(.handoff(handoff.id, is: handoff.standing))
        events.append(.handoffCancelled(handoff.id))
      } else if change.branch.after == nil, let returned = handoff.givenBack {
        expecting.append(.handoff(handoff.id, is: handoff.standing))
        events.append(.handoffReturned(returned, reason: .released))
      }
    }
    for task in change.tasks {
      let planned = try requireTask(task.id, in: session).planned
      expecting.append(.task(task.id, task.progress.before))
      events.append(.taskMoved(task.id, task.progress.after))
      guard case .working(let turn) = task.progress.after.state,
        let base = task.progress.after.head, let role = planned.workflow.role(of: turn.stage)
      else { continue }
      let id = HandoffID(session: session, ordinal: ordinal)
      ordinal += 1
      expecting.append(.ordinalFree(id))
      events.append(
        .handoffQueued(
          Handoff(
            id: id, task: task.id, stage: turn.stage, role: role, round: turn.round, base: base,
            attemptsMax: settings.limits.attemptsMax)))
    }
    if change.branch.before != change.branch.after {
      let base = try requireSession(session).plan.base
      events.append(.branchMoved(to: change.branch.after ?? base))
    }
    events.append(.noted(operation.note))
    try record(session, events, expecting: expecting)
  }

  /// What follows from the transaction; done again after a crash.
  private func follow(
    _ change: SessionChange, _ operation: Operation
  ) async throws(Problem) {
    if change.branch.after != nil {
      try await settleBranch(change.session)
    } else if let before = change.branch.before {
      // The rescue's commit has it as a parent, so nothing is lost with the branch.
      try await ports.operations.removeBranch(
        of: change.session, at: before, keptBy: operation)
    }
    try await ports.operations.mark(operation, isDone: true)
    try await writeProjections(change.session)
    await publish(change.session)
    wake()
  }

  private func checks(
    _ operation: Operation, _ change: SessionChange
  ) async throws(Problem) -> [OperationCheck] {
    let record = try requireSession(change.session)
    var wrong: [String] = []
    for task in change.tasks {
      let now = try requireTask(task.id, in: change.session).progress
      if now != task.progress.after { wrong.append(task.id.text) }
    }
    let reference = CheckpointReference.branch(change.session)
    let name = OperationBook.rescue(operation.number)
    let lost =
      change.tasks.compactMap(\.progress.before.head) + [change.branch.before ?? record.branchHead]
    let isKept = try await ports.operations.holds(lost, operation)
    let head = try await git { (repository) throws(GitError) in
      try repository.reference(reference)
    }
    if head != change.branch.after { wrong.append("session/\(change.session)") }
    if record.lifecycle != change.lifecycle.after { wrong.append("the session's phase") }
    return [
      OperationCheck(
        name: "state", verdict: wrong.isEmpty ? .pass : .fail,
        message: wrong.isEmpty
          ? "tasks, queue and branch are as they should be"
          : "not as they should be: \(wrong.joined(separator: ", "))"),
      OperationCheck(
        name: "rescue", verdict: isKept ? .pass : .fail,
        message: "\(name) holds every commit that was left"),
      OperationCheck(
        name: "reason", verdict: operation.reason.isEmpty ? .fail : .pass,
        message: "logged: \(operation.reason)"),
    ]
  }

  // MARK: After a crash

  /// Settles an operation that a crash interrupted. What was asked for happens once, or not at all.
  ///
  /// - Returns: what was found, in a sentence; `nil` where nothing was.
  package func settleOperations() async throws(Problem) -> String? {
    let pending = try await ports.operations.pending()
    guard let operation = pending else { return nil }
    switch operation.change {
    case .files: return try await ports.operations.settleFiles()
    case .session(let change):
      guard try wasRecorded(operation, in: change.session) else {
        try await ports.operations.mark(operation, isDone: false)
        return "\(operation.title) was interrupted before it began; nothing was changed"
      }
      try await follow(change, operation)
      return "\(operation.title) was interrupted; it is done now"
    }
  }

  /// Whether the transaction of an operation is in the journal; looked for from its end.
  private func wasRecorded(
    _ operation: Operation, in session: SessionID
  ) throws(Problem) -> Bool {
    try lastEntry(of: session, since: operation.at) { $0 == .noted(operation.note) } != nil
  }

  /// The newest entry of a session that passes, the journal read from its end in steps.
  ///
  /// - Parameter since: where to stop looking; `nil` for the journal's start.
  func lastEntry(
    of session: SessionID, since: Timestamp? = nil, _ isWanted: (SessionEvent) -> Bool
  ) throws(Problem) -> JournalEntry? {
    let step = 256
    var end = try read { (store) throws(StoreError) in try store.lastSequence(in: session) }
    while end > 0 {
      let start = max(0, end - step)
      let entries = try read { (store) throws(StoreError) in
        try store.entries(in: session, after: start, limit: step)
      }.filter { $0.sequence <= end }
      if let found = entries.last(where: { isWanted($0.event) }) { return found }
      if let since, let first = entries.first, first.at < since { return nil }
      end = start
    }
    return nil
  }
}

extension Handoff {
  /// Where it must still stand when what was decided on it is written down.
  fileprivate var standing: Expectation.Standing {
    switch state {
    case .claimed(let claim): .claimed(claim.fence)
    case .submitted(let claim, _): .submitted(claim.fence)
    case .dead: .dead
    case .ready, .accepted, .cancelled: .ready
    }
  }

  /// The same handoff out of its worker's hands; `nil` where none holds it.
  fileprivate var givenBack: Handoff? {
    guard case .claimed(let claim) = state else { return nil }
    var returned = self
    do throws(HandoffRejection) {
      try returned.released(fence: claim.fence)
      return returned
    } catch {
      return nil
    }
  }
}

extension Operation {
  /// What the journal says of it.
  fileprivate var note: Note {
    Note(
      kind: "operation",
      text: "\(number) \(title): \(reason) (\(OperationBook.rescue(number)))")
  }
}

extension Problem {
  fileprivate static func heldBack(by handoff: Handoff, _ operation: Operation) -> Problem {
    let fence = handoff.claim.map { "\($0.fence)" } ?? ""
    switch handoff.state {
    case .submitted:
      return Problem(
        code: "ROLLBACK010", exit: .conflict,
        message: "\(handoff.task) was handed in and waits to be proved",
        reason: "\(operation.title) would throw that away",
        remedy: "orchestrate recover, or the same command with --force")
    case .ready, .claimed, .accepted, .dead, .cancelled:
      return Problem(
        code: "ROLLBACK010", exit: .conflict,
        message: "\(handoff.claim?.worker ?? "somebody") is at work on \(handoff.task)",
        reason: "its claim holds until \(handoff.claim?.lease.expiresAt.description ?? "it ends")",
        remedy: "orchestrate handoff release \(handoff.id) --fence \(fence), or --force, which "
          + "ends the claim and keeps its files")
    }
  }
}

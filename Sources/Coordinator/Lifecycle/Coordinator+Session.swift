// SPDX-License-Identifier: Apache-2.0
// A session from its files to its first task, and from its last task to its end.

package import Domain
import Git
import Store

/// How a session is to be started.
package struct StartOptions: Hashable, Sendable {
  /// Go on although the project is broken; recorded in the journal (S2-35).
  package let isForced: Bool

  package init(isForced: Bool) { self.isForced = isForced }
}

extension Coordinator {
  /// Brings a session to its execution phase: plans it if it is new, resumes it if it was paused,
  /// and does nothing if it is under way.
  ///
  /// - Throws: `Problem` with exit 10 where the project is broken and not forced.
  package func start(
    _ session: SessionID, planned: @Sendable (ObjectID) throws(Problem) -> SessionPlan,
    entry: EntryReport, options: StartOptions
  ) async throws(Problem) {
    try await settleWhatRecoveryCouldNot(of: session)
    if try read({ (store) throws(StoreError) in try store.session(session) }) == nil {
      try await plan(session, by: planned)
    }
    var record = try requireSession(session)
    guard !record.lifecycle.isEnded else { return }
    try readConfiguration(session)
    try await requireSignatures(session)
    if case .paused = record.lifecycle.state {
      try moveLifecycle(session) { (lifecycle) throws(SessionRejection) in try lifecycle.resumed() }
      record = try requireSession(session)
    }
    try checkHealth(session, entry, options)
    if record.segment == nil { try nextSegment(record, reason: "the session begins") }
    for phase in [SessionLifecycle.Phase.planned, .initialization, .planning] {
      guard try requireSession(session).lifecycle.state == .active(phase) else { continue }
      if phase == .initialization { try await proveBaseline(session, options) }
      try moveLifecycle(session) { (lifecycle) throws(SessionRejection) in
        try lifecycle.finished(phase)
      }
    }
    projectLater(session)
    try await advance(session)
  }

  private func plan(
    _ session: SessionID, by planned: @Sendable (ObjectID) throws(Problem) -> SessionPlan
  ) async throws(Problem) {
    let reference = CheckpointReference.branch(session)
    let found = try await git { (repository) throws(GitError) in
      (head: try repository.head(), branch: try repository.reference(reference))
    }
    guard let base = found.head.commit else {
      throw Problem(
        code: "SESSION001", exit: .session001, message: "the repository has no commit yet",
        reason: "a session begins on a commit", remedy: "git add -A && git commit -m 'First commit'"
      )
    }
    if let branch = found.branch, branch != base {
      throw Problem(
        code: "SESSION005", exit: .conflict,
        message: "there is a branch session/\(session) that this store knows nothing of",
        reason: "it is at \(branch.short), and HEAD is at \(base.short)",
        remedy: "git branch -m session/\(session) session/\(session)-earlier")
    }
    let (plan, isSimplified) = try await planSimplifiedIfNeeded(session, base: base, by: planned)
    var events: [SessionEvent] = [.sessionPlanned(plan)]
    if isSimplified {
      events.append(
        .noted(Note(kind: "recovery.simplified", text: "planned by its tasks file alone")))
    }
    try record(session, events, expecting: [.noSession])
    try await settleBranch(session)
  }

  /// Journals the configuration that judges from now on, and what people have signed beside it.
  private func readConfiguration(_ session: SessionID) throws(Problem) {
    if !settings.ledgerDigests.isEmpty {
      let files = settings.ledgerDigests.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      try record(
        session, [.noted(Note(kind: "gates.ledger", text: files.joined(separator: ", ")))])
    }
    guard try requireSession(session).configuration != settings.digest else { return }
    try record(
      session, [.configurationRead(settings.digest)], documents: [Document(body: settings.body)])
  }

  private func checkHealth(
    _ session: SessionID, _ entry: EntryReport, _ options: StartOptions
  ) throws(Problem) {
    tell(.healthChecked(entry.health, detail: entry.healthDetail))
    try record(
      session,
      [.healthChecked(entry.health, forced: options.isForced, evidence: entry.evidence?.digest)],
      evidence: entry.evidence.map { [$0] } ?? [])
    guard entry.health == .broken else { return }
    guard options.isForced else { throw .broken(session, entry.healthDetail, entry.lastPassing) }
    try record(
      session, [.noted(Note(kind: "health.forced", text: entry.healthDetail))])
    tell(.warning("the project is broken, and --force goes on anyway; this is recorded"))
  }

  /// The project's own tests must be green before anything is built on them.
  private func proveBaseline(_ session: SessionID, _ options: StartOptions) async throws(Problem) {
    let head = try requireSession(session).branchHead
    let observed = try await baseline(at: head)
    switch observed.tests {
    case .ran(let results):
      let outcomes = TestOutcomes(results)
      let repeated = try await unsteady(outcomes.broken, at: head, passed: false)
      if !repeated.tests.isEmpty {
        tell(.warning("these tests fail now and then: \(listed(repeated.tests.sorted()))"))
      }
      let broken = outcomes.broken.subtracting(repeated.tests)
      if broken.isEmpty {
        tell(.note("\(outcomes.passed.count) tests pass before any work"))
        return
      }
      let detail = "tests fail before any work:\n\(outcomes.sentences(broken))"
      guard options.isForced else { throw .broken(session, detail, nil) }
      try record(
        session,
        [
          .healthChecked(.broken, forced: true, evidence: observed.record.digest),
          .noted(Note(kind: "health.forced", text: detail)),
        ], evidence: [observed.record])
    case .didNotRun(let reason):
      throw Problem(
        code: "SESSION001", exit: .session001, message: "the project's tests cannot be run",
        reason: reason, remedy: "orchestrate doctor")
    }
  }

  nonisolated func baseline(at commit: ObjectID) async throws(Problem) -> Observed {
    let tree = try await git { (repository) throws(GitError) in
      try repository.tree(ofCommit: commit)
    }
    do throws(WorkspaceError) {
      return try await ports.prover.remembered(
        tree, kind: .baseline, note: "every test before any work")
    } catch {
      throw Problem(error)
    }
  }

  /// Which tests do not do the same each time on a commit, and what showed it.
  nonisolated func unsteady(
    _ suspects: Set<TestIdentity>, at commit: ObjectID, passed: Bool
  ) async throws(Problem) -> (tests: Set<TestIdentity>, records: [EvidenceRecord]) {
    guard !suspects.isEmpty else { return ([], []) }
    let tree = try await git { (repository) throws(GitError) in
      try repository.tree(ofCommit: commit)
    }
    do throws(WorkspaceError) {
      return try await ports.prover.unsteady(suspects, on: tree, passed: passed)
    } catch {
      throw Problem(error)
    }
  }

  /// The tests that a person let the session start with although they failed.
  nonisolated func knownBroken(
    in session: SessionRecord
  ) async throws(Problem) -> Set<TestIdentity> {
    guard session.isForced else { return [] }
    return try await baseline(at: session.plan.base).tests.outcomes?.broken ?? []
  }

  func moveLifecycle(
    _ session: SessionID, _ input: (inout SessionLifecycle) throws(SessionRejection) -> Void
  ) throws(Problem) {
    let old = try requireSession(session).lifecycle
    var lifecycle = old
    do throws(SessionRejection) {
      try input(&lifecycle)
    } catch {
      throw .defect(error, in: "session \(session)")
    }
    try record(session, [.lifecycleMoved(lifecycle)], expecting: [.lifecycle(old)])
    tell(.sessionMoved(lifecycle))
  }

  // MARK: The end

  /// Whether no task of the session can go on.
  package func isSettled(_ session: SessionID) throws(Problem) -> Bool {
    let record = try requireSession(session)
    guard case .active(.execution) = record.lifecycle.state else { return true }
    return try agenda(of: session).isSettled
  }

  /// Waits for a change, and returns what ran out of time to the queue.
  package func tick(_ session: SessionID) async throws(Problem) {
    let seen = changeCount
    try await expireLeases()
    try await advance(session)
    guard try !isSettled(session) else { return }
    await change(after: seen, limit: .seconds(1))
  }

  /// Validates and reviews a session whose tasks are settled, and writes its documents.
  package func conclude(_ session: SessionID) async throws(Problem) -> RunEnding {
    if let ending = try ending(of: session) { return ending }
    // The last merge may be at work for somebody who polls, or may have failed under him after it was
    // recorded: no session ends before its branch is where the store says.
    while isMerging {
      if Task.isCancelled { return .interrupted }
      await change(after: changeCount, limit: .seconds(1))
    }
    try await settleBranch(session)
    let tasks = try read { (store) throws(StoreError) in try store.tasks(in: session) }
    let open = tasks.filter {
      switch $0.progress.state {
      case .blocked, .pending, .working, .merging: true
      case .completed, .failed, .cancelled: false
      }
    }
    guard open.isEmpty else {
      try writeSummary(session)
      try await writeProjections(session)
      await publish(session)
      return .blocked(open.map(\.planned.id))
    }
    if try requireSession(session).lifecycle.state == .active(.execution) {
      try moveLifecycle(session) { (lifecycle) throws(SessionRejection) in
        try lifecycle.finished(.execution)
      }
    }
    if try requireSession(session).lifecycle.state == .active(.validation) {
      try await validate(session)
      // A rollback has reopened tasks: there is work again.
      if try requireSession(session).lifecycle.state == .active(.execution) { return .interrupted }
    }
    if try requireSession(session).lifecycle.state == .active(.review) {
      if let closed = closing(try requireSession(session), reason: "the session ends") {
        try record(session, [closed])
      }
      try moveLifecycle(session) { (lifecycle) throws(SessionRejection) in
        try lifecycle.finished(.review)
      }
    }
    try await writeProjections(session)
    try await writeClosingDocuments(session)
    await publish(session)
    try await sweepWorkspaces()
    return try ending(of: session) ?? .interrupted
  }

  /// How a session ended; `nil` while it has not.
  private func ending(of session: SessionID) throws(Problem) -> RunEnding? {
    switch try requireSession(session).lifecycle.state {
    case .completed: .completed
    case .failed(let reason): .failed(reason: reason)
    case .active, .paused: nil
    }
  }

  /// The whole suite once more on what the branch holds (S4-18).
  private func validate(_ session: SessionID) async throws(Problem) {
    let head = try requireSession(session).branchHead
    let observed = try await baseline(at: head)
    let known = try await knownBroken(in: try requireSession(session))
    let broken = observed.tests.outcomes.map { $0.broken.subtracting(known) }
    let repeated = try await unsteady(broken ?? [], at: head, passed: false)
    let failed = broken?.subtracting(repeated.tests).sorted()
    try record(session, [], evidence: [observed.record] + repeated.records)
    if let failed, failed.isEmpty {
      try moveLifecycle(session) { (lifecycle) throws(SessionRejection) in
        try lifecycle.finished(.validation)
      }
    } else if try await !keepBranchPassing(session, when: .validation) {
      let reason = failed.map { "tests fail on the session branch: \(listed($0))" }
      try moveLifecycle(session) { (lifecycle) throws(SessionRejection) in
        try lifecycle.failed(reason: reason ?? "the tests did not run on the session branch")
      }
    }
  }

  /// Seals a session that is being stopped; `run` goes on from here.
  package func pause(_ session: SessionID, reason: String) async throws(Problem) {
    // It may have been stopped before it was even planned.
    let record = try read { (store) throws(StoreError) in try store.session(session) }
    guard case .active? = record?.lifecycle.state else { return }
    try moveLifecycle(session) { (lifecycle) throws(SessionRejection) in
      try lifecycle.paused(reason: reason)
    }
    try writeSummary(session)
    try await writeProjections(session)
    await publish(session)
  }

  /// No new claims from now on.
  package func stop() {
    isStopping = true
    wake()
  }
}

extension Problem {
  /// The project is broken, with the three ways on (S2-34).
  static func broken(_ session: SessionID, _ detail: String, _ lastPassing: ObjectID?) -> Problem {
    let back =
      lastPassing.map {
        "go back to \($0.short), which passed (orchestrate rollback immediate --to \($0.short))"
      } ?? "go back to a commit that passed (orchestrate rollback immediate --to COMMIT)"
    return Problem(
      code: "HEALTH001", exit: .gateFailed,
      message: "the project is broken: fix it before new work begins",
      reason: """
        \(detail)
        Three ways on: 1. \(back); 2. fix it by hand; 3. go on anyway, which is recorded \
        (--force)
        """,
      remedy: "orchestrate enter, and once it is healthy: orchestrate run \(session)")
  }
}

// SPDX-License-Identifier: Apache-2.0
// Taking back what a worker made: capture, record, prove, then seal or refuse.

package import Documents
package import Domain
import Git
import Store

/// What became of a submission.
package struct SubmissionResult: Hashable, Sendable {
  /// The handoff that was handed in.
  package let handoff: HandoffID
  /// Whether every binding check passed.
  package let isAccepted: Bool
  /// Every check that was made.
  package let checks: [Check]
  /// The commit that seals it, or that keeps what was refused; `nil` where the files could not be
  /// taken at all.
  package let commit: ObjectID?
  /// Whether the handoff went back to the queue.
  package let willRetry: Bool
  /// How the proof is told on one line.
  package let summary: String
}

extension Coordinator {
  /// Reads the claim's workspace, proves what is in it, and accepts or refuses it.
  ///
  /// - Throws: `Problem` with exit 16 where the claim has ended.
  package func submit(
    _ id: HandoffID, fence: Fence, report: AgentReport?, reportBody: String?
  ) async throws(Problem) -> SubmissionResult {
    let handoff = try requireHandoff(id)
    // Refused before the workspace is read: a stale worker costs nothing.
    try requireHeld(handoff, fence)
    let hasSpare = try beginSpare(for: handoff)
    defer { if hasSpare { dropSpare(of: id) } }
    let tree: ObjectID
    switch try await capture(handoff, fence) {
    case .tree(let captured): tree = captured
    case .refused(let reason):
      return try await refuseFiles(of: handoff, fence, reason, usage: report?.usage)
    }
    if hasSpare { fillSpare(for: handoff, with: tree) }
    let document = reportBody.map { Document(body: $0) }
    let submission = Submission(
      tree: tree, report: document?.digest, submittedAt: clock().wall)
    var events: [SessionEvent] = [.handoffSubmitted(id, fence, submission)]
    events += try usageEvents(report?.usage, id, fence)
    // The lease may have run out, or been renewed, while the files were read.
    try requireHeld(try requireHandoff(id), fence)
    try record(
      id.session, events, expecting: [.handoff(id, is: .held(fence, at: clock().boot))],
      documents: document.map { [$0] } ?? [])
    return try await settle(id)
  }

  /// Proves a recorded submission and records what came of it. After a crash it is proved afresh,
  /// and gives the same commit where it comes out the same.
  func settle(_ id: HandoffID) async throws(Problem) -> SubmissionResult {
    proving.insert(id)
    defer {
      proving.remove(id)
      dropSpare(of: id)
      // Whoever proves again what could not be proved looks now.
      wake()
    }
    let handoff = try requireHandoff(id)
    guard case .submitted(let claim, let submission) = handoff.state else {
      throw .leaseLost(id, handoff.claim?.fence ?? Fence(1)!, held: handoff.claim?.fence)
    }
    let started = clock().boot.milliseconds
    tell(.stageProving(handoff))
    if try beginSpare(for: handoff) { fillSpare(for: handoff, with: submission.tree) }
    let history = try TaskHistory(of: handoff.task, in: handoff.session, store: store)
    let question = try await question(handoff, claim, submission, history)
    let outcome: StageOutcome
    do throws(ProofError) {
      outcome = try await ports.prover.prove(question)
    } catch {
      throw Problem(error)
    }
    // A proof that was cut short says nothing; the submission stays recorded and is proved again.
    if Task.isCancelled { throw .interrupted }
    let commit = try await seal(handoff, claim, submission, outcome, title: question.planned.title)
    if let slot = ports.workspaces.slot(of: id, fence: claim.fence) {
      ports.workspaces.free(slot)
    }
    let duration = Duration.milliseconds(clock().boot.milliseconds - started)
    if outcome.judgement.isAccepted {
      return try await accept(question, history, outcome, commit, duration)
    }
    return try await refuse(handoff, claim, outcome, commit, duration)
  }

  private func requireHeld(_ handoff: Handoff, _ fence: Fence) throws(Problem) {
    var probe = handoff
    let now = clock()
    do throws(HandoffRejection) {
      try probe.submitted(
        Submission(tree: handoff.base, report: nil, submittedAt: now.wall), fence: fence,
        at: now.boot)
    } catch {
      throw Problem(error, id: handoff.id, fence: fence)
    }
  }

  // MARK: Reading the submission

  private enum Capture {
    case tree(ObjectID)
    /// What lies there cannot be taken, and why.
    case refused(reason: String)
  }

  private func capture(_ handoff: Handoff, _ fence: Fence) async throws(Problem) -> Capture {
    guard let slot = ports.workspaces.slot(of: handoff.id, fence: fence) else {
      throw Problem(
        code: "WORKSPACE002", exit: .notFound,
        message: "the workspace of \(handoff.id) is gone",
        reason: "no workspace is held under fence \(fence)",
        remedy: "orchestrate handoff release \(handoff.id) --fence \(fence)")
    }
    do throws(WorkspaceError) {
      let captured = try await ports.workspaces.capture(slot, litter: settings.proof.paths.litter)
      for note in captured.notes { tell(.warning("\(handoff.id): \(note)")) }
      return .tree(captured.tree)
    } catch {
      guard error.isContent else { throw Problem(error) }
      return .refused(reason: error.reason)
    }
  }

  /// The files of an attempt cannot be taken: it ends there, and the next one learns why. The
  /// folder is kept, since no ref can hold what lies in it.
  private func refuseFiles(
    of handoff: Handoff, _ fence: Fence, _ reason: String, usage: Usage?
  ) async throws(Problem) -> SubmissionResult {
    let check = Check(
      name: "submit.files", level: .blocking, verdict: .fail, code: "WORKSPACE003",
      message: "the files in the workspace cannot be taken: \(reason)")
    let feedback = Feedback(
      attempt: handoff.attempt, code: "WORKSPACE003", message: check.message, evidence: [])
    let willRetry = try await endAttempt(
      handoff, reason: .failed, extra: try usageEvents(usage, handoff.id, fence),
      expecting: .claimed(fence)
    ) { (handoff) throws(HandoffRejection) in
      try handoff.failed(fence: fence, feedback: feedback)
    }
    if let slot = ports.workspaces.slot(of: handoff.id, fence: fence) {
      ports.workspaces.giveUp(slot, fence: fence)
    }
    tell(.stageRefused(handoff, checks: [check], willRetry: willRetry, duration: .zero))
    return SubmissionResult(
      handoff: handoff.id, isAccepted: false, checks: [check], commit: nil,
      willRetry: willRetry, summary: "its files cannot be taken")
  }

  /// A submission with everything that its proof looks at, as the store has it now.
  nonisolated func question(
    _ handoff: Handoff, _ claim: Claim, _ submission: Submission, _ history: TaskHistory
  ) async throws(Problem) -> StageQuestion {
    let session = try requireSession(handoff.session)
    let task = try requireTask(handoff.task, in: handoff.session)
    let base = task.progress.base ?? handoff.base
    let trees = try await git { (repository) throws(GitError) in
      (
        task: try repository.tree(ofCommit: base),
        stage: try repository.tree(ofCommit: handoff.base)
      )
    }
    return StageQuestion(
      handoff: handoff, claim: claim, submission: submission,
      report: try report(submission.report), planned: task.planned, taskBase: trees.task,
      stageBase: trees.stage, complexity: session.plan.complexity, facts: history.facts,
      lastRun: history.lastRun, knownBroken: try await knownBroken(in: session))
  }

  private nonisolated func report(_ digest: Digest?) throws(Problem) -> AgentReport? {
    guard let digest,
      let body = try read({ (store) throws(StoreError) in try store.document(digest) })
    else { return nil }
    do throws(AgentReportError) {
      return try AgentReport.parse(Array(body.utf8))
    } catch {
      // It was parsed before it was recorded.
      throw .defect(error, in: "a recorded report")
    }
  }

  // MARK: Sealing

  private func seal(
    _ handoff: Handoff, _ claim: Claim, _ submission: Submission, _ outcome: StageOutcome,
    title: String
  ) async throws(Problem) -> Sealed {
    let isAccepted = outcome.judgement.isAccepted
    let stage = StageRecord(
      handoff, fence: claim.fence, submission, checks: outcome.judgement.checks,
      evidence: outcome.evidence)
    let document = Document(body: canonicalJSON(of: stage))
    let isRed = handoff.stage == .red
    let message = CheckpointMessage(
      handoff: handoff, fence: claim.fence,
      title: isAccepted ? title : "refused, \(outcome.judgement.code ?? "") \(title)",
      summary: isAccepted ? outcome.summary : "", remarks: outcome.judgement.stopping,
      gate: isAccepted && !isRed ? .pass : .fail, evidence: document.digest)
    let reference =
      isAccepted
      ? CheckpointReference.accepted(handoff, fence: claim.fence)
      : CheckpointReference.refused(handoff, fence: claim.fence)
    let seconds = claim.claimedAt.seconds
    let commit = try await git { (repository) throws(GitError) in
      let commit = try repository.createCommit(
        tree: submission.tree, parents: [handoff.base], message: message.text,
        identity: .coordinator(at: seconds))
      // A ref that holds another commit was made by a proof that came out otherwise and whose end
      // was never recorded, since the handoff is still submitted: this proof's takes its place.
      try repository.settle(reference, at: commit)
      return commit
    }
    return Sealed(commit: commit, reference: reference, document: document)
  }

  // MARK: Accepting and refusing

  private func accept(
    _ question: StageQuestion, _ history: TaskHistory, _ outcome: StageOutcome, _ sealed: Sealed,
    _ duration: Duration
  ) async throws(Problem) -> SubmissionResult {
    let (handoff, claim) = (question.handoff, question.claim)
    var accepted = handoff
    do throws(HandoffRejection) {
      try accepted.accepted(fence: claim.fence)
    } catch {
      throw Problem(error, id: handoff.id, fence: claim.fence)
    }
    let task = try requireTask(handoff.task, in: handoff.session)
    var progress = task.progress
    let turn = TaskProgress.Turn(stage: handoff.stage, round: handoff.round)
    let action: TaskAction
    do throws(TaskRejection) {
      action = try progress.stageAccepted(turn, checkpoint: sealed.commit)
    } catch {
      throw .defect(error, in: "task \(handoff.task)")
    }
    let acceptance = Acceptance(
      fence: claim.fence, checkpoint: sealed.commit, reference: sealed.reference,
      checks: outcome.judgement.checks, evidence: outcome.evidence.map(\.digest))
    var events: [SessionEvent] = [
      .handoffAccepted(accepted, acceptance), .taskMoved(handoff.task, progress),
    ]
    events += try follow(action, task: task.planned, in: handoff.session)
    try recordGranting(
      Transition(
        session: handoff.session, at: clock().wall,
        expecting: [
          .handoff(handoff.id, is: .submitted(claim.fence)), .task(handoff.task, task.progress),
        ], events: events, evidence: outcome.evidence, documents: [sealed.document]),
      of: AcceptedStage(
        handoff: accepted, fence: claim.fence, commit: sealed.commit, planned: task.planned,
        history: history, evidence: outcome.evidence, report: question.report))
    tell(
      .stageAccepted(
        accepted, summary: outcome.told, checkpoint: sealed.commit, duration: duration))
    if action == .merge { try await advance(handoff.session) }
    return SubmissionResult(
      handoff: handoff.id, isAccepted: true, checks: outcome.judgement.checks,
      commit: sealed.commit, willRetry: false, summary: outcome.told)
  }

  private func refuse(
    _ handoff: Handoff, _ claim: Claim, _ outcome: StageOutcome, _ sealed: Sealed,
    _ duration: Duration
  ) async throws(Problem) -> SubmissionResult {
    let checks = outcome.judgement.checks
    let feedback = Feedback(
      attempt: handoff.attempt, code: outcome.judgement.code ?? "",
      message: outcome.judgement.stopping.map(\.message).joined(separator: "\n"),
      evidence: outcome.evidence.map(\.digest))
    let willRetry: Bool
    if let sentBack = outcome.sentBack {
      try await sendBack(handoff, claim, sentBack, outcome, sealed, feedback)
      willRetry = true
    } else {
      willRetry = try await endAttempt(
        handoff, reason: .refused, evidence: outcome.evidence, documents: [sealed.document],
        expecting: .submitted(claim.fence)
      ) { (handoff) throws(HandoffRejection) in
        try handoff.refused(fence: claim.fence, feedback: feedback)
      }
    }
    tell(
      .stageRefused(
        handoff, checks: outcome.judgement.stopping, willRetry: willRetry, duration: duration))
    return SubmissionResult(
      handoff: handoff.id, isAccepted: false, checks: checks, commit: sealed.commit,
      willRetry: willRetry, summary: outcome.told)
  }

  /// What a task's newest accepted handoff of a stage began with.
  private func start(of stage: Stage, for handoff: Handoff) throws(Problem) -> ObjectID? {
    try read { (store) throws(StoreError) in
      try store.acceptances(of: handoff.task, in: handoff.session)
    }.last { $0.handoff.stage == stage }?.handoff.base
  }

  /// It is not this stage's worker who can mend it: its own handoff is done, and the earlier stage is
  /// queued again.
  private func sendBack(
    _ handoff: Handoff, _ claim: Claim, _ sentBack: StageOutcome.SentBack,
    _ outcome: StageOutcome, _ sealed: Sealed, _ feedback: Feedback
  ) async throws(Problem) {
    let task = try requireTask(handoff.task, in: handoff.session)
    var progress = task.progress
    var done = handoff
    let action: TaskAction
    let start = sentBack.isAnew ? try start(of: sentBack.stage, for: handoff) : nil
    do throws(TaskRejection) {
      action = try progress.sentBack(
        from: .init(stage: handoff.stage, round: handoff.round), to: sentBack.stage,
        on: start,
        reason: sentBack.reason)
    } catch {
      throw .defect(error, in: "task \(handoff.task)")
    }
    do throws(HandoffRejection) {
      try done.cancelled()
    } catch {
      throw Problem(error, id: handoff.id, fence: claim.fence)
    }
    var events: [SessionEvent] = [
      .handoffCancelled(handoff.id), .taskMoved(handoff.task, progress),
    ]
    events += try follow(action, task: task.planned, in: handoff.session, feedback: [feedback])
    try record(
      handoff.session, events,
      expecting: [
        .handoff(handoff.id, is: .submitted(claim.fence)), .task(handoff.task, task.progress),
      ], evidence: outcome.evidence, documents: [sealed.document])
    tell(
      .sentBack(
        handoff.task, from: handoff.stage, to: sentBack.stage, reason: sentBack.reason))
  }
}

/// The commit of a submission, with the ref that holds it and the record that its trailer names.
struct Sealed: Sendable {
  let commit: ObjectID
  let reference: String
  let document: Document
}

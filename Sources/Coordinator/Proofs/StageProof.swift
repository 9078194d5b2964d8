// SPDX-License-Identifier: Apache-2.0
// The proof of one submission: what its stage demands is run, seen and judged.

package import Documents
package import Domain
import Git

/// What the proof of a submission came to.
package struct StageOutcome: Sendable {
  /// The checks, and whether they let it pass.
  package let judgement: Judgement
  /// What was run, in the order in which it was.
  package let evidence: [EvidenceRecord]
  /// The stage that has to be done again, where it is not this stage's worker who can mend it.
  package let sentBack: SentBack?
  /// How the proof is told on one line, in words that are the same when it comes out the same.
  package let summary: String
  /// What else people are told on that line, which may differ from time to time.
  package let remark: String

  /// The whole line.
  var told: String { remark.isEmpty ? summary : "\(summary), \(remark)" }

  package init(
    judgement: Judgement, evidence: [EvidenceRecord], sentBack: SentBack?, summary: String,
    remark: String = ""
  ) {
    self.judgement = judgement
    self.evidence = evidence
    self.sentBack = sentBack
    self.summary = summary
    self.remark = remark
  }

  /// An earlier stage that has to be done again.
  package struct SentBack: Hashable, Sendable {
    /// The stage to go back to.
    package let stage: Stage
    /// What was found, for whoever does it again.
    package let reason: String
    /// Whether it is done on what that stage began with, and not on what is there.
    package let isAnew: Bool

    package init(stage: Stage, reason: String, isAnew: Bool = false) {
      self.stage = stage
      self.reason = reason
      self.isAnew = isAnew
    }
  }
}

/// A submission with everything that its proof looks at.
package struct StageQuestion: Sendable {
  /// The handoff that was handed in.
  package let handoff: Handoff
  /// The claim under which it was.
  package let claim: Claim
  /// What was handed in.
  package let submission: Submission
  /// What the worker says of it; believed only where the stage asks for words.
  package let report: AgentReport?
  /// The task as it was planned.
  package let planned: PlannedTask
  /// The tree on which the task began.
  package let taskBase: ObjectID
  /// The tree from which the worker started.
  package let stageBase: ObjectID
  /// The session's complexity, which decides what a design must show (R19).
  package let complexity: Complexity
  /// What the task's red stage showed; `nil` before it, or in a workflow without one.
  package let facts: RedFacts?
  /// The tests as the task's last proof with a run saw them; `nil` before the first.
  package let lastRun: TestOutcomes?
  /// Tests that a person let the session start with although they failed.
  package let knownBroken: Set<TestIdentity>
}

/// Why a proof could not be made at all. It is nobody's failed attempt.
package struct ProofError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, and where.
  package let description: String

  package init(
    description: String
  ) {
    self.description = description
  }
}

/// Proves submissions.
package struct StageProver: Sendable {
  let settings: ProofSettings
  let bench: ProofBench
  let projectRoot: String
  let clock: Clock

  package init(
    settings: ProofSettings, bench: ProofBench, projectRoot: String, clock: @escaping Clock
  ) {
    self.settings = settings
    self.bench = bench
    self.projectRoot = projectRoot
    self.clock = clock
  }

  /// Proves a submission by its stage's rules.
  ///
  /// - Throws: `ProofError` where git or a workspace fails; a test that fails is no error.
  package func prove(_ question: StageQuestion) async throws(ProofError) -> StageOutcome {
    let set = try await changes(question)
    switch question.handoff.stage {
    case .design: return design(question, set)
    case .red: return try await red(question, set)
    case .green: return try await green(question, set)
    case .refactor: return try await refactor(question, set)
    case .verify: return try await verify(question, set)
    case .review: return review(question, set)
    case .document: return document(question, set)
    }
  }

  // MARK: Stages that end on what is written down

  private func design(_ question: StageQuestion, _ set: ChangeSet) -> StageOutcome {
    let thinking = question.submission.submittedAt.since(question.claim.claimedAt)
    let judgement = DesignRules.judge(
      changes: set.changes, record: question.report?.design, thinking: thinking,
      complexity: question.complexity)
    let decision = question.report?.design?.decision ?? "no design record"
    return StageOutcome(
      judgement: judgement, evidence: [], sentBack: nil, summary: "decided: \(decision)")
  }

  private func review(_ question: StageQuestion, _ set: ChangeSet) -> StageOutcome {
    let findings = question.report?.findings ?? []
    let result = ReviewRules.judge(
      changes: set.changes, approved: question.report?.approved, findings: findings)
    switch result {
    case .judged(let judgement):
      return StageOutcome(
        judgement: judgement, evidence: [], sentBack: nil,
        summary: "approved, \(findings.count) findings")
    case .turnedDown(let judgement, let reason):
      let stage = question.planned.workflow.contains(.green) ? Stage.green : .design
      return StageOutcome(
        judgement: judgement, evidence: [],
        sentBack: question.planned.workflow.contains(stage)
          ? .init(stage: stage, reason: reason) : nil,
        summary: "turned down")
    }
  }

  private func document(_ question: StageQuestion, _ set: ChangeSet) -> StageOutcome {
    let summary = question.report?.summary ?? ""
    let judgement = DocumentRules.judge(changes: set.changes, summary: summary)
    let documents = set.changes.paths(in: [.documentation])
    return StageOutcome(
      judgement: judgement, evidence: [], sentBack: nil,
      summary: documents.isEmpty ? "no document is due" : "documented in \(listed(documents))")
  }

  // MARK: Parts

  func run(
    _ question: StageQuestion, _ kind: Evidence.Kind, _ note: String
  ) async throws(ProofError) -> Observed {
    try await observed { () async throws(WorkspaceError) in
      try await bench.observe(question.submission.tree, kind: kind, note: note)
    }
  }

  func observed(
    _ body: () async throws(WorkspaceError) -> Observed
  ) async throws(ProofError) -> Observed {
    do throws(WorkspaceError) {
      return try await body()
    } catch {
      throw ProofError(description: error.description)
    }
  }

  /// Asks the project's repository, on a thread of its own.
  func asked<Value: Sendable>(
    _ body: @escaping @Sendable (Repository) throws(GitError) -> Value
  ) async throws(ProofError) -> Value {
    let root = projectRoot
    do throws(GitError) {
      return try await offloaded { () throws(GitError) in
        try body(try Repository(discoveringFrom: root))
      }
    } catch {
      throw ProofError(description: "git: \(error)")
    }
  }

  private func changes(_ question: StageQuestion) async throws(ProofError) -> ChangeSet {
    let paths = settings.paths
    return try await asked { (repository) throws(GitError) in
      try paths.changes(
        from: question.stageBase, to: question.submission.tree, in: repository)
    }
  }

  /// The stage's base with nothing but some of the changes laid over it.
  func tree(
    _ question: StageQuestion, keepingOnly changes: [Change]
  ) async throws(ProofError) -> ObjectID {
    let kept = Set(changes.map(\.path))
    return try await asked { (repository) throws(GitError) in
      let edits = try repository.changes(from: question.stageBase, to: question.submission.tree)
        .filter { kept.contains($0.path) }.map(\.edit)
      return try repository.tree(applying: edits, to: question.stageBase)
    }
  }

  func sizeCheck(_ question: StageQuestion) async throws(ProofError) -> Check {
    let paths = settings.paths
    let lines = try await asked { (repository) throws(GitError) in
      try paths.changes(from: question.taskBase, to: question.submission.tree, in: repository)
        .implementationLines
    }
    return MicroTaskSize.check(
      lines: lines, limit: settings.taskLinesMax, level: settings.taskLinesLevel)
  }

  func missingRed(_ question: StageQuestion) -> ProofError {
    ProofError(
      description: "\(question.handoff.stage.rawValue) of \(question.planned.id) has no accepted "
        + "red stage to be proved against")
  }
}

/// The rule that keeps tasks small (S4-12).
package enum MicroTaskSize {
  /// The check of a size; as large as the limit is too large.
  package static func check(lines: Int, limit: Int, level: Level) -> Check {
    let isSmall = lines < limit
    return Check(
      name: "gate.micro-task-size", level: level, verdict: isSmall ? .pass : .fail,
      code: isSmall ? nil : RefusalCode.tooLarge.rawValue,
      message: "\(lines) lines of implementation changed; a micro-task has fewer than \(limit)")
  }
}

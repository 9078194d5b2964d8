// SPDX-License-Identifier: Apache-2.0
// The gates that a session's own record answers.

/// What the store holds of one session, as far as gates ask about it.
package struct SessionGateFacts: Hashable, Sendable {
  /// One accepted stage.
  package struct Accepted: Hashable, Sendable {
    /// The handoff that was accepted.
    package let handoff: HandoffID
    /// The task it is a stage of.
    package let task: TaskID
    /// That task's workflow.
    package let workflow: Workflow
    /// The stage.
    package let stage: Stage
    /// Who did it.
    package let role: Role
    /// 1 the first time that the task reached this stage.
    package let round: Int
    /// What the accepted work was handed in under.
    package let fence: Fence
    /// The evidence that the acceptance names and the store does not have.
    package let missingEvidence: [Digest]

    package init(
      handoff: HandoffID, task: TaskID, workflow: Workflow, stage: Stage, role: Role, round: Int,
      fence: Fence, missingEvidence: [Digest]
    ) {
      self.handoff = handoff
      self.task = task
      self.workflow = workflow
      self.stage = stage
      self.role = role
      self.round = round
      self.fence = fence
      self.missingEvidence = missingEvidence
    }
  }

  /// One claim by an agent.
  package struct Run: Hashable, Sendable {
    /// What was claimed.
    package let handoff: HandoffID
    /// The claim's number.
    package let fence: Fence
    /// The tokens that it reported, or that were reckoned for it.
    package let tokens: Int

    package init(handoff: HandoffID, fence: Fence, tokens: Int) {
      self.handoff = handoff
      self.fence = fence
      self.tokens = tokens
    }
  }

  /// The session.
  package let session: SessionID
  /// Every accepted stage, in the order in which they were accepted.
  package let accepted: [Accepted]
  /// Every claim.
  package let runs: [Run]
  /// The size of a context window.
  package let windowTokens: Int
  /// How many entries the journal has.
  package let journalEntries: Int
  /// What is wrong with the journal; empty where it is whole.
  package let journalProblems: [String]

  package init(
    session: SessionID, accepted: [Accepted], runs: [Run], windowTokens: Int, journalEntries: Int,
    journalProblems: [String]
  ) {
    self.session = session
    self.accepted = accepted
    self.runs = runs
    self.windowTokens = windowTokens
    self.journalEntries = journalEntries
    self.journalProblems = journalProblems
  }
}

/// Asks a session's record.
package enum SessionGateRules {
  /// The check of one question. Where the record holds nothing that it could be asked of, it did
  /// not run.
  package static func judge(
    _ gate: Gate, _ question: SessionQuestion, _ facts: SessionGateFacts
  ) -> Check {
    let name = "session \(facts.session)"
    switch question {
    case .designsAccepted: return designs(gate, facts)
    case .redBeforeGreen: return reds(gate, facts)
    case .windowKept:
      let over = facts.runs.filter { $0.tokens > facts.windowTokens }
      return verdict(
        gate, of: facts.runs.count, "runs of agents within \(facts.windowTokens) tokens",
        objections: over.map { "\($0.handoff) took \($0.tokens) tokens" })
    case .fencesHeld: return fences(gate, facts)
    case .journalWhole:
      return verdict(
        gate, of: facts.journalEntries, "entries of the journal, its chain of hashes whole",
        objections: facts.journalProblems)
    case .evidenceKept:
      return verdict(
        gate, of: facts.accepted.count, "accepted stages of \(name) with their evidence",
        objections: facts.accepted.filter { !$0.missingEvidence.isEmpty }.map {
          "\($0.handoff) lacks \(listed($0.missingEvidence.map { String($0.hex.prefix(12)) }))"
        })
    case .rolesKept:
      return verdict(
        gate, of: facts.accepted.count, "accepted stages of \(name) by their workflow's role",
        objections: facts.accepted.filter { $0.workflow.role(of: $0.stage) != $0.role }
          .map { "\($0.handoff): \($0.stage.rawValue) was done by \($0.role.rawValue)" })
    }
  }

  private static func designs(_ gate: Gate, _ facts: SessionGateFacts) -> Check {
    let later = facts.accepted.filter { $0.workflow.contains(.design) && $0.stage != .design }
    let designed = Set(facts.accepted.filter { $0.stage == .design }.map(\.task))
    return verdict(
      gate, of: designed.count, "designs accepted before any test or code",
      objections: Set(later.map(\.task)).subtracting(designed).sorted { $0.text < $1.text }
        .map { "\($0) went on without an accepted design" })
  }

  private static func reds(_ gate: Gate, _ facts: SessionGateFacts) -> Check {
    var red: Set<TaskID> = []
    var greens = 0
    var objections: [String] = []
    for stage in facts.accepted {
      if stage.stage == .red { red.insert(stage.task) }
      guard stage.stage == .green else { continue }
      greens += 1
      if !red.contains(stage.task) {
        objections.append("\(stage.task) was green before it was red")
      }
    }
    return verdict(gate, of: greens, "green stages after a red one", objections: objections)
  }

  private static func fences(_ gate: Gate, _ facts: SessionGateFacts) -> Check {
    var newest: [HandoffID: Fence] = [:]
    for run in facts.runs { newest[run.handoff] = max(newest[run.handoff] ?? run.fence, run.fence) }
    var seen: Set<HandoffID> = []
    var objections: [String] = []
    for stage in facts.accepted {
      if !seen.insert(stage.handoff).inserted {
        objections.append("\(stage.handoff) counted twice")
      }
      if newest[stage.handoff] != stage.fence {
        objections.append("\(stage.handoff) was accepted under \(stage.fence), an older claim")
      }
    }
    return verdict(
      gate, of: facts.accepted.count, "accepted stages under their newest claim",
      objections: objections)
  }

  private static func verdict(
    _ gate: Gate, of count: Int, _ what: String, objections: [String]
  ) -> Check {
    if !objections.isEmpty { return gate.fail(objections.prefix(8).joined(separator: "\n")) }
    return count > 0 ? gate.pass("\(count) \(what)") : gate.didNotRun("there are no \(what) yet")
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a task's accepted stages showed, read back from the evidence.

import Documents
import Domain
import Store

/// The parts of a task's past that its later stages build on.
struct TaskHistory {
  /// What the newest accepted red stage showed.
  let facts: RedFacts?
  /// The newest whole run of the tests of an accepted stage.
  let lastRun: TestOutcomes?
  /// What the design stage decided.
  let decision: String?
  /// The highest round of an accepted stage; 0 before the first.
  let round: Int

  init(of task: TaskID, in session: SessionID, store: any SessionStore) throws(Problem) {
    var facts: RedFacts?
    var lastRun: TestOutcomes?
    var decision: String?
    var round = 0
    do throws(StoreError) {
      let plan = try store.task(task, in: session)?.planned.tests ?? []
      for accepted in try store.acceptances(of: task, in: session) {
        round = max(round, accepted.handoff.round)
        let evidence = try Self.evidence(accepted.acceptance.evidence, store)
        switch accepted.handoff.stage {
        case .red:
          facts = Self.facts(evidence, plan: plan)
          lastRun = facts?.red
        case .green, .refactor, .verify:
          lastRun = Self.outcomes(evidence) ?? lastRun
        case .design:
          decision = try Self.decision(accepted, store)
        case .review, .document: continue
        }
      }
    } catch {
      throw Problem(error)
    }
    self.facts = facts
    self.lastRun = lastRun
    self.decision = decision
    self.round = round
  }

  private static func evidence(
    _ digests: [Digest], _ store: any SessionStore
  ) throws(StoreError) -> [Evidence] {
    var found: [Evidence] = []
    for digest in digests {
      if let evidence = try store.evidence(digest)?.evidence { found.append(evidence) }
    }
    return found
  }

  private static func facts(_ evidence: [Evidence], plan: [String]) -> RedFacts? {
    // A baseline that was run as another stage's proof keeps that stage's kind, and comes first.
    guard evidence.count >= 2, let baseline = evidence[0].tests?.outcomes,
      let red = evidence[1].tests?.outcomes
    else { return nil }
    return RedFacts(baseline: baseline, red: red, plan: plan)
  }

  private static func outcomes(_ evidence: [Evidence]) -> TestOutcomes? {
    evidence.first { $0.kind != .necessity }?.tests?.outcomes
  }

  private static func decision(
    _ accepted: AcceptanceRecord, _ store: any SessionStore
  ) throws(StoreError) -> String? {
    guard let digest = accepted.report, let body = try store.document(digest),
      let report = try? AgentReport.parse(Array(body.utf8))
    else { return nil }
    return report.design?.decision
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a task's accepted stages showed, read back from the evidence.

import Documents
import Domain
import Store

/// The parts of a task's past that its later stages build on.
struct TaskHistory: Hashable, Sendable {
  /// What the newest accepted red stage showed.
  private(set) var facts: RedFacts?
  /// The newest whole run of the tests of an accepted stage.
  private(set) var lastRun: TestOutcomes?
  /// What the design stage decided.
  private(set) var decision: String?
  /// The highest round of an accepted stage; 0 before the first.
  private(set) var round = 0
  /// The tests that the task's plan names.
  private let plan: [String]

  init(of task: TaskID, in session: SessionID, store: any SessionStore) throws(Problem) {
    do throws(StoreError) {
      plan = try store.task(task, in: session)?.planned.tests ?? []
      for accepted in try store.acceptances(of: task, in: session) {
        let report = accepted.handoff.stage == .design ? try Self.report(accepted, store) : nil
        add(
          accepted.handoff, evidence: try Self.evidence(accepted.acceptance.evidence, store),
          report: report)
      }
    } catch {
      throw Problem(error)
    }
  }

  /// A further stage was accepted.
  ///
  /// - Parameters:
  ///   - evidence: in the acceptance's order.
  ///   - report: what its agent reported; looked at for a design.
  mutating func add(_ accepted: Handoff, evidence: [Evidence], report: AgentReport?) {
    round = max(round, accepted.round)
    switch accepted.stage {
    case .red:
      facts = Self.facts(evidence, plan: plan)
      lastRun = facts?.red
    case .green, .refactor, .verify:
      lastRun = Self.outcomes(evidence) ?? lastRun
    case .design:
      decision = report?.design?.decision
    case .review, .document: break
    }
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

  private static func report(
    _ accepted: AcceptanceRecord, _ store: any SessionStore
  ) throws(StoreError) -> AgentReport? {
    guard let digest = accepted.report, let body = try store.document(digest) else { return nil }
    return try? AgentReport.parse(Array(body.utf8))
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a session's gates ask about, read from the store.

package import Domain
package import Store

extension SessionGateFacts {
  /// Reads the record of a session.
  ///
  /// - Returns: `nil` where the store holds no such session.
  package static func read(
    _ id: SessionID, from store: any SessionStore
  ) throws(StoreError) -> SessionGateFacts? {
    guard let record = try store.session(id) else { return nil }
    var workflows: [TaskID: Workflow] = [:]
    for task in try store.tasks(in: id) { workflows[task.planned.id] = task.planned.workflow }
    var accepted: [Accepted] = []
    for row in try store.acceptances(in: id) {
      // A task of which the plan knows nothing would be damage, which the journal's check names.
      guard let workflow = workflows[row.handoff.task] else { continue }
      var missing: [Digest] = []
      for digest in row.acceptance.evidence where try store.evidence(digest) == nil {
        missing.append(digest)
      }
      accepted.append(
        Accepted(
          handoff: row.handoff.id, task: row.handoff.task, workflow: workflow,
          stage: row.handoff.stage, role: row.handoff.role, round: row.handoff.round,
          fence: row.acceptance.fence, missingEvidence: missing))
    }
    let runs = try store.runs(in: id).map {
      Run(handoff: $0.handoff, fence: $0.fence, tokens: $0.usage.tokens)
    }
    let journal = try store.verifyJournal(.chain)
    return SessionGateFacts(
      session: id, accepted: accepted, runs: runs, windowTokens: record.budget.windowTokens,
      journalEntries: journal.head.sequence, journalProblems: journal.problems.map { "\($0)" })
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a session leaves for people at the end of a segment and at its own: every figure from
// evidence, none from what an agent said (S4-06, S4-07, S4-08, S2-38).

import Documents
import Domain
import Git
import Store

extension Coordinator {
  /// Writes `session-NNN-summary.md`.
  func writeSummary(_ session: SessionID) throws(Problem) {
    let account = try SessionAccount(session, store: store)
    let summary = account.summary(
      at: clock().wall,
      changed: try changedFiles(from: account.record.plan.base, to: account.record.branchHead))
    try ports.projections.write(summary.text, .summary, of: session)
  }

  /// Writes the documents of a session that has ended, and adds to the project's memory once.
  func writeClosingDocuments(_ session: SessionID) async throws(Problem) {
    try writeSummary(session)
    let account = try SessionAccount(session, store: store)
    let base = account.record.plan.base
    let head = account.record.branchHead
    let lines = try await git { (repository) throws(GitError) in
      try repository.lineCounts(
        from: repository.tree(ofCommit: base), to: repository.tree(ofCommit: head)
      ).values.reduce((added: 0, removed: 0)) { ($0.added + $1.added, $0.removed + $1.removed) }
    }
    let tracking = account.tracking(linesAdded: lines.added, linesRemoved: lines.removed)
    try ports.projections.write(account.completed(tracking).text, .completed, of: session)
    try ports.projections.write(account.review(tracking).text, .review, of: session)
    var metrics = tracking.json
    metrics.set("session_metrics", account.metrics.json)
    try ports.projections.write(metrics.prettyText + "\n", .metrics, of: session)
    try ports.projections.remember(account.decisions, under: "decisions", of: session)
    try ports.projections.remember(account.refusals, under: "errors", of: session)
  }

  /// What the session changed on its branch, a line a file.
  private nonisolated func changedFiles(
    from base: ObjectID, to head: ObjectID
  ) throws(Problem) -> [String] {
    do throws(GitError) {
      let changes = try ports.repository.askAtOnce { (repository) throws(GitError) in
        try repository.changes(
          from: repository.tree(ofCommit: base), to: repository.tree(ofCommit: head))
      }
      return changes.map { change in
        switch change.kind {
        case .added: "\(change.path) - added"
        case .modified: "\(change.path) - changed"
        case .deleted: "\(change.path) - deleted"
        }
      }
    } catch {
      throw Problem(error)
    }
  }
}

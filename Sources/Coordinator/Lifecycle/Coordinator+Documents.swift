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
    try write(summary.text, .summary, session)
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
    try write(account.completed(tracking).text, .completed, session)
    try write(account.review(tracking).text, .review, session)
    var metrics = tracking.json
    metrics.set("session_metrics", account.metrics.json)
    try write(metrics.prettyText + "\n", .metrics, session)
    try remember("decisions", account.decisions, session)
    try remember("errors", account.refusals, session)
  }

  /// What the session changed on its branch, a line a file.
  private nonisolated func changedFiles(
    from base: ObjectID, to head: ObjectID
  ) throws(Problem) -> [String] {
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: paths.root)
      return try repository.changes(
        from: repository.tree(ofCommit: base), to: repository.tree(ofCommit: head)
      ).map { change in
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

  private func write(
    _ text: String, _ file: SessionFolder.File, _ session: SessionID
  ) throws(Problem) {
    try SessionFiles(paths: paths, settings: settings)
      .write(text, SessionFolder(path: paths.sessions).path(of: file, in: session))
  }

  /// Adds a section to a file of `.claude/memory/`, unless the session has one there already.
  private func remember(
    _ name: String, _ items: [String], _ session: SessionID
  ) throws(Problem) {
    guard !items.isEmpty else { return }
    let path = "\(paths.memory)/\(name).md"
    let heading = "## Session \(session)"
    do throws(FileError) {
      let old = String(decoding: try readFileIfPresent(path) ?? [], as: UTF8.self)
      guard !old.split(separator: "\n").contains(Substring(heading)) else { return }
      let title = old.isEmpty ? "# \(name.prefix(1).uppercased() + name.dropFirst())\n" : ""
      let section =
        title + "\n\(heading)\n\n" + items.map { "- \($0)\n" }.joined()
      try AtomicFile.append(Array(section.utf8), to: path)
    } catch {
      throw Problem(
        code: "OUTPUT001", exit: .failure, message: "\(path) cannot be written",
        reason: "\(error)")
    }
  }
}

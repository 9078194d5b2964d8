// SPDX-License-Identifier: Apache-2.0
// What a salvage can use of a journal that was kept elsewhere.

package import Domain

/// A journal, with bodies that it names, as it was kept outside any store.
package struct ArchivedJournal: Sendable {
  /// From the first entry on, without gaps; a salvage checks every one.
  package let lines: [JournalLine]
  /// Texts, under their own digests.
  package let documents: [Document]
  /// Evidence, under its own digests.
  package let evidence: [EvidenceRecord]

  package init(lines: [JournalLine], documents: [Document], evidence: [EvidenceRecord]) {
    self.lines = lines
    self.documents = documents
    self.evidence = evidence
  }

  /// The entry of that number, if it is there and follows `head`, as a store keeps it: a plan's
  /// tasks apart.
  func entry(after head: JournalHead) -> (StoredEntry, [String])? {
    guard lines.indices.contains(head.sequence) else { return nil }
    let line = lines[head.sequence]
    do {
      _ = try line.head(after: head)
      let event = try line.decodedEvent()
      guard case .sessionPlanned(let plan) = event else {
        return (stored(line, line.event), [])
      }
      let tasks = try plan.tasks.map { try EventCoding.json($0) }
      let outline = try EventCoding.json(
        SessionEvent.sessionPlanned(PlanSplice.plan(plan, with: [])))
      // What a later version wrote may not come back as it was; then the hash would not hold.
      guard PlanSplice.whole(outline, tasks: tasks) == line.event else { return nil }
      return (stored(line, outline), tasks)
    } catch {
      return nil
    }
  }

  private func stored(_ line: JournalLine, _ event: String) -> StoredEntry {
    StoredEntry(
      sequence: line.sequence, session: line.session, at: line.at, event: event,
      hash: line.hash.hex)
  }
}

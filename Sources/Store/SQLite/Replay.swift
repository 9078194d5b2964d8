// SPDX-License-Identifier: Apache-2.0
// The journal, read from its start, checked link by link and applied again.

import Domain

/// An entry's row: the event as it is stored.
struct StoredEntry {
  let sequence: Int
  let session: SessionID
  let at: Timestamp
  let event: String
  let hash: String

  /// Whether it is a plan, whose tasks have rows of their own.
  var isPlan: Bool { event.hasPrefix(#"{"sessionPlanned""#) }
}

/// Walks the journal in batches, so that memory does not grow with it.
struct Replay {
  let connection: Connection
  static let batch = 512

  /// Checks every link and applies every event to the derived tables, which must be empty.
  ///
  /// - Throws: `StoreError.corrupt` at the first entry that does not hold.
  func applyAll() throws(StoreError) {
    if let found = try walk(applying: true).problem {
      throw .corrupt(detail: "the journal does not hold: \(found)")
    }
  }

  /// Checks every link and, if asked, applies every event.
  ///
  /// - Returns: the last entry that holds, and what is wrong with the next.
  func walk(applying: Bool) throws(StoreError) -> (head: JournalHead, problem: JournalProblem?) {
    var head = JournalHead.start
    while true {
      let entries = try entries(after: head.sequence)
      for entry in entries {
        guard entry.sequence == head.sequence + 1 else {
          return (head, .gap(at: head.sequence + 1))
        }
        let next = head.followed(by: try whole(entry), of: entry.session, at: entry.at)
        guard next.hash.hex == entry.hash else { return (head, .brokenChain(at: entry.sequence)) }
        if applying, let reason = try reasonNotToApply(entry) {
          return (head, .unfounded(at: entry.sequence, reason: reason))
        }
        head = next
      }
      if entries.count < Self.batch { return (head, nil) }
    }
  }

  /// The event's text as it was hashed, with the plan's tasks put back.
  func whole(_ entry: StoredEntry) throws(StoreError) -> String {
    guard entry.isPlan else { return entry.event }
    let tasks = try connection.rows(
      "SELECT body FROM planned_tasks WHERE session = ?1 ORDER BY position", [.id(entry.session)]
    ) { $0.text(0) }
    return PlanSplice.whole(entry.event, tasks: tasks)
  }

  private func reasonNotToApply(_ entry: StoredEntry) throws(StoreError) -> String? {
    do throws(StoreError) {
      let event = try EventCoding.value(
        SessionEvent.self, from: entry.event, of: "entry \(entry.sequence)")
      try Projection(connection: connection).apply(
        event, of: entry.session, at: entry.at, sequence: entry.sequence)
      return nil
    } catch {
      switch error {
      case .corrupt(let detail), .contradiction(_, let detail): return detail
      case .cannotOpen, .networkFileSystem, .newerSchema, .olderSchema, .cannotLock, .busy,
        .expectationFailed, .readOnly, .diskFull, .diskNearlyFull, .io, .failed, .closed:
        throw error
      }
    }
  }

  /// The rows after `sequence`, oldest first.
  func entries(
    after sequence: Int, limit: Int = Self.batch
  ) throws(StoreError) -> [StoredEntry] {
    try connection.rows(
      """
      SELECT sequence, session, at, event, hash FROM journal
      WHERE sequence > ?1 ORDER BY sequence LIMIT ?2
      """, [.integer(sequence), .integer(limit)]
    ) { (row) throws(StoreError) in
      StoredEntry(
        sequence: row.integer(0), session: try row.session(1), at: row.time(2),
        event: row.text(3), hash: row.text(4))
    }
  }
}

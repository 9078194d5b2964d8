// SPDX-License-Identifier: Apache-2.0
// Reading the journal and the bodies that it names.

package import Domain

extension SQLiteStore {
  package func head() throws(StoreError) -> JournalHead {
    try read { (database) throws(StoreError) in try database.head() }
  }

  package func entries(
    in session: SessionID?, after sequence: Int, limit: Int
  ) throws(StoreError) -> [JournalEntry] {
    try read { (database) throws(StoreError) in
      let entries = try database.connection.rows(
        """
        SELECT j.sequence, j.session, j.at, j.event, j.hash,
          (SELECT p.hash FROM journal AS p WHERE p.sequence = j.sequence - 1)
        FROM journal AS j WHERE j.sequence > ?1 \(session == nil ? "" : "AND j.session = ?3")
        ORDER BY j.sequence LIMIT ?2
        """,
        [.integer(sequence), .integer(max(0, limit))] + (session.map { [.id($0)] } ?? [])
      ) { (row) throws(StoreError) in try row.entry() }
      var whole: [JournalEntry] = []
      for entry in entries { whole.append(try database.completed(entry)) }
      return whole
    }
  }

  package func evidence(_ digest: Digest) throws(StoreError) -> EvidenceRecord? {
    try read { (database) throws(StoreError) in
      let record = try database.connection.first(
        "SELECT kind, body FROM evidence WHERE digest = ?1", [.id(digest)]
      ) { (row) throws(StoreError) in
        EvidenceRecord(kind: try row.name(Evidence.Kind.self, 0), body: row.text(1))
      }
      if let record, record.digest != digest {
        throw .corrupt(detail: "the evidence \(digest) is not what was kept")
      }
      return record
    }
  }

  package func document(_ digest: Digest) throws(StoreError) -> String? {
    try read { (database) throws(StoreError) in
      let body = try database.connection.first(
        "SELECT body FROM documents WHERE digest = ?1", [.id(digest)]
      ) { $0.text(0) }
      if let body, Digest.sha256(of: body.utf8) != digest {
        throw .corrupt(detail: "the document \(digest) is not what was kept")
      }
      return body
    }
  }
}

extension Database {
  /// The entry with its plan's tasks put back.
  fileprivate func completed(_ entry: JournalEntry) throws(StoreError) -> JournalEntry {
    guard case .sessionPlanned = entry.event else { return entry }
    let plan = SessionPlan(
      try plan(of: entry.session, entry: entry.sequence),
      tasks: try plannedTasks(of: entry.session))
    return JournalEntry(
      sequence: entry.sequence, session: entry.session, at: entry.at,
      event: .sessionPlanned(plan), previousHash: entry.previousHash, hash: entry.hash)
  }
}

extension Row {
  fileprivate func entry() throws(StoreError) -> JournalEntry {
    JournalEntry(
      sequence: integer(0), session: try session(1), at: time(2),
      event: try EventCoding.value(
        SessionEvent.self, from: text(3), of: "entry \(integer(0))"),
      previousHash: try optionalID(Digest.self, 5) ?? JournalHead.start.hash,
      hash: try id(Digest.self, 4))
  }
}

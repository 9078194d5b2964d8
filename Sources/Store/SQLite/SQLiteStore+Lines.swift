// SPDX-License-Identifier: Apache-2.0
// The journal as lines of text, byte for byte as it was hashed.

package import Domain

extension SQLiteStore {
  package func lines(
    after sequence: Int, limit: Int
  ) throws(StoreError) -> [JournalLine] {
    try read { (database) throws(StoreError) in
      let replay = Replay(connection: database.connection)
      var lines: [JournalLine] = []
      for entry in try replay.entries(after: sequence, limit: max(0, limit)) {
        guard let hash = Digest(entry.hash) else {
          throw .corrupt(detail: "entry \(entry.sequence) has no hash")
        }
        lines.append(
          JournalLine(
            sequence: entry.sequence, session: entry.session, at: entry.at,
            event: try replay.whole(entry), hash: hash))
      }
      return lines
    }
  }

  package func lastSequence(in session: SessionID) throws(StoreError) -> Int {
    try read { (database) throws(StoreError) in
      try database.connection.first(
        "SELECT coalesce(max(sequence), 0) FROM journal WHERE session = ?1", [.id(session)]
      ) { $0.integer(0) } ?? 0
    }
  }
}

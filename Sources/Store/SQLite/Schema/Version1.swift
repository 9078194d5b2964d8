// SPDX-License-Identifier: Apache-2.0
// The tables of truth: the journal, and the bodies that it names.

/// Schema version 1.
enum Version1 {
  static let script = """
    CREATE TABLE journal (
      sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
      session INTEGER NOT NULL CHECK (session BETWEEN 1 AND 999999),
      at INTEGER NOT NULL,
      event TEXT NOT NULL,
      hash TEXT NOT NULL CHECK (length(hash) = 64)
    ) STRICT;
    CREATE INDEX journal_by_session ON journal (session);

    -- The tasks of a plan, which its journal entry names by order; kept once, here.
    CREATE TABLE planned_tasks (
      session INTEGER NOT NULL CHECK (session BETWEEN 1 AND 999999),
      position INTEGER NOT NULL CHECK (position > 0),
      id TEXT NOT NULL CHECK (length(id) > 0),
      body TEXT NOT NULL,
      PRIMARY KEY (session, position),
      UNIQUE (session, id)
    ) STRICT;

    CREATE TABLE evidence (
      digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
      kind TEXT NOT NULL,
      body TEXT NOT NULL
    ) STRICT;

    CREATE TABLE documents (
      digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
      body TEXT NOT NULL
    ) STRICT;

    """ + ["journal", "planned_tasks", "evidence", "documents"].map(appendOnly).joined()

  private static func appendOnly(_ table: String) -> String {
    """
    CREATE TRIGGER \(table)_keeps_rows BEFORE DELETE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) keeps every row'); END;
    CREATE TRIGGER \(table)_keeps_values BEFORE UPDATE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) keeps every value'); END;

    """
  }
}

// SPDX-License-Identifier: Apache-2.0
// The tables that follow from the journal: what is searched by, with the rules repeated as CHECKs.

/// The derived tables. Values that an event holds whole are not copied: a row names the entry.
enum DerivedTables {
  /// Parents first.
  static let names = ["sessions", "segments", "tasks", "handoffs", "claims"]

  /// What a replay cannot give back, since renewals are not journalled.
  static let leaseColumns = ["lease_boot", "lease_expires", "lease_expires_at"]

  private static let dropping = names.reversed().map { "DROP TABLE \($0);" }.joined(separator: "\n")

  /// The tables in a schema: `main`, or `temp` to compare a replay with it.
  static func script(in schema: String) -> String {
    sessions(schema) + tasks(schema) + handoffs(schema) + claims(schema)
  }

  /// Makes the tables in the main schema, which has none yet, and fills them from the journal.
  static func make(on connection: Connection) throws(StoreError) {
    try connection.execute(script(in: "main"))
    try Replay(connection: connection).applyAll()
  }

  /// The same where there are some, of whatever version. What cannot be derived, the renewed leases,
  /// is carried over by fence.
  static func makeAnew(on connection: Connection) throws(StoreError) {
    let leases = leaseColumns.joined(separator: ", ")
    try connection.execute(
      """
      CREATE TEMP TABLE kept_leases AS
        SELECT fence, \(leases) FROM main.handoffs WHERE fence IS NOT NULL;
      \(dropping)
      """)
    try make(on: connection)
    try connection.execute(
      """
      UPDATE main.handoffs SET (\(leases)) =
          (SELECT \(leases) FROM kept_leases AS k WHERE k.fence = handoffs.fence)
        WHERE fence IN (SELECT fence FROM kept_leases);
      DROP TABLE temp.kept_leases;
      """)
  }

  private static func sessions(_ schema: String) -> String {
    """
    CREATE TABLE \(schema).sessions (
      number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 999999),
      planned_in INTEGER NOT NULL,
      moved_in INTEGER,
      budget_in INTEGER,
      state TEXT NOT NULL CHECK (state IN (
        'planned', 'initialization', 'planning', 'execution', 'validation', 'review', 'paused',
        'completed', 'failed')),
      configuration TEXT CHECK (length(configuration) = 64),
      branch_head TEXT NOT NULL CHECK (length(branch_head) = 40),
      health TEXT NOT NULL CHECK (health IN ('HEALTHY', 'BROKEN', 'UNKNOWN')),
      forced INTEGER NOT NULL DEFAULT 0 CHECK (forced IN (0, 1)),
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      earlier_ms INTEGER NOT NULL DEFAULT 0 CHECK (earlier_ms >= 0),
      CHECK ((ended_at IS NOT NULL) = (state IN ('completed', 'failed')))
    ) STRICT;
    CREATE INDEX \(schema).sessions_in_execution ON sessions (number) WHERE state = 'execution';

    CREATE TABLE \(schema).segments (
      session INTEGER NOT NULL REFERENCES sessions (number),
      number INTEGER NOT NULL CHECK (number > 0),
      opened_at INTEGER NOT NULL,
      -- None where the journal is older than the boot clock's time was kept.
      opened_boot TEXT,
      opened_boot_ms INTEGER,
      closed_at INTEGER,
      reason TEXT,
      \(usage),
      PRIMARY KEY (session, number),
      CHECK ((opened_boot IS NULL) = (opened_boot_ms IS NULL)),
      CHECK ((closed_at IS NULL) = (reason IS NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX \(schema).segment_open ON segments (session) WHERE closed_at IS NULL;

    """
  }

  private static func tasks(_ schema: String) -> String {
    """
    CREATE TABLE \(schema).tasks (
      session INTEGER NOT NULL REFERENCES sessions (number),
      position INTEGER NOT NULL CHECK (position > 0),
      -- As its plan has it, whose rows are much longer.
      id TEXT NOT NULL,
      moved_in INTEGER,
      state TEXT NOT NULL CHECK (\(one("state", of: "pending working merging completed blocked failed cancelled"))),
      started_at INTEGER,
      ended_at INTEGER,
      worked_ms INTEGER NOT NULL DEFAULT 0 CHECK (worked_ms >= 0),
      -- The ids of the tasks that it waits for, as its plan lists them; none where that is empty.
      depends_on TEXT,
      has_blockers INTEGER NOT NULL CHECK (has_blockers IN (0, 1)),
      PRIMARY KEY (session, position),
      CHECK (moved_in IS NOT NULL OR state = 'pending'),
      CHECK ((ended_at IS NOT NULL) = (state IN ('completed', 'failed', 'cancelled')))
    ) STRICT, WITHOUT ROWID;

    """
  }

  /// Every index costs a page of each commit that touches it, so there is one for what is ready, one
  /// for what a worker holds and one for what was accepted. `handoffs_claimable` serves the claim's
  /// search in exactly its order (PERFORMANCE, index trap).
  private static func handoffs(_ schema: String) -> String {
    """
    CREATE TABLE \(schema).handoffs (
      session INTEGER NOT NULL,
      ordinal INTEGER NOT NULL CHECK (ordinal > 0),
      position INTEGER NOT NULL,
      entry INTEGER NOT NULL,
      stage TEXT NOT NULL CHECK (\(one("stage", of: "design red green refactor verify review document"))),
      role TEXT NOT NULL CHECK (\(one("role", of: "architect specialist test-engineer reviewer documenter"))),
      attempt INTEGER NOT NULL,
      attempts_max INTEGER NOT NULL CHECK (attempts_max > 0),
      state TEXT NOT NULL CHECK (\(one("state", of: "ready claimed submitted accepted dead cancelled"))),
      fence INTEGER CHECK (fence > 0),
      lease_boot TEXT,
      lease_expires INTEGER,
      lease_expires_at INTEGER,
      tree TEXT CHECK (length(tree) = 40),
      report TEXT CHECK (length(report) = 64),
      submitted_at INTEGER,
      checkpoint TEXT CHECK (length(checkpoint) = 40),
      PRIMARY KEY (session, ordinal),
      FOREIGN KEY (session, position) REFERENCES tasks (session, position),
      CHECK (attempt BETWEEN 1 AND attempts_max),
      CHECK ((fence IS NOT NULL) = (state IN ('claimed', 'submitted'))),
      CHECK ((lease_boot IS NOT NULL) = (fence IS NOT NULL)),
      CHECK ((lease_expires IS NOT NULL) = (fence IS NOT NULL)),
      CHECK ((lease_expires_at IS NOT NULL) = (fence IS NOT NULL)),
      CHECK ((tree IS NOT NULL) = (state IN ('submitted', 'accepted'))),
      CHECK ((submitted_at IS NOT NULL) = (state IN ('submitted', 'accepted'))),
      CHECK ((checkpoint IS NOT NULL) = (state = 'accepted'))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX \(schema).handoffs_claimable ON handoffs (session, role, position, ordinal)
      WHERE state = 'ready';
    CREATE INDEX \(schema).handoffs_held ON handoffs (session, ordinal) WHERE fence IS NOT NULL;
    CREATE INDEX \(schema).handoffs_accepted ON handoffs (session, position, entry)
      WHERE state = 'accepted';

    """
  }

  private static func claims(_ schema: String) -> String {
    """
    CREATE TABLE \(schema).claims (
      session INTEGER NOT NULL,
      fence INTEGER NOT NULL CHECK (fence > 0),
      ordinal INTEGER NOT NULL,
      attempt INTEGER NOT NULL CHECK (attempt > 0),
      worker TEXT NOT NULL,
      claimed_at INTEGER NOT NULL,
      ended_at INTEGER,
      outcome TEXT CHECK (\(one("outcome", of: "submitted accepted refused failed expired released cancelled"))),
      \(usage),
      PRIMARY KEY (session, fence),
      FOREIGN KEY (session, ordinal) REFERENCES handoffs (session, ordinal),
      CHECK ((ended_at IS NULL) = (outcome IS NULL))
    ) STRICT, WITHOUT ROWID;

    """
  }

  /// A condition that a column holds one of these words. It is not `IN`, for whose list SQLite makes
  /// a table of its own each time that a statement is run.
  private static func one(_ column: String, of words: String) -> String {
    words.split(separator: " ").map { "\(column) = '\($0)'" }.joined(separator: " OR ")
  }

  private static let usage = """
    input_tokens INTEGER NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
      output_tokens INTEGER NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
      cost_micro_usd INTEGER NOT NULL DEFAULT 0 CHECK (cost_micro_usd >= 0),
      estimated INTEGER NOT NULL DEFAULT 0 CHECK (estimated IN (0, 1))
    """
}

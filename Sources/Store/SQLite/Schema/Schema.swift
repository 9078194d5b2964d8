// SPDX-License-Identifier: Apache-2.0
// Which schema a database has, and how an older one is brought up to date.

/// The versions of the database. The journal and the bodies it names are truth and are migrated
/// forward, never back; the derived tables are not migrated but replayed.
enum Schema {
  /// `orch`, in the file's header: this database is one of ours.
  static let applicationID = 0x6f72_6368

  /// The scripts that lead from each version to the next, the first from an empty database.
  private static let steps = [
    Version1.script,
    "",  // Version 2: other derived tables; those of truth are as they were.
  ]

  static var latest: Int { steps.count }

  /// The version of an open database; 0 for an empty one.
  ///
  /// - Throws: `StoreError.cannotOpen` where another program's data is in it.
  static func version(of connection: Connection, path: String) throws(StoreError) -> Int {
    let id = try connection.first("PRAGMA application_id") { $0.integer(0) }
    let tables = try connection.first("SELECT count(*) FROM sqlite_schema") { $0.integer(0) }
    guard id == applicationID || tables == 0 else {
      throw .cannotOpen(path: path, reason: "it is another program's database")
    }
    return try connection.first("PRAGMA user_version") { $0.integer(0) } ?? 0
  }

  /// Brings the database up to the latest version, in one transaction.
  ///
  /// - Throws: `StoreError.newerSchema` where a later program wrote it.
  static func migrate(_ connection: Connection, path: String) throws(StoreError) {
    let found = try version(of: connection, path: path)
    guard found <= latest else { throw .newerSchema(found: found, known: latest) }
    guard found < latest else { return }
    try connection.transaction(.write) { () throws(StoreError) in
      for step in steps[found...] { try connection.execute(step) }
      if found == 0 {
        try DerivedTables.make(on: connection)
      } else {
        try DerivedTables.makeAnew(on: connection)
      }
      try connection.execute("PRAGMA application_id = \(applicationID)")
      try connection.execute("PRAGMA user_version = \(latest)")
    }
    connection.forgetStatements()
  }
}

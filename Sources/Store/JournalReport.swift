// SPDX-License-Identifier: Apache-2.0
// What a check of the journal found.

/// How thoroughly to check a journal.
package enum JournalCheck: Hashable, Sendable {
  /// Sequence and hashes.
  case chain
  /// Also the file's structure, every body against its digest, and the tables against a replay of
  /// the journal.
  case replay
}

/// The result of a check.
package struct JournalReport: Hashable, Sendable {
  /// The last entry that the chain holds up to.
  package let head: JournalHead
  /// Empty where all is well; at most `problemsMax`.
  package let problems: [JournalProblem]

  package init(
    head: JournalHead, problems: [JournalProblem]
  ) {
    self.head = head
    self.problems = problems
  }

  /// Enough to see what happened; a damaged store can have one per row.
  package static let problemsMax = 20

  /// Whether the check found nothing wrong.
  package var isWhole: Bool { problems.isEmpty }
}

/// Something that does not hold. After a break in the chain, later entries are not looked at.
package enum JournalProblem: Error, Hashable, Sendable {
  /// The file's structure is damaged, as SQLite says it.
  case damagedFile(detail: String)
  /// Entries after the head had been acknowledged, up to this one, and are gone.
  case lost(upTo: Int)
  /// The entry after `sequence - 1` is missing.
  case gap(at: Int)
  /// The entry, or one before it, is not what was journalled.
  case brokenChain(at: Int)
  /// The entry's event does not read as one, or does not follow from those before it.
  case unfounded(at: Int, reason: String)
  /// A table has this many rows that a replay of the journal does not give, or lacks them.
  case differs(table: String, rows: Int)
  /// A body is not what its digest says.
  case forgedBody(table: String, digest: String)
}

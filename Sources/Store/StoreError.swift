// SPDX-License-Identifier: Apache-2.0
// What can go wrong in a store, and with what.

package import Domain

/// Why a store did not do what it was asked. Nothing of a refused commit is kept.
package enum StoreError: Error, Hashable, Sendable {
  /// The database could not be opened or made.
  case cannotOpen(path: String, reason: String)
  /// The path lies on a file system whose locks cannot be trusted (RELIABILITY T18).
  case networkFileSystem(path: String, type: String)
  /// A later version of the program wrote it.
  case newerSchema(found: Int, known: Int)
  /// An earlier version wrote it, and a reader may not bring it up to date.
  case olderSchema(found: Int, known: Int)
  /// The writer's lock could not be asked for.
  case cannotLock(path: String, reason: String)
  /// Another connection held the database for longer than the store waits (10 s).
  case busy(sql: String)
  /// Something is no longer as the caller read it.
  case expectationFailed(Expectation, found: Finding)
  /// An event does not follow from what is stored: the caller's mistake, or a forged journal.
  case contradiction(event: String, detail: String)
  /// The store was opened for reading.
  case readOnly
  /// What is stored does not read as what it should be.
  case corrupt(detail: String)
  /// No space is left; the transaction was undone and the store stays usable.
  case diskFull(sql: String)
  /// Less space is free than must stay so for the work under way; nothing new is claimed until then.
  case diskNearlyFull(path: String, freeBytes: Int, reserveBytes: Int)
  /// The database, or the disk under it, failed. The store has closed itself.
  case io(code: Int, message: String, sql: String)
  /// The store closed itself after the failure named here; open it anew (RELIABILITY R5).
  case failed(reason: String)
  /// `close()` was called before.
  case closed
}

/// What was there instead of what a commit expected.
package enum Finding: Hashable, Sendable {
  case nothing
  case handoff(Handoff.State)
  case task(TaskProgress)
  case lifecycle(SessionLifecycle)
  case session
}

extension StoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .cannotOpen(let path, let reason): "the store \(path) cannot be opened: \(reason)"
    case .networkFileSystem(let path, let type):
      "\(path) lies on \(type), where a database's locks cannot be trusted"
    case .newerSchema(let found, let known):
      "the store has schema \(found); this program knows schemas up to \(known)"
    case .olderSchema(let found, let known):
      "the store has schema \(found), which a writer must first bring up to \(known)"
    case .cannotLock(let path, let reason): "the lock \(path) cannot be taken: \(reason)"
    case .busy(let sql): "the database stayed busy during: \(sql)"
    case .expectationFailed(let expectation, let found):
      "expected \(expectation), found \(found)"
    case .contradiction(let event, let detail): "\(event) does not follow: \(detail)"
    case .readOnly: "the store was opened for reading"
    case .corrupt(let detail): "the store is damaged: \(detail)"
    case .diskFull(let sql): "no space is left on the disk during: \(sql)"
    case .diskNearlyFull(let path, let free, let reserve):
      "\(free >> 20) MiB are free where \(path) lies, and \(reserve >> 20) MiB must stay free"
    case .io(let code, let message, let sql): "SQLite \(code), \(message), during: \(sql)"
    case .failed(let reason): "the store closed itself after: \(reason)"
    case .closed: "the store is closed"
    }
  }
}

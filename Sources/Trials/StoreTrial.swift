// SPDX-License-Identifier: Apache-2.0
// A store without its repository: looked at, copied and made anew.

import Domain
import Store
import TestKit

/// What is done to the store of a trial whose bytes were changed.
struct StoreTrial {
  private let path: String
  private let shelf: BackupShelf
  private let lock: StoreLock

  init(folder: String) throws {
    path = folder + "/state/orchestrate.db"
    shelf = BackupShelf(folder: folder + "/state/backups")
    guard let lock = try StoreLock.tryAcquire("\(folder)/state/\(StoreLock.fileName)") else {
      throw TrialError(description: "another process holds \(path)")
    }
    self.lock = lock
  }

  /// Reads everything, and tells of it.
  func inspect() throws { print(try content()) }

  /// Everything that can be read, in one line that is the same for the same content.
  ///
  /// - Throws: where anything does not hold.
  func content() throws -> String {
    let store = try SQLiteStore.open(path: path, role: .writer(lock), reserveBytes: 0)
    defer { store.close() }
    let report = try store.verifyJournal(.replay)
    guard report.isWhole else { throw TrialError(description: "\(report.problems)") }
    let read = String(reflecting: try StoreSnapshot(of: store))
    return "\(report.head.sequence) \(report.head.hash) \(Digest.sha256(of: read.utf8))"
  }

  func salvage() throws {
    let report = try salvaged()
    print("\(report.head.sequence) entries, \(report.entriesLost) lost")
  }

  func salvaged() throws -> SalvageReport {
    try Salvage.run(path: path, lock: lock, shelf: shelf, at: Timestamp(milliseconds: 1))
  }
}

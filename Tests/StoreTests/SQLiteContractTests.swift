// SPDX-License-Identifier: Apache-2.0
// The store's contract, held by SQLite in memory and on disk.

import Domain
import Store
import TestKit
import Testing

/// Where a SQLite store keeps its rows.
enum Medium: CaseIterable, Sendable {
  case memory, disk

  /// The contract for fresh stores on this medium; `directory` outlives them.
  func contract(in directory: TemporaryDirectory) -> StoreContract {
    StoreContract {
      switch self {
      case .memory: try SQLiteStore.inMemory()
      case .disk: try directory.makeStore("store-\(UInt64.random(in: 0 ... .max))")
      }
    }
  }
}

extension TemporaryDirectory {
  /// A writer on a database in a directory of its own.
  func makeStore(_ name: String) throws -> SQLiteStore {
    let lock = try #require(try StoreLock.tryAcquire(file("\(name)/\(StoreLock.fileName)")))
    return try SQLiteStore.open(path: file("\(name)/orchestrate.db"), role: .writer(lock))
  }
}

@Suite struct SQLiteContractTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory("contract") }

  @Test(arguments: Medium.allCases)
  func `of eight threads that claim two hundred handoffs each has one winner`(medium: Medium) throws
  {
    try medium.contract(in: directory).everyHandoffHasOneWinner()
  }

  @Test(arguments: Medium.allCases)
  func `claims follow the plan's order and the worker's roles`(medium: Medium) throws {
    try medium.contract(in: directory).claimsFollowThePlan()
  }

  @Test(arguments: Medium.allCases)
  func `only a session in execution gives handoffs out`(medium: Medium) throws {
    try medium.contract(in: directory).onlyExecutionIsClaimed()
  }

  @Test(arguments: Medium.allCases)
  func `a stale fence is refused by every operation`(medium: Medium) throws {
    try medium.contract(in: directory).aStaleFenceIsRefusedEverywhere()
  }

  @Test(arguments: Medium.allCases)
  func `a lease is renewed while it runs and not a moment after`(medium: Medium) throws {
    try medium.contract(in: directory).renewalsNeedARunningLease()
  }

  @Test(arguments: Medium.allCases)
  func `a reaper takes neither a renewed claim nor a newer one`(medium: Medium) throws {
    try medium.contract(in: directory).aReaperTakesOnlyWhatHasLapsed()
  }

  @Test(arguments: Medium.allCases)
  func `a broken expectation leaves nothing behind`(medium: Medium) throws {
    try medium.contract(in: directory).aBrokenExpectationLeavesNothing()
  }

  @Test(arguments: Medium.allCases)
  func `an event that does not follow is refused`(medium: Medium) throws {
    try medium.contract(in: directory).anEventThatDoesNotFollowIsRefused()
  }

  @Test(arguments: Medium.allCases)
  func `spent attempts end in a dead handoff that a person can revive`(medium: Medium) throws {
    try medium.contract(in: directory).spentAttemptsEndDead()
  }

  @Test(arguments: Medium.allCases)
  func `an acceptance is kept with its grounds`(medium: Medium) throws {
    try medium.contract(in: directory).anAcceptanceIsKeptWithItsGrounds()
  }

  @Test(arguments: Medium.allCases)
  func `usage is summed by segment and by run`(medium: Medium) throws {
    try medium.contract(in: directory).usageIsSummedBySegment()
  }

  @Test(arguments: Medium.allCases)
  func `a segment lasted as long as its end says`(medium: Medium) throws {
    try medium.contract(in: directory).segmentsLastAsLongAsTheirEndsSay()
  }

  @Test(arguments: Medium.allCases)
  func `what decides when a task begins follows from its record`(medium: Medium) throws {
    try medium.contract(in: directory).outlinesFollowFromTasks()
  }

  @Test(arguments: Medium.allCases)
  func `two sessions do not see each other`(medium: Medium) throws {
    try medium.contract(in: directory).sessionsAreApart()
  }

  @Test(arguments: Medium.allCases)
  func `the journal is gapless and its hashes can be computed by anyone`(medium: Medium) throws {
    try medium.contract(in: directory).theJournalIsChained()
  }

  @Test(arguments: Medium.allCases)
  func `bodies are kept once under their digests`(medium: Medium) throws {
    try medium.contract(in: directory).bodiesAreKeptOnce()
  }

  @Test(arguments: Medium.allCases)
  func `a rebuilt store reads the same`(medium: Medium) throws {
    try medium.contract(in: directory).aRebuiltStoreIsTheSame()
  }

  @Test(arguments: Medium.allCases)
  func `a waiter learns what is ready and when the first lease ends`(medium: Medium) throws {
    try medium.contract(in: directory).waitersLearnWhatToWaitFor()
  }

  @Test(arguments: Medium.allCases)
  func `a hand-over is a commit and a claim`(medium: Medium) throws {
    try medium.contract(in: directory).aHandoverIsACommitAndAClaim()
  }

  @Test(arguments: Medium.allCases)
  func `a hand-over claims what it makes ready`(medium: Medium) throws {
    try medium.contract(in: directory).aHandoverClaimsWhatItMakesReady()
  }

  @Test(arguments: Medium.allCases)
  func `a hand-over that is refused claims nothing`(medium: Medium) throws {
    try medium.contract(in: directory).aRefusedHandoverClaimsNothing()
  }

  @Test(arguments: Medium.allCases)
  func `of eight threads that hand over two hundred handoffs each is done once`(
    medium: Medium
  ) throws {
    try medium.contract(in: directory).handoversOfEightThreadsAreEachOnce()
  }

  @Test(arguments: Medium.allCases)
  func `odd names are journalled as any other`(medium: Medium) throws {
    try medium.contract(in: directory).oddNamesAreJournalledAsAnyOther()
  }
}

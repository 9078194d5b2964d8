// SPDX-License-Identifier: Apache-2.0
// The store's contract, held by the simulation's store: its worlds stand on the rules of every store.

import Simulation
import TestKit
import Testing

@Suite struct MemoryStoreTests {
  private let contract = StoreContract { StoreDisk().store() }

  @Test func `of eight threads that claim two hundred handoffs each has one winner`() throws {
    try contract.everyHandoffHasOneWinner()
  }

  @Test func `claims follow the plan's order and the worker's roles`() throws {
    try contract.claimsFollowThePlan()
  }

  @Test func `only a session in execution gives handoffs out`() throws {
    try contract.onlyExecutionIsClaimed()
  }

  @Test func `a stale fence is refused by every operation`() throws {
    try contract.aStaleFenceIsRefusedEverywhere()
  }

  @Test func `a lease is renewed while it runs and not a moment after`() throws {
    try contract.renewalsNeedARunningLease()
  }

  @Test func `a reaper takes neither a renewed claim nor a newer one`() throws {
    try contract.aReaperTakesOnlyWhatHasLapsed()
  }

  @Test func `a broken expectation leaves nothing behind`() throws {
    try contract.aBrokenExpectationLeavesNothing()
  }

  @Test func `an event that does not follow is refused`() throws {
    try contract.anEventThatDoesNotFollowIsRefused()
  }

  @Test func `spent attempts end in a dead handoff that a person can revive`() throws {
    try contract.spentAttemptsEndDead()
  }

  @Test func `an acceptance is kept with its grounds`() throws {
    try contract.anAcceptanceIsKeptWithItsGrounds()
  }

  @Test func `usage is summed by segment and by run`() throws {
    try contract.usageIsSummedBySegment()
  }

  @Test func `a segment lasted as long as its end says`() throws {
    try contract.segmentsLastAsLongAsTheirEndsSay()
  }

  @Test func `what decides when a task begins follows from its record`() throws {
    try contract.outlinesFollowFromTasks()
  }

  @Test func `two sessions do not see each other`() throws {
    try contract.sessionsAreApart()
  }

  @Test func `the journal is gapless and its hashes can be computed by anyone`() throws {
    try contract.theJournalIsChained()
  }

  @Test func `bodies are kept once under their digests`() throws {
    try contract.bodiesAreKeptOnce()
  }

  @Test func `a rebuilt store reads the same`() throws {
    try contract.aRebuiltStoreIsTheSame()
  }

  @Test func `a waiter learns what is ready and when the first lease ends`() throws {
    try contract.waitersLearnWhatToWaitFor()
  }

  @Test func `a hand-over is a commit and a claim`() throws {
    try contract.aHandoverIsACommitAndAClaim()
  }

  @Test func `a hand-over claims what it makes ready`() throws {
    try contract.aHandoverClaimsWhatItMakesReady()
  }

  @Test func `a hand-over that is refused claims nothing`() throws {
    try contract.aRefusedHandoverClaimsNothing()
  }

  @Test func `of hand-overs by eight threads each is done once`() throws {
    try contract.handoversOfEightThreadsAreEachOnce()
  }
}

// SPDX-License-Identifier: Apache-2.0
// The seam behind which the journal and the handoff queue are kept.

package import Domain

/// A journal of session events and the queue that follows from it.
///
/// Every state is derived from the journal: what the reads return is what a replay of the events
/// returns. The one exception are renewals of leases, which are not journalled, since a lease is a
/// promise and not a fact.
///
/// Every member is safe to call from any thread; each throws the failures that `StoreError` names.
package protocol SessionStore: AnyObject, Sendable {
  // MARK: Writing

  /// Stores a transition: expectations are checked, bodies put (again does no harm), events
  /// appended and applied, all in one durable transaction.
  ///
  /// - Returns: the journal's head afterwards.
  /// - Throws: `StoreError.expectationFailed` where something has moved on,
  ///   `StoreError.contradiction` where an event does not follow. Either way nothing is kept.
  @discardableResult
  func commit(_ transition: Transition) throws(StoreError) -> JournalHead

  /// Stores a transition as `commit` does, and in the same transaction takes a handoff as `claim`
  /// does, of what is ready after it: one sync of the disk for a handoff's end and the next one's
  /// beginning.
  ///
  /// - Returns: the journal's head after both, and the handoff as claimed; no handoff where nothing
  ///   can be claimed, or while the disk has less free than must stay so. The transition is then
  ///   kept all the same.
  /// - Throws: as `commit` does; neither of the two is then kept.
  func commit(
    _ transition: Transition, claiming request: ClaimRequest, at now: Moment
  ) throws(StoreError) -> (head: JournalHead, claimed: Handoff?)

  /// Takes the first ready handoff of a session in execution that one of the roles fits, in the
  /// order of sessions, tasks and ordinals, under a fence higher than every earlier one.
  ///
  /// - Returns: the handoff as claimed, or `nil` where nothing can be claimed.
  /// - Throws: `StoreError.diskNearlyFull` while the disk has less free than must stay so.
  func claim(_ request: ClaimRequest, at now: Moment) throws(StoreError) -> Handoff?

  /// Replaces the lease of a claim that still holds at `now`.
  ///
  /// - Throws: `StoreError.expectationFailed` where the fence is stale, the lease has run out or
  ///   the handoff is not claimed.
  @discardableResult
  func renew(
    _ id: HandoffID, fence: Fence, lease: Lease, at now: BootInstant
  ) throws(StoreError) -> Handoff

  // MARK: Sessions and tasks

  /// Every session, by number.
  func sessions() throws(StoreError) -> [SessionRecord]
  /// One session; `nil` where none was planned under this number.
  func session(_ id: SessionID) throws(StoreError) -> SessionRecord?
  /// The session's tasks in the order of its plan.
  func tasks(in session: SessionID) throws(StoreError) -> [TaskRecord]
  /// Those of the session's tasks that stand at `positions` in its plan, in that order.
  func tasks(
    in session: SessionID, at positions: ClosedRange<Int>
  ) throws(StoreError) -> [TaskRecord]
  /// What decides when each of the session's tasks begins, in the order of its plan: no plan of a
  /// task is read for it, nor the progress of one that waits or has ended.
  func outlines(in session: SessionID) throws(StoreError) -> [TaskOutline]
  /// One task; `nil` where the session's plan has none of this id.
  func task(_ id: TaskID, in session: SessionID) throws(StoreError) -> TaskRecord?

  // MARK: Handoffs

  /// The session's handoffs by ordinal; `nil` for every state.
  func handoffs(
    in session: SessionID, states: Set<HandoffStateName>?
  ) throws(StoreError) -> [Handoff]
  /// One handoff as it stands, with its claim and submission.
  func handoff(_ id: HandoffID) throws(StoreError) -> Handoff?
  /// The claims, of all sessions, whose leases have run out at `now`.
  func expiredClaims(at now: BootInstant) throws(StoreError) -> [Handoff]
  /// What was handed in, in any session, and is not judged yet; the longest-waiting first.
  func submittedHandoffs() throws(StoreError) -> [Handoff]
  /// The ordinal that the session's next handoff gets.
  func nextOrdinal(in session: SessionID) throws(StoreError) -> Int
  /// What was accepted, in the order of acceptance.
  func acceptances(in session: SessionID) throws(StoreError) -> [AcceptanceRecord]
  /// What was accepted of one task, in the order of acceptance.
  func acceptances(
    of task: TaskID, in session: SessionID
  ) throws(StoreError) -> [AcceptanceRecord]
  /// What a worker that found nothing waits for; `nil` for any session.
  func outlook(for session: SessionID?, at now: BootInstant) throws(StoreError) -> ClaimOutlook

  // MARK: Bodies, journal and spending

  /// - Throws: `StoreError.corrupt` where the body is not what its digest says.
  func evidence(_ digest: Digest) throws(StoreError) -> EvidenceRecord?
  /// - Throws: `StoreError.corrupt` where the body is not what its digest says.
  func document(_ digest: Digest) throws(StoreError) -> String?
  /// The entries after `sequence`, oldest first; `nil` for all sessions.
  func entries(
    in session: SessionID?, after sequence: Int, limit: Int
  ) throws(StoreError) -> [JournalEntry]
  /// The entries of all sessions after `sequence` as lines of text, oldest first.
  func lines(after sequence: Int, limit: Int) throws(StoreError) -> [JournalLine]
  /// The number of the session's newest entry; 0 where it has none.
  func lastSequence(in session: SessionID) throws(StoreError) -> Int
  /// The last entry; `JournalHead.start` where there is none.
  func head() throws(StoreError) -> JournalHead
  /// What the session's agents have used.
  func usage(in session: SessionID) throws(StoreError) -> UsageTotals
  /// Every claim that was made, by fence, with what it used.
  func runs(in session: SessionID) throws(StoreError) -> [AgentRun]

  // MARK: Care

  /// Looks whether the journal is whole, without changing anything; takes time that grows with it.
  func verifyJournal(_ check: JournalCheck) throws(StoreError) -> JournalReport
  /// Drops whatever is derived and replays the journal. Leases keep their renewals.
  ///
  /// - Throws: `StoreError.corrupt` where the chain is broken, and then changes nothing.
  func rebuild() throws(StoreError)
  /// Writes a complete copy that opens by itself.
  ///
  /// - Throws: `StoreError.cannotOpen` where `path` exists or cannot be written.
  func backup(to path: String) throws(StoreError)
}

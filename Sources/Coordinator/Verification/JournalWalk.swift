// SPDX-License-Identifier: Apache-2.0
// A journal followed from its start, with a stop at each decision.

import Domain
import Store

/// Replays an archive's journal into a store of its own, and stops at every decision: there the
/// store says what the coordinator's said when it decided.
struct JournalWalk {
  let archive: SessionArchive
  let store: SQLiteStore
  /// The digest of what was measured for each merge. A merge is decided in an entry, and the next
  /// one names it.
  private let grounds: [ObjectID: Digest]

  /// A walk from the journal's first entry, with every body at hand.
  init(_ archive: SessionArchive) throws(StoreError) {
    self.archive = archive
    var grounds: [ObjectID: Digest] = [:]
    for line in archive.lines where line.event.hasPrefix(#"{"branchMoved""#) {
      // What does not read is told when the walk comes there.
      if case .branchMoved(let commit, let digest?)? = try? line.decodedEvent() {
        grounds[commit] = grounds[commit] ?? digest
      }
    }
    self.grounds = grounds
    store = try SQLiteStore.inMemory()
    try store.commit(
      Transition(
        session: archive.session, at: Timestamp(milliseconds: 0), events: [],
        evidence: Array(archive.evidence.values),
        documents: archive.documents.values.map { Document(body: $0) }))
  }

  /// Goes through the journal.
  ///
  /// - Parameter visit: gets each claim of the session while the store stands right before it.
  /// - Returns: why the journal cannot be followed to its end; `nil` where it was.
  func run(
    _ visit: (SealedClaim) async throws(Problem) -> Void
  ) async throws(Problem) -> String? {
    for line in archive.lines {
      let claim: SealedClaim?
      let event: SessionEvent
      do throws(StoreError) {
        event = try line.decodedEvent()
        claim = line.session == archive.session ? try self.claim(of: event) : nil
      } catch {
        return "entry \(line.sequence) of the journal does not read: \(error)"
      }
      if let claim { try await visit(claim) }
      do throws(StoreError) {
        try store.commit(Transition(session: line.session, at: line.at, events: [event]))
      } catch {
        return "entry \(line.sequence) of the journal does not follow from those before: \(error)"
      }
    }
    return nil
  }

  private func claim(of event: SessionEvent) throws(StoreError) -> SealedClaim? {
    switch event {
    case .handoffAccepted(let accepted, let acceptance):
      // One that was not handed in is no claim; applying it fails, and says so.
      guard let handoff = try store.handoff(accepted.id),
        case .submitted(let claim, let submission) = handoff.state
      else { return nil }
      return try made(
        acceptance.checkpoint, handoff.task, .stage(handoff, claim, submission, acceptance))
    case .taskMoved(let id, let progress):
      guard case .completed(let merge) = progress.state,
        let task = try store.task(id, in: archive.session), task.progress.state == .merging,
        let record = try store.session(archive.session)
      else { return nil }
      let history: TaskHistory
      do throws(Problem) {
        history = try TaskHistory(of: id, in: archive.session, store: store)
      } catch {
        throw .corrupt(detail: error.reason ?? error.message)
      }
      return try made(merge, id, .merge(task, record, history, grounds: grounds[merge]))
    case .sessionPlanned, .configurationRead, .lifecycleMoved, .segmentOpened, .segmentClosed,
      .healthChecked, .branchMoved, .budgetChanged, .handoffQueued, .handoffClaimed,
      .handoffSubmitted, .handoffReturned, .handoffCancelled, .usageReported, .noted:
      return nil
    }
  }

  private func made(
    _ commit: ObjectID, _ task: TaskID, _ kind: SealedClaim.Kind
  ) throws(StoreError) -> SealedClaim {
    SealedClaim(
      commit: commit, session: archive.session, task: task,
      configuration: try store.session(archive.session)?.configuration, kind: kind)
  }
}

// SPDX-License-Identifier: Apache-2.0
// The one writer of a project's sessions: it decides, acts and records, in that order.

import Agents
import Domain
import Git
package import Signing
package import Store
package import Supervision

/// The live coordinator of a project.
///
/// It holds the store's lock for as long as it lives. Decisions are made by the pure values in
/// `Domain` and `Agenda`; what they say is recorded in one transaction; the slow acts in between
/// (git, agents, proofs) run off this actor, and what they come back with is checked against the
/// store again before it counts.
package actor Coordinator {
  /// Where the project keeps its files.
  package nonisolated let paths: ProjectPaths
  /// How the project is worked on; read once, before the first claim.
  package nonisolated let settings: ProjectSettings
  nonisolated let store: any SessionStore
  nonisolated let clock: Clock
  nonisolated let ports: Ports
  /// For gates, which are asked in clean workspaces.
  nonisolated let pool: WorkspacePool
  nonisolated let gateRunner: GateRunner
  nonisolated let tell: ProgressListener
  /// How many tasks may be under way at once.
  nonisolated let jobs: Int
  /// What checkpoints and merges are signed with; `nil` signs nothing.
  nonisolated let signingKey: SigningKey?

  /// Whoever waits for something to change.
  var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
  var nextWaiter = 0
  /// Counts what happened, so that a waiter never sleeps over something it has not seen.
  nonisolated var changeCount: Int { waitingClaims.changeCount }
  /// Submissions whose proof is under way in this process.
  var proving: Set<HandoffID> = []
  /// Claims whose workspace is being prepared in this process.
  var equipping: Set<HandoffID> = []
  /// Lapsed claims whose end is under way in this process.
  var expiring: Set<HandoffID> = []
  /// Claims whose agents this process launched and watches: their ends are its own to find.
  /// Each with what its place asks for next.
  var attended: [Fence: WorkRequest] = [:]
  /// Claims that wait for a handoff.
  nonisolated let waitingClaims = WaitingClaims()
  /// Handoffs that were claimed for the place of an agent of ours, by the fence of its claim.
  var granted: [Fence: Grant] = [:]
  /// Workspaces made ready ahead, by the submission that came in, and once that is accepted by the
  /// handoff that was claimed in its transaction.
  var spares: [HandoffID: SpareWorkspace] = [:]
  /// Those that nobody came for, until they are free.
  var droppedSpares: [Task<Void, Never>] = []
  /// Lapsed claims that could not be ended; each is told once.
  var wedged: Set<HandoffID> = []
  /// Work waits for space on the disk, which was told.
  var isOutOfSpace = false
  /// Why a session could not be settled when this coordinator began.
  var unsettled: [SessionID: Problem] = [:]
  /// The segment for which a checkpoint at half the window was noted, by session.
  var checkpointed: [SessionID: Int] = [:]
  /// What each session does next, where it was asked for.
  var agendas: [SessionID: Agenda] = [:]
  /// The files that people read are being brought up to date.
  var isProjecting = false
  /// The sessions whose files are to be brought up to date when there is time.
  var projectionsDue: Set<SessionID> = []
  /// Merges go one after the other.
  var isMerging = false
  /// No new claims: the session is being stopped.
  package var isStopping = false

  /// A coordinator over an open store. Whoever makes one holds the store's lock.
  ///
  /// - Parameters:
  ///   - jobs: how many tasks may be under way at once; the settings' number by default.
  ///   - signingKey: what checkpoints and merges are signed with; nothing by default.
  ///   - ports: the world that it acts on; the machine's own by default.
  package init(
    paths: ProjectPaths, settings: ProjectSettings, store: any SessionStore,
    supervisor: Supervisor, clock: @escaping Clock, jobs: Int? = nil,
    signingKey: SigningKey? = nil, ports: Ports? = nil, tell: @escaping ProgressListener
  ) {
    self.paths = paths
    self.settings = settings
    self.store = store
    self.clock = clock
    self.tell = tell
    self.jobs = jobs ?? settings.limits.jobs
    self.signingKey = signingKey
    pool = WorkspacePool(paths: paths)
    self.ports =
      ports
      ?? .real(
        paths: paths, pool: pool, settings: settings, store: store, supervisor: supervisor,
        clock: clock, signingKey: signingKey)
    gateRunner = GateRunner(
      settings: settings.proof, ledger: settings.ledger, paths: paths, supervisor: supervisor,
      clock: clock)
  }

  // MARK: Waking

  /// Something changed: whoever waits looks again.
  func wake() {
    waitingClaims.wake()
    let waiting = waiters
    waiters = [:]
    // The longest-waiting first.
    for number in waiting.keys.sorted() { waiting[number]?.resume() }
  }

  /// Waits until something changes after `seen`, at most `limit`.
  func change(after seen: Int, limit: Duration) async {
    guard changeCount == seen, limit > .zero else { return }
    let number = nextWaiter
    nextWaiter += 1
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.suspend(as: number, unlessChangedAfter: seen) }
      group.addTask {
        // A cancelled sleep ends early; then there is nothing more to wait for either.
        try? await self.ports.pause(limit)
        await self.release(number)
      }
      await group.next()
      group.cancelAll()
      release(number)
      await group.waitForAll()
    }
  }

  private func suspend(as number: Int, unlessChangedAfter seen: Int) async {
    // What changed on the way here woke nobody.
    guard !Task.isCancelled, changeCount == seen else { return }
    await withCheckedContinuation { waiters[number] = $0 }
  }

  private func release(_ number: Int) { waiters.removeValue(forKey: number)?.resume() }

  // MARK: Recording

  /// Writes one transaction, and wakes whoever waits.
  @discardableResult
  func record(
    _ session: SessionID, _ events: [SessionEvent], expecting: [Expectation] = [],
    evidence: [EvidenceRecord] = [], documents: [Document] = []
  ) throws(Problem) -> JournalHead {
    try record(
      Transition(
        session: session, at: clock().wall, expecting: expecting, events: events,
        evidence: evidence, documents: documents))
  }

  @discardableResult
  func record(_ transition: Transition) throws(Problem) -> JournalHead {
    do throws(StoreError) {
      let head = try store.commit(transition)
      follow(transition.events, of: transition.session)
      wake()
      return head
    } catch {
      throw Problem(error)
    }
  }

  /// Reads from the store, with its errors made problems.
  nonisolated func read<Value>(
    _ body: (any SessionStore) throws(StoreError) -> Value
  ) throws(Problem) -> Value {
    do throws(StoreError) {
      return try body(store)
    } catch {
      throw Problem(error)
    }
  }

  nonisolated func requireSession(_ id: SessionID) throws(Problem) -> SessionRecord {
    guard let record = try read({ (store) throws(StoreError) in try store.session(id) }) else {
      throw Problem(
        code: "SESSION000", exit: .notFound, message: "session \(id) was never started",
        reason: "the store holds no such session", remedy: "orchestrate run session-\(id)")
    }
    return record
  }

  nonisolated func requireTask(_ id: TaskID, in session: SessionID) throws(Problem) -> TaskRecord {
    guard let task = try read({ (store) throws(StoreError) in try store.task(id, in: session) })
    else {
      throw Problem(
        code: "TASK000", exit: .notFound, message: "session \(session) has no task \(id)",
        remedy: "orchestrate task list --session \(session)")
    }
    return task
  }

  nonisolated func requireHandoff(_ id: HandoffID) throws(Problem) -> Handoff {
    guard let handoff = try read({ (store) throws(StoreError) in try store.handoff(id) }) else {
      throw Problem(
        code: "HANDOFF000", exit: .notFound, message: "there is no handoff \(id)",
        remedy: "orchestrate handoff list")
    }
    return handoff
  }

  /// Asks the project's repository.
  nonisolated func git<Value: Sendable>(
    _ body: @escaping @Sendable (any ProjectRepository) throws(GitError) -> Value
  ) async throws(Problem) -> Value {
    do throws(GitError) {
      return try await ports.repository.ask(body)
    } catch {
      throw Problem(error)
    }
  }
}

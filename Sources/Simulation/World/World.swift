// SPDX-License-Identifier: Apache-2.0
// A machine with its disk, its people and its bad luck, in which coordinators run one after another.

import Agents
import Coordinator
import Domain
import Store
import TestKit

/// `Sendable` unchecked, as `Site` is.
final class World: @unchecked Sendable {
  let scheduler: Scheduler
  let plan: WorldPlan
  let disk = StoreDisk()
  let git = GitWorld()
  let folders = WorkspaceWorld()
  let checker: Checker
  let bug: PlantedBug?
  /// What the archive in git says: branch and phase.
  var seal: (branch: ObjectID, state: String)?
  var profile: FaultProfile
  var isDiskFull = false
  /// What workers were told was accepted.
  var acknowledged: [(handoff: HandoffID, fence: Fence)] = []
  private(set) var process: CoordinatorProcess?
  private(set) var outcome: ProcessEnding?
  private(set) var runs = 0
  private var lastTrouble = "none"
  private let site: Site
  private let tell: (@Sendable (String) -> Void)?

  init(seed: UInt64, bug: PlantedBug?, tell: (@Sendable (String) -> Void)?) {
    scheduler = Scheduler(seed: seed)
    self.bug = bug
    self.tell = tell
    plan = WorldPlan(&scheduler.generator)
    profile = FaultProfile(&scheduler.generator)
    site = Site("world", scheduler)
    checker = Checker(clock: scheduler.clock, leaseLength: WorldPlan.leaseMilliseconds)
  }

  var isOver: Bool { outcome != nil || checker.violation != nil }

  // MARK: Running

  /// Runs until the session has ended, an invariant is broken, or time is up.
  ///
  /// - Returns: what was broken.
  func run() -> Violation? {
    spawn { await self.operate() }
    spawn { await Fate(self).work() }
    for number in 0..<plan.pollers {
      spawn { await PollingWorker("poller-\(number)", self).live() }
    }
    let limit = plan.calm + WorldPlan.patienceMilliseconds
    let isDone = scheduler.run(stepsMax: WorldPlan.stepsMax) {
      isOver || scheduler.clock.elapsed > limit || scheduler.busiest > WorldPlan.stepsPerSecondMax
    }
    if scheduler.busiest > WorldPlan.stepsPerSecondMax {
      checker.fail("something turns without rest: \(scheduler.busiest) steps within a second")
    }
    if checker.violation == nil {
      if outcome != nil {
        checkEnd()
      } else {
        let left =
          isDone
          ? "has not ended \(WorldPlan.patienceMilliseconds / 60_000) minutes" : "stands still"
        checker.fail(
          "the session \(left) after the last fault; \(standing); last trouble: \(lastTrouble)")
      }
    }
    unwind()
    return checker.violation
  }

  /// Ends what still runs, so that its memory is given back.
  private func unwind() {
    let found = checker.violation
    profile.isOn = false
    process?.die("at the end of the world")
    _ = scheduler.run(stepsMax: scheduler.steps + 20_000) { false }
    precondition(checker.violation == found || found == nil)
  }

  func spawn(_ work: @escaping @Sendable () async -> Void) {
    _ = Task(executorPreference: site) { await work() }
  }

  /// Starts the coordinator again and again until the session has ended.
  private func operate() async {
    var extends = false
    while !isOver {
      runs += 1
      let process = CoordinatorProcess(self, incarnation: runs)
      self.process = process
      note("run \(runs) begins")
      let ending = await process.run(extending: extends)
      extends = false
      switch ending {
      case .ended(.interrupted), .died: break
      case .ended: outcome = ending
      case .failed(let problem):
        lastTrouble = "\(problem.code) \(problem.message): \(problem.reason ?? "")"
        note("run \(runs) fails: \(lastTrouble)")
        extends = minutesAreUp(problem)
      }
      await pause(for: 100...3000)
    }
  }

  /// Whether a problem says that the session's minutes are up. No world lasts so long, so that can
  /// only come of a clock; where a bug of the clock is planted, a person gives more.
  func minutesAreUp(_ problem: Problem) -> Bool {
    guard problem.code == "BUDGET002" else { return false }
    if bug != .leaseOnWallClock { checker.fail("the session's minutes are up before their time") }
    return true
  }

  // MARK: Chance

  func happens(_ kind: FaultProfile.Kind, oneIn times: Int) -> Bool {
    profile.has(kind) && scheduler.generator.oneIn(times)
  }

  func draw(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &scheduler.generator)
  }

  func pause(for range: ClosedRange<Int>) async {
    // Nobody in the world is ever cancelled.
    try? await scheduler.sleep(draw(range))
  }

  /// How long a question to git takes.
  func gitTime() -> Int { happens(.slowGit, oneIn: 12) ? draw(5_000...60_000) : draw(1...40) }

  /// How long a proof takes.
  func proofTime() -> Int {
    happens(.slowGit, oneIn: 8) ? draw(20_000...90_000) : draw(200...3_000)
  }

  // MARK: What is seen

  func note(_ text: @autoclosure () -> String) {
    let text = text()
    scheduler.trace.add(text)
    tell?("\(scheduler.clock.elapsed) ms [\(scheduler.steps)]: \(text)")
  }

  func heard(_ event: ProgressEvent) {
    switch event {
    case .warning(let text): note("warning: \(text)")
    case .note, .healthChecked, .taskStarted, .stageStarted, .stageProving, .stageAccepted,
      .stageRefused, .stageFailed, .sentBack, .taskMerged, .taskBlocked, .segmentOpened,
      .sessionMoved:
      break
    }
  }

  /// Something became durable.
  func observe(_ tables: StoreTables, after count: Int, _ value: some Any) {
    let entries = tables.entries[count...]
    if entries.isEmpty, let handoff = value as? Handoff, let claim = handoff.claim {
      note("\(handoff.id) is renewed under fence \(claim.fence)")
      checker.renewed(handoff.id, claim.fence)
      return
    }
    let before = tables.entries[..<count].last {
      if case .branchMoved = $0.event { true } else { false }
    }
    for entry in entries {
      note(entry.event.brief)
      if case .branchMoved(let commit, _) = entry.event { checkLine(commit, after: before?.event) }
      if case .handoffAccepted(let handoff, let acceptance) = entry.event,
        git.references[acceptance.reference] != acceptance.checkpoint
      {
        checker.fail("\(handoff.id) is accepted, but no ref holds its checkpoint")
      }
    }
    checker.committed(entries.map(\.event), after: tables)
  }

  private func checkLine(_ commit: ObjectID, after event: SessionEvent?) {
    var head = disk.contents.sessions[plan.session]?.plan.base
    if case .branchMoved(let earlier, _)? = event { head = earlier }
    if git.commits[commit]?.parents.first != head {
      checker.fail("the merge \(commit.short) does not follow the one before")
    }
  }

  /// A ref is about to move.
  func checkMove(of name: String, from old: ObjectID?, to new: ObjectID) {
    note("\(name) moves")
    guard name == CheckpointReference.branch(plan.session), let old else { return }
    if !git.isAncestor(old, of: new) { checker.fail("the session branch loses commits") }
  }

  // MARK: The end

  private var standing: String {
    disk.contents.handoffs(in: plan.session, states: HandoffStateName.open).map {
      "\($0.id) \($0.task) \($0.stage.rawValue) \(HandoffStateName($0.state).rawValue)"
    }.joined(separator: ", ")
  }

  private func checkEnd() {
    let tables = disk.contents
    for (handoff, fence) in acknowledged where checker.accepted[handoff] != fence {
      checker.fail("a worker was told that \(handoff) was accepted under \(fence); it is not")
    }
    for record in tables.acceptances {
      if git.references[record.acceptance.reference] != record.acceptance.checkpoint {
        checker.fail("the checkpoint of \(record.handoff.id) is held by no ref")
      }
    }
    let branch = git.references[CheckpointReference.branch(plan.session)]
    if let row = tables.sessions[plan.session], branch != row.branchHead {
      checker.fail("the session branch is not where the store says")
    }
    for (name, owner) in git.locks where owner != .neighbour {
      checker.fail("the lock of \(name) is left behind")
    }
    do throws(StoreError) {
      let report = try disk.store().verifyJournal(.replay)
      if !report.isWhole { checker.fail("the journal does not hold: \(report.problems)") }
    } catch {
      checker.fail("the journal cannot be read: \(error)")
    }
    // What cannot be removed is left, and told.
    if case .ended(.completed)? = outcome, !profile.kinds.contains(.gitError),
      !folders.slots.isEmpty
    {
      checker.fail("workspaces are left behind: \(folders.slots.keys.sorted())")
    }
  }
}

extension SessionEvent {
  /// The event in a few words that are the same in every run of a seed.
  var brief: String {
    switch self {
    case .sessionPlanned(let plan): "session \(plan.session) is planned"
    case .configurationRead: "the configuration is read"
    case .lifecycleMoved(let lifecycle): "the session is in \(lifecycle.name)"
    case .segmentOpened(let segment): "segment \(segment.number) opens"
    case .segmentClosed(let number, _, _): "segment \(number) closes"
    case .healthChecked: "health is checked"
    case .branchMoved(let commit, _): "the branch is to be at \(commit.short)"
    case .budgetChanged: "the budget changes"
    case .taskMoved(let task, let progress): "\(task) is \(progress.state)"
    case .handoffQueued(let handoff):
      "\(handoff.id) is queued: \(handoff.task) \(handoff.stage.rawValue) round \(handoff.round)"
    case .handoffClaimed(let id, let claim, let attempt):
      "\(id) is claimed under fence \(claim.fence), attempt \(attempt)"
    case .handoffSubmitted(let id, let fence, _): "\(id) is handed in under fence \(fence)"
    case .handoffReturned(let handoff, let reason):
      "\(handoff.id) is returned: \(reason.rawValue), \(HandoffStateName(handoff.state).rawValue)"
    case .handoffAccepted(let handoff, let acceptance):
      "\(handoff.id) is accepted under fence \(acceptance.fence)"
    case .handoffCancelled(let id): "\(id) is cancelled"
    case .usageReported(_, let handoff, _, _): "usage of \(handoff)"
    case .noted(let note): "\(note.kind) \(note.text)"
    }
  }
}

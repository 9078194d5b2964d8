// SPDX-License-Identifier: Apache-2.0
// What must hold after every step, reckoned from what became durable and from the true time, by
// other means than the store's.

import Domain
import Store

/// Something that must never happen did.
package struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
  /// What, in a sentence.
  package let description: String
}

/// Follows each durable transaction. `Sendable` unchecked, as `Site` is.
final class Checker: @unchecked Sendable {
  private(set) var violation: Violation?
  /// How often each thing was seen, to know that the checks were asked anything.
  private(set) var accepted: [HandoffID: Fence] = [:]
  private var live: [HandoffID: Hold] = [:]
  private var ended: Set<HandoffID> = []
  private var highest = 0
  private var given: [HandoffID: Fence] = [:]
  private var branch: ObjectID?
  private var merged: Set<TaskID> = []
  private let clock: WorldClock
  private let leaseLength: Int

  private struct Hold {
    let fence: Fence
    let boot: Int
    /// When the lease runs out in true time.
    var end: Int
    var isSubmitted = false
  }

  init(clock: WorldClock, leaseLength: Int) {
    self.clock = clock
    self.leaseLength = leaseLength
  }

  func fail(_ what: String) { if violation == nil { violation = Violation(description: what) } }

  private func require(_ holds: Bool, _ otherwise: @autoclosure () -> String) {
    if !holds { fail(otherwise()) }
  }

  // MARK: What became durable

  private func claimed(_ id: HandoffID, _ claim: Claim) {
    require(live[id] == nil, "\(id) is claimed while another claim on it lives")
    require(!ended.contains(id), "\(id) is claimed after its end")
    require(claim.fence.number > highest, "fence \(claim.fence) is not the highest")
    highest = claim.fence.number
    given[id] = claim.fence
    live[id] = Hold(fence: claim.fence, boot: clock.boot, end: clock.elapsed + leaseLength)
  }

  func renewed(_ id: HandoffID, _ fence: Fence) {
    guard let hold = live[id], hold.fence == fence else {
      return fail("\(id) was renewed under the dead fence \(fence)")
    }
    require(!hasLapsed(hold), "\(id) was renewed after its lease had run out")
    live[id]?.end = clock.elapsed + leaseLength
  }

  func committed(_ events: [SessionEvent], after tables: StoreTables) {
    for event in events { happened(event) }
    for (_, row) in tables.sessions { requireTurns(row, tables) }
  }

  private func happened(_ event: SessionEvent) {
    switch event {
    case .handoffClaimed(let id, let claim, _): claimed(id, claim)
    case .handoffSubmitted(let id, let fence, _):
      guard let hold = live[id], hold.fence == fence else {
        return fail("\(id) was handed in under the dead fence \(fence)")
      }
      require(!hasLapsed(hold), "\(id) was handed in after its lease had run out")
      require(!hold.isSubmitted, "\(id) was handed in twice under fence \(fence)")
      live[id]?.isSubmitted = true
    case .handoffReturned(let handoff, let reason): returned(handoff, reason)
    case .handoffAccepted(let handoff, let acceptance): took(handoff, acceptance)
    case .handoffCancelled(let id):
      require(!ended.contains(id), "\(id) was cancelled after its end")
      ended.insert(id)
      live[id] = nil
    case .branchMoved(let commit, _): branch = commit
    case .taskMoved(let id, let progress):
      guard case .completed = progress.state else { return }
      require(merged.insert(id).inserted, "task \(id) was merged twice")
    case .sessionPlanned(let plan): branch = plan.base
    case .configurationRead, .lifecycleMoved, .segmentOpened, .segmentClosed, .healthChecked,
      .budgetChanged, .handoffQueued, .usageReported, .noted:
      break
    }
  }

  private func returned(_ handoff: Handoff, _ reason: SessionEvent.ReturnReason) {
    let id = handoff.id
    require(accepted[id] == nil, "\(id) was returned (\(reason.rawValue)) after its acceptance")
    if reason == .revived {
      require(ended.remove(id) != nil, "\(id) was revived, but had not ended")
      return
    }
    require(!ended.contains(id), "\(id) was returned (\(reason.rawValue)) after its end")
    guard let hold = live[id] else {
      return fail("\(id) was returned (\(reason.rawValue)) while nobody held it")
    }
    switch reason {
    case .expired:
      // The last of the claims that were lost with their coordinator needs no lapsed lease.
      let isLost = handoff.losses == Handoff.lossesMax
      require(isLost || hasLapsed(hold), "\(id) was reaped while its lease still ran")
      require(!hold.isSubmitted, "\(id) was reaped while its work was being proved")
    case .refused: require(hold.isSubmitted, "\(id) was refused before it was handed in")
    case .failed, .released:
      require(!hold.isSubmitted, "\(id) was \(reason.rawValue) while its work was being proved")
    case .revived: break
    }
    live[id] = nil
    if case .dead = handoff.state { ended.insert(id) }
  }

  private func took(_ handoff: Handoff, _ acceptance: Acceptance) {
    let id = handoff.id
    require(accepted[id] == nil, "\(id) was accepted twice")
    require(!ended.contains(id), "\(id) was accepted after its end")
    require(
      given[id] == acceptance.fence, "\(id) was accepted under \(acceptance.fence), a stale fence")
    require(live[id]?.isSubmitted == true, "\(id) was accepted without being handed in")
    accepted[id] = acceptance.fence
    ended.insert(id)
    live[id] = nil
  }

  /// A task that is being worked on has one open handoff, at its turn; every other task has none.
  private func requireTurns(_ row: StoreTables.SessionRow, _ tables: StoreTables) {
    for task in row.tasks {
      let open = tables.handoffs.values.filter { handoff in
        handoff.task == task.planned.id && handoff.session == row.plan.session
          && HandoffStateName.open.contains(HandoffStateName(handoff.state))
      }
      guard case .working(let turn) = task.progress.state else {
        require(
          open.isEmpty, "task \(task.planned.id) has an open handoff, but is not worked on")
        continue
      }
      require(
        open.count == 1 && open[0].stage == turn.stage && open[0].round == turn.round,
        "task \(task.planned.id) is at \(turn.stage.rawValue) with \(open.count) open handoffs")
    }
  }

  private func hasLapsed(_ hold: Hold) -> Bool {
    hold.boot != clock.boot || clock.elapsed >= hold.end
  }
}

// SPDX-License-Identifier: Apache-2.0
// Workspaces that are made ready while a submission is read and proved, for whoever waits for what
// follows.

import Domain
import Store

/// A workspace that is being made ready for a claim that may come; each value is `nil` where none
/// could be.
enum SpareWorkspace {
  /// What any tree needs is being done, before the submission's is known.
  case clearing(Task<WorkspacePool.Cleared?, Never>)
  /// It is made to hold the tree, or does.
  case filling(Task<WorkspacePool.Spare?, Never>)

  /// The workspace, once that has ended.
  var slot: WorkspacePool.Slot? {
    get async {
      switch self {
      case .clearing(let task): await task.value?.slot
      case .filling(let task): await task.value?.slot
      }
    }
  }
}

extension Coordinator {
  /// Starts to make a workspace ready for the claim that the acceptance of a submission would lead
  /// to, where a worker waits for it. Its own folder is left to the worker who handed it in.
  ///
  /// Our own agents get none: starting one takes far longer than switching a workspace, and the one
  /// that is free has what builds left in it.
  ///
  /// - Returns: whether it was started; then it is the caller's to drop.
  func beginSpare(for handoff: Handoff) throws(Problem) -> Bool {
    let wishes = waitingClaims.requests
    guard !isStopping, spares[handoff.id] == nil, spares.count < wishes.count,
      let role = try nextRole(after: handoff),
      wishes.contains(where: { $0.fits(role, in: handoff.session) })
    else { return false }
    let (workspaces, keeping) = (ports.workspaces, settings.proof.keeping)
    spares[handoff.id] = .clearing(
      Task(executorPreference: ports.executor) {
        // Whoever claims makes one itself then, and says what is wrong.
        try? await workspaces.clearSpare(keeping: keeping)
      })
    return true
  }

  /// Makes the workspace that was begun for a submission hold the submission's tree.
  func fillSpare(for handoff: Handoff, with tree: ObjectID) {
    guard case .clearing(let clearing)? = spares[handoff.id] else { return }
    let (workspaces, keeping) = (ports.workspaces, settings.proof.keeping)
    spares[handoff.id] = .filling(
      Task(executorPreference: ports.executor) {
        guard let cleared = await clearing.value else { return nil }
        return try? await workspaces.fill(cleared, with: tree, keeping: keeping)
      })
  }

  /// Leaves the spare of a submission that was accepted to the claim of what it led to.
  func passSpare(of id: HandoffID, to claimed: HandoffID) {
    spares[claimed] = spares.removeValue(forKey: id)
  }

  /// The spare of a claim that may be its worker's now; the caller gives it back.
  func takeSpare(of id: HandoffID) async -> WorkspacePool.Spare? {
    guard case .filling(let filling)? = spares[id] else { return nil }
    spares[id] = nil
    return await filling.value
  }

  /// Gives a spare back that no claim came for, without waiting until it is made.
  func dropSpare(of id: HandoffID) {
    guard let spare = spares.removeValue(forKey: id) else { return }
    let workspaces = ports.workspaces
    droppedSpares.append(
      Task(executorPreference: ports.executor) {
        if let slot = await spare.slot { workspaces.free(slot) }
      })
  }

  /// Waits until the spares that were dropped are free.
  func awaitDroppedSpares() async {
    while let spare = droppedSpares.popLast() { await spare.value }
  }

  /// The role of what follows a handoff once it is accepted; `nil` where nothing follows it.
  private func nextRole(after handoff: Handoff) throws(Problem) -> Role? {
    let task = try requireTask(handoff.task, in: handoff.session)
    var progress = task.progress
    let turn = TaskProgress.Turn(stage: handoff.stage, round: handoff.round)
    guard
      case .handOff(let next, _)? = try? progress.stageAccepted(turn, checkpoint: handoff.base)
    else { return nil }
    return task.planned.workflow.role(of: next.stage)
  }
}

extension WorkRequest {
  /// Whether it asks for a handoff of this role and session.
  func fits(_ role: Role, in session: SessionID) -> Bool {
    roles.contains(role) && (self.session ?? session) == session
  }
}

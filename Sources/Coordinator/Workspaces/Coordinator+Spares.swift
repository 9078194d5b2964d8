// SPDX-License-Identifier: Apache-2.0
// Workspaces that are made ready while a submission is proved, for whoever waits for what follows.

import Domain
import Store

/// A spare workspace that is ready, or is being made so; `nil` where none could be.
typealias SpareWorkspace = Task<WorkspacePool.Spare?, Never>

extension Coordinator {
  /// Starts to make a workspace ready for the claim that the acceptance of a submission would lead
  /// to, where a worker waits for it. Its own folder is left to the worker who handed it in.
  ///
  /// Our own agents get none: starting one takes far longer than switching a workspace, and the one
  /// that is free has what builds left in it.
  ///
  /// - Returns: whether it was started.
  @discardableResult
  func makeSpare(for handoff: Handoff, holding tree: ObjectID) throws(Problem) -> Bool {
    let wishes = waitingClaims.requests
    guard !isStopping, spares[handoff.id] == nil, spares.count < wishes.count,
      let role = try nextRole(after: handoff),
      wishes.contains(where: { $0.fits(role, in: handoff.session) })
    else { return false }
    let (workspaces, keeping) = (ports.workspaces, settings.proof.keeping)
    spares[handoff.id] = Task(executorPreference: ports.executor) {
      // Whoever claims makes one itself then, and says what is wrong.
      try? await workspaces.makeSpare(holding: tree, keeping: keeping)
    }
    return true
  }

  /// Leaves the spare of a submission that was accepted to the claim of what it led to.
  func passSpare(of id: HandoffID, to claimed: HandoffID) {
    spares[claimed] = spares.removeValue(forKey: id)
  }

  /// The spare of a claim that may be its worker's now; the caller gives it back.
  func takeSpare(of id: HandoffID) async -> WorkspacePool.Spare? {
    await spares.removeValue(forKey: id)?.value
  }

  /// Gives a spare back that no claim came for, without waiting until it is made.
  func dropSpare(of id: HandoffID) {
    guard let spare = spares.removeValue(forKey: id) else { return }
    let workspaces = ports.workspaces
    droppedSpares.append(
      Task(executorPreference: ports.executor) {
        if let spare = await spare.value { workspaces.free(spare.slot) }
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

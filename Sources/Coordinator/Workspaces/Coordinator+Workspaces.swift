// SPDX-License-Identifier: Apache-2.0
// What becomes of workspaces: no only copy of any work is lost, and none lies about for ever.

import Domain
import Git
import Store

extension Coordinator {
  /// Keeps what lies in a claim's workspace under a rescue ref, then gives the workspace back; or
  /// up, where a worker may still be writing in it or what lies there cannot be kept by a ref.
  func emptyWorkspace(
    _ handoff: Handoff, _ fence: Fence, isWorkerGone: Bool
  ) async throws(Problem) {
    guard let slot = ports.workspaces.slot(of: handoff.id, fence: fence) else { return }
    let isKept = await keepContent(of: slot, handoff, fence)
    // Others may have ended the claim meanwhile, and the folder may be another's.
    guard ports.workspaces.slot(of: handoff.id, fence: fence) == slot else { return }
    if isKept && isWorkerGone {
      ports.workspaces.free(slot)
    } else {
      ports.workspaces.giveUp(slot, fence: fence)
    }
  }

  /// Removes the workspaces that nobody needs: of handoffs that have ended, once everything in
  /// them is kept by a ref; and all that are free, where no session is open any more.
  func sweepWorkspaces() async throws(Problem) {
    for held in ports.workspaces.heldSlots() + ports.workspaces.lostSlots() {
      guard !proving.contains(held.handoff),
        let handoff = try read({ (store) throws(StoreError) in try store.handoff(held.handoff) }),
        handoff.state.isEnded, await keepContent(of: held.slot, handoff, held.fence)
      else { continue }
      await remove(held.slot)
    }
    do throws(WorkspaceError) {
      for slot in try ports.workspaces.halfRemovedSlots() { await remove(slot) }
    } catch {
      throw Problem(error)
    }
    let sessions = try read { (store) throws(StoreError) in try store.sessions() }
    guard sessions.allSatisfy(\.lifecycle.isEnded) else { return }
    await awaitDroppedSpares()
    for slot in ports.workspaces.idleSlots() { await remove(slot) }
  }

  private func remove(_ slot: WorkspacePool.Slot) async {
    do throws(WorkspaceError) {
      try await ports.workspaces.remove(slot)
    } catch {
      tell(.warning("\(error); it is left where it is"))
    }
  }

  /// Sees to it that a ref holds what lies in a workspace.
  ///
  /// - Returns: whether one does, or there is nothing beyond what the worker was given.
  func keepContent(
    of slot: WorkspacePool.Slot, _ handoff: Handoff, _ fence: Fence
  ) async -> Bool {
    let seconds = (handoff.claim?.claimedAt ?? clock().wall).seconds
    let tree: ObjectID
    do throws(WorkspaceError) {
      tree = try await ports.workspaces.capture(slot, litter: settings.proof.paths.litter).tree
    } catch  where error.isUnprepared {
      return true
    } catch {
      tell(.warning("\(error); the folder is kept"))
      return false
    }
    do throws(GitError) {
      try await ports.repository.ask { (repository) throws(GitError) in
        try repository.keep(tree, of: handoff, fence: fence, seconds: seconds)
      }
      return true
    } catch {
      tell(.warning("the workspace \(slot.directory): \(error); the folder is kept"))
      return false
    }
  }
}

extension Handoff.State {
  /// Whether nobody will work on it again unless a person asks.
  fileprivate var isEnded: Bool {
    switch self {
    case .accepted, .dead, .cancelled: true
    case .ready, .claimed, .submitted: false
    }
  }
}

extension ProjectRepository {
  /// Puts a tree under a rescue ref of its claim, unless it is the handoff's base or a ref of the
  /// claim holds it already.
  fileprivate func keep(
    _ tree: ObjectID, of handoff: Handoff, fence: Fence, seconds: Int
  ) throws(GitError) {
    guard try tree != self.tree(ofCommit: handoff.base) else { return }
    var names: Set<String> = []
    for reference in try references(under: CheckpointReference.all(handoff.session)) {
      names.insert(reference.name)
      if CheckpointReference.belongs(reference.name, to: handoff, fence: fence),
        try self.tree(ofCommit: reference.target) == tree
      {
        return
      }
    }
    let commit = try createCommit(
      tree: tree, parents: [handoff.base],
      message: "rescue(\(CheckpointMessage.oneLine(handoff.task.text))): "
        + "what lay in the workspace of \(handoff.id)\n",
      identity: .coordinator(at: seconds))
    // A worker that was given up may have gone on writing since the first rescue.
    let name = CheckpointReference.rescued(handoff, fence: fence)
    let free = [name] + (2...99).map { "\(name)-again-\($0)" }
    try createReference(free.first { !names.contains($0) } ?? name, to: commit)
  }
}

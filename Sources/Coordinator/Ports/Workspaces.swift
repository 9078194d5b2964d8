// SPDX-License-Identifier: Apache-2.0
// The port to the folders in which claims are worked on.

package import Agents
package import Documents
package import Domain
import Supervision

/// The claims' workspaces. `WorkspacePool` says what each member does.
package protocol Workspaces: Sendable {
  typealias Slot = WorkspacePool.Slot
  typealias Captured = WorkspacePool.Captured
  typealias Held = WorkspacePool.Held
  typealias Cleared = WorkspacePool.Cleared
  typealias Spare = WorkspacePool.Spare

  /// A workspace for a claim, with the handoff's base checked out, the packet and what hooks have
  /// to know beside it. `spare`, if any, holds the tree of that base.
  func prepare(
    for handoff: Handoff, _ claim: Claim, packet: Packet, hook: ClaimDocument, keeping: [String],
    using spare: Spare?
  ) async throws(WorkspaceError) -> Slot
  func clearSpare(keeping: [String]) async throws(WorkspaceError) -> Cleared?
  func fill(
    _ cleared: Cleared, with tree: ObjectID, keeping: [String]
  ) async throws(WorkspaceError) -> Spare
  func slot(of handoff: HandoffID, fence: Fence) -> Slot?
  func free(_ slot: Slot)
  func giveUp(_ slot: Slot, fence: Fence)
  func heldSlots() -> [Held]
  func lostSlots() -> [Held]
  func halfRemovedSlots() throws(WorkspaceError) -> [Slot]
  func idleSlots() -> [Slot]
  func capture(_ slot: Slot, litter: [String]) async throws(WorkspaceError) -> Captured
  func remove(_ slot: Slot) async throws(WorkspaceError)
  /// Ends what a claim's agent left running whose supervisor was killed with its coordinator.
  ///
  /// - Returns: how many processes there were, and whether nothing may write in the workspace any
  ///   more: not even one that is not marked as ours, which is left alone.
  func endStrays(in slot: Slot, fence: Fence) async -> (found: Int, areGone: Bool)
  /// Ends what the proofs of a coordinator that was killed left running, and says how much it was.
  func endStrayProofs() async -> Int
  /// Puts what lies in a claim's workspace into an archive outside git.
  func preserve(_ slot: Slot, of handoff: Handoff, fence: Fence) async throws(Problem) -> String
}

extension Workspaces {
  /// Without a disk a removal is not cut short.
  package func halfRemovedSlots() throws(WorkspaceError) -> [Slot] { [] }

  /// Without processes nothing is left running.
  package func endStrays(in slot: Slot, fence: Fence) async -> (found: Int, areGone: Bool) {
    (0, true)
  }

  /// Without processes nothing is left running.
  package func endStrayProofs() async -> Int { 0 }

  /// Without a disk there is no other place.
  package func preserve(
    _ slot: Slot, of handoff: Handoff, fence: Fence
  ) async throws(Problem) -> String {
    throw Problem(
      code: "OUTPUT001", exit: .failure, message: "there is no place outside git to keep files in")
  }
}

/// A pool's workspaces; what takes time runs on a thread of its own.
struct PooledWorkspaces: Workspaces {
  let pool: WorkspacePool
  /// The project's folder for what git could not take.
  let preserving: String

  func prepare(
    for handoff: Handoff, _ claim: Claim, packet: Packet, hook: ClaimDocument, keeping: [String],
    using spare: Spare?
  ) async throws(WorkspaceError) -> Slot {
    // A few small files: another thread would take longer to begin.
    if let spare, pool.handOver(spare, to: handoff.id, fence: claim.fence, at: handoff.base) {
      try spare.slot.write(packet, hook)
      return spare.slot
    }
    return try await offloaded { () throws(WorkspaceError) in
      let slot = try pool.prepare(
        for: handoff.id, fence: claim.fence, at: handoff.base, keeping: keeping)
      try slot.write(packet, hook)
      return slot
    }
  }

  func clearSpare(keeping: [String]) async throws(WorkspaceError) -> Cleared? {
    try await offloaded { () throws(WorkspaceError) in try pool.clearSpare(keeping: keeping) }
  }

  func fill(
    _ cleared: Cleared, with tree: ObjectID, keeping: [String]
  ) async throws(WorkspaceError) -> Spare {
    try await offloaded { () throws(WorkspaceError) in
      try pool.fill(cleared, with: tree, keeping: keeping)
    }
  }

  func slot(of handoff: HandoffID, fence: Fence) -> Slot? { pool.slot(of: handoff, fence: fence) }
  func free(_ slot: Slot) { pool.free(slot) }

  func endStrays(in slot: Slot, fence: Fence) async -> (found: Int, areGone: Bool) {
    await offloaded { () throws(Never) in
      let ended = StrayProcesses.end(
        markedBy: ["ORCHESTRATE_PACKET=\(slot.packet)", "ORCHESTRATE_FENCE=\(fence)"])
      return (ended.found, !StrayProcesses.areWorking(below: slot.directory + "/"))
    }
  }

  func endStrayProofs() async -> Int {
    let folder = pool.folder
    return await offloaded { () throws(Never) in
      StrayProcesses.end(workingBelow: folder + "/proof-").found
    }
  }

  func preserve(
    _ slot: Slot, of handoff: Handoff, fence: Fence
  ) async throws(Problem) -> String {
    let folders = [preserving, pool.folder + "/emergency"]
    return try await offloaded { () throws(Problem) in
      try PreservedFiles(slot, of: handoff, fence: fence).write(toFirstOf: folders)
    }
  }
  func giveUp(_ slot: Slot, fence: Fence) { pool.giveUp(slot, fence: fence) }
  func heldSlots() -> [Held] { pool.heldSlots() }
  func lostSlots() -> [Held] { pool.lostSlots() }
  func halfRemovedSlots() throws(WorkspaceError) -> [Slot] { try pool.halfRemovedSlots() }
  func idleSlots() -> [Slot] { pool.idleSlots() }

  func capture(_ slot: Slot, litter: [String]) async throws(WorkspaceError) -> Captured {
    try await offloaded { () throws(WorkspaceError) in try pool.capture(slot, litter: litter) }
  }

  func remove(_ slot: Slot) async throws(WorkspaceError) {
    try await offloaded { () throws(WorkspaceError) in
      try pool.release(slot)
      try pool.remove(slot)
    }
  }
}

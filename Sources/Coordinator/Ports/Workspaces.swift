// SPDX-License-Identifier: Apache-2.0
// The port to the folders in which claims are worked on.

package import Agents
package import Documents
package import Domain

/// The claims' workspaces. `WorkspacePool` says what each member does.
package protocol Workspaces: Sendable {
  typealias Slot = WorkspacePool.Slot
  typealias Captured = WorkspacePool.Captured
  typealias Held = WorkspacePool.Held

  /// A workspace for a claim, with the handoff's base checked out, the packet and what hooks have
  /// to know beside it.
  func prepare(
    for handoff: Handoff, _ claim: Claim, packet: Packet, hook: ClaimDocument, keeping: [String]
  ) async throws(WorkspaceError) -> Slot
  func slot(of handoff: HandoffID, fence: Fence) -> Slot?
  func free(_ slot: Slot)
  func giveUp(_ slot: Slot, fence: Fence)
  func heldSlots() -> [Held]
  func lostSlots() -> [Held]
  func idleSlots() -> [Slot]
  func capture(_ slot: Slot, litter: [String]) async throws(WorkspaceError) -> Captured
  func remove(_ slot: Slot) async throws(WorkspaceError)
}

/// A pool's workspaces; what takes time runs on a thread of its own.
struct PooledWorkspaces: Workspaces {
  let pool: WorkspacePool

  func prepare(
    for handoff: Handoff, _ claim: Claim, packet: Packet, hook: ClaimDocument, keeping: [String]
  ) async throws(WorkspaceError) -> Slot {
    try await offloaded { () throws(WorkspaceError) in
      let slot = try pool.prepare(
        for: handoff.id, fence: claim.fence, at: handoff.base, keeping: keeping)
      try slot.write(packet, hook)
      return slot
    }
  }

  func slot(of handoff: HandoffID, fence: Fence) -> Slot? { pool.slot(of: handoff, fence: fence) }
  func free(_ slot: Slot) { pool.free(slot) }
  func giveUp(_ slot: Slot, fence: Fence) { pool.giveUp(slot, fence: fence) }
  func heldSlots() -> [Held] { pool.heldSlots() }
  func lostSlots() -> [Held] { pool.lostSlots() }
  func idleSlots() -> [Slot] { pool.idleSlots() }

  func capture(_ slot: Slot, litter: [String]) async throws(WorkspaceError) -> Captured {
    try await offloaded { () throws(WorkspaceError) in try pool.capture(slot, litter: litter) }
  }

  func remove(_ slot: Slot) async throws(WorkspaceError) {
    try await offloaded { () throws(WorkspaceError) in try pool.remove(slot) }
  }
}

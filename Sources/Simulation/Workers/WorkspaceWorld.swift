// SPDX-License-Identifier: Apache-2.0
// The folders of workspaces, as they lie on the simulated disk and as one process uses them.

import Agents
import Coordinator
import Documents
import Domain
import TestKit

/// `Sendable` unchecked, as `Site` is.
final class WorkspaceWorld: @unchecked Sendable {
  struct Folder {
    /// Follows the folder when it is renamed, as a worker in it does.
    let number: Int
    var holder: (handoff: HandoffID, fence: Fence)?
    /// What was checked out.
    var base: [String: Work] = [:]
    var files: [String: Work] = [:]
    /// What was read last.
    var captured: [String: Work]?
  }

  /// By directory.
  var slots: [String: Folder] = [:]
  private var nextNumber = 0

  func make(_ directory: String) {
    nextNumber += 1
    slots[directory] = Folder(number: nextNumber)
  }

  func number(ofTree tree: String) -> Int? { slots[String(tree.dropLast("/tree".count))]?.number }

  /// A worker writes into the folder that it stands in, wherever that is now.
  func write(_ work: Work, to path: String, in number: Int) {
    guard let directory = slots.first(where: { $0.value.number == number })?.key else { return }
    slots[directory]?.files[path] = work
  }
}

/// The pool of one process. `Sendable` unchecked, as `Site` is.
final class ProcessWorkspaces: Workspaces, @unchecked Sendable {
  private let process: CoordinatorProcess
  private let world: World
  /// The names in use by this process.
  private var busy: Set<String> = []

  init(_ process: CoordinatorProcess, _ world: World) {
    self.process = process
    self.world = world
  }

  private static let root = "/workspaces/"
  private var folders: WorkspaceWorld { world.folders }

  private func slot(_ name: String) -> Slot { Slot(name: name, directory: Self.root + name) }

  private func failure(_ directory: String) -> WorkspaceError? {
    guard process.isAlive else { return WorkspaceError(directory: directory, reason: "gone") }
    guard world.happens(.gitError, oneIn: 60) else { return nil }
    return WorkspaceError(directory: directory, reason: "simulated")
  }

  func prepare(
    for handoff: Handoff, _ claim: Claim, packet: Packet, hook: ClaimDocument, keeping: [String],
    using spare: Spare?
  ) async throws(WorkspaceError) -> Slot {
    guard process.isAlive else { throw WorkspaceError(directory: "", reason: "gone") }
    let slot = spare?.slot ?? take()
    folders.slots[slot.directory]?.holder = (handoff.id, claim.fence)
    await process.spend(world.gitTime())
    if let failure = failure(slot.directory) {
      free(slot)
      throw failure
    }
    let files = world.git.files(ofCommit: handoff.base)
    if let spare, files != world.git.trees[spare.tree] {
      world.checker.fail("\(slot.name) was made ready for another tree than that of \(handoff.id)")
    }
    if spare == nil { fill(slot, with: files) }
    return slot
  }

  func clearSpare(keeping: [String]) async throws(WorkspaceError) -> Cleared? {
    guard process.isAlive else { throw WorkspaceError(directory: "", reason: "gone") }
    let slot = take()
    await process.spend(world.gitTime())
    if let failure = failure(slot.directory) {
      free(slot)
      throw failure
    }
    fill(slot, with: [:])
    return Cleared(slot: slot)
  }

  func fill(
    _ cleared: Cleared, with tree: ObjectID, keeping: [String]
  ) async throws(WorkspaceError) -> Spare {
    let slot = cleared.slot
    await process.spend(world.gitTime())
    if let failure = failure(slot.directory) {
      free(slot)
      throw failure
    }
    guard let files = world.git.trees[tree] else {
      free(slot)
      throw WorkspaceError(directory: slot.directory, reason: "there is no tree \(tree)")
    }
    fill(slot, with: files)
    return Spare(slot: slot, tree: tree)
  }

  /// The first name that is free.
  private func take() -> Slot {
    var number = 1
    while busy.contains("agent-\(number)")
      || folders.slots[Self.root + "agent-\(number)"]?.holder != nil
    {
      number += 1
    }
    let slot = slot("agent-\(number)")
    busy.insert(slot.name)
    if folders.slots[slot.directory] == nil { folders.make(slot.directory) }
    return slot
  }

  private func fill(_ slot: Slot, with files: [String: Work]) {
    requireKept(folders.slots[slot.directory]?.files, slot, "overwritten")
    folders.slots[slot.directory]?.base = files
    folders.slots[slot.directory]?.files = files
    folders.slots[slot.directory]?.captured = nil
  }

  /// The only copy of work is never lost.
  private func requireKept(_ files: [String: Work]?, _ slot: Slot, _ what: String) {
    guard let files, files != folders.slots[slot.directory]?.base else { return }
    guard !world.git.holds(world.git.write(tree: files)) else { return }
    world.checker.fail("the only copy of what lies in \(slot.name) is \(what)")
  }

  func slot(of handoff: HandoffID, fence: Fence) -> Slot? {
    held("agent-").first { $0.handoff == handoff && $0.fence == fence }?.slot
  }

  func free(_ slot: Slot) {
    guard process.isAlive else { return }
    folders.slots[slot.directory]?.holder = nil
    busy.remove(slot.name)
  }

  func giveUp(_ slot: Slot, fence: Fence) {
    guard process.isAlive else { return }
    let folder = folders.slots.removeValue(forKey: slot.directory)
    folders.slots["\(Self.root)lost-\(slot.name)-\(fence)"] = folder
    busy.remove(slot.name)
  }

  func heldSlots() -> [Held] { held("agent-") }
  func lostSlots() -> [Held] { held("lost-") }

  private func held(_ prefix: String) -> [Held] {
    guard process.isAlive else { return [] }
    return folders.slots.sorted { $0.key < $1.key }.compactMap { directory, folder in
      let name = String(directory.dropFirst(Self.root.count))
      guard name.hasPrefix(prefix), let holder = folder.holder else { return nil }
      return (slot(name), holder.handoff, holder.fence)
    }
  }

  func idleSlots() -> [Slot] {
    guard process.isAlive else { return [] }
    return folders.slots.sorted { $0.key < $1.key }.compactMap { directory, folder in
      let name = String(directory.dropFirst(Self.root.count))
      guard name.hasPrefix("agent-"), folder.holder == nil, !busy.contains(name) else {
        return nil
      }
      return slot(name)
    }
  }

  func capture(_ slot: Slot, litter: [String]) async throws(WorkspaceError) -> Captured {
    await process.spend(world.gitTime())
    if let failure = failure(slot.directory) { throw failure }
    guard let folder = folders.slots[slot.directory] else {
      throw WorkspaceError(directory: slot.directory, reason: "it is not there")
    }
    folders.slots[slot.directory]?.captured = folder.files
    return Captured(tree: world.git.write(tree: folder.files), notes: [])
  }

  func remove(_ slot: Slot) async throws(WorkspaceError) {
    await process.spend(world.gitTime())
    if let failure = failure(slot.directory) { throw failure }
    // Whoever lost his claim may write between the reading and the removal: nobody waits for that.
    let folder = folders.slots[slot.directory]
    requireKept(folder?.captured ?? folder?.files, slot, "removed")
    folders.slots[slot.directory] = nil
  }
}

// SPDX-License-Identifier: Apache-2.0
// Which workspace belongs to which claim, and which are free to be used again.

import Documents
package import Domain
package import Git
import Glibc
import Synchronization

/// The project's workspaces: `agent-N` for claims, `proof-N` for proofs that no agent has touched.
///
/// A workspace is switched and reused, not rebuilt. Who holds one is written in a `holder` file in
/// it, so that a command in another process, or the next run after a crash, finds it again. One
/// whose worker's lease ran out is given up: the worker may still be writing there.
package final class WorkspacePool: Sendable {
  /// Where they all lie.
  package var folder: String { root }
  private let root: String
  private let projectRoot: String
  /// The names in use by this process.
  private let busy = Mutex<Set<String>>([])

  /// The project's pool; workspaces are made when they are first needed.
  package init(paths: ProjectPaths) {
    root = paths.workspaces
    projectRoot = paths.root
  }

  /// A workspace with the name by which it is given back.
  package struct Slot: Hashable, Sendable {
    /// `agent-1`, `proof-2`.
    package let name: String
    /// The folder that holds everything of it.
    package let directory: String

    package init(
      name: String, directory: String
    ) {
      self.name = name
      self.directory = directory
    }
    /// The folder that an agent works in.
    package var tree: String { directory + "/tree" }
    /// The file with the packet of the claim.
    package var packet: String { directory + "/packet.json" }
    /// The file with what an agent's hooks have to know of the claim.
    package var hook: String { directory + "/hook.json" }
    /// Where the agent may write its report.
    package var report: String { directory + "/report.json" }
  }

  // MARK: Claims

  /// A workspace for a claim, with the handoff's base checked out.
  package func prepare(
    for handoff: HandoffID, fence: Fence, at commit: ObjectID, keeping: [String]
  ) throws(WorkspaceError) -> Slot {
    let slot = try takeForAgent()
    do throws(WorkspaceError) {
      // The holder is written first: from then on the workspace is found by its claim.
      try writeHolder(Holder(handoff: handoff, fence: fence), slot)
      clear(slot)
      try withWorkspace(slot) { (workspace, _) throws(GitError) in
        try workspace.switchTo(commit: commit, keeping: keeping)
      }
    } catch {
      free(slot)
      throw error
    }
    return slot
  }

  /// A workspace that nobody has claimed yet and that is being made ready for a claim that may come.
  /// It is first cleared, which any claim's needs, and then filled; `free` gives its slot back where
  /// no claim comes.
  package struct Cleared: Hashable, Sendable {
    /// The workspace.
    package let slot: Slot

    package init(slot: Slot) { self.slot = slot }
  }

  /// A workspace that nobody has claimed yet and that holds a tree.
  package struct Spare: Hashable, Sendable {
    /// The workspace; `free` gives it back where no claim comes.
    package let slot: Slot
    /// What it holds.
    package let tree: ObjectID

    package init(slot: Slot, tree: ObjectID) {
      self.slot = slot
      self.tree = tree
    }
  }

  /// Clears a free workspace, for a claim that may come.
  ///
  /// - Parameter keeping: what stays from one claim to the next, as in `prepare`.
  /// - Returns: `nil` where that would take a new folder, in which what is kept would be missing: a
  ///   worker waits longer for a build from nothing than for a workspace.
  package func clearSpare(keeping: [String]) throws(WorkspaceError) -> Cleared? {
    let slot = try takeForAgent()
    var isCleared = false
    defer { if !isCleared { free(slot) } }
    guard keeping.isEmpty || access(slot.tree, F_OK) == 0 else { return nil }
    clear(slot)
    try withWorkspace(slot) { (workspace, _) throws(GitError) in try workspace.clear() }
    isCleared = true
    return Cleared(slot: slot)
  }

  /// Makes a cleared workspace hold a tree. Where that fails it is free again.
  ///
  /// - Parameter keeping: what stays from one claim to the next, as in `prepare`.
  package func fill(
    _ cleared: Cleared, with tree: ObjectID, keeping: [String]
  ) throws(WorkspaceError) -> Spare {
    do throws(WorkspaceError) {
      try withWorkspace(cleared.slot) { (workspace, _) throws(GitError) in
        try workspace.makeReady(tree: tree, keeping: keeping)
      }
    } catch {
      free(cleared.slot)
      throw error
    }
    return Spare(slot: cleared.slot, tree: tree)
  }

  /// Gives a spare workspace to a claim whose base is `commit`, which has the spare's tree.
  ///
  /// - Returns: whether it could be; if not it is free again, and the claim needs another one, which
  ///   says what is wrong if that cannot be had either.
  package func handOver(
    _ spare: Spare, to handoff: HandoffID, fence: Fence, at commit: ObjectID
  ) -> Bool {
    let slot = spare.slot
    do {
      try writeHolder(Holder(handoff: handoff, fence: fence), slot)
      // Its last worker may have been late.
      clear(slot)
      if try Workspace.handOver(slot.directory, holding: spare.tree, at: commit) { return true }
    } catch {}
    free(slot)
    return false
  }

  /// Removes what the last claim left beside its folder.
  private func clear(_ slot: Slot) {
    for path in [slot.report, slot.packet, slot.hook] { removeIfPresent(path) }
  }

  /// The workspace that was prepared for a claim; `nil` where there is none any more.
  package func slot(of handoff: HandoffID, fence: Fence) -> Slot? {
    names(prefix: "agent").map(slot).first {
      holder(of: $0) == Holder(handoff: handoff, fence: fence)
    }
  }

  /// Gives a claim's workspace back; what is in it may be overwritten from now on.
  package func free(_ slot: Slot) {
    removeIfPresent(slot.hook)
    removeIfPresent(slot.directory + "/holder")
    busy.withLock { _ = $0.remove(slot.name) }
  }

  /// Gives up a workspace whose worker may still be writing in it, be it by absolute paths: neither
  /// the folder nor its name is ever handed out again. Its `holder` file goes along, so that it is
  /// found by its claim.
  package func giveUp(_ slot: Slot, fence: Fence) {
    rename(slot.directory, "\(root)/lost-\(slot.name)-\(fence)")
    busy.withLock { _ = $0.remove(slot.name) }
  }

  /// A workspace with the claim that its `holder` file names.
  package typealias Held = (slot: Slot, handoff: HandoffID, fence: Fence)

  /// The workspaces that claims hold.
  package func heldSlots() -> [Held] { held(prefix: "agent") }

  /// The workspaces that were given up.
  package func lostSlots() -> [Held] { held(prefix: "lost") }

  /// The workspaces that were given up and whose removal a crash cut short. What was in them is kept
  /// by a ref: removal begins with the name.
  package func halfRemovedSlots() throws(WorkspaceError) -> [Slot] {
    let retired = Set(try retiredNames())
    return names(prefix: "lost").filter { retired.contains(Self.nameBefore(lost: $0)) }.map(slot)
      .filter { !hasHolder($0) }
  }

  private func held(prefix: String) -> [Held] {
    names(prefix: prefix).map(slot).compactMap { slot in
      holder(of: slot).map { (slot, $0.handoff, $0.fence) }
    }
  }

  /// The workspaces that no claim and no proof holds.
  package func idleSlots() -> [Slot] {
    let busy = busy.withLock { $0 }
    return (names(prefix: "agent") + names(prefix: "proof")).map(slot)
      .filter { !busy.contains($0.name) && !hasHolder($0) }
  }

  /// Removes a workspace with everything in it.
  ///
  /// - Throws: `WorkspaceError` where it is in use or the disk refuses.
  package func remove(_ slot: Slot) throws(WorkspaceError) {
    if slot.name.hasPrefix("lost-") { try retire(Self.nameBefore(lost: slot.name)) }
    try withWorkspace(slot) { (workspace, _) throws(GitError) in try workspace.remove() }
  }

  // MARK: Proofs

  /// Runs `body` with a clean workspace that holds exactly `tree` and that no agent has touched.
  package func withProofSlot<Value, Failure: Error>(
    _ body: (Slot) async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let slot = take(prefix: "proof")
    defer { busy.withLock { _ = $0.remove(slot.name) } }
    return try await body(slot)
  }

  /// Opens the project and a workspace on the calling thread and hands both in.
  package func withWorkspace<Value>(
    _ slot: Slot, _ body: (Workspace, Repository) throws(GitError) -> Value
  ) throws(WorkspaceError) -> Value {
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: projectRoot)
      let workspace = try Workspace.open(directory: slot.directory, project: repository)
      return try body(workspace, repository)
    } catch {
      throw WorkspaceError(directory: slot.directory, error)
    }
  }

  // MARK: Names

  private struct Holder: Hashable {
    let handoff: HandoffID
    let fence: Fence
  }

  private func takeForAgent() throws(WorkspaceError) -> Slot {
    take(prefix: "agent", avoiding: Set(try retiredNames()))
  }

  private func take(prefix: String, avoiding retired: Set<String> = []) -> Slot {
    let held = retired.union(names(prefix: "agent").filter { hasHolder(slot($0)) })
      .union(names(prefix: "lost").map(Self.nameBefore))
    return busy.withLock { busy in
      var number = 1
      while held.contains("\(prefix)-\(number)") || busy.contains("\(prefix)-\(number)") {
        number += 1
      }
      busy.insert("\(prefix)-\(number)")
      return slot("\(prefix)-\(number)")
    }
  }

  /// The names of removed folders that had been given up, a line each.
  private var retiredFile: String { root + "/retired" }

  private func retiredNames() throws(WorkspaceError) -> [String] {
    do throws(FileError) {
      let bytes = try readFileIfPresent(retiredFile) ?? []
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    } catch {
      throw WorkspaceError(directory: root, reason: "\(error)")
    }
  }

  private func retire(_ name: String) throws(WorkspaceError) {
    let retired = try retiredNames()
    guard !retired.contains(name) else { return }
    let names = retired + [name]
    do throws(FileError) {
      try AtomicFile.write(
        Array(names.map { $0 + "\n" }.joined().utf8), to: retiredFile, durability: .processes)
    } catch {
      throw WorkspaceError(directory: root, reason: "\(error)")
    }
  }

  /// `agent-1` of `lost-agent-1-17`.
  private static func nameBefore(lost name: String) -> String {
    let rest = name.dropFirst("lost-".count)
    return String(rest[..<(rest.lastIndex(of: "-") ?? rest.endIndex)])
  }

  private func slot(_ name: String) -> Slot { Slot(name: name, directory: "\(root)/\(name)") }

  private func names(prefix: String) -> [String] {
    directoryEntries(root).filter { $0.hasPrefix(prefix + "-") }.sorted()
  }

  private func writeHolder(_ holder: Holder, _ slot: Slot) throws(WorkspaceError) {
    do throws(FileError) {
      try AtomicFile.write(
        Array("\(holder.handoff) \(holder.fence)\n".utf8), to: slot.directory + "/holder",
        durability: .processes)
    } catch {
      throw WorkspaceError(directory: slot.directory, reason: "\(error)")
    }
  }

  /// Whether anybody holds a workspace, be it by a file that does not read: what lies in it may be
  /// the only copy of work, so it is neither handed out nor removed.
  private func hasHolder(_ slot: Slot) -> Bool {
    access(slot.directory + "/holder", F_OK) == 0
  }

  /// The claim that a workspace's `holder` file names; `nil` where it names none.
  private func holder(of slot: Slot) -> Holder? {
    guard let bytes = try? readFileIfPresent(slot.directory + "/holder") else { return nil }
    let parts = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard parts.count == 2, let handoff = HandoffID(String(parts[0])),
      let fence = Int(parts[1]).flatMap(Fence.init)
    else { return nil }
    return Holder(handoff: handoff, fence: fence)
  }
}

/// A workspace could not be made, switched or read.
package struct WorkspaceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The folder that holds everything of it.
  package let directory: String
  /// What went wrong.
  package let reason: String
  /// Whether what lies in the workspace is the reason, and not the machine: a file too large, too
  /// many of them, a name that no tree can hold, a folder that may not be read.
  package let isContent: Bool
  /// Whether whoever prepared the workspace was killed in the middle, so that no worker was ever
  /// given it.
  package var isUnprepared: Bool

  /// An error of which the machine, and not what lies in the workspace, is the reason.
  package init(directory: String, reason: String) {
    self.directory = directory
    self.reason = reason
    isContent = false
    isUnprepared = false
  }

  init(directory: String, _ error: GitError) {
    self.directory = directory
    reason = error.description
    isUnprepared = error.reason == .notSwitched
    isContent =
      switch error.reason {
      case .fileTooLarge, .tooManyChanges, .tooMuchContent, .invalidName: true
      case .system(let number): [EACCES, EPERM, ELOOP, ENAMETOOLONG].contains(number)
      default: false
      }
  }

  /// What happened, and to which workspace.
  package var description: String { "the workspace \(directory): \(reason)" }
}

/// Frees a name beside an agent's folder. What cannot be unlinked, such as a folder that the agent put
/// there, is moved out of the way.
private func removeIfPresent(_ path: String) {
  guard unlink(path) != 0, errno != ENOENT else { return }
  rename(path, "\(path)-\(getpid())-\(clock())")
}

/// The names in a folder, without `.` and `..`; empty where it cannot be read.
func directoryEntries(_ path: String) -> [String] {
  guard let handle = opendir(path) else { return [] }
  defer { closedir(handle) }
  var names: [String] = []
  while let entry = readdir(handle) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names
}

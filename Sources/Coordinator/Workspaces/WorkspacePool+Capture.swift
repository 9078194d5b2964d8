// SPDX-License-Identifier: Apache-2.0
// Reading what a worker left in its workspace, and writing what it is given.

import Agents
import Documents
package import Domain
import Git
import Glibc

extension WorkspacePool {
  /// A workspace's files as a tree, with what was left out.
  package struct Captured: Sendable {
    /// The files, as a tree in the project's own object store.
    package let tree: ObjectID
    /// What was left out, and why; for people.
    package let notes: [String]

    package init(
      tree: ObjectID, notes: [String]
    ) {
      self.tree = tree
      self.notes = notes
    }
  }

  /// Reads a workspace into a tree of the project's own object store.
  ///
  /// Whatever lies under `.claude/` stays as it was: a submission changes nothing about the session
  /// that judges it.
  package func capture(_ slot: Slot, litter: [String]) throws(WorkspaceError) -> Captured {
    do throws(WorkspaceError) {
      return try contents(of: slot, litter: litter)
    } catch {
      var error = error
      // The packet is removed before a workspace is prepared, and comes last.
      error.isUnprepared = error.isUnprepared && access(slot.packet, F_OK) != 0
      throw error
    }
  }

  private func contents(of slot: Slot, litter: [String]) throws(WorkspaceError) -> Captured {
    try withWorkspace(slot) { (workspace, repository) throws(GitError) in
      let captured = try Self.read(workspace, repository, litter: litter)
      try repository.hold(captured.tree, as: CheckpointReference.workspace(slot.name))
      return captured
    }
  }

  private static func read(
    _ workspace: Workspace, _ repository: Repository, litter: [String]
  ) throws(GitError) -> Captured {
    let captured = try workspace.capture(excluding: litter)
    let own = captured.changes.filter { $0.path.hasPrefix(".claude/") || $0.path == ".claude" }
    guard !own.isEmpty else { return Captured(tree: captured.tree, notes: captured.notes) }
    let tree = try repository.tree(applying: own.map(\.undo), to: captured.tree)
    return Captured(
      tree: tree,
      notes: captured.notes + ["changes under .claude/ were left out: \(own.count) files"])
  }

  /// Lets go of what was read of a workspace last: what was sealed has refs of its own.
  func release(_ slot: Slot) throws(WorkspaceError) {
    try withWorkspace(slot) { (_, repository) throws(GitError) in
      let name = CheckpointReference.workspace(slot.name)
      guard let held = try repository.reference(name) else { return }
      try repository.deleteReference(name, expecting: held)
    }
  }
}

extension Repository {
  /// Makes a ref lead to a tree. While what was handed in is proved nothing else leads to it, and
  /// `git gc --prune=now` would take it away.
  fileprivate func hold(_ tree: ObjectID, as name: String) throws(GitError) {
    let held = try reference(name)
    if held == tree {
      try createReference(name, to: tree)
    } else {
      try moveReference(name, to: tree, expecting: held)
    }
  }
}

extension WorkspacePool.Slot {
  /// Writes the packet, and what hooks have to know, beside the folder that the agent works in.
  func write(_ packet: Packet, _ claim: ClaimDocument) throws(WorkspaceError) {
    do throws(FileError) {
      // Both are made anew with every claim, and no claim of ours outlives a power failure.
      try AtomicFile.write(
        Array(packet.json.prettyText.utf8), to: self.packet, durability: .processes)
      try AtomicFile.write(
        Array(claim.json.prettyText.utf8), to: hook, durability: .processes)
    } catch {
      throw WorkspaceError(directory: directory, reason: "\(error)")
    }
  }
}

extension FileChange {
  /// The edit that makes the old tree's path like the new tree's.
  var edit: TreeEdit {
    switch kind {
    case .added(let new), .modified(_, let new): .put(path: path, blob: new.id, mode: new.mode)
    case .deleted: .remove(path: path)
    }
  }

  /// The edit that takes the change back.
  var undo: TreeEdit {
    switch kind {
    case .added: .remove(path: path)
    case .modified(let old, _), .deleted(let old): .put(path: path, blob: old.id, mode: old.mode)
    }
  }
}

extension WorkspacePool {
  /// Applies a patch to the workspace whose working folder is `tree`.
  ///
  /// - Returns: why it does not apply; `nil` where it did.
  package func apply(_ patch: [UInt8], inTree tree: String) async -> String? {
    let directory = tree.hasSuffix("/tree") ? String(tree.dropLast("/tree".count)) : tree
    let slot = Slot(name: "", directory: directory)
    do throws(WorkspaceError) {
      try await offloaded { () throws(WorkspaceError) in
        try self.withWorkspace(slot) { (workspace, _) throws(GitError) in
          try workspace.apply(patch: patch)
        }
      }
      return nil
    } catch {
      return error.reason
    }
  }
}

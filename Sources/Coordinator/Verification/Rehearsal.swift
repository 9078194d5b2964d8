// SPDX-License-Identifier: Apache-2.0
// Coordinators that prove again what another one proved: over a replayed store, in clean workspaces
// of their own, with the settings of back then.

package import Documents
import Domain
import Git
import Glibc
import Store
package import Supervision

/// What it takes to prove a session's claims again.
package struct RehearsalPlace: Sendable {
  let paths: ProjectPaths
  let environment: [String: String]
  let shipped: ShippedFiles
  let supervisor: Supervisor
  let clock: Clock

  /// - Parameters:
  ///   - paths: the project whose objects are read; its files are not.
  ///   - environment: what the program was started with; proofs get what the session's
  ///     configuration names.
  package init(
    paths: ProjectPaths, environment: [String: String], shipped: ShippedFiles,
    supervisor: Supervisor, clock: @escaping Clock
  ) {
    self.paths = paths
    self.environment = environment
    self.shipped = shipped
    self.supervisor = supervisor
    self.clock = clock
  }
}

/// Makes a coordinator for each configuration of a session.
final class Rehearsal {
  private let place: RehearsalPlace
  private let archive: SessionArchive
  private let store: any SessionStore
  private var made: [Digest: Coordinator] = [:]

  init(_ place: RehearsalPlace, archive: SessionArchive, store: any SessionStore) {
    self.place = place
    self.archive = archive
    self.store = store
  }

  /// The coordinator with the settings that a configuration gives on the commit where the session
  /// began.
  func coordinator(
    under configuration: Digest, base: ObjectID
  ) async throws(Problem) -> Coordinator {
    if let known = made[configuration] { return known }
    guard let body = archive.documents[configuration] else {
      throw Problem(
        code: "VERIFY003", exit: .integrityFailure,
        message: "the configuration \(configuration.hex.prefix(10)) is not in the archive")
    }
    let paths = place.paths.withOwnWorkspaces(
      "\(Self.prefix)\(getpid())-\(archive.session)-\(configuration.hex.prefix(8))")
    let coordinator = Coordinator(
      paths: paths, settings: try await settings(body, at: base, paths), store: store,
      supervisor: place.supervisor, clock: place.clock, tell: { _ in })
    made[configuration] = coordinator
    return coordinator
  }

  /// Removes the workspaces of all coordinators.
  func end() async {
    for coordinator in made.values { await Self.remove(coordinator.paths) }
  }

  // MARK: Settings

  /// Reads the settings as they were: from the files of the base commit, with the configuration of
  /// the session in its place. Only the tree's own files are looked at, through no link of theirs.
  private func settings(
    _ configuration: String, at base: ObjectID, _ paths: ProjectPaths
  ) async throws(Problem) -> ProjectSettings {
    let pool = WorkspacePool(paths: paths)
    let place = place
    let loaded: Result<ProjectSettings, Problem>
    do throws(WorkspaceError) {
      loaded = try await pool.withProofSlot { slot async throws(WorkspaceError) in
        try await offloaded { () throws(WorkspaceError) in
          try pool.withWorkspace(slot) { (workspace, repository) throws(GitError) in
            let blob = try repository.writeBlob(Array(configuration.utf8))
            let tree = try repository.tree(
              applying: [.put(path: Self.configurationPath, blob: blob, mode: .file)],
              to: repository.tree(ofCommit: base))
            try workspace.switchTo(tree: tree, agentRepositoryAt: nil, keeping: [])
          }
        }
        return Result { () throws(Problem) in
          try ProjectSettings.load(
            paths: ProjectPaths(root: slot.tree, environment: place.environment),
            shipped: place.shipped, environment: place.environment, driver: nil,
            supervisor: place.supervisor)
        }
      }
    } catch {
      throw Problem(error)
    }
    return try loaded.get()
  }

  private static let configurationPath = ".claude/config/project.json"

  // MARK: Workspaces

  private static let prefix = "verify-"

  /// Removes the workspaces of verifications that were killed.
  static func sweep(_ paths: ProjectPaths) async {
    for name in directoryEntries(paths.workspaces) where name.hasPrefix(prefix) {
      let number = name.dropFirst(prefix.count).prefix { $0 != "-" }
      guard let pid = pid_t(number), kill(pid, 0) != 0, errno == ESRCH else { continue }
      await remove(paths.withOwnWorkspaces(name))
    }
  }

  /// What cannot be removed stays for the next sweep.
  private static func remove(_ paths: ProjectPaths) async {
    let pool = WorkspacePool(paths: paths)
    for slot in pool.idleSlots() {
      _ = await offloaded {
        Result { () throws(WorkspaceError) in try pool.remove(slot) }
      }
    }
    rmdir(paths.workspaces)
  }
}

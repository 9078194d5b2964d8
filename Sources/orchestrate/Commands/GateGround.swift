// SPDX-License-Identifier: Apache-2.0
// What gates are asked of: the files as they are, the session's record, and the base.

import Coordinator
import Domain
import Git
import Glibc
import Store

/// Where a run of gates looks.
struct GateGround {
  private let project: ProjectAccess
  private let settings: ProjectSettings
  /// The revision that was asked for; `nil` for none.
  private let base: String?
  private let sessionName: String?

  /// What size and documents are compared with where no base is given.
  private static let baseDefault = "HEAD~1"

  init(_ project: ProjectAccess, _ settings: ProjectSettings, _ invocation: Invocation) {
    self.project = project
    self.settings = settings
    base = invocation.text("base")
    sessionName = invocation.text("session")
  }

  /// The folder with what is known about it.
  ///
  /// - Parameter asking: whether a gate asks a session's record, which is then read.
  func context(asking: Bool) throws(Problem) -> GateContext {
    let session = try asking ? sessionFacts() : nil
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: project.paths.root)
      guard let head = try repository.head().commit else {
        return GateContext(
          directory: project.paths.root, tree: nil, changes: nil, session: session)
      }
      let tree = try repository.tree(ofCommit: head)
      return GateContext(
        directory: project.paths.root, tree: tree, changes: try changes(repository, to: tree),
        session: session)
    } catch {
      throw problem(error)
    }
  }

  /// Runs `body` with the base that was asked for, whose workspaces are this run's own: a live
  /// coordinator has others, and they are gone afterwards.
  func withBase(
    _ runner: GateRunner, _ body: (GateBase?) async -> Void
  ) async throws(Problem) {
    guard let base else {
      await body(nil)
      return
    }
    let tree: ObjectID
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: project.paths.root)
      tree = try repository.tree(ofCommit: try repository.resolve(base))
    } catch {
      throw problem(error)
    }
    let folder = "\(project.paths.workspaces)/gates-\(getpid())"
    let pool = WorkspacePool(
      paths: ProjectPaths(root: project.paths.root, environment: ["ORCHESTRATE_WORKSPACES": folder])
    )
    let keeping = settings.proof.keeping
    await body(
      GateBase(name: base) { gate in
        await runner.ask(gate, onTree: tree, in: pool, keeping: keeping)
      })
    for slot in pool.idleSlots() {
      do throws(WorkspaceError) {
        try pool.remove(slot)
        rmdir(slot.directory)
      } catch {
        // The answers are there; a folder that resists is left to whoever cleans that place.
        continue
      }
    }
    // Each goes only if it is empty: the last one is the project's own folder of workspaces.
    for path in [pool.folder, folder, project.paths.workspaces] { rmdir(path) }
  }

  private func problem(_ error: GitError) -> Problem {
    guard let base, error.reason == .notFound else { return Problem(error) }
    return Problem(
      code: "GATE005", exit: .notFound, message: "there is no commit \(base) to compare with",
      reason: "a clone for CI often holds the newest commit only", remedy: "git fetch --unshallow")
  }

  /// What changed since the base; `nil` in a repository with one commit.
  private func changes(_ repository: Repository, to tree: ObjectID) throws(GitError) -> ChangeSet? {
    let commit: ObjectID
    do throws(GitError) {
      commit = try repository.resolve(base ?? Self.baseDefault)
    } catch {
      guard error.reason == .notFound, base == nil else { throw error }
      return nil
    }
    return try settings.proof.paths.changes(
      from: repository.tree(ofCommit: commit), to: tree, in: repository)
  }

  private func sessionFacts() throws(Problem) -> SessionGateFacts? {
    let wanted = try Arguments.session(sessionName)
    guard let store = try project.reader() else { return nil }
    do throws(StoreError) {
      let newest = try store.sessions().last?.plan.session
      guard let id = wanted ?? newest else { return nil }
      return try SessionGateFacts.read(id, from: store)
    } catch {
      throw Problem(error)
    }
  }
}

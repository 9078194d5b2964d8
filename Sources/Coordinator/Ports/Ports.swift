// SPDX-License-Identifier: Apache-2.0
// What the coordinator's decisions act through: all that is slow, can fail or waits.

package import Signing
package import Store
package import Supervision

/// Waits, and ends early with `CancellationError` where its task is cancelled.
package typealias Pause = @Sendable (Duration) async throws -> Void

/// The world as the coordinator's decisions meet it: beside store and clock, nothing else of it is
/// awaited between two decisions. Each port has one real side, and one in the simulation.
package struct Ports: Sendable {
  /// The project's objects and refs.
  package let repository: any RepositoryDoor
  /// Where claims are worked on.
  package let workspaces: any Workspaces
  /// What decides whether work holds.
  package let prover: any Prover
  /// The journal's copy in git.
  package let archive: any Archive
  /// The files that people read.
  package let projections: any Projections
  /// Where operations are written down.
  package let operations: any Operations
  /// How it waits.
  package let pause: Pause
  /// What the worker in a slot of this process calls itself.
  package let workerName: @Sendable (_ slot: Int) -> String
  /// Where the coordinator's own tasks run; `nil` leaves it to Swift. An unstructured task does not
  /// run where its maker does unless it is told.
  package let executor: (any TaskExecutor)?

  /// The world in these ports; its operations are written nowhere unless said otherwise.
  package init(
    repository: any RepositoryDoor, workspaces: any Workspaces, prover: any Prover,
    archive: any Archive, projections: any Projections,
    operations: any Operations = UnwrittenOperations(), pause: @escaping Pause,
    workerName: @escaping @Sendable (_ slot: Int) -> String = { WorkerName.ours(slot: $0) },
    executor: (any TaskExecutor)? = nil
  ) {
    self.repository = repository
    self.workspaces = workspaces
    self.prover = prover
    self.archive = archive
    self.projections = projections
    self.operations = operations
    self.pause = pause
    self.workerName = workerName
    self.executor = executor
  }

  /// The machine's own: libgit2, folders, child processes and files.
  package static func real(
    paths: ProjectPaths, pool: WorkspacePool, settings: ProjectSettings,
    store: any SessionStore, supervisor: Supervisor, clock: @escaping Clock,
    signingKey: SigningKey?
  ) -> Ports {
    let bench = ProofBench(
      settings: settings.proof, workspaces: pool, supervisor: supervisor, clock: clock)
    return Ports(
      repository: RepositoryFolder(root: paths.root),
      workspaces: PooledWorkspaces(pool: pool, preserving: paths.claude + "/emergency"),
      prover: StageProver(
        settings: settings.proof, bench: bench, projectRoot: paths.root, clock: clock),
      archive: GitArchive(store: store, projectRoot: paths.root, key: signingKey),
      projections: ProjectFiles(paths: paths, settings: settings),
      operations: GitOperations(paths: paths, clock: clock),
      pause: { try await Task.sleep(for: $0) })
  }
}

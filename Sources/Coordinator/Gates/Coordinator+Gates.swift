// SPDX-License-Identifier: Apache-2.0
// The project's gates, asked of a task's merged tree before it may land.

import Domain
import Git
import Store
import Supervision

extension Coordinator {
  /// The checks of the configured gates on a merged tree, in a clean workspace.
  nonisolated func taskGates(
    on tree: ObjectID, of task: TaskRecord
  ) async throws(Problem) -> (checks: [Check], evidence: [EvidenceRecord]) {
    // The tests were run on this tree already, and size is checked at green.
    let gates = settings.gates.filter {
      switch $0.question {
      case .testsPass, .microTaskSize: false
      case .command, .noConsoleErrors, .performance, .documentationUpdated, .unanswerable: true
      }
    }
    guard !gates.isEmpty, let base = task.progress.base else { return ([], []) }
    let paths = settings.proof.paths
    let changes = try await git { (repository) throws(GitError) in
      try paths.changes(from: repository.tree(ofCommit: base), to: tree, in: repository)
    }
    let pool = workspaces
    let keeping = settings.proof.keeping
    do throws(WorkspaceError) {
      let results = try await pool.withProofSlot { slot async throws(WorkspaceError) in
        var results: [GateResult] = []
        for gate in gates {
          try await offloaded { () throws(WorkspaceError) in
            try pool.withWorkspace(slot) { (workspace, _) throws(GitError) in
              try workspace.switchTo(tree: tree, agentRepositoryAt: nil, keeping: keeping)
            }
          }
          results.append(
            await gateRunner.ask(
              gate, GateContext(directory: slot.tree, tree: tree, changes: changes)))
        }
        return results
      }
      return (results.map(\.check), results.compactMap(\.evidence))
    } catch {
      throw Problem(error)
    }
  }
}

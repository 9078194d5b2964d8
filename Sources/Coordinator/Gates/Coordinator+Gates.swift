// SPDX-License-Identifier: Apache-2.0
// The project's gates, asked of a task's merged tree before it may land.

import Documents
package import Domain
import Git
import Store
import Supervision

extension Coordinator {
  /// The checks of the gates on a merged tree, in a clean workspace: the project's own, and those
  /// of the set that the task's workflow is given.
  ///
  /// - Parameters:
  ///   - branch: the tree of the session branch before the merge; coverage may not fall below its.
  ///   - hasTests: whether that tree has any test; without one there is nothing to fall below.
  nonisolated func taskGates(
    on tree: ObjectID, of task: TaskRecord, in session: SessionID, over branch: ObjectID,
    hasTests: Bool
  ) async throws(Problem) -> (checks: [Check], evidence: [EvidenceRecord]) {
    let set = settings.gateSets.set(of: task.planned.workflow.name)
    // The tests were run on this tree already, and size is checked at green.
    let gates = GateChoice(configured: settings.gates).gates(with: set).filter {
      switch $0.question {
      case .testsPass, .microTaskSize: false
      case .command, .noConsoleErrors, .performance, .coverage, .documentationUpdated, .session,
        .attestation, .notApplicable, .unanswerable:
        true
      }
    }
    guard !gates.isEmpty, let base = task.progress.base else { return ([], []) }
    let paths = settings.proof.paths
    let changes = try await git { (repository) throws(GitError) in
      try paths.changes(from: repository.tree(ofCommit: base), to: tree, in: repository)
    }
    let facts = try gates.contains(where: \.asksSession) ? sessionFacts(session) : nil
    let coverageBase = hasTests ? coverageBase(branch) : nil
    var results: [GateResult] = []
    for gate in gates {
      results.append(
        try await onClean(tree) { [gateRunner] slot in
          await gateRunner.judge(
            gate,
            GateContext(directory: slot.tree, tree: tree, changes: changes, session: facts),
            base: gate.measuresCoverage ? coverageBase : nil)
        })
    }
    for result in results where result.standing != .asMeasured {
      tell(.note("gate \(result.gate.id): \(result.standing.words(result.check))"))
    }
    return (results.map(\.settledCheck), results.compactMap(\.evidence))
  }

  /// The session branch as it was, of which coverage is asked as well.
  nonisolated private func coverageBase(_ tree: ObjectID) -> GateBase {
    let (runner, pool, keeping) = (gateRunner, workspaces, settings.proof.keeping)
    return GateBase(name: "the session branch") { gate in
      await runner.ask(gate, onTree: tree, in: pool, keeping: keeping)
    }
  }

  nonisolated private func onClean<Value: Sendable>(
    _ tree: ObjectID, _ body: (WorkspacePool.Slot) async -> Value
  ) async throws(Problem) -> Value {
    do throws(WorkspaceError) {
      return try await workspaces.withCleanTree(tree, keeping: settings.proof.keeping, body)
    } catch {
      throw Problem(error)
    }
  }

  nonisolated private func sessionFacts(_ session: SessionID) throws(Problem) -> SessionGateFacts? {
    try read { (store) throws(StoreError) in try SessionGateFacts.read(session, from: store) }
  }
}

extension GateRunner {
  /// Asks a gate of a tree in a clean workspace. What keeps the workspace from being made keeps the
  /// gate from being run.
  package func ask(
    _ gate: Gate, onTree tree: ObjectID, in pool: WorkspacePool, keeping: [String]
  ) async -> GateResult {
    do throws(WorkspaceError) {
      return try await pool.withCleanTree(tree, keeping: keeping) { slot in
        await ask(gate, GateContext(directory: slot.tree, tree: tree, changes: nil))
      }
    } catch {
      return GateResult(gate: gate, check: gate.didNotRun("\(error)"))
    }
  }
}

extension WorkspacePool {
  /// Runs `body` with a workspace that holds exactly `tree`.
  func withCleanTree<Value: Sendable>(
    _ tree: ObjectID, keeping: [String], _ body: (Slot) async -> Value
  ) async throws(WorkspaceError) -> Value {
    try await withProofSlot { slot async throws(WorkspaceError) in
      try await offloaded { () throws(WorkspaceError) in
        try self.withWorkspace(slot) { (workspace, _) throws(GitError) in
          try workspace.switchTo(tree: tree, agentRepositoryAt: nil, keeping: keeping)
        }
      }
      return await body(slot)
    }
  }
}

extension GateResult {
  /// The check as a merge is judged by it: what is excused is recorded with its verdict, as a
  /// warning that says who or what excuses it.
  fileprivate var settledCheck: Check {
    guard standing.excuses else { return check }
    return Check(
      name: check.name, level: .warn, verdict: check.verdict, code: check.code,
      message: standing.words(check))
  }
}

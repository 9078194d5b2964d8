// SPDX-License-Identifier: Apache-2.0
// The project's gates, asked of a task's merged tree before it may land.

import Documents
package import Domain
import Git
import Store
import Supervision

extension Coordinator {
  /// Sees to it before any work that people have signed what only they can answer: no agent's work
  /// could make up for it at the merge.
  ///
  /// - Throws: `Problem` with exit 14 that names the gates.
  func requireSignatures(_ session: SessionID) async throws(Problem) {
    guard settings.gateSets != .none else { return }
    let tasks = try read { (store) throws(StoreError) in try store.tasks(in: session) }
    let choice = GateChoice(configured: settings.gates)
    let sets = Set(tasks.compactMap { settings.gateSets.set(of: $0.planned.workflow.name) })
    let context = GateContext(directory: paths.root, tree: nil, changes: nil)
    var open: [String] = []
    for gate in choice.everything where gate.needsSignature {
      guard sets.contains(where: { choice.gates(with: $0).contains(gate) }) else { continue }
      if await gateRunner.judge(gate, context, base: nil).stops { open.append(gate.id) }
    }
    guard open.isEmpty else {
      throw Problem(
        code: "GATE006", exit: .approvalNeeded,
        message:
          "gates wait for a person's word before session \(session) goes on: \(listed(open))",
        reason: "gate_sets asks for them, and nothing here measures them",
        remedy: "orchestrate gate attest \(open[0]) --by NAME --evidence FILE")
    }
  }

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
    let root = self.paths.root
    let changes: ChangeSet
    do throws(GitError) {
      changes = try await offloaded { () throws(GitError) in
        let repository = try Repository(discoveringFrom: root)
        return try paths.changes(from: repository.tree(ofCommit: base), to: tree, in: repository)
      }
    } catch {
      throw Problem(error)
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
    for result in results {
      if case .waived = result.standing {
        tell(.warning("gate \(result.gate.id): \(result.standing.words(result.check))"))
      }
    }
    return (results.map(\.settledCheck), results.compactMap(\.evidence))
  }

  /// The session branch as it was, of which coverage is asked as well.
  nonisolated private func coverageBase(_ tree: ObjectID) -> GateBase {
    let (runner, pool, keeping) = (gateRunner, pool, settings.proof.keeping)
    return GateBase(name: "the session branch") { gate in
      await runner.ask(gate, onTree: tree, in: pool, keeping: keeping)
    }
  }

  nonisolated private func onClean<Value: Sendable>(
    _ tree: ObjectID, _ body: (WorkspacePool.Slot) async -> Value
  ) async throws(Problem) -> Value {
    do throws(WorkspaceError) {
      return try await pool.withCleanTree(tree, keeping: settings.proof.keeping, body)
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

// SPDX-License-Identifier: Apache-2.0
// Where the coordinator runs a project's tests itself: in workspaces no agent has touched.

package import Domain
import Git
package import Supervision
import Synchronization

/// One observation with the record under which it is kept.
package struct Observed: Sendable {
  /// What the rules are asked with: the outcomes, or that there are none.
  package let tests: TestObservation
  /// Why nothing ran; `nil` where something did.
  package let obstacle: DidNotRun?
  /// How long the run took.
  package let duration: Duration
  /// The same as it is kept.
  package let record: EvidenceRecord

  package init(
    tests: TestObservation, obstacle: DidNotRun?, duration: Duration, record: EvidenceRecord
  ) {
    self.tests = tests
    self.obstacle = obstacle
    self.duration = duration
    self.record = record
  }
}

/// Runs tests on trees.
package final class ProofBench: Sendable {
  private let settings: ProofSettings
  private let workspaces: WorkspacePool
  private let supervisor: Supervisor
  private let clock: Clock
  /// Whole runs that ended with outcomes, by tree: the same tree with the same command is the same
  /// baseline. Bounded; the oldest go first.
  private let known = Mutex<[(tree: ObjectID, observed: Observed)]>([])

  package init(
    settings: ProofSettings, workspaces: WorkspacePool, supervisor: Supervisor,
    clock: @escaping Clock
  ) {
    self.settings = settings
    self.workspaces = workspaces
    self.supervisor = supervisor
    self.clock = clock
  }

  /// The project's tests on `tree`, from an earlier run of this process where there was one.
  package func remembered(
    _ tree: ObjectID, kind: Evidence.Kind, note: String
  ) async throws(WorkspaceError) -> Observed {
    if let found = known.withLock({ $0.last { $0.tree == tree }?.observed }) { return found }
    return try await observe(tree, kind: kind, note: note)
  }

  /// Runs the project's tests on `tree`.
  ///
  /// - Parameter selecting: the tests to run; `nil` for all.
  package func observe(
    _ tree: ObjectID, kind: Evidence.Kind, selecting: [TestIdentity]? = nil, note: String
  ) async throws(WorkspaceError) -> Observed {
    let startedAt = clock().wall
    var run = try await run(tree, selecting)
    // Whoever watched over it was killed: that says nothing of the tests.
    for _ in 1..<Self.runsMax where run.termination == .supervisorLost && !Task.isCancelled {
      run = try await self.run(tree, selecting)
    }
    let observed = Self.observed(
      run, kind: kind, tree: tree, startedAt: startedAt,
      note: settings.runner.weakness.map { "\(note) (\($0))" } ?? note)
    if selecting == nil, case .ran = observed.tests {
      known.withLock {
        $0.append((tree, observed))
        if $0.count > 64 { $0.removeFirst() }
      }
    }
    return observed
  }

  /// How often tests are run whose supervisor is killed each time.
  private static let runsMax = 3

  private func run(
    _ tree: ObjectID, _ selecting: [TestIdentity]?
  ) async throws(WorkspaceError) -> TestRunRecord {
    try await workspaces.withProofSlot { slot async throws(WorkspaceError) in
      let workspaces = self.workspaces
      let keeping = settings.keeping
      try await offloaded { () throws(WorkspaceError) in
        try workspaces.withWorkspace(slot) { (workspace, _) throws(GitError) in
          try workspace.switchTo(tree: tree, agentRepositoryAt: nil, keeping: keeping)
        }
      }
      let folder: ProofFolder
      do throws(SystemError) {
        folder = try ProofFolder()
      } catch {
        throw WorkspaceError(directory: slot.directory, reason: error.description)
      }
      defer { folder.remove() }
      let run = await runTests(
        settings.runner, in: slot.tree, environment: folder.variables(settings),
        selecting: selecting, deadline: settings.deadline, supervisor: supervisor)
      if run.termination == .supervisorLost {
        // The next run is in this folder.
        await offloaded { () throws(Never) in
          _ = StrayProcesses.end(workingBelow: slot.directory + "/")
        }
      }
      return run
    }
  }

  private static func observed(
    _ run: TestRunRecord, kind: Evidence.Kind, tree: ObjectID, startedAt: Timestamp, note: String
  ) -> Observed {
    let tests: TestObservation
    var obstacle: DidNotRun?
    switch run.run {
    case .ran(let results): tests = .ran(results)
    // Before the first test is written there is nothing to run, and nothing is broken.
    case .didNotRun(reason: .zeroTests) where kind == .baseline: tests = .ran([])
    case .didNotRun(let reason):
      tests = .didNotRun(reason: reason.description)
      obstacle = reason
    }
    let evidence = Evidence(
      kind: kind, tree: tree, command: run.command, ending: run.termination.words,
      startedAt: startedAt, durationMilliseconds: run.duration.wholeMilliseconds,
      outputDigest: run.outputDigest, output: run.output, tests: tests, note: note)
    return Observed(
      tests: tests, obstacle: obstacle, duration: run.duration, record: evidence.record)
  }
}

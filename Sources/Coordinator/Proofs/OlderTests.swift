// SPDX-License-Identifier: Apache-2.0
// Older tests as they were before the task: a line added to one can disarm it, so where any was
// touched the originals are run as well.

import Domain
import Git

extension StageProver {
  /// Runs the submission with the task base's own versions of the tests that the task touched, and
  /// without the test files that it added; everything that passed on the base must pass.
  ///
  /// - Returns: `nil` where no older test was touched, which costs nothing.
  func olderTests(
    _ question: StageQuestion, _ facts: RedFacts, _ kind: Evidence.Kind
  ) async throws(ProofError) -> (judgement: Judgement, records: [EvidenceRecord])? {
    let paths = settings.paths
    let tree = try await asked { (repository) throws(GitError) -> ObjectID? in
      let changes = try repository.changes(from: question.taskBase, to: question.submission.tree)
        .filter { paths.group(of: $0.path) == .test }
      guard changes.contains(where: { $0.old != nil }) else { return nil }
      return try repository.tree(applying: changes.map(\.undo), to: question.submission.tree)
    }
    guard let tree else { return nil }
    let run = try await observed { () async throws(WorkspaceError) in
      try await bench.observe(
        tree, kind: kind, note: "the older tests as they were before the task")
    }
    let suspects = run.tests.outcomes.map { outcomes in
      facts.baseline.passed.filter { outcomes[$0]?.isPass != true }
    }
    let repeated = try await unsteady(
      among: suspects ?? [], base: question.taskBase, tree: tree, runs: [run.tests])
    let judgement = OlderTestRules.judge(
      expected: facts.baseline.passed, now: run.tests, stage: kind.rawValue,
      unsteady: repeated.tests)
    return (judgement, [run.record] + repeated.records)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Whether each hunk of an implementation is needed: it is undone, and some test must notice.

import Domain
import Git

/// The hunks that were tried, and what was seen.
struct NecessityReport: Sendable {
  let findings: [NecessityFinding]
  let evidence: [EvidenceRecord]

  static let nothing = NecessityReport(findings: [], evidence: [])
}

extension StageProver {
  /// The most hunks that are tried for one task; a micro-task has far fewer.
  private static let hunksMax = 100

  /// Undoes every hunk between the task's base and the submission in turn, and runs first the
  /// task's own tests, then, if none noticed, all of them.
  ///
  /// Cost: one run of the task's tests for each hunk that they notice, a whole run more for each
  /// other. The time is bounded by `ProofSettings.necessityDeadline`; what is not reached is
  /// reported as not tried.
  func necessity(
    _ question: StageQuestion, _ facts: RedFacts, _ clean: Observed
  ) async throws(ProofError) -> NecessityReport {
    guard let outcomes = clean.tests.outcomes else { return .nothing }
    let own = outcomes.identities.subtracting(facts.baseline.identities).sorted()
    let hunks = try await implementationHunks(question)
    let start = clock().boot.milliseconds
    var findings: [NecessityFinding] = []
    var evidence: [EvidenceRecord] = []
    for (number, hunk) in hunks.enumerated() {
      let elapsed = Duration.milliseconds(clock().boot.milliseconds - start)
      guard number < Self.hunksMax, elapsed < settings.necessityDeadline, !Task.isCancelled else {
        findings.append(finding(hunk, .notTried))
        continue
      }
      let undone = try await asked { (repository) throws(GitError) in
        try repository.tree(undoing: hunk, in: question.submission.tree)
      }
      let (result, record) = try await isNoticed(undone, own: own, clean: outcomes, hunk)
      findings.append(finding(hunk, result))
      evidence.append(record)
    }
    return NecessityReport(findings: findings, evidence: evidence)
  }

  private func implementationHunks(
    _ question: StageQuestion
  ) async throws(ProofError) -> [Hunk] {
    let paths = settings.paths
    return try await asked { (repository) throws(GitError) in
      let set = try paths.changes(
        from: question.taskBase, to: question.submission.tree, in: repository)
      let implementation = set.changes.paths(in: [.implementation])
      guard !implementation.isEmpty else { return [] }
      return try repository.hunks(
        from: question.taskBase, to: question.submission.tree, paths: implementation,
        contextLines: 0
      ).filter(\.hasContent)
    }
  }

  private func isNoticed(
    _ tree: ObjectID, own: [TestIdentity], clean: TestOutcomes, _ hunk: Hunk
  ) async throws(ProofError) -> (NecessityFinding.Result, EvidenceRecord) {
    let note = "without \(hunk.path):\(hunk.newLines)"
    let first = try await observed { () async throws(WorkspaceError) in
      try await bench.observe(tree, kind: .necessity, selecting: own, note: note)
    }
    let verdict = Self.verdict(first.tests, expected: Set(own))
    guard verdict == .unneeded else { return (verdict, first.record) }
    let all = try await observed { () async throws(WorkspaceError) in
      try await bench.observe(tree, kind: .necessity, note: note + ", every test")
    }
    return (Self.verdict(all.tests, expected: clean.passed), all.record)
  }

  /// A run that came to no outcomes noticed the hunk only if the tests could not be built or
  /// loaded; any other reason says nothing.
  private static func verdict(
    _ observation: TestObservation, expected: Set<TestIdentity>
  ) -> NecessityFinding.Result {
    switch observation {
    case .ran(let results):
      let now = TestOutcomes(results)
      return expected.allSatisfy { now[$0]?.isPass == true } ? .unneeded : .needed
    case .didNotRun(let reason):
      return reason.hasPrefix("no report") || reason.hasPrefix("no test") ? .needed : .notTried
    }
  }

  private func finding(_ hunk: Hunk, _ result: NecessityFinding.Result) -> NecessityFinding {
    NecessityFinding(path: hunk.path, lines: hunk.newLines, result: result)
  }
}

extension Hunk {
  /// The lines of the new file that it covers: `12`, `12-15`, or `after 11` where it only removes.
  var newLines: String {
    switch newCount {
    case 0: "after \(newStart)"
    case 1: "\(newStart)"
    default: "\(newStart)-\(newStart + newCount - 1)"
    }
  }

  /// Whether it changes more than blank lines: nothing can be missed of those.
  var hasContent: Bool {
    (addedLines + removedLines).contains { line in
      line.contains { !$0.isWhitespace }
    }
  }
}

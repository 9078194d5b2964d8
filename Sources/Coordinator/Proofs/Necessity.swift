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
    let limit = settings.necessityDeadline
    let clock = clock
    // Each hunk has a workspace of its own, so they are tried at the same time on several cores.
    let tried = await mapped(hunks, width: settings.parallelProofs) {
      (number, hunk) async -> Result<Tried, ProofError> in
      let elapsed = Duration.milliseconds(clock().boot.milliseconds - start)
      guard number < Self.hunksMax, elapsed < limit, !Task.isCancelled else {
        return .success(Tried(finding: finding(hunk, .notTried), record: nil))
      }
      do throws(ProofError) {
        return .success(try await tryWithout(hunk, question, own: own, clean: clean))
      } catch {
        return .failure(error)
      }
    }
    var findings: [NecessityFinding] = []
    var evidence: [EvidenceRecord] = []
    for result in tried {
      let one = try result.get()
      findings.append(one.finding)
      if let record = one.record { evidence.append(record) }
    }
    return NecessityReport(findings: findings, evidence: evidence)
  }

  private struct Tried: Sendable {
    let finding: NecessityFinding
    let record: EvidenceRecord?
  }

  private func tryWithout(
    _ hunk: Hunk, _ question: StageQuestion, own: [TestIdentity], clean: Observed
  ) async throws(ProofError) -> Tried {
    let undone = try await asked { (repository) throws(GitError) in
      try repository.tree(undoing: hunk, in: question.submission.tree)
    }
    let (result, record) = try await isNoticed(undone, own: own, clean: clean, hunk)
    return Tried(finding: finding(hunk, result), record: record)
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
      var hunks: [Hunk] = []
      for hunk in try repository.hunks(
        from: question.taskBase, to: question.submission.tree, paths: implementation,
        contextLines: 0)
      where try Self.hasContent(hunk, in: question, repository) {
        hunks.append(hunk)
      }
      return hunks
    }
  }

  /// Whether a hunk changes more than blank lines: nothing can be missed of those.
  private static func hasContent(
    _ hunk: Hunk, in question: StageQuestion, _ repository: Repository
  ) throws(GitError) -> Bool {
    var texts = hunk.addedLines + hunk.removedLines
    if texts.isEmpty {
      // A whole file came or went.
      for tree in [question.taskBase, question.submission.tree] {
        if let text = try repository.text(at: hunk.path, inTree: tree) { texts.append(text) }
      }
    }
    return texts.contains { $0.contains { !$0.isWhitespace } }
  }

  /// Whether some test notices that a hunk is gone.
  private func isNoticed(
    _ tree: ObjectID, own: [TestIdentity], clean: Observed, _ hunk: Hunk
  ) async throws(ProofError) -> (NecessityFinding.Result, EvidenceRecord) {
    let note = "without \(hunk.path):\(hunk.newLines)"
    let probe = HunkProbe(
      clean: clean.tests.outcomes?.passed ?? [], cleanDuration: clean.duration,
      deadline: settings.deadline)
    let first = try await observed { () async throws(WorkspaceError) in
      try await bench.observe(tree, kind: .necessity, selecting: own, note: note)
    }
    if let result = probe.result(ofSelected: first, own: Set(own)) {
      return (result, first.record)
    }
    let all = try await observed { () async throws(WorkspaceError) in
      try await bench.observe(tree, kind: .necessity, note: note + ", every test")
    }
    return (probe.result(ofWhole: all), all.record)
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
}

/// Maps with at most `width` elements under way at once; the results keep the elements' order.
private func mapped<Element: Sendable, Value: Sendable>(
  _ elements: [Element], width: Int,
  _ transform: @escaping @Sendable (Int, Element) async -> Value
) async -> [Value] {
  await withTaskGroup(of: (Int, Value).self) { group in
    var results = [Value?](repeating: nil, count: elements.count)
    for (index, element) in elements.enumerated() {
      if index >= max(1, width), let (done, value) = await group.next() { results[done] = value }
      group.addTask { (index, await transform(index, element)) }
    }
    for await (done, value) in group { results[done] = value }
    return results.compactMap { $0 }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Whether each piece of an implementation is needed: it is undone, and some test must notice.

import Domain
import Git

/// The pieces that were tried, and what was seen.
struct NecessityReport: Sendable {
  let findings: [NecessityFinding]
  let evidence: [EvidenceRecord]

  static let nothing = NecessityReport(findings: [], evidence: [])
}

extension StageProver {
  /// The most pieces that are tried for one task; a micro-task has far fewer.
  private static let piecesMax = 100

  /// Undoes every piece of code between the task's base and the submission in turn, and runs first
  /// the task's own tests; then, if none noticed, those that name the piece's module; then all.
  ///
  /// Cost: one run of the task's tests for each piece that they notice, a whole run more for each
  /// other. The time is bounded by `ProofSettings.necessityDeadline`; what is not reached is
  /// reported as not tried.
  ///
  /// - Parameter quarantined: tests that notice nothing, since they fail now and then.
  func necessity(
    _ question: StageQuestion, _ facts: RedFacts, _ clean: Observed,
    except quarantined: Set<TestIdentity>
  ) async throws(ProofError) -> NecessityReport {
    guard let outcomes = clean.tests.outcomes else { return .nothing }
    let pieces = try await implementationPieces(question)
    guard !pieces.isEmpty else { return .nothing }
    let witnesses = Witnesses(
      passing: outcomes.passed.subtracting(quarantined),
      own: outcomes.identities.subtracting(facts.baseline.identities),
      files: try await testTexts(question, outcomes))
    let start = clock().boot.milliseconds
    let limit = settings.necessityDeadline
    let clock = clock
    // Each piece has a workspace of its own, so they are tried at the same time on several cores.
    let tried = await mapped(pieces, width: settings.parallelProofs) {
      (number, piece) async -> Result<Tried, ProofError> in
      let elapsed = Duration.milliseconds(clock().boot.milliseconds - start)
      guard number < Self.piecesMax, elapsed < limit, !Task.isCancelled else {
        return .success(Tried(finding: finding(piece, .notTried), records: []))
      }
      do throws(ProofError) {
        return .success(try await tryWithout(piece, question, witnesses, clean))
      } catch {
        return .failure(error)
      }
    }
    var findings: [NecessityFinding] = []
    var evidence: [EvidenceRecord] = []
    for result in tried {
      let one = try result.get()
      findings.append(one.finding)
      evidence += one.records
    }
    return NecessityReport(findings: findings, evidence: evidence)
  }

  private struct Tried: Sendable {
    let finding: NecessityFinding
    let records: [EvidenceRecord]
  }

  private func finding(_ piece: Hunk, _ result: NecessityFinding.Result) -> NecessityFinding {
    NecessityFinding(path: piece.path, lines: piece.newLines, result: result)
  }

  /// Whether some test notices that a piece is gone.
  private func tryWithout(
    _ piece: Hunk, _ question: StageQuestion, _ witnesses: Witnesses, _ clean: Observed
  ) async throws(ProofError) -> Tried {
    let tree = try await asked { (repository) throws(GitError) in
      try repository.tree(undoing: piece, in: question.submission.tree)
    }
    let note = "without \(piece.path):\(piece.newLines)"
    let probe = HunkProbe(
      clean: witnesses.passing, cleanDuration: clean.duration, deadline: settings.deadline)
    var records: [EvidenceRecord] = []
    for selection in witnesses.selections(for: piece.path) {
      let run = try await observed { () async throws(WorkspaceError) in
        try await bench.observe(
          tree, kind: .necessity, selecting: selection.sorted(), note: note)
      }
      records.append(run.record)
      if let result = probe.result(ofSelected: run, own: selection) {
        return Tried(finding: finding(piece, result), records: records)
      }
    }
    let all = try await observed { () async throws(WorkspaceError) in
      try await bench.observe(tree, kind: .necessity, note: note + ", every test")
    }
    return Tried(
      finding: finding(piece, probe.result(ofWhole: all)), records: records + [all.record])
  }

  /// The text of every test file of the submission that a test is known to be in.
  private func testTexts(
    _ question: StageQuestion, _ outcomes: TestOutcomes
  ) async throws(ProofError) -> [String: String] {
    let files = Set(outcomes.passed.map(\.file)).subtracting([""])
    return try await asked { (repository) throws(GitError) in
      var texts: [String: String] = [:]
      for file in files {
        texts[file] = try repository.text(at: file, inTree: question.submission.tree)
      }
      return texts
    }
  }
}

/// The tests that may notice something, nearest first.
private struct Witnesses: Sendable {
  /// What passes with the whole implementation.
  let passing: Set<TestIdentity>
  /// The task's own.
  let own: Set<TestIdentity>
  /// The texts of test files by path.
  let files: [String: String]

  /// What is asked before every test is: the task's own tests, then those whose file names the
  /// module, unless that is most of them.
  func selections(for path: String) -> [Set<TestIdentity>] {
    let parts = path.split(separator: "/").map { String($0.prefix { $0 != "." }) }
    let generic: Set<String> = ["__init__", "index", "mod", "lib", "main", ""]
    let module = parts.reversed().first { !generic.contains($0) } ?? ""
    let naming = passing.subtracting(own).filter { test in
      files[test.file].map { SymbolGround.contains($0, word: module) } ?? false
    }
    let nearest = own.intersection(passing)
    return [nearest, naming.count * 2 < passing.count ? naming : []].filter { !$0.isEmpty }
  }
}

extension Hunk {
  /// The lines of the new file that it covers: `12`, `12-15`, or `after 11` where it only removes.
  var newLines: String {
    switch newCount {
    case 0: newStart == 0 ? "the whole file" : "after \(newStart)"
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

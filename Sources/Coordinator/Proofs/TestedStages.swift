// SPDX-License-Identifier: Apache-2.0
// The stages that are proved by running tests: red, green, refactor and verify.

import Documents
import Domain
import Git

extension StageProver {
  func red(
    _ question: StageQuestion, _ set: ChangeSet
  ) async throws(ProofError) -> StageOutcome {
    let baseline = try await observed { () async throws(WorkspaceError) in
      try await bench.remembered(
        question.stageBase, kind: .baseline, note: "the tests before the red stage")
    }
    // Only what the stage may touch is laid on the base, whatever else was handed in.
    let onlyTests = try await tree(
      question, keepingOnly: set.changes.filter { $0.group == .test || $0.extendsSettings })
    let after = try await observed { () async throws(WorkspaceError) in
      try await bench.observe(onlyTests, kind: .red, note: "base with the red stage's test files")
    }
    let ground = try await symbolGround(question, set, after.tests)
    let repeated = try await unsteady(
      question, baseline: baseline.tests, after: after.tests, tree: onlyTests)
    let result = RedRules.judge(
      changes: set.changes, baseline: baseline.tests, after: after.tests,
      knownBroken: question.knownBroken, ground: ground, unsteady: repeated.tests,
      plan: question.planned.tests)
    return StageOutcome(
      judgement: result.judgement, evidence: [baseline.record, after.record] + repeated.records,
      sentBack: nil, summary: result.summary)
  }

  func green(
    _ question: StageQuestion, _ set: ChangeSet
  ) async throws(ProofError) -> StageOutcome {
    guard let facts = question.facts else { throw missingRed(question) }
    let now = try await run(question, .green, "every test on the implementation")
    let repeated = try await unsteady(question, facts, expected: facts.olderPassing, [now])
    var evidence = [now.record] + repeated.records
    var again: TestObservation?
    var control: ControlReport?
    if let outcomes = now.tests.outcomes, facts.stillRed(in: outcomes).isEmpty {
      let once = try await observed { () async throws(WorkspaceError) in
        try await bench.observe(
          question.submission.tree, kind: .green,
          selecting: outcomes.identities.subtracting(facts.baseline.identities).sorted(),
          note: "the red stage's tests once more")
      }
      again = once.tests
      control = try await self.control(question, facts, outcomes, .green)
      evidence += [once.record] + [control?.record].compactMap { $0 }
    }
    var judgement = GreenRules.judge(
      changes: set.changes, facts: facts, now: now.tests, again: again, unsteady: repeated.tests)
    judgement.add(control?.judgement.checks ?? [])
    judgement.add([
      try await redFiles(question), try await runnerMarks(question, stage: "green"),
      try await sizeCheck(question),
    ])
    if let older = try await olderTests(question, facts, .green) {
      judgement.add(older.judgement.checks)
      evidence += older.records
    }
    let idle = now.tests.outcomes.map(facts.hiddenSkips) ?? []
    return StageOutcome(
      judgement: judgement, evidence: evidence,
      sentBack: idle.isEmpty
        ? nil
        : .init(
          stage: .red,
          reason: "the build hid tests that turn out to be skipped: \(listed(idle.sorted()))",
          isAnew: true),
      summary: "\(facts.added.count) red tests pass, "
        + "\(now.tests.outcomes?.passed.count ?? 0) in all")
  }

  func refactor(
    _ question: StageQuestion, _ set: ChangeSet
  ) async throws(ProofError) -> StageOutcome {
    guard let before = question.lastRun else { throw missingRed(question) }
    let now = try await run(question, .refactor, "every test after the refactoring")
    let facts = question.facts ?? RedFacts(baseline: before, red: before)
    let repeated = try await unsteady(question, facts, expected: before.passed, [now])
    var evidence = [now.record] + repeated.records
    var judgement = RefactorRules.judge(
      changes: set.changes, before: before, now: now.tests,
      changedLines: set.implementationLines, lineLimit: settings.taskLinesMax,
      summary: question.report?.summary ?? "", unsteady: repeated.tests)
    // What was not touched since the last control is as honest as it was then.
    if !set.changes.isEmpty, let outcomes = now.tests.outcomes {
      let control = try await self.control(question, facts, outcomes, .refactor)
      judgement.add(control.judgement.checks)
      judgement.add([try await runnerMarks(question, stage: "refactor")])
      evidence += [control.record].compactMap { $0 }
    }
    return StageOutcome(
      judgement: judgement, evidence: evidence, sentBack: nil,
      summary: set.changes.isEmpty
        ? "nothing to refactor" : "the same \(before.identities.count) tests pass")
  }

  func verify(
    _ question: StageQuestion, _ set: ChangeSet
  ) async throws(ProofError) -> StageOutcome {
    guard let facts = question.facts, let before = question.lastRun else {
      throw missingRed(question)
    }
    var runs: [Observed] = []
    for number in 1...settings.repeats {
      runs.append(try await run(question, .verify, "every test from clean, run \(number)"))
    }
    let repeated = try await unsteady(question, facts, expected: before.passed, runs)
    var evidence = runs.map(\.record) + repeated.records
    var control: ControlReport?
    var probe = NecessityReport.nothing
    if let outcomes = runs[0].tests.outcomes, facts.stillRed(in: outcomes).isEmpty {
      control = try await self.control(question, facts, outcomes, .verify)
      probe = try await necessity(question, facts, runs[0], except: repeated.tests.quarantined)
      evidence += [control?.record].compactMap { $0 } + probe.evidence
    }
    var judgement = VerifyRules.judge(
      changes: set.changes, facts: facts, before: before, runs: runs.map(\.tests),
      necessity: probe.findings, unneededShareMax: settings.unneededHunksShareMax,
      unsteady: repeated.tests)
    judgement.add(control?.judgement.checks ?? [])
    judgement.add([try await runnerMarks(question, stage: "verify")])
    if let older = try await olderTests(question, facts, .verify) {
      judgement.add(older.judgement.checks)
      evidence += older.records
    }
    let needed = probe.findings.filter { $0.result == .needed }.count
    return StageOutcome(
      judgement: judgement, evidence: evidence, sentBack: nil,
      summary: "\(runs.count) clean runs agree",
      remark: "\(needed) of \(probe.findings.count) hunks needed")
  }

  /// Whether the tree that is run holds the red stage's test files: every one, and the same.
  private func redFiles(_ question: StageQuestion) async throws(ProofError) -> Check {
    let paths = settings.paths
    let (red, tree) = (question.stageBase, question.submission.tree)
    let (count, differing) = try await asked { (repository) throws(GitError) in
      let isTest = { (path: String) in paths.group(of: path) == .test }
      let expected = try repository.entries(inTree: red, matching: isTest)
      let found = Set(try repository.entries(inTree: tree, matching: isTest))
      return (expected.count, expected.filter { !found.contains($0) }.map(\.path))
    }
    return Check(
      name: "green.red-files", level: .blocking, verdict: differing.isEmpty ? .pass : .fail,
      code: differing.isEmpty ? nil : RefusalCode.evidenceTampering.rawValue,
      message: differing.isEmpty
        ? "all \(count) test files are the red stage's, by content"
        : "test files are not what they were in the red stage: \(listed(differing))")
  }
}

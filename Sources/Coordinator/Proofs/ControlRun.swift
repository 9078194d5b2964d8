// SPDX-License-Identifier: Apache-2.0
// The control run: the submission under the task's tests as they look when each of them must fail.

import Domain
import Git
import Supervision

/// A control run's judgement, and what was seen.
struct ControlReport: Sendable {
  let judgement: Judgement
  /// `nil` where nothing was run.
  let record: EvidenceRecord?
}

extension StageProver {
  /// Runs the task's test files once more on the submission, changed so that their tests fail.
  ///
  /// - Parameter now: the tests of the same tree as they are.
  func control(
    _ question: StageQuestion, _ facts: RedFacts, _ now: TestOutcomes, _ kind: Evidence.Kind
  ) async throws(ProofError) -> ControlReport {
    let nonce = question.controlNonce
    let plan = try await controlPlan(question, nonce: nonce)
    let expected = plan.expectation(facts, now, nonce: nonce)
    guard !expected.isEmpty else {
      let judgement = ControlRules.judge(expected, now: nil, stage: kind.rawValue)
      return ControlReport(judgement: judgement, record: nil)
    }
    let run = try await observed { () async throws(WorkspaceError) in
      try await bench.observe(
        plan.tree, kind: .control,
        selecting: plan.selection,
        note: "the task's tests, each made to fail")
    }
    return ControlReport(
      judgement: ControlRules.judge(expected, now: run.tests, stage: kind.rawValue),
      record: run.record)
  }

  private func controlPlan(
    _ question: StageQuestion, nonce: String
  ) async throws(ProofError) -> ControlPlan {
    let (paths, runner) = (settings.paths, settings.runner)
    return try await asked { (repository) throws(GitError) in
      var edits: [TreeEdit] = []
      var plan = ControlPlan(tree: question.submission.tree)
      for change in try repository.changes(from: question.taskBase, to: question.submission.tree)
      where paths.group(of: change.path) == .test {
        guard let new = change.new, new.mode.isRegular else { continue }
        let text = String(decoding: try repository.contents(of: new.id), as: UTF8.self)
        // Two files of one module cannot both hold a test of the same name.
        let own = "\(nonce)x\(edits.count)"
        guard let control = runner.control(of: text, path: change.path, nonce: own) else {
          continue
        }
        let blob = try repository.writeBlob(Array(control.text.utf8))
        edits.append(.put(path: change.path, blob: blob, mode: new.mode))
        plan.add(change.path, control.failing)
      }
      plan.tree = try repository.tree(applying: edits, to: question.submission.tree)
      return plan
    }
  }
}

extension StageQuestion {
  /// What the failures of its control say. It is another one for each submission, and the same when
  /// that is proved again, wherever it is.
  fileprivate var controlNonce: String {
    let words = "\(submission.tree) \(handoff.id) \(claim.fence)"
    return "control-" + Digest.sha256(of: words.utf8).hex.prefix(16)
  }
}

/// A tree in which test files stand changed, and what must fail in it.
private struct ControlPlan: Sendable {
  var tree: ObjectID
  /// The files that were changed.
  private(set) var files: [String] = []
  private var failingFiles: Set<String> = []
  private var added: [String] = []

  init(tree: ObjectID) { self.tree = tree }

  mutating func add(_ path: String, _ failing: ControlTests.Failing) {
    files.append(path)
    switch failing {
    case .everyTest: failingFiles.insert(path)
    case .added(let name): added.append(name)
    }
  }

  /// The changed files; everything where tests were added, since a runner that selects by name
  /// would not find them.
  var selection: [TestIdentity]? {
    added.isEmpty ? files.map { TestIdentity(file: $0, suite: "", name: "") } : nil
  }

  /// Every test of a changed file that passes as it is; so does each test of the red stage where
  /// the runner does not say in which file it is.
  func expectation(
    _ facts: RedFacts, _ now: TestOutcomes, nonce: String
  ) -> ControlExpectation {
    var failing = now.passed.filter { failingFiles.contains($0.file) }
    if !failingFiles.isEmpty, added.isEmpty {
      failing.formUnion(facts.proving(in: now).filter(\.file.isEmpty))
    }
    return ControlExpectation(failing: failing, added: added, nonce: nonce)
  }
}

// SPDX-License-Identifier: Apache-2.0
// One submission of one stage, proved by real runs in a real repository.

import Domain
import FoundationEssentials
import Git
import Store
import Supervision
import TestKit
import Testing

@testable import Coordinator

/// A small Python project and what an agent hands in on it.
///
/// The base holds `calc/basic.py` with a passing test, and `calc/twice.py`, which is no use yet; the
/// red stage adds a test for it.
final class ProofCase {
  let repository: TemporaryRepository
  private let base: ObjectID
  private let red: ObjectID
  private let settings: ProofSettings
  private let prover: StageProver

  static let addTest = TestIdentity(
    file: "tests/test_basic.py", suite: "", name: "test_add")
  static let twiceTest = TestIdentity(
    file: "tests/test_twice.py", suite: "", name: "test_twice")
  static let twiceTests = [
    "tests/test_twice.py":
      "from calc.twice import twice\n\n\ndef test_twice():\n    assert twice(3) == 6\n"
  ]
  static let honest = ["calc/twice.py": "def twice(value):\n    return value * 2\n"]

  /// - Parameters:
  ///   - files: more files of the base; `HERE` in a text stands for a folder that all runs share.
  ///   - tests: what the red stage adds.
  init(base files: [String: String] = [:], tests: [String: String] = twiceTests) throws {
    repository = try TemporaryRepository(named: "case")
    let usual = [
      "calc/__init__.py": "", ".gitignore": "__pycache__/\n",
      "calc/basic.py": "def add(a, b):\n    return a + b\n",
      "calc/twice.py": "def twice(value):\n    return None\n",
      "tests/test_basic.py":
        "from calc.basic import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
    ]
    base = try Self.commit(usual.merging(files) { $1 }, repository)
    red = try Self.commit(tests, repository)
    let runner = PytestRunner(command: SessionFixture.pytest + ["-p", "no:cacheprovider"])
    settings = ProofSettings(
      runner: runner,
      environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"],
      deadline: .seconds(60), repeats: 2, unneededHunksShareMax: 0.25,
      necessityDeadline: .seconds(120), parallelProofs: 2, keeping: [],
      paths: PathGroups(
        of: runner, tests: nil, documents: [PathPattern("*.md")], command: [],
        root: repository.path), taskLinesMax: 100, taskLinesLevel: .blocking)
    let supervisor = Supervisor(executable: BuiltExecutable.path)
    let clock = SystemClock.make()
    let paths = ProjectPaths(
      root: repository.path,
      environment: ["ORCHESTRATE_WORKSPACES": repository.container + "/workspaces"])
    prover = StageProver(
      settings: settings,
      bench: ProofBench(
        settings: settings, workspaces: WorkspacePool(paths: paths), supervisor: supervisor,
        clock: clock), projectRoot: repository.path, clock: clock)
  }

  private static func commit(
    _ files: [String: String?], _ repository: TemporaryRepository
  ) throws -> ObjectID {
    for (name, text) in files {
      if let text {
        try repository.write(
          text.replacing("HERE", with: repository.container), to: name)
      } else {
        try FileManager.default.removeItem(atPath: repository.path + "/" + name)
      }
    }
    try repository.git("add", "--all", "--force")
    try repository.git("commit", "--quiet", "--allow-empty", "--message", "change")
    return try #require(ObjectID(try repository.revision("HEAD^{tree}")))
  }

  /// Proves what is handed in: files by path, `nil` for one that is deleted.
  func prove(_ stage: Stage, _ files: [String: String?]) async throws -> StageOutcome {
    // A red stage starts from the base; its worker never saw the usual tests.
    if stage == .red { try repository.git("reset", "--quiet", "--hard", "HEAD~1") }
    let tree = try Self.commit(files, repository)
    let facts = Self.facts
    let plan = try SamplePlan()
    let now = prover.clock()
    let claim = Claim(
      fence: Fence(1)!, worker: "agent", claimedAt: now.wall,
      lease: Lease(from: now, length: .seconds(900)))
    return try await prover.prove(
      StageQuestion(
        handoff: plan.handoff(1, task: 1, stage: stage), claim: claim,
        submission: Submission(tree: tree, report: nil, submittedAt: now.wall), report: nil,
        planned: plan.plan.tasks[0], taskBase: base, stageBase: stage == .red ? base : red,
        complexity: .low, facts: facts,
        lastRun: stage == .green ? facts.red : Self.passing, knownBroken: []))
  }

  private static let facts = RedFacts(
    baseline: TestOutcomes([TestResult(identity: addTest, outcome: .passed)]),
    red: TestOutcomes([
      TestResult(identity: addTest, outcome: .passed),
      TestResult(
        identity: twiceTest,
        outcome: .failed(TestFailure(cause: .assertion, message: "assert", detail: ""))),
    ]))

  private static let passing = TestOutcomes(
    [addTest, twiceTest].map { TestResult(identity: $0, outcome: .passed) })
}

// SPDX-License-Identifier: Apache-2.0
// What a simulated proof sees, and the two places that nothing is decided by.

import Coordinator
import Documents
import Domain
import Store
import TestKit

/// Judges work by how good it is said to be.
struct SimulatedProver: Prover {
  let process: CoordinatorProcess
  let world: World

  func prove(_ question: StageQuestion) async throws(ProofError) -> StageOutcome {
    await process.spend(world.proofTime())
    guard process.isAlive, !world.happens(.gitError, oneIn: 40) else {
      throw ProofError(description: "simulated")
    }
    let before = world.git.trees[question.stageBase] ?? [:]
    let work = (world.git.trees[question.submission.tree] ?? [:]).filter { before[$0] != $1 }
    for (path, work) in work where work.fence != question.claim.fence.number {
      world.checker.fail(
        "\(path), handed in under fence \(question.claim.fence), is the work of \(work.fence)")
    }
    let isGood = !work.isEmpty && work.values.allSatisfy { $0.quality != .refused }
    let isTurnedDown =
      question.handoff.stage == .review && work.values.contains { $0.quality == .turnedDown }
    let check = Check(
      name: "simulated", level: .blocking, verdict: isGood && !isTurnedDown ? .pass : .fail,
      code: isGood && !isTurnedDown ? nil : RefusalCode.stillRed.rawValue, message: "simulated")
    return StageOutcome(
      judgement: Judgement(checks: [check]), evidence: [],
      sentBack: isTurnedDown ? .init(stage: .green, reason: "turned down") : nil,
      summary: "simulated")
  }

  /// One test passes on every tree. Another fails where work that clashes meets other work.
  func remembered(
    _ tree: ObjectID, kind: Evidence.Kind, note: String
  ) async throws(WorkspaceError) -> Observed {
    await process.spend(world.proofTime())
    guard process.isAlive, !world.happens(.gitError, oneIn: 40) else {
      throw WorkspaceError(directory: "proof-1", reason: "simulated")
    }
    let files = world.git.trees[tree] ?? [:]
    let tasks = Set(files.keys.compactMap { $0.split(separator: "/").first })
    let isClash = tasks.count > 2 && files.values.contains { $0.quality == .clashing }
    let failure = TestFailure(cause: .assertion, message: "simulated", detail: "")
    let results = [
      TestResult(
        identity: TestIdentity(file: "tests", suite: "", name: "steady"),
        outcome: isClash ? .failed(failure) : .passed)
    ]
    return Observed(
      tests: .ran(results), obstacle: nil, duration: .zero,
      record: EvidenceRecord(kind: kind, body: #"{"tree":"\#(tree)","clash":\#(isClash)}"#))
  }

  func unsteady(
    _ suspects: Set<TestIdentity>, on tree: ObjectID, passed: Bool
  ) async throws(WorkspaceError) -> (tests: Set<TestIdentity>, records: [EvidenceRecord]) {
    await process.spend(world.proofTime())
    return ([], [])
  }
}

/// The journal's copy, of which the simulation keeps what it was made of.
struct SimulatedArchive: Archive {
  let process: CoordinatorProcess
  let world: World

  func write(_ session: SessionID) async throws(Problem) {
    await process.spend(world.gitTime())
    guard process.isAlive, !world.happens(.gitError, oneIn: 20) else {
      throw Problem(code: "GIT001", exit: .unavailable, message: "simulated")
    }
    let row = world.disk.contents.sessions[session]
    world.seal = row.map { ($0.branchHead, $0.lifecycle.name) }
  }

  func writeIfDue(_ session: SessionID) async throws(Problem) -> Bool {
    guard process.isAlive, let row = world.disk.contents.sessions[session] else {
      return false
    }
    if let seal = world.seal, seal == (row.branchHead, row.lifecycle.name) { return false }
    try await write(session)
    return true
  }
}

/// Files that nobody reads; writing them can fail all the same.
struct SimulatedProjections: Projections {
  let process: CoordinatorProcess
  let world: World

  private func write() throws(Problem) {
    guard process.isAlive, !(world.isDiskFull && world.happens(.fullDisk, oneIn: 3)) else {
      throw Problem(code: "OUTPUT001", exit: .failure, message: "a file cannot be written")
    }
  }

  func update(
    _ session: SessionRecord, _ tasks: @escaping @Sendable () throws(Problem) -> [TaskRecord],
    at now: Timestamp
  ) async throws(Problem) {
    _ = try tasks()
    try write()
  }

  func write(
    _ text: String, _ file: SessionFolder.File, of session: SessionID
  ) throws(Problem) {
    try write()
  }

  func remember(_ items: [String], under name: String, of session: SessionID) throws(Problem) {
    try write()
  }
}

// SPDX-License-Identifier: Apache-2.0
// Operations as commands ask for them: on a person's files without a coordinator, on a session as one.

import Coordinator
import Domain
import Git
import Glibc
import Service
import Store

struct OperationDesk: Sendable {
  let project: ProjectAccess

  private var files: ProjectOperations {
    ProjectOperations(paths: project.paths, clock: SystemClock.make())
  }

  /// The operations that were made, whatever a crash interrupted settled before.
  func log() async throws(Problem) -> OperationLog {
    try await settle()
    return try git { (repository) throws(GitError) in try OperationBook.log(repository) }
  }

  private func settle() async throws(Problem) {
    let pending = try git { (repository) throws(GitError) in
      OperationBook.freeLocks(repository)
      return try OperationBook.pending(repository)
    }
    switch pending?.change {
    case nil: break
    case .files: try files.settle()
    case .session:
      _ = try await coordinating { (coordinator) throws(Problem) in
        try await coordinator.settleOperations()
      }
    }
  }

  /// Rolls a person's files back.
  func rollback(
    _ order: FilesRollback, _ wish: OperationWish
  ) async throws(Problem) -> OperationReport {
    let report = try files.rollback(order, wish)
    await note(report)
    return report
  }

  /// Rolls a session back.
  func rollback(
    _ session: SessionID, _ kind: RollbackKind, _ order: SessionRollback, _ wish: OperationWish
  ) async throws(Problem) -> OperationReport {
    try await coordinating { (coordinator) throws(Problem) in
      try await coordinator.rollback(session, kind, order, wish)
    }
  }

  /// Rolls a session's branch back to where its tests pass.
  func rollbackToPassing(
    _ session: SessionID, _ wish: OperationWish
  ) async throws(Problem) -> OperationReport {
    try await coordinating { (coordinator) throws(Problem) in
      guard let passing = try await coordinator.newestPassingCommit(of: session) else {
        throw Problem(
          code: "ROLLBACK001", exit: .nothingMatched,
          message: "the tests pass on no commit of session/\(session)",
          reason: "not even where it began, so that the machine may be what broke",
          remedy: "orchestrate doctor")
      }
      return try await coordinator.rollback(session, .quality, .quality(passing), wish)
    }
  }

  /// Takes an operation back.
  func takeBack(
    _ operation: Operation, as act: Operation.Act, _ wish: OperationWish
  ) async throws(Problem) -> OperationReport {
    switch operation.change {
    case .files:
      let report = try files.takeBack(operation, as: act, wish)
      await note(report)
      return report
    case .session:
      return try await coordinating { (coordinator) throws(Problem) in
        try await coordinator.takeBack(operation, as: act, wish)
      }
    }
  }

  /// Runs the project's tests on what an operation left.
  func checkTests(_ report: OperationReport) async throws(Problem) -> OperationCheck {
    let tree: ObjectID
    switch report.operation.change {
    case .files(let change): tree = change.files.after
    case .session(let change):
      guard let head = change.branch.after else {
        return OperationCheck(
          name: "tests", verdict: .didNotRun, message: "there is no branch any more to run them on")
      }
      tree = try git { (repository) throws(GitError) in try repository.tree(ofCommit: head) }
    }
    return try await coordinating { (coordinator) throws(Problem) in
      try await coordinator.checkTests(on: tree)
    }
  }

  /// Tells the journal of an operation on files. A coordinator at work keeps it to itself; git has
  /// the operation either way.
  private func note(_ report: OperationReport) async {
    guard report.rescue != nil, access(project.paths.database, F_OK) == 0,
      RemoteDesk(path: project.paths.socket) == nil
    else { return }
    let operation = report.operation
    do throws(Problem) {
      try await coordinating { (coordinator) throws(Problem) in
        try await coordinator.note(operation)
      }
    } catch {
      // The rescue's commit says the same, and is what `undo --list` reads.
    }
  }

  private func coordinating<Value: Sendable>(
    _ body: @escaping @Sendable (Coordinator) async throws(Problem) -> Value
  ) async throws(Problem) -> Value {
    // Whatever else a crash left is `recover`'s: proving it would take longer than going back.
    try await project.withCoordinator(
      settings: try project.settings(), tell: { _ in }, recovering: false, body)
  }

  private func git<Value>(
    _ body: (Repository) throws(GitError) -> Value
  ) throws(Problem) -> Value {
    do throws(GitError) {
      return try body(try Repository(discoveringFrom: project.paths.root))
    } catch {
      throw Problem(error)
    }
  }
}

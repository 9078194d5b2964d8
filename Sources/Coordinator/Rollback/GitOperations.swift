// SPDX-License-Identifier: Apache-2.0
// The log of operations in the project's repository, as the coordinator asks for it.

import Domain
import Git

/// The project's own repository, on a thread of its own for each question.
struct GitOperations: Operations {
  let paths: ProjectPaths
  let clock: Clock

  func pending() async throws(Problem) -> Operation? {
    try await ask { (repository) throws(GitError) in
      OperationBook.freeLocks(repository)
      return try OperationBook.pending(repository)
    }
  }

  func log() async throws(Problem) -> OperationLog {
    try await ask { (repository) throws(GitError) in try OperationBook.log(repository) }
  }

  func nextNumber() async throws(Problem) -> Int {
    try await ask { (repository) throws(GitError) in try OperationBook.nextNumber(repository) }
  }

  func write(
    _ operation: Operation, leaving commits: [ObjectID], head: ObjectID
  ) async throws(Problem) -> [String] {
    let root = paths.root
    return try await offloaded { () throws(Problem) in
      let repository = try Problem.rollingBack { () throws(GitError) in
        try Repository(discoveringFrom: root)
      }
      let book = try OperationBook(repository)
      return try Problem.rollingBack { () throws(GitError) in
        // A person's files are not touched; they are in the rescue all the same where they can be.
        var (files, notes) = (try repository.tree(ofCommit: head), [String]())
        do throws(GitError) {
          if let commit = try repository.head().commit {
            files = try WorkingTree(repository).capture(over: commit).files
          }
        } catch {
          notes.append("your own files are not in the rescue (\(error)); they stay untouched")
        }
        try book.write(operation, files: files, commits: commits, trees: [])
        return notes
      }
    }
  }

  func mark(_ operation: Operation, isDone: Bool) async throws(Problem) {
    try await ask { (repository) throws(GitError) in
      try OperationBook.mark(operation, isDone: isDone, repository)
    }
  }

  func holds(
    _ commits: [ObjectID], _ operation: Operation
  ) async throws(Problem) -> Bool {
    try await ask { (repository) throws(GitError) in
      try Self.holds(commits, operation, repository)
    }
  }

  private static func holds(
    _ commits: [ObjectID], _ operation: Operation, _ repository: Repository
  ) throws(GitError) -> Bool {
    let name = OperationBook.rescue(operation.number)
    guard let rescue = try repository.reference(name) else { return false }
    for commit in commits where try !repository.isAncestor(commit, of: rescue) { return false }
    return true
  }

  func settleFiles() async throws(Problem) -> String? {
    let project = ProjectOperations(paths: paths, clock: clock)
    do throws(Problem) {
      return try await offloaded { () throws(Problem) in try project.settle() }
    } catch {
      // Another process is at it right now, so no crash interrupted it.
      guard error.code == "ROLLBACK009" else { throw error }
      return nil
    }
  }

  func line(of session: BranchLine) async throws(Problem) -> [ObjectID] {
    try await ask { (repository) throws(GitError) in
      let reference = CheckpointReference.branch(session.session)
      // That of an open session may lag behind a crash; the store leads.
      if session.isEnded, try repository.reference(reference) == nil { return [] }
      var commits = [session.head]
      while let last = commits.last, last != session.base,
        let parent = try repository.commitRecord(last).parents.first
      {
        commits.append(parent)
      }
      return commits
    }
  }

  func isCheckedOut(_ session: SessionID) async throws(Problem) -> Bool {
    try await ask { (repository) throws(GitError) in
      try repository.isCheckedOut(CheckpointReference.branch(session))
    }
  }

  func removeBranch(
    of session: SessionID, at commit: ObjectID, keptBy operation: Operation
  ) async throws(Problem) {
    try await ask { (repository) throws(GitError) in
      let reference = CheckpointReference.branch(session)
      guard try Self.holds([commit], operation, repository) else {
        throw GitError(refusing: "nothing keeps what is on \(reference)")
      }
      try repository.deleteReference(reference, expecting: commit)
    }
  }

  private func ask<Value: Sendable>(
    _ body: @escaping @Sendable (Repository) throws(GitError) -> Value
  ) async throws(Problem) -> Value {
    let root = paths.root
    return try await offloaded { () throws(Problem) in
      try Problem.rollingBack { () throws(GitError) in
        try body(try Repository(discoveringFrom: root))
      }
    }
  }
}

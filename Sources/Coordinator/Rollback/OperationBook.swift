// SPDX-License-Identifier: Apache-2.0
// Where operations are written down before they are done, with everything that they displace.

package import Domain
package import Git
import Store

/// The project's operations, in git.
///
/// `refs/orchestrate/rescue/<number>` is made first. Its commit has the files as they were found, the
/// whole operation in its message, and as parents whatever else the operation leaves behind: so
/// nothing that is displaced can be lost, and no store is needed to get it back. Once the operation
/// is done, `refs/orchestrate/operations/<number>` names the same commit; one that never was, after
/// a crash, gets `refs/orchestrate/abandoned/<number>`. None of them is ever removed.
package struct OperationBook {
  let repository: Repository
  /// One operation at a time; let go with the book.
  private let lock: StoreLock

  /// - Throws: `Problem` with exit 15 where another operation is under way.
  package init(_ repository: Repository) throws(Problem) {
    self.repository = repository
    let path = repository.commonDirectory + "/orchestrate-operations/lock"
    do throws(StoreError) {
      guard let lock = try StoreLock.tryAcquire(path) else {
        throw StoreError.cannotLock(path: path, reason: "another operation is under way")
      }
      self.lock = lock
    } catch {
      throw Problem(
        code: "ROLLBACK009", exit: .conflict, message: "another operation is under way",
        reason: "\(error)", remedy: "orchestrate undo --list")
    }
  }

  /// Lets go of the refs of operations that a kill left locked, unless an operation is under way.
  package static func freeLocks(_ repository: Repository) {
    let book: OperationBook
    do throws(Problem) { book = try OperationBook(repository) } catch { return }
    book.freeLocks()
  }

  /// Nobody else writes these refs, and we hold the lock: what is locked there was left by a kill.
  func freeLocks() {
    for kind in ["rescue", "operations", "abandoned"] {
      _ = repository.removeStaleLocks(under: CheckpointReference.root + kind)
    }
  }

  static func rescue(_ number: Int) -> String { name("rescue", number) }
  static func done(_ number: Int) -> String { name("operations", number) }
  static func abandoned(_ number: Int) -> String { name("abandoned", number) }

  private static func name(_ kind: String, _ number: Int) -> String {
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
    return "\(CheckpointReference.root)\(kind)/\(zeros)\(digits)"
  }

  // MARK: Reading

  /// What was done, for looking at; no lock is taken.
  package static func log(_ repository: Repository) throws(GitError) -> OperationLog {
    var operations: [Operation] = []
    for reference in try repository.references(under: CheckpointReference.root + "operations/") {
      if let operation = operation(try repository.commitRecord(reference.target)) {
        operations.append(operation)
      }
    }
    return OperationLog(operations.sorted { $0.number < $1.number })
  }

  private static func operation(_ commit: CommitRecord) -> Operation? {
    guard let break1 = commit.message.firstRange(of: "\n\n") else { return nil }
    return decoded(Operation.self, from: String(commit.message[break1.upperBound...]))
  }

  /// The newest operation that was written down and neither done nor abandoned; `nil` for none.
  package static func pending(_ repository: Repository) throws(GitError) -> Operation? {
    guard let last = try repository.references(under: CheckpointReference.root + "rescue/").last,
      let operation = operation(try repository.commitRecord(last.target)),
      try repository.reference(done(operation.number)) == nil,
      try repository.reference(abandoned(operation.number)) == nil
    else { return nil }
    return operation
  }

  func pending() throws(GitError) -> Operation? { try Self.pending(repository) }

  /// The number that the next operation gets.
  static func nextNumber(_ repository: Repository) throws(GitError) -> Int {
    let last = try repository.references(under: CheckpointReference.root + "rescue/").last
    return (last.flatMap { Int($0.name.split(separator: "/").last ?? "") } ?? 0) + 1
  }

  func nextNumber() throws(GitError) -> Int { try Self.nextNumber(repository) }

  // MARK: Writing

  /// Writes an operation down, durably, with all that it displaces.
  ///
  /// - Parameters:
  ///   - files: the tree that people find in the rescue's commit.
  ///   - commits: what it leaves behind.
  ///   - trees: the same; each is kept by a commit of its own.
  func write(
    _ operation: Operation, files: ObjectID, commits: [ObjectID], trees: [ObjectID]
  ) throws(GitError) {
    let identity = CommitIdentity.coordinator(at: operation.at.seconds)
    var parents: [ObjectID] = []
    for commit in commits where !parents.contains(commit) { parents.append(commit) }
    for tree in trees where tree != files {
      let keeper = try repository.createCommit(
        tree: tree, parents: [], message: "kept for operation \(operation.number)\n",
        identity: identity)
      if !parents.contains(keeper) { parents.append(keeper) }
    }
    let subject = CheckpointMessage.subject("\(operation.title): \(operation.reason)")
    let commit = try repository.createCommit(
      tree: files, parents: parents, message: "\(subject)\n\n\(canonicalJSON(of: operation))\n",
      identity: identity)
    try repository.createReference(Self.rescue(operation.number), to: commit)
  }

  /// Says that an operation is done, or that it never was and will not be.
  static func mark(
    _ operation: Operation, isDone: Bool, _ repository: Repository
  ) throws(GitError) {
    let name = isDone ? done(operation.number) : abandoned(operation.number)
    guard let commit = try repository.reference(rescue(operation.number)) else { return }
    try repository.createReference(name, to: commit)
  }

  func mark(_ operation: Operation, isDone: Bool) throws(GitError) {
    try Self.mark(operation, isDone: isDone, repository)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Rollbacks of a person's own files: rescue first, then the change, then a look at it.

package import Domain
import Git

/// A rollback of a person's files as it was asked for.
package struct FilesRollback: Hashable, Sendable {
  /// One whose ground is the project.
  package let kind: RollbackKind
  /// Where to go back to, as a revision; `nil` for what the type means by itself.
  package let target: String?
  /// The paths, from the project's root; none for those that concern everything.
  package let paths: [String]

  package init(kind: RollbackKind, target: String?, paths: [String]) {
    self.kind = kind
    self.target = target
    self.paths = paths
  }
}

/// Works on a person's files. Blocks its thread; needs neither store nor coordinator.
package struct ProjectOperations: Sendable {
  private let root: String
  private let clock: Clock

  /// Operations in a project's working tree.
  package init(paths: ProjectPaths, clock: @escaping Clock) {
    root = paths.root
    self.clock = clock
  }

  // MARK: Rollback

  /// Rolls back, or says what that would change.
  package func rollback(
    _ order: FilesRollback, _ wish: OperationWish
  ) throws(Problem) -> OperationReport {
    try open { (book, files) throws(Problem) in
      let now = clock().wall
      let log = try git { () throws(GitError) in try OperationBook.log(book.repository) }
      if !wish.isDryRun { try log.requireRoom(for: wish, at: now) }
      let change = try git { () throws(GitError) in
        try self.change(order, files, book.repository)
      }
      guard !change.isEmpty else {
        throw Problem(.nothing("everything is so already"), what: "rollback \(order.kind.rawValue)")
      }
      return try perform(.rollback(order.kind), change, wish, now, book, files)
    }
  }

  private func change(
    _ order: FilesRollback, _ files: WorkingTree, _ repository: Repository
  ) throws(GitError) -> FilesChange {
    let head = try repository.head()
    guard let commit = head.commit else {
      throw GitError(refusing: "there is no commit yet to go back to")
    }
    if !order.paths.isEmpty {
      let target = try order.target.map { (name) throws(GitError) in
        try repository.resolve(name)
      }
      let snapshot = try files.capture(
        order.paths, over: commit,
        comparedWith: [try repository.tree(ofCommit: target ?? commit)])
      let after = try files.replacing(snapshot, at: order.paths, by: target ?? commit)
      return FilesChange(
        branch: nil, files: Shift(before: snapshot.files, after: after), index: nil,
        permissions: snapshot.permissions)
    }
    let branch = try order.kind == .immediate ? self.branch(head, order.target, repository) : nil
    let target = branch?.commit.after ?? commit
    let snapshot = try files.capture(over: commit)
    let after = try files.replacing(
      snapshot, by: target, over: commit, keepingUntracked: order.kind == .immediate)
    return FilesChange(
      branch: branch, files: Shift(before: snapshot.files, after: after),
      index: try snapshot.index.map { (index) throws(GitError) in
        Shift(before: index, after: try repository.tree(ofCommit: target))
      }, permissions: snapshot.permissions)
  }

  private func branch(
    _ head: Head, _ target: String?, _ repository: Repository
  ) throws(GitError) -> FilesChange.Branch {
    guard case .branch(let name, let commit) = head else {
      throw GitError(refusing: "no branch is checked out, so there is none to go back")
    }
    if name.hasPrefix("session/"), SessionID(String(name.dropFirst(8))) != nil {
      throw GitError(
        refusing: "\(name) is a session's branch: orchestrate rollback command, phase or quality")
    }
    let record = try repository.commitRecord(commit)
    let wanted = try target.map { (name) throws(GitError) in try repository.resolve(name) }
    guard let goal = wanted ?? record.parents.first else {
      throw GitError(refusing: "\(commit.short) is the first commit: nothing comes before it")
    }
    guard try repository.isAncestor(goal, of: commit) else {
      throw GitError(refusing: "\(goal.short) is not in the history of \(name)")
    }
    guard goal != commit else {
      throw GitError(refusing: "\(name) stands on \(goal.short) already: rollback emergency")
    }
    return FilesChange.Branch(
      name: "refs/heads/\(name)", commit: Shift(before: commit, after: goal))
  }

  // MARK: Undo and redo

  /// Takes back the change that `undone` made, as a new operation.
  package func takeBack(
    _ undone: Operation, as act: Operation.Act, _ wish: OperationWish
  ) throws(Problem) -> OperationReport {
    try open { (book, files) throws(Problem) in
      guard case .files(let made) = undone.change else {
        throw .defect(RollbackRejection.movedOn("it is a session's"), in: undone.title)
      }
      let now = clock().wall
      if let branch = made.branch {
        let head = try git { () throws(GitError) in try book.repository.head() }
        guard case .branch(let name, let commit) = head, "refs/heads/\(name)" == branch.name,
          commit == branch.commit.after
        else {
          throw Problem(
            .movedOn(
              "\(branch.name) is not where it was left, or is not checked out; "
                + "git has it all under \(OperationBook.rescue(undone.number))"),
            what: "taking back \(undone.title)")
        }
      }
      let change = try git { () throws(GitError) in
        try self.reversed(made, files, book.repository)
      }
      return try perform(act, change, wish, now, book, files)
    }
  }

  private func reversed(
    _ made: FilesChange, _ files: WorkingTree, _ repository: Repository
  ) throws(GitError) -> FilesChange {
    guard let head = try repository.head().commit else {
      throw GitError(refusing: "there is no commit")
    }
    let snapshot = try files.capture(
      differing: made.files.before, made.files.after, over: head)
    let after = try files.overlaying(
      snapshot.files, from: made.files.after, to: made.files.before)
    let index = try made.index.flatMap { (shift) throws(GitError) in
      try snapshot.index.map { (now) throws(GitError) in
        Shift(
          before: now, after: try files.overlaying(now, from: shift.after, to: shift.before))
      }
    }
    return FilesChange(
      branch: made.branch.map { .init(name: $0.name, commit: $0.commit.reversed) },
      files: Shift(before: snapshot.files, after: after), index: index,
      permissions: made.permissions.merging(snapshot.permissions) { old, _ in old })
  }

  // MARK: Doing it

  private func perform(
    _ act: Operation.Act, _ change: FilesChange, _ wish: OperationWish, _ now: Timestamp,
    _ book: OperationBook, _ files: WorkingTree
  ) throws(Problem) -> OperationReport {
    let operation = Operation(
      number: try git { () throws(GitError) in try book.nextNumber() }, at: now, act: act,
      cause: wish.cause, reason: wish.reason, change: .files(change))
    let paths = try git { () throws(GitError) in
      try files.listing(from: change.files.before, to: change.files.after)
        .map { ListedPath(path: $0.path, kind: $0.kind) }
    }
    guard !wish.isDryRun else {
      return OperationReport(
        operation: operation, rescue: nil, paths: paths, checks: [], notes: [])
    }
    try git { () throws(GitError) in
      try book.write(
        operation, files: change.files.before,
        commits: [try book.repository.head().commit, change.branch?.commit.after]
          .compactMap { $0 },
        trees: [change.files.after, change.index?.before, change.index?.after].compactMap { $0 })
    }
    do throws(GitError) {
      try files.carryOut(change)
    } catch {
      throw giveUp(operation, change, error, book, files)
    }
    try git { () throws(GitError) in try book.mark(operation, isDone: true) }
    return OperationReport(
      operation: operation, rescue: OperationBook.rescue(operation.number), paths: paths,
      checks: try git { () throws(GitError) in try checks(operation, change, book, files) },
      notes: [])
  }

  /// What could not be done to its end is taken back to its beginning.
  private func giveUp(
    _ operation: Operation, _ change: FilesChange, _ error: GitError, _ book: OperationBook,
    _ files: WorkingTree
  ) -> Problem {
    do throws(GitError) {
      try files.finish(change.reversed)
      try book.mark(operation, isDone: false)
      return Problem(rollingBack: error)
    } catch let second {
      return Problem(
        code: "ROLLBACK007", exit: .partialSuccess,
        message: "\(operation.title) stopped half way, and could not be taken back",
        reason: "\(error); then: \(second). Everything as it was lies under "
          + OperationBook.rescue(operation.number),
        remedy: "orchestrate recover")
    }
  }

  private func checks(
    _ operation: Operation, _ change: FilesChange, _ book: OperationBook, _ files: WorkingTree
  ) throws(GitError) -> [OperationCheck] {
    let differences = try files.differences(from: change)
    let name = OperationBook.rescue(operation.number)
    let kept = try book.repository.reference(name).map { (id) throws(GitError) in
      try book.repository.tree(ofCommit: id)
    }
    return [
      OperationCheck(
        name: "state", verdict: differences.isEmpty ? .pass : .fail,
        message: differences.isEmpty
          ? "files, index and branch are as they should be"
          : "not as they should be: \(differences.joined(separator: ", "))"),
      OperationCheck(
        name: "rescue", verdict: kept == change.files.before ? .pass : .fail,
        message: "\(name) has the files as they were"),
      OperationCheck(
        name: "reason", verdict: operation.reason.isEmpty ? .fail : .pass,
        message: "logged: \(operation.reason)"),
    ]
  }

  // MARK: After a crash

  /// Settles a change of files that a crash interrupted: to its end, where every file is still as
  /// the change found it or leaves it; else it is left where it is, and told.
  ///
  /// - Returns: what was found, in a sentence; `nil` where nothing was.
  @discardableResult
  package func settle() throws(Problem) -> String? {
    try open(settling: false) { (book, files) throws(Problem) in
      guard let operation = try git({ () throws(GitError) in try book.pending() }),
        case .files(let change) = operation.change
      else { return nil }
      return try Self.settle(operation, change, book, files)
    }
  }

  private static func settle(
    _ operation: Operation, _ change: FilesChange, _ book: OperationBook, _ files: WorkingTree
  ) throws(Problem) -> String {
    let rescue = OperationBook.rescue(operation.number)
    do throws(GitError) {
      do throws(GitError) {
        try files.finish(change)
      } catch {
        guard error.leavesFilesAlone else { throw error }
        try book.mark(operation, isDone: false)
        return "\(operation.title) was interrupted, and files changed since (\(error.message)): "
          + "they are left as they are; \(rescue) has those from before"
      }
      try book.mark(operation, isDone: true)
      return "\(operation.title) was interrupted; it is done now"
    } catch {
      throw Problem(rollingBack: error)
    }
  }

  private func open<Value>(
    settling: Bool = true,
    _ body: (OperationBook, WorkingTree) throws(Problem) -> Value
  ) throws(Problem) -> Value {
    let repository = try git { () throws(GitError) in try Repository(discoveringFrom: root) }
    let book = try OperationBook(repository)
    let files = try git { () throws(GitError) in try WorkingTree(repository) }
    if settling, let operation = try git({ () throws(GitError) in try book.pending() }) {
      switch operation.change {
      case .files(let change): _ = try Self.settle(operation, change, book, files)
      case .session:
        throw Problem(
          code: "ROLLBACK008", exit: .conflict,
          message: "\(operation.title) was interrupted by a crash",
          reason: "only the session's store says whether it happened",
          remedy: "orchestrate recover")
      }
    }
    return try body(book, files)
  }

  private func git<Value>(_ body: () throws(GitError) -> Value) throws(Problem) -> Value {
    try Problem.rollingBack(body)
  }
}

extension FilesChange {
  /// The way back.
  fileprivate var reversed: FilesChange {
    FilesChange(
      branch: branch.map { .init(name: $0.name, commit: $0.commit.reversed) },
      files: files.reversed, index: index?.reversed, permissions: permissions)
  }
}

extension GitError {
  /// Whether a person has changed something meanwhile, and not the machine failed.
  fileprivate var leavesFilesAlone: Bool {
    switch reason {
    case .conflict, .modified, .unsupportedRepository: true
    default: false
    }
  }
}

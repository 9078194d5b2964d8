// SPDX-License-Identifier: Apache-2.0
// The port to the log of operations and to what an operation displaces.

package import Domain

/// Where operations are written down before they are done. `OperationBook` says what for.
package protocol Operations: Sendable {
  /// The newest operation that was written down and neither done nor abandoned; `nil` for none.
  func pending() async throws(Problem) -> Operation?
  /// What was done.
  func log() async throws(Problem) -> OperationLog
  /// The number that the next operation gets.
  func nextNumber() async throws(Problem) -> Int
  /// Writes an operation on a session down, with the commits that it leaves behind and a person's
  /// files as they are; `head` stands for these where they cannot be read.
  ///
  /// - Returns: what there is to say about it.
  func write(
    _ operation: Operation, leaving commits: [ObjectID], head: ObjectID
  ) async throws(Problem) -> [String]
  /// Says that an operation is done, or that it never was and will not be.
  func mark(_ operation: Operation, isDone: Bool) async throws(Problem)
  /// Whether what was written down holds all these commits.
  func holds(_ commits: [ObjectID], _ operation: Operation) async throws(Problem) -> Bool
  /// Settles a change of a person's files that a crash interrupted; `nil` where there is none.
  func settleFiles() async throws(Problem) -> String?
  /// The commits from `head` to `base` along first parents, both included; none where the session
  /// has ended and its branch is gone.
  func line(of session: BranchLine) async throws(Problem) -> [ObjectID]
  /// Whether a session's branch is checked out anywhere.
  func isCheckedOut(_ session: SessionID) async throws(Problem) -> Bool
  /// Removes a session's branch, which what was written down holds.
  func removeBranch(
    of session: SessionID, at commit: ObjectID, keptBy operation: Operation
  ) async throws(Problem)
}

/// Where a session's branch begins and stands.
package struct BranchLine: Hashable, Sendable {
  /// The session.
  package let session: SessionID
  /// Where the branch stands.
  package let head: ObjectID
  /// Where it began.
  package let base: ObjectID
  /// Whether the session is over.
  package let isEnded: Bool

  package init(session: SessionID, head: ObjectID, base: ObjectID, isEnded: Bool) {
    self.session = session
    self.head = head
    self.base = base
    self.isEnded = isEnded
  }
}

/// A log that is kept nowhere, for a world without a disk: what was done can't be taken back.
package struct UnwrittenOperations: Operations {
  /// A log without entries, which stays so.
  package init() {}

  package func pending() async throws(Problem) -> Operation? { nil }
  package func log() async throws(Problem) -> OperationLog { OperationLog([]) }
  package func nextNumber() async throws(Problem) -> Int { 1 }
  package func write(
    _ operation: Operation, leaving commits: [ObjectID], head: ObjectID
  ) async throws(Problem) -> [String] { [] }
  package func mark(_ operation: Operation, isDone: Bool) async throws(Problem) {}
  package func holds(
    _ commits: [ObjectID], _ operation: Operation
  ) async throws(Problem) -> Bool { commits.isEmpty }
  package func settleFiles() async throws(Problem) -> String? { nil }
  package func line(
    of session: BranchLine
  ) async throws(Problem) -> [ObjectID] { [session.head, session.base] }
  package func isCheckedOut(_ session: SessionID) async throws(Problem) -> Bool { false }
  package func removeBranch(
    of session: SessionID, at commit: ObjectID, keptBy operation: Operation
  ) async throws(Problem) {
    throw Problem(
      code: "ROLLBACK006", exit: .denied, message: "nothing keeps what is on the branch")
  }
}

// SPDX-License-Identifier: Apache-2.0
// Which operation is undone or redone next, and whether one more rollback may be made.

/// The operations of a project, as they were done.
package struct OperationLog: Hashable, Sendable {
  /// How many rollbacks an hour are made without being forced (M4).
  package static let rollbacksPerHourMax = 5

  /// The oldest first.
  package let operations: [Operation]
  /// What can be undone, the next one last: operations, and redone ones by their redo.
  private var done: [Int] = []
  /// What can be redone, the next one last, by its undo.
  private var undone: [Int] = []
  /// By number: the operation that an undo or a redo is about in the end.
  private var roots: [Int: Int] = [:]

  /// The log of these operations, the oldest first.
  package init(_ operations: [Operation]) {
    self.operations = operations
    for operation in operations {
      let number = operation.number
      switch operation.act {
      case .rollback, .retry:
        roots[number] = number
        done.append(number)
        // What was undone before another thing was done is history: it may no longer fit.
        undone = []
      case .undo(let other):
        roots[number] = roots[other]
        done.removeAll { $0 == other }
        undone.append(number)
      case .redo(let other):
        roots[number] = roots[other]
        undone.removeAll { $0 == other }
        done.append(number)
      }
    }
  }

  /// The operation that `undo` takes back; `nil` where there is none.
  package var nextUndo: Operation? { done.last.flatMap(operation) }

  /// The rollback that `rollback --undo` takes back; `nil` where there is none.
  package var nextRollbackUndo: Operation? {
    done.last { number in
      guard case .rollback? = roots[number].flatMap(operation)?.act else { return false }
      return true
    }.flatMap(operation)
  }

  /// The undo that `redo` takes back; `nil` where there is none.
  package var nextRedo: Operation? { undone.last.flatMap(operation) }

  /// Whether an operation is taken back at present; an undo or a redo never is one.
  package func isUndone(_ operation: Operation) -> Bool {
    guard roots[operation.number] == operation.number else { return false }
    return !done.contains { roots[$0] == operation.number }
  }

  /// The operation of that number.
  package func operation(_ number: Int) -> Operation? {
    operations.first { $0.number == number }
  }

  /// How many rollbacks were made in the hour before `now`; an undo is none.
  package func rollbacks(inHourBefore now: Timestamp) -> Int {
    operations.count { operation in
      guard case .rollback = operation.act else { return false }
      return operation.at <= now && now.since(operation.at) < .seconds(3600)
    }
  }
}

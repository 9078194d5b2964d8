// SPDX-License-Identifier: Apache-2.0
// What a session does next, decided from its tasks alone.

package import Domain

/// A task as the agenda sees it.
package struct AgendaTask: Hashable, Sendable {
  /// The task's id.
  package let id: TaskID
  /// How far it has come.
  package let state: TaskProgress.State
  /// What must be complete before it begins.
  package let dependencies: [TaskID]
  /// What a person has to clear first; none in most tasks.
  package let blockers: [String]

  package init(
    id: TaskID, state: TaskProgress.State, dependencies: [TaskID], blockers: [String]
  ) {
    self.id = id
    self.state = state
    self.dependencies = dependencies
    self.blockers = blockers
  }
}

/// One thing to do.
package enum AgendaStep: Hashable, Sendable {
  case activate(TaskID)
  case block(TaskID, TaskProgress.Blockage)
  case merge(TaskID)
  /// A blocked task whose obstacle is gone waits again.
  case unblock(TaskID)
}

/// The decision what to do next.
package enum Agenda {
  /// The steps that are due, in the order of the session's file.
  ///
  /// A task is activated when its dependencies are complete and fewer than `jobs` tasks are under
  /// way; without `jobs` above 1, tasks run one after the other (S4-15). It is blocked when its
  /// file lists an open blocker (S4-34) or a dependency cannot complete.
  package static func steps(tasks: [AgendaTask], jobs: Int) -> [AgendaStep] {
    var states: [TaskID: TaskProgress.State] = [:]
    for task in tasks { states[task.id] = task.state }
    var underWay = 0
    var steps: [AgendaStep] = []
    for task in tasks {
      switch task.state {
      case .working: underWay += 1
      case .merging:
        underWay += 1
        steps.append(.merge(task.id))
      case .pending, .completed, .blocked, .failed, .cancelled: break
      }
    }
    for task in tasks {
      switch task.state {
      case .pending:
        if let blockage = blockage(of: task, states) {
          steps.append(.block(task.id, blockage))
          states[task.id] = .blocked(blockage, at: nil)
        } else if underWay < max(1, jobs), isReady(task, states) {
          steps.append(.activate(task.id))
          underWay += 1
        }
      case .blocked(let blockage, at: nil)
      where blockage.cause == .dependency || blockage.cause == .openBlocker:
        if self.blockage(of: task, states) == nil { steps.append(.unblock(task.id)) }
      case .working, .merging, .completed, .blocked, .failed, .cancelled: break
      }
    }
    return steps
  }

  private static func isReady(_ task: AgendaTask, _ states: [TaskID: TaskProgress.State]) -> Bool {
    task.dependencies.allSatisfy {
      if case .completed = states[$0] { true } else { false }
    }
  }

  private static func blockage(
    of task: AgendaTask, _ states: [TaskID: TaskProgress.State]
  ) -> TaskProgress.Blockage? {
    if !task.blockers.isEmpty {
      return .init(cause: .openBlocker, detail: task.blockers.joined(separator: "; "))
    }
    for dependency in task.dependencies {
      switch states[dependency] {
      case .blocked, .failed, .cancelled, nil:
        return .init(cause: .dependency, detail: "\(dependency) will not complete as it stands")
      case .pending, .working, .merging, .completed: continue
      }
    }
    return nil
  }
}

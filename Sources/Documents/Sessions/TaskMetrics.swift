// SPDX-License-Identifier: Apache-2.0
// The counts that a session's task file keeps of its own tasks (S4-36).

import Domain

/// The six counts under `metrics`. They are computed from the tasks, never believed (S1-09).
package struct TaskMetrics: Hashable, Sendable {
  /// How many tasks there are.
  package let totalTasks: Int
  /// Those that are tested or completed.
  package let completed: Int
  /// Those that failed.
  package let failed: Int
  /// Those that are blocked.
  package let blocked: Int
  /// Minutes that tasks took.
  package let timeSpent: Int
  /// Minutes that tasks were planned to take.
  package let timeEstimated: Int

  /// What the tasks add up to.
  package init(of tasks: [SessionTask]) {
    func count(_ statuses: Set<TaskStatus>) -> Int {
      tasks.count { $0.status.meaning.map(statuses.contains) ?? false }
    }
    totalTasks = tasks.count
    completed = count([.tested, .completed])
    failed = count([.failed])
    blocked = count([.blocked])
    timeSpent = tasks.reduce(0) { $0 + ($1.actualMinutes ?? 0) }
    timeEstimated = tasks.reduce(0) { $0 + ($1.estimatedMinutes ?? 0) }
  }

  /// The counts by their names, in the file's order.
  package var entries: [(name: String, value: Int)] {
    [
      ("totalTasks", totalTasks), ("completed", completed), ("failed", failed),
      ("blocked", blocked), ("timeSpent", timeSpent), ("timeEstimated", timeEstimated),
    ]
  }

  /// A `metrics` object with these counts in it; its other members and their order stay.
  func written(into metrics: JSONObject) -> JSONObject {
    var metrics = metrics
    for (name, value) in entries where metrics[name]?.int != value {
      metrics[name] = .integer(value)
    }
    return metrics
  }
}

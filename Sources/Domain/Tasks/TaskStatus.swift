// SPDX-License-Identifier: Apache-2.0
// The statuses that a task or a feature has in the files that people keep.

/// A status as files write it (R11). It is derived from a task's progress and written for readers;
/// reading one never moves a task.
package enum TaskStatus: String, Hashable, Sendable, Codable, CaseIterable {
  case pending
  case inProgress = "in_progress"
  /// Made, but not shown to work.
  case implemented
  case tested, completed
  case failed, blocked, cancelled, deferred

  /// Whether nothing more is asked for. Work that is merely implemented is not done (S2-11).
  package var isDone: Bool {
    switch self {
    case .tested, .completed, .cancelled: true
    case .pending, .inProgress, .implemented, .failed, .blocked, .deferred: false
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// A task's state in words, the same in messages, tables and JSON.

package import Domain

extension TaskProgress.State {
  /// One word: `pending`, `working`, `merging`, `completed`, `blocked`, `failed`, `cancelled`.
  package var name: String {
    switch self {
    case .pending: "pending"
    case .working: "working"
    case .merging: "merging"
    case .completed: "completed"
    case .blocked: "blocked"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }

  /// The word with the stage, where there is one: `working on green`.
  package var words: String {
    switch self {
    case .working(let turn): "working on \(turn.stage.rawValue)"
    case .pending, .merging, .completed, .blocked, .failed, .cancelled: name
    }
  }
}

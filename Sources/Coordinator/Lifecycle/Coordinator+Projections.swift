// SPDX-License-Identifier: Apache-2.0
// What the files that people read say of a task.

import Documents
import Domain
import Store

extension TaskRecord {
  /// What the tasks file says of it.
  var standing: SessionFiles.Standing {
    let minutes = (workedMilliseconds + 59_999) / 60_000
    return SessionFiles.Standing(
      id: planned.id, status: status, actualMinutes: startedAt == nil ? nil : minutes,
      output: output)
  }

  private var status: TaskStatus {
    switch progress.state {
    case .pending: .pending
    case .working, .merging: .inProgress
    case .completed: .completed
    case .blocked: .blocked
    case .failed: .failed
    case .cancelled: .cancelled
    }
  }

  /// Where its work is: the commit that merged it, and the ref that holds its last stage.
  private var output: JSONValue? {
    guard case .completed(let merge) = progress.state else { return nil }
    var output: JSONObject = ["commit": .string(merge.text)]
    if let head = progress.head { output["checkpoint"] = .string(head.text) }
    return .object(output)
  }
}

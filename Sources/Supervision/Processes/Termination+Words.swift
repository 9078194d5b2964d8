// SPDX-License-Identifier: Apache-2.0
// How a process ended, in words for evidence and people.

extension Termination {
  /// `exit 0`, `killed by signal 9`, `not ended within its deadline`.
  package var words: String {
    switch self {
    case .exited(let code): "exit \(code)"
    case .signalled(let signal): "killed by signal \(signal)"
    case .deadlineExceeded: "not ended within its deadline"
    case .cancelled: "stopped by us"
    case .notStarted(let reason, _): "not started: \(reason)"
    case .supervisorLost: "its supervising process disappeared"
    }
  }
}

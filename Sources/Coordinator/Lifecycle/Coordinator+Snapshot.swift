// SPDX-License-Identifier: Apache-2.0
// A session at a glance, for whoever begins to watch it.

package import Domain
import Store

/// How far a session has come.
package struct SessionSnapshot: Hashable, Sendable {
  /// How many are merged.
  package let tasksDone: Int
  /// How many were planned.
  package let tasksTotal: Int
}

extension Coordinator {
  /// Counts a session's tasks.
  package func snapshot(_ session: SessionID) throws(Problem) -> SessionSnapshot {
    let agenda = try agenda(of: session)
    return SessionSnapshot(tasksDone: agenda.completed, tasksTotal: agenda.total)
  }
}

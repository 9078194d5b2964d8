// SPDX-License-Identifier: Apache-2.0
// Files that follow from the journal and cannot be read any more: set aside, and written anew.

import Domain
import Store

extension Coordinator {
  /// Sees to it that what people and hooks read of the project's state can be read (SESSION002).
  func mendProgress(
    into report: inout RecoveryReport, isAsked: Bool
  ) async throws(Problem) {
    let newest = try read { (store) throws(StoreError) in try store.sessions() }
      .last { $0.lifecycle != SessionLifecycle() }
    for damaged in ports.projections.damaged() {
      try await overcome(
        .stateLoading, damaged.problem, in: newest?.session, isAsked: isAsked
      ) {
        (step) throws(Problem) in
        guard step == .rebuildFromJournal else {
          return try ports.projections.restoreState(at: clock().wall)
        }
        guard let newest else {
          throw Problem(
            code: "SESSION000", exit: .notFound, message: "no session was begun here")
        }
        try ports.projections.setAside(damaged.path)
        try await writeProjections(newest.session)
      }
      report.rebuilt.append(damaged.path)
    }
    // A recovery may have been killed after it had set the file aside.
    if let newest, !ports.projections.hasState {
      try await writeProjections(newest.session)
      report.rebuilt.append(paths.progress + "/state.json")
    }
  }

  /// Brings the session's tasks file and the project's state file up to date; a tasks file that
  /// cannot be read any more is set aside and written anew by the plan.
  func writeProjections(_ session: SessionID) async throws(Problem) {
    let record = try requireSession(session)
    let tasks = try read { (store) throws(StoreError) in try store.tasks(in: session) }
    do throws(Problem) {
      try ports.projections.update(record, tasks, at: clock().wall)
    } catch {
      guard error.isUnreadable else { throw error }
      try await overcome(.stateLoading, error, in: session) { (step) throws(Problem) in
        guard step == .rebuildFromJournal else { throw error }
        for damaged in ports.projections.damaged() {
          try ports.projections.setAside(damaged.path)
        }
        try ports.projections.mendTasks(of: record)
        try ports.projections.update(record, tasks, at: clock().wall)
      }
    }
  }
}

extension Problem {
  /// Whether a file could not be read, or not be understood.
  var isUnreadable: Bool { code == "INPUT002" || code == "INPUT003" }
}

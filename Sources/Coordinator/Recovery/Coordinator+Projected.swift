// SPDX-License-Identifier: Apache-2.0
// Files that follow from the journal and cannot be read any more: set aside, and written anew.

package import Domain
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
    // One at a time: the later one knows more.
    while isProjecting { await change(after: changeCount, limit: .seconds(1)) }
    isProjecting = true
    // What becomes due from now on is written once more.
    projectionsDue.remove(session)
    defer {
      isProjecting = false
      wake()
    }
    let record = try requireSession(session)
    do throws(Problem) {
      try await project(record)
    } catch {
      guard error.isUnreadable else { throw error }
      try await overcome(.stateLoading, error, in: session) { (step) throws(Problem) in
        guard step == .rebuildFromJournal else { throw error }
        for damaged in ports.projections.damaged() {
          try ports.projections.setAside(damaged.path)
        }
        try ports.projections.mendTasks(of: record, try tasks(of: record).map(\.planned))
        try await project(record)
      }
    }
  }

  /// Leaves it to `projectWhatIsDue` to write a session's files: no worker waits for what only people
  /// read, and there may be ten thousand tasks in it.
  func projectLater(_ session: SessionID) {
    projectionsDue.insert(session)
    wake()
  }

  /// Writes the files of the sessions that `projectLater` named.
  ///
  /// - Throws: `Problem` where a file cannot be written; it stays due.
  package func projectWhatIsDue() async throws(Problem) {
    while let session = projectionsDue.popFirst() {
      do throws(Problem) {
        try await writeProjections(session)
      } catch {
        projectionsDue.insert(session)
        throw error
      }
    }
  }

  /// Writes them as long as the session goes on, each time something became due.
  package func keepProjecting(_ session: SessionID) async throws(Problem) {
    let seen = changeCount
    // Workers come first, and what follows shortly is written along with it. A pause that is cut
    // short ends with the session, whose end writes everything.
    if !projectionsDue.isEmpty { try? await ports.pause(.milliseconds(200)) }
    try await projectWhatIsDue()
    guard try !isSettled(session) else { return }
    await change(after: seen, limit: .seconds(60))
  }

  private func project(_ record: SessionRecord) async throws(Problem) {
    let read = { @Sendable [self] () throws(Problem) in try tasks(of: record) }
    try await ports.projections.update(record, read, at: clock().wall)
  }

  /// A session's tasks, read piece by piece: others want the store as well.
  private nonisolated func tasks(of session: SessionRecord) throws(Problem) -> [TaskRecord] {
    var tasks: [TaskRecord] = []
    while tasks.count < session.plan.taskCount {
      let piece = try read { (store) throws(StoreError) in
        try store.tasks(in: session.session, at: tasks.count + 1...tasks.count + 500)
      }
      guard !piece.isEmpty else { break }
      tasks += piece
    }
    return tasks
  }
}

extension Problem {
  /// Whether a file could not be read, or not be understood.
  var isUnreadable: Bool { code == "INPUT002" || code == "INPUT003" }
}

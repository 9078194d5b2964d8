// SPDX-License-Identifier: Apache-2.0
// Moving a session on: what the agenda says is done, until it says nothing more.

import Documents
package import Domain
import Git
import Store

extension Coordinator {
  /// Does everything that is due in a session and needs no worker: activates, blocks and merges
  /// tasks. Called when a task changes, not at every stage.
  func advance(_ session: SessionID) async throws(Problem) {
    guard !isMerging else { return }
    isMerging = true
    defer { isMerging = false }
    var hasMoved = false
    while true {
      let record = try requireSession(session)
      guard case .active(.execution) = record.lifecycle.state else { return }
      try readBlockers(of: session)
      let steps = try agenda(of: session).steps(jobs: jobs)
      guard !steps.isEmpty else { break }
      hasMoved = true
      for step in steps {
        switch step {
        case .activate(let id): try activate(id, in: session)
        case .block(let id, let blockage): try block(id, in: session, blockage)
        case .unblock(let id): try unblock(id, in: session)
        case .merge(let id): try await merge(id, in: session)
        }
      }
    }
    // Whoever waits comes through here itself: woken for nothing, it would never rest.
    if hasMoved { wake() }
  }

  private func activate(_ id: TaskID, in session: SessionID) throws(Problem) {
    let record = try requireSession(session)
    let task = try requireTask(id, in: session)
    try move(task, in: session) { (progress) throws(TaskRejection) in
      try progress.activated(on: record.branchHead)
    }
    tell(
      .taskStarted(task.planned, number: task.position, of: record.plan.taskCount))
  }

  private func block(
    _ id: TaskID, in session: SessionID, _ blockage: TaskProgress.Blockage
  ) throws(Problem) {
    try move(try requireTask(id, in: session), in: session) { (progress) throws(TaskRejection) in
      try progress.blocked(blockage)
    }
  }

  private func unblock(_ id: TaskID, in session: SessionID) throws(Problem) {
    try move(try requireTask(id, in: session), in: session) { (progress) throws(TaskRejection) in
      try progress.unblocked()
    }
  }

  /// Gives a blocked task another try: a person has cleared what stood in its way.
  package func retry(_ id: TaskID, in session: SessionID) async throws(Problem) {
    let task = try requireTask(id, in: session)
    guard case .blocked = task.progress.state else {
      throw Problem(
        code: "TASK001", exit: .conflict, message: "task \(id) is not blocked",
        reason: "it is \(task.progress.state.words)", remedy: "orchestrate task show \(id)")
    }
    try await letGoOn(task, in: session)
    try await advance(session)
    let now = try requireTask(id, in: session)
    guard case .blocked(let blockage, _) = now.progress.state else { return }
    throw Problem(
      code: "TASK002", exit: .conflict, message: "task \(id) is still blocked",
      reason: blockage.detail,
      remedy: "take it out of the task's blockers in "
        + "\(SessionFolder(path: paths.sessions).path(of: .tasks, in: session))")
  }

  func move(
    _ task: TaskRecord, in session: SessionID, feedback: [Feedback] = [],
    _ input: (inout TaskProgress) throws(TaskRejection) -> TaskAction?
  ) throws(Problem) {
    var progress = task.progress
    let action: TaskAction?
    do throws(TaskRejection) {
      action = try input(&progress)
    } catch {
      throw .defect(error, in: "task \(task.planned.id)")
    }
    var events: [SessionEvent] = [.taskMoved(task.planned.id, progress)]
    if let action {
      events += try follow(action, task: task.planned, in: session, feedback: feedback)
    }
    try record(session, events, expecting: [.task(task.planned.id, task.progress)])
  }
}

extension Coordinator {
  /// What a session does next. It is read from the store once, and kept up to date by what is
  /// recorded: this process alone moves tasks.
  func agenda(of session: SessionID) throws(Problem) -> Agenda {
    if let known = agendas[session] { return known }
    let agenda = Agenda(
      tasks: try read { (store) throws(StoreError) in try store.outlines(in: session) })
    agendas[session] = agenda
    return agenda
  }

  /// Takes over what was recorded.
  func follow(_ events: [SessionEvent], of session: SessionID) {
    for event in events {
      switch event {
      case .taskMoved(let task, let progress):
        agendas[session]?.moved(task, to: TaskOutline.State(progress.state))
      case .sessionPlanned:
        agendas[session] = nil
      case .configurationRead, .lifecycleMoved, .segmentOpened, .segmentClosed, .healthChecked,
        .branchMoved, .budgetChanged, .handoffQueued, .handoffClaimed, .handoffSubmitted,
        .handoffReturned, .handoffAccepted, .handoffCancelled, .usageReported, .noted:
        continue
      }
    }
  }

  /// Looks which blockers the session's file lists now: a person clears one by taking it out there.
  private func readBlockers(of session: SessionID) throws(Problem) {
    // Most sessions have none, and then the file need not be read.
    guard try agenda(of: session).hasBlockers else { return }
    var blockers: [TaskID: [String]] = [:]
    for task in try SessionFiles(paths: paths, settings: settings).tasks(session).tasks {
      blockers[task.id] = task.blockers
    }
    agendas[session]?.setBlockers(blockers)
  }
}

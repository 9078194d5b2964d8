// SPDX-License-Identifier: Apache-2.0
// The files of `.claude/progress/`: read at entry, written as the session goes.

import Documents
import Domain
import Glibc
import Store

/// The project's state as people, `jq` and hooks read it.
struct ProgressFiles {
  let paths: ProjectPaths
  private let aliases: StatusAliases
  private let configuration: Digest

  init(paths: ProjectPaths, settings: ProjectSettings) {
    self.paths = paths
    configuration = settings.digest
    aliases = settings.statusAliases
  }

  private var statePath: String { paths.progress + "/state.json" }

  // MARK: Reading

  /// The state file; `nil` where there is none.
  func state() throws(Problem) -> StateDocument? {
    try document(statePath) { (bytes, file) throws(DocumentError) in
      try StateDocument(parsing: bytes, file: file)
    }
  }

  struct Features {
    let status: FeatureStatus
    let sentence: String
  }

  func features(at now: Timestamp) throws(Problem) -> Features {
    let aliases = aliases
    let list = try document(paths.progress + "/feature-list.json") {
      (bytes, file) throws(DocumentError) in
      try FeatureList(parsing: bytes, file: file, aliases: aliases)
    }
    guard let list else { return sessionFeatures(at: now) }
    return Features(
      status: list.status,
      sentence: "\(list.doneCount) of \(list.features.count) done, \(list.pendingCount) pending, "
        + "\(list.untestedCount) untested")
  }

  /// Without a feature list, the tasks of all sessions are the features. A tasks file that cannot
  /// be read says nothing here; `run` names what is wrong with it.
  private func sessionFeatures(at now: Timestamp) -> Features {
    let folder = SessionFolder(path: paths.sessions)
    var tallies = TaskTallies(in: paths.state, configuration: configuration)
    let found = ((try? folder.sessions()) ?? []).compactMap { session in
      let file = folder.path(of: .tasks, in: session)
      return tallies.tally(of: file, at: now) {
        try? TasksDocument.read(file, aliases: aliases).tasks
      }
    }
    tallies.save()
    let total = found.map(\.total).reduce(0, +)
    let done = found.map(\.done).reduce(0, +)
    let untested = found.map(\.untested).reduce(0, +)
    guard total > 0 else { return Features(status: .none, sentence: "none (need INIT)") }
    return Features(
      status: FeatureStatus(total: total, pending: total - done - untested, untested: untested),
      sentence: "\(done) of \(total) tasks done in \(found.count) sessions")
  }

  /// The newest session summary, by its session's number.
  func latestSummary() -> String? {
    let name = directoryEntries(paths.sessions).filter { $0.hasSuffix("-summary.md") }
      .compactMap { name in SessionID(name.dropLast("-summary.md".count)).map { ($0, name) } }
      .max { $0.0 < $1.0 }?.1
    return name.map { "\(paths.sessions)/\($0)" }
  }

  /// What was worked on last, where that is tracked.
  func recentFiles() throws(Problem) -> [String]? {
    try document(paths.progress + "/file_history.json") { (bytes, file) throws(DocumentError) in
      try FileHistory(parsing: bytes, file: file).paths
    }
  }

  func document<Value>(
    _ path: String, _ parse: ([UInt8], String) throws(DocumentError) -> Value
  ) throws(Problem) -> Value? {
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try readFileIfPresent(path)
    } catch {
      throw Problem(
        code: "INPUT002", exit: .badInput, message: "\(path) cannot be read", reason: "\(error)",
        remedy: "orchestrate recover")
    }
    guard let bytes else { return nil }
    do throws(DocumentError) {
      return try parse(bytes, path)
    } catch {
      throw Problem(
        code: "INPUT003", exit: .badInput, message: "\(error.file) cannot be used",
        reason: error.description, remedy: "orchestrate recover")
    }
  }

  // MARK: Writing

  /// What was found at entry.
  func write(
    state before: StateDocument?, health: HealthStatus, next: ProjectState, at now: Timestamp
  ) throws(Problem) {
    var document = before ?? StateDocument(at: now, health: health)
    document.healthChecked(health)
    if before != nil, document.state != next {
      document.moved(to: next, at: now, reason: "session entry")
    }
    try write(document.text, statePath)
  }

  /// What a session has come to.
  func write(
    session: SessionRecord, tasks: [TaskRecord], at now: Timestamp
  ) throws(Problem) {
    var document = try state() ?? StateDocument(at: now, health: session.health)
    document.healthChecked(session.health)
    let state = ProjectState(features: features(of: tasks), health: session.health)
    if document.state != state {
      document.moved(to: state, at: now, reason: "session \(session.plan.session)")
    }
    let isUnderWay: Bool
    if case .active(let phase) = session.lifecycle.state {
      isUnderWay = phase != .planned
    } else {
      isUnderWay = false
    }
    document.marked(
      isDirty: isUnderWay,
      lastAction: "session \(session.plan.session): \(session.lifecycle.name)", at: now)
    try write(document.text, statePath)
    try writeCheckpoint(session, tasks, now)
  }

  private func writeCheckpoint(
    _ session: SessionRecord, _ tasks: [TaskRecord], _ now: Timestamp
  ) throws(Problem) {
    let open = tasks.filter { $0.progress.state.name != "completed" }
    let snapshot: JSONValue = [
      "session": .string(session.plan.session.padded),
      "phase": .string(session.lifecycle.name),
      "branch_head": .string(session.branchHead.text),
      "tasks_done": .integer(tasks.count - open.count),
      "tasks_total": .integer(tasks.count),
    ]
    let checkpoint = CheckpointDocument(
      at: now, contextSnapshot: snapshot,
      pendingActions: open.prefix(50).map { "\($0.planned.id): \($0.progress.state.words)" })
    try write(checkpoint.json.prettyText + "\n", paths.progress + "/checkpoint.json")
  }

  /// A session's tasks are its features.
  private func features(of tasks: [TaskRecord]) -> FeatureStatus {
    let isDone = { (task: TaskRecord) in
      switch task.progress.state {
      case .completed, .cancelled: true
      case .pending, .working, .merging, .blocked, .failed: false
      }
    }
    let untested = tasks.count { $0.progress.state == .merging }
    let pending = tasks.count { !isDone($0) && $0.progress.state != .merging }
    return FeatureStatus(total: tasks.count, pending: pending, untested: untested)
  }

  func write(_ text: String, _ path: String) throws(Problem) {
    do throws(FileError) {
      try AtomicFile.write(Array(text.utf8), to: path)
    } catch {
      throw Problem(
        code: "OUTPUT001", exit: .failure, message: "\(path) cannot be written",
        reason: "\(error)")
    }
  }
}

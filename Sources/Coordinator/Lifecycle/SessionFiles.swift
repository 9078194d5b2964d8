// SPDX-License-Identifier: Apache-2.0
// A session's files in the user's project: read into a plan, and kept up to date for readers.

package import Documents
package import Domain
import Glibc

/// The files of `.claude/sessions/`.
package struct SessionFiles: Sendable {
  private let paths: ProjectPaths
  private let workflows: [String: Workflow]
  private let aliases: StatusAliases
  private let budget: BudgetLimits

  /// The files of a project, read with its own workflows and words for statuses.
  package init(paths: ProjectPaths, settings: ProjectSettings) {
    self.paths = paths
    workflows = settings.workflows
    aliases = settings.statusAliases
    budget = settings.budget
  }

  private var folder: SessionFolder { SessionFolder(path: paths.sessions) }

  // MARK: Reading

  /// What a session's files ask for.
  ///
  /// - Parameter isSimplified: whether the prose beside the tasks is left unread; it is read by
  ///   default.
  /// - Throws: `Problem` with exit 66 where there are none, 65 where they cannot be understood.
  package func plan(
    _ session: SessionID, base: ObjectID, isSimplified: Bool = false
  ) throws(Problem) -> SessionPlan {
    let document = try tasks(session)
    let closed = Set(document.tasks.filter(\.status.isDone).map(\.id))
    // What was cancelled is asked for no more, but nothing can stand on it either.
    let done = closed.subtracting(
      document.tasks.filter { $0.status.meaning == .cancelled }.map(\.id))
    var planned: [PlannedTask] = []
    for task in document.tasks where !closed.contains(task.id) && task.status.meaning != .deferred {
      planned.append(try self.planned(task, done: done))
    }
    guard !planned.isEmpty else {
      throw Problem(
        code: "SESSION008", exit: .nothingMatched,
        message: "session \(session) has no task that is open",
        reason: "\(document.file) lists \(document.tasks.count) tasks",
        remedy: "orchestrate session new 'What you want'")
    }
    let outline =
      isSimplified ? SessionOutline(of: session) : try SessionOutline(session, in: folder)
    return SessionPlan(
      session: session, title: outline.title, objectives: outline.objectives,
      complexity: highest(document.tasks), base: base, tasks: planned,
      budget: budget)
  }

  /// The session's tasks file.
  ///
  /// - Throws: `Problem` with exit 66 where there is none, 65 where it cannot be understood.
  package func tasks(_ session: SessionID) throws(Problem) -> TasksDocument {
    let file = folder.path(of: .tasks, in: session)
    guard access(file, F_OK) == 0 else {
      throw Problem(
        code: "SESSION009", exit: .notFound, message: "there is no session \(session)",
        reason: "\(file) does not exist", remedy: "orchestrate session list")
    }
    do throws(DocumentError) {
      return try TasksDocument.read(file, aliases: aliases)
    } catch {
      throw Problem(
        code: "INPUT003", exit: .badInput, message: "\(error.file) cannot be used",
        reason: error.description)
    }
  }

  private func planned(_ task: SessionTask, done: Set<TaskID>) throws(Problem) -> PlannedTask {
    let name = task.workflow ?? Self.usualWorkflow(of: task.agent)
    guard let workflow = workflows[name] else {
      throw Problem(
        code: "INPUT004", exit: .badInput, message: "task \(task.id) asks for workflow '\(name)'",
        reason: "known are \(listed(workflows.keys.sorted()))",
        remedy: "write \(paths.workflows)/\(name).md")
    }
    return PlannedTask(
      id: task.id, title: task.title, agent: task.agent ?? "specialist", workflow: workflow,
      dependencies: task.dependencies.filter { !done.contains($0) }, files: task.files,
      tests: task.tests, blockers: task.blockers, estimatedMinutes: task.estimatedMinutes)
  }

  /// The workflow of a task that names none, going by its agent (M6).
  private static func usualWorkflow(of agent: String?) -> String {
    switch agent {
    case "bug-hunter", "debugger": "bug-fix"
    case "performance-optimizer", "performance-engineer": "performance-optimization"
    case _: "feature-development"
    }
  }

  private func highest(_ tasks: [SessionTask]) -> Complexity {
    let found = tasks.compactMap(\.complexity)
    if found.contains(.high) { return .high }
    return found.contains(.medium) || found.isEmpty ? .medium : .low
  }

  // MARK: Writing

  /// What a task has come to, as the tasks file tells it.
  struct Standing {
    let id: TaskID
    let status: TaskStatus
    let actualMinutes: Int?
    let output: JSONValue?
  }

  /// Writes the tasks' statuses and the metrics into the tasks file, where anything changed.
  func update(_ session: SessionID, _ standings: [Standing]) throws(Problem) {
    var document = try tasks(session)
    let before = document.text
    // Looked up by id: there may be ten thousand of either.
    var listed: [TaskID: SessionTask] = [:]
    for task in document.tasks { listed[task.id] = task }
    do throws(DocumentError) {
      for standing in standings where differs(listed[standing.id], standing) {
        document = try document.updating(
          standing.id, status: standing.status, actualMinutes: standing.actualMinutes,
          output: standing.output)
      }
    } catch {
      throw Problem(
        code: "INPUT003", exit: .badInput, message: "\(error.file) cannot be brought up to date",
        reason: error.description)
    }
    if document.text != before { try write(document.text, folder.path(of: .tasks, in: session)) }
  }

  private func differs(_ task: SessionTask?, _ standing: Standing) -> Bool {
    // A task that a person took out of the file since is left out.
    guard let task else { return false }
    return task.status.meaning != standing.status
      || standing.actualMinutes.map { $0 != task.actualMinutes } ?? false
      || standing.output.map { $0 != task.output } ?? false
  }

  /// Writes the tasks file by a plan, every task as it was planned.
  func write(_ plan: SessionPlan) throws(Problem) {
    let path = folder.path(of: .tasks, in: plan.session)
    let document: TasksDocument
    do throws(DocumentError) {
      document = try TasksDocument(plan: plan, file: path, aliases: aliases)
    } catch {
      throw .defect(error, in: "the tasks file of session \(plan.session)")
    }
    try write(document.text, path)
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

// SPDX-License-Identifier: Apache-2.0
// The tasks that a plan describes, as the session's task file.

package import Domain

extension TasksDocument {
  /// Breaks a plan into tasks; the same plan always gives the same file (S4-45).
  ///
  /// Tasks are called `task-1` … after their numbers. A task without an agent gets the one that its
  /// title fits. Dependencies come from the task itself and from the execution order; numbers that
  /// the plan has no task for are passed over.
  ///
  /// - Parameters:
  ///   - file: the file that errors name and the text is meant for.
  ///   - workflow: the workflow that every task gets; none is written by default.
  /// - Throws: `DocumentError` where two tasks have the same number or tasks wait for each other.
  package init(
    plan: PlanDocument, session: SessionID, file: String, workflow: String? = nil,
    roles: RoleAliases, aliases: StatusAliases
  ) throws(DocumentError) {
    let entries = plan.tasks.map { task -> JSONValue in
      var entry: JSONObject = [
        "id": .string("task-\(task.number)"), "title": .string(task.name),
        "agent": .string(task.agent.isEmpty ? roles.agent(forTitle: task.name) : task.agent),
        "status": .string(TaskStatus.pending.rawValue),
        "estimatedMinutes": task.estimatedMinutes.map { .integer($0) } ?? .null,
        "actualMinutes": .null, "files": [], "tests": .strings(task.testCases), "blockers": [],
        "output": .null,
        "dependencies": .strings(Self.dependencies(of: task, in: plan).map { "task-\($0)" }),
        "successCriteria": .strings(task.successCriteria),
      ]
      if let workflow { entry["workflow"] = .string(workflow) }
      return .object(entry)
    }
    let estimated = plan.tasks.reduce(0) { $0 + ($1.estimatedMinutes ?? 0) }
    let root: JSONValue = [
      "sessionId": .string(session.padded), "tasks": .array(entries),
      "metrics": [
        "totalTasks": .integer(entries.count), "completed": 0, "failed": 0, "blocked": 0,
        "timeSpent": 0, "timeEstimated": .integer(estimated),
      ],
    ]
    let text = JSONLayout.standard.text(of: root)
    try self.init(parsing: Array(text.utf8), file: file, aliases: aliases)
  }

  /// The tasks of a session's plan as they were planned, for a file that was lost.
  ///
  /// - Throws: `DocumentError` where the plan makes no file, which no plan of a file does.
  package init(
    plan: SessionPlan, file: String, aliases: StatusAliases
  ) throws(DocumentError) {
    let entries = plan.tasks.map { task -> JSONValue in
      [
        "id": .string(task.id.text), "title": .string(task.title), "agent": .string(task.agent),
        "status": .string(TaskStatus.pending.rawValue),
        "estimatedMinutes": task.estimatedMinutes.map { .integer($0) } ?? .null,
        "actualMinutes": .null, "files": .strings(task.files), "tests": .strings(task.tests),
        "blockers": .strings(task.blockers), "output": .null,
        "dependencies": .strings(task.dependencies.map(\.text)),
        "workflow": .string(task.workflow.name),
      ]
    }
    let estimated = plan.tasks.reduce(0) { $0 + ($1.estimatedMinutes ?? 0) }
    let root: JSONValue = [
      "sessionId": .string(plan.session.padded), "tasks": .array(entries),
      "metrics": [
        "totalTasks": .integer(entries.count), "completed": 0, "failed": 0, "blocked": 0,
        "timeSpent": 0, "timeEstimated": .integer(estimated),
      ],
    ]
    try self.init(
      parsing: Array(JSONLayout.standard.text(of: root).utf8), file: file, aliases: aliases)
  }

  private static func dependencies(of task: PlanDocument.Task, in plan: PlanDocument) -> [Int] {
    let steps = plan.executionOrder.filter { $0.task == task.number }
    let numbers = Set(task.dependencyNumbers + steps.flatMap(\.dependsOn))
    return plan.tasks.map(\.number).filter { numbers.contains($0) && $0 != task.number }
  }
}

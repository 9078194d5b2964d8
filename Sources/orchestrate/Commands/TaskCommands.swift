// SPDX-License-Identifier: Apache-2.0
// `orchestrate task …` and `orchestrate tdd status`: a session's tasks and their proofs.

import Coordinator
import Documents
import Domain
import Service
import Store

enum TaskCommands {
  static let specs = [list, show, retry, tddStatus]

  private static let session = OptionSpec(
    "session", .text("S"), help: "The session; the newest by default")

  static let list = CommandSpec(
    ["task", "list"], summary: "List a session's tasks",
    examples: [Example("orchestrate task list", "Those of the newest session")],
    options: [session]
  ) { (invocation) throws(Problem) in
    let tasks = try SessionView(invocation).tasks()
    if invocation.wantsJSON {
      invocation.print(JSONValue.array(tasks.map(Shapes.task)).prettyText)
    } else {
      invocation.output.write(table(tasks).render(invocation.style), to: .data)
    }
    return .done
  }

  static func table(_ tasks: [TaskRecord]) -> TextTable {
    var table = TextTable(["task", "state", "stage", "agent", "worked", "title"])
    for task in tasks {
      table.add([
        .init(task.planned.id.text),
        .init(task.progress.state.name, Shapes.ink(task.progress.state)),
        .init(Shapes.stage(task) ?? ""), .init(task.planned.agent),
        .init(TimeInWords.brief(.milliseconds(task.workedMilliseconds))),
        .init(task.planned.title),
      ])
    }
    return table
  }

  static let show = CommandSpec(
    ["task", "show"], summary: "Show one task: state, checkpoints, what was refused",
    examples: [Example("orchestrate task show task-3", "Of the newest session")],
    positionals: [Positional("id", "The task's id")], options: [session]
  ) { (invocation) throws(Problem) in
    let view = try SessionView(invocation)
    let task = try view.task(try Arguments.task(try invocation.required("id")))
    let handoffs = try view.handoffs().filter { $0.task == task.planned.id }
    let accepted = try view.acceptances().filter { $0.handoff.task == task.planned.id }
    if invocation.wantsJSON {
      var document = Shapes.task(task)
      document.set("checkpoints", .array(accepted.map(Shapes.checkpoint)))
      document.set("handoffs", .array(handoffs.map(Shapes.handoff)))
      invocation.print(document.prettyText)
      return .done
    }
    let style = invocation.style
    invocation.print(style.ink(TerminalStyle.harmless(task.planned.title), .bold))
    invocation.print("task      \(task.planned.id), \(task.planned.workflow.name)")
    invocation.print("state     \(task.progress.state.words)")
    if let detail = Shapes.detail(task) { invocation.print("because   \(detail)") }
    if !task.planned.dependencies.isEmpty {
      invocation.print("needs     \(listed(task.planned.dependencies))")
    }
    for record in accepted {
      invocation.print(
        "\n\(record.acceptance.checkpoint.short)  \(record.handoff.stage.rawValue), attempt "
          + "\(record.handoff.attempt)")
      for check in record.acceptance.checks {
        invocation.print("  \(mark(check, style)) \(check.name): \(firstLine(check.message))")
      }
    }
    for handoff in handoffs {
      for feedback in handoff.feedback {
        invocation.print(
          "\nrefused   \(handoff.stage.rawValue), attempt \(feedback.attempt): \(feedback.code)")
        invocation.print(feedback.message)
      }
    }
    return .done
  }

  private static func mark(_ check: Check, _ style: TerminalStyle) -> String {
    switch check.verdict {
    case .pass: style.ink("pass", .green)
    case .fail: style.ink(check.stops ? "fail" : "warn", check.stops ? .red : .yellow)
    case .didNotRun: style.ink("did not run", .yellow)
    }
  }

  private static func firstLine(_ text: String) -> String {
    TerminalStyle.harmless(text.split(separator: "\n").first.map(String.init) ?? "")
  }

  static let retry = CommandSpec(
    ["task", "retry"], summary: "Let a blocked task go on, its attempts counted anew",
    examples: [Example("orchestrate task retry task-3", "After its obstacle is gone")],
    positionals: [Positional("id", "The task's id")], options: [session]
  ) { (invocation) throws(Problem) in
    let view = try SessionView(invocation)
    let id = try Arguments.task(try invocation.required("id"))
    _ = try view.task(id)
    let session = view.id
    try await view.project.withCoordinator(
      settings: try view.project.settings(), tell: { _ in }
    ) { (coordinator) throws(Problem) in
      try await coordinator.retry(id, in: session)
    }
    invocation.print(
      invocation.wantsJSON
        ? JSONValue.object(["task": .string(id.text), "state": "pending"]).compactText
        : "\(id) goes on; orchestrate run \(session)")
    return .done
  }

  // MARK: tdd status

  static let tddStatus = CommandSpec(
    ["tdd", "status"], summary: "Show which tests are red, green and verified, by task",
    examples: [Example("orchestrate tdd status", "Of the newest session")],
    options: [session]
  ) { (invocation) throws(Problem) in
    let view = try SessionView(invocation)
    let tasks = try view.tasks()
    let accepted = try view.acceptances()
    var rows: [(task: TaskRecord, stages: [Stage: AcceptanceRecord])] = []
    for task in tasks where task.planned.workflow.contains(.red) {
      var stages: [Stage: AcceptanceRecord] = [:]
      for record in accepted where record.handoff.task == task.planned.id {
        stages[record.handoff.stage] = record
      }
      rows.append((task, stages))
    }
    if invocation.wantsJSON {
      invocation.print(JSONValue.array(rows.map { json($0.task, $0.stages) }).prettyText)
      return .done
    }
    var table = TextTable(["task", "red", "green", "refactor", "verify", "title"])
    for row in rows {
      table.add(
        [.init(row.task.planned.id.text)]
          + [Stage.red, .green, .refactor, .verify].map { cell(row.task, row.stages, $0) }
          + [.init(row.task.planned.title)])
    }
    invocation.output.write(table.render(invocation.style), to: .data)
    return .done
  }

  private static func cell(
    _ task: TaskRecord, _ stages: [Stage: AcceptanceRecord], _ stage: Stage
  ) -> TextTable.Cell {
    guard task.planned.workflow.contains(stage) else { return .init("-", .dim) }
    if let record = stages[stage] { return .init(record.acceptance.checkpoint.short, .green) }
    return Shapes.stage(task) == stage.rawValue ? .init("open", .cyan) : .init("")
  }

  private static func json(_ task: TaskRecord, _ stages: [Stage: AcceptanceRecord]) -> JSONValue {
    var document: JSONValue = ["task": .string(task.planned.id.text)]
    for stage in [Stage.red, .green, .refactor, .verify] {
      document.set(stage.rawValue, stages[stage].map(Shapes.checkpoint) ?? .null)
    }
    return document
  }
}

// SPDX-License-Identifier: Apache-2.0
// `orchestrate session …`: making sessions and looking at them.

import Coordinator
import Documents
import Domain
import Git
import Store

enum SessionCommands {
  static let specs = [new, list, show]

  // MARK: new

  static let new = CommandSpec(
    ["session", "new"], summary: "Make the files of a new session, a task for each objective",
    discussion: """
      Writes session-NNN-context.md, -plan.md, -tasks.json and -tests.md under .claude/sessions/, \
      with the next free number. Read and change them before the first run: files, tests and \
      dependencies are yours to say.
      """,
    examples: [
      Example(
        "orchestrate session new 'Fix the chart' 'Keep moved bars'", "Two objectives, two tasks")
    ],
    positionals: [Positional("objectives", "What is to be reached, one a word", .variadic)],
    options: [
      OptionSpec("workflow", .text("NAME"), help: "The workflow of every task"),
      OptionSpec("hours", .integer(1...24), default: "4", help: "The time budget"),
    ]
  ) { (invocation) throws(Problem) in
    let objectives = invocation.arguments("objectives").filter { !$0.isEmpty }
    guard !objectives.isEmpty else {
      throw .usage("no objective was given", remedy: invocation.command.helpCommand)
    }
    let project = try ProjectAccess(invocation)
    let settings = try project.settings()
    if let name = invocation.text("workflow"), settings.workflows[name] == nil {
      throw .usage(
        "there is no workflow '\(name)'",
        reason: "known are \(listed(settings.workflows.keys.sorted()))",
        remedy: invocation.command.helpCommand)
    }
    let draft = try SessionDraft(
      objectives: objectives, workflow: invocation.text("workflow"),
      hours: invocation.integer("hours") ?? 4, paths: project.paths, settings: settings)
    let files = try draft.write()
    if invocation.wantsJSON {
      let document: JSONValue = [
        "session": .string(draft.session.padded), "files": .strings(files),
        "tasks": .strings(draft.taskIDs),
      ]
      invocation.print(document.prettyText)
      return .done
    }
    for file in files { invocation.print("wrote  \(file)") }
    invocation.print("\nnext: orchestrate run session-\(draft.session)")
    return .done
  }

  // MARK: list and show

  static let list = CommandSpec(
    ["session", "list"], summary: "List the project's sessions",
    examples: [Example("orchestrate session list", "Started or not, by number")]
  ) { (invocation) throws(Problem) in
    let project = try ProjectAccess(invocation)
    let written: [SessionID]
    do throws(FileError) {
      written = try SessionFolder(path: project.paths.sessions).sessions()
    } catch {
      throw Problem(
        code: "INPUT002", exit: .badInput, message: "the sessions cannot be listed",
        reason: "\(error)")
    }
    var rows: [(id: SessionID, record: SessionRecord?, tasks: [TaskRecord])] = []
    let store = try project.reader()
    do throws(StoreError) {
      let started = try store?.sessions() ?? []
      let ids = Set(written).union(started.map(\.plan.session)).sorted()
      for id in ids {
        let record = started.first { $0.plan.session == id }
        rows.append((id, record, try record == nil ? [] : store?.tasks(in: id) ?? []))
      }
    } catch {
      throw Problem(error)
    }
    if invocation.wantsJSON {
      let documents = rows.map { row -> JSONValue in
        row.record.map { Shapes.session($0, tasks: row.tasks) }
          ?? ["session": .string(row.id.padded), "phase": "not started"]
      }
      invocation.print(JSONValue.array(documents).prettyText)
      return .done
    }
    var table = TextTable(["session", "phase", Self.column("merged"), "title"])
    for row in rows {
      let done = row.tasks.count { $0.progress.state.name == "completed" }
      table.add([
        .init(row.id.padded), .init(row.record?.lifecycle.name ?? "not started"),
        .init(row.record == nil ? "" : "\(done)/\(row.tasks.count)"),
        .init(row.record?.plan.title ?? ""),
      ])
    }
    invocation.output.write(table.render(invocation.style), to: .data)
    return .done
  }

  private static func column(_ title: String) -> TextTable.Column { .init(title, .right) }

  static let show = CommandSpec(
    ["session", "show"], summary: "Show one session: plan, phase, budget, tasks",
    examples: [Example("orchestrate session show 039", "Everything at a glance")],
    positionals: [Positional("session", "39, 039 or session-039")]
  ) { (invocation) throws(Problem) in
    let id = try Arguments.session(try invocation.required("session"))
    let view = try SessionView(invocation, session: id)
    let tasks = try view.tasks()
    let usage = try view.read { (store) throws(StoreError) in try store.usage(in: view.id) }
    if invocation.wantsJSON {
      var document = Shapes.session(view.record, tasks: tasks)
      document.set("objectives", .strings(view.record.plan.objectives))
      document.set("complexity", .string(view.record.plan.complexity.rawValue))
      document.set("tokens", .integer(usage.total.tokens))
      document.set("costUSD", .string(Self.dollars(usage.total)))
      document.set("segments", .array(usage.segments.map(Self.segment)))
      document.set("taskList", .array(tasks.map(Shapes.task)))
      invocation.print(document.prettyText)
      return .done
    }
    let record = view.record
    invocation.print("session   \(record.plan.session)  \(record.plan.title)")
    invocation.print("phase     \(record.lifecycle.name), health \(record.health.rawValue)")
    invocation.print("branch    session/\(record.plan.session) at \(record.branchHead)")
    invocation.print("began on  \(record.plan.base)")
    invocation.print(
      "used      \(usage.total.tokens) tokens, \(Self.dollars(usage.total)) USD in "
        + "\(usage.segments.count) segments")
    for (number, objective) in record.plan.objectives.enumerated() {
      invocation.print("\(number == 0 ? "goals   " : "        ")  \(number + 1). \(objective)")
    }
    invocation.print("")
    invocation.output.write(TaskCommands.table(tasks).render(invocation.style), to: .data)
    return .done
  }

  private static func segment(_ segment: SegmentUsage) -> JSONValue {
    [
      "number": .integer(segment.segment.number),
      "openedAt": .string(segment.segment.openedAt.description),
      "closedAt": segment.closedAt.map { .string($0.description) } ?? .null,
      "reason": segment.reason.map { .string($0) } ?? .null,
      "tokens": .integer(segment.usage.tokens),
    ]
  }

  private static func dollars(_ usage: Usage) -> String {
    let cents = (usage.costMicroUSD + 5_000) / 10_000
    return "\(cents / 100)." + (cents % 100 < 10 ? "0" : "") + "\(cents % 100)"
  }
}

// SPDX-License-Identifier: Apache-2.0
// `orchestrate undo` and `redo`: whole operations taken back, the last one first.

import Coordinator
import Documents
import Domain
import Git

enum UndoCommand {
  static let specs = [undo, redo]

  /// What every operation takes.
  static let options = [
    OptionSpec("reason", .text("TEXT"), help: "Why; it is logged"),
    OptionSpec("dry-run", help: "Say what would change, and change nothing"),
    OptionSpec("force", help: "Beyond the limit, and over claims; needs --reason"),
  ]

  static let undo = CommandSpec(
    ["undo"], summary: "Take the last operation back",
    discussion: """
      Operations are what a person's commands change: rollbacks, retries, and what undo and redo \
      themselves do. Each is written down before it happens, with both sides of the change, under \
      refs/orchestrate/operations/. What was changed since by somebody else is not overwritten \
      unseen: it goes under a rescue ref first, and a session that went on refuses.
      """,
    examples: [
      Example("orchestrate undo", "Take the last operation back"),
      Example("orchestrate undo --list", "What was done, the newest first"),
    ],
    options: [OptionSpec("list", help: "List the operations instead")] + options
  ) { (invocation) throws(Problem) in
    let desk = OperationDesk(project: try ProjectAccess(invocation))
    let log = try await desk.log()
    if invocation.flag("list") { return list(log, invocation) }
    guard let last = log.nextUndo else { throw nothing("operation to undo") }
    let report = try await desk.takeBack(
      last, as: .undo(of: last.number), try wish(invocation))
    return tell(report, report.checks, invocation)
  }

  static let redo = CommandSpec(
    ["redo"], summary: "Do again what undo took back",
    examples: [Example("orchestrate redo", "Take the last undo back")],
    options: options
  ) { (invocation) throws(Problem) in
    let desk = OperationDesk(project: try ProjectAccess(invocation))
    guard let last = try await desk.log().nextRedo else { throw nothing("undo to take back") }
    let report = try await desk.takeBack(
      last, as: .redo(of: last.number), try wish(invocation))
    return tell(report, report.checks, invocation)
  }

  static func nothing(_ what: String) -> Problem {
    Problem(
      code: "ROLLBACK001", exit: .nothingMatched, message: "there is no \(what)",
      remedy: "orchestrate undo --list")
  }

  static func wish(_ invocation: Invocation) throws(Problem) -> OperationWish {
    let isForced = invocation.flag("force")
    let reason = invocation.text("reason")
    guard !isForced || reason != nil else {
      throw .usage(
        "--force needs a reason", reason: "it is logged with the operation",
        remedy: "orchestrate \(invocation.command.name) --force --reason TEXT")
    }
    return OperationWish(
      cause: .person, reason: reason ?? "asked for on the command line", isForced: isForced,
      isDryRun: invocation.flag("dry-run"))
  }

  // MARK: Telling

  /// Prints what was done, and ends with 18 where it is not as it should be, with 10 where the
  /// tests that were asked for fail.
  static func tell(
    _ report: OperationReport, _ checks: [OperationCheck], _ invocation: Invocation
  ) -> ExitCode {
    if invocation.wantsJSON {
      invocation.print(json(report, checks).prettyText)
    } else {
      say(report, checks, invocation)
    }
    let failed = checks.filter { $0.verdict == .fail }
    if failed.contains(where: { $0.name != "tests" }) { return .integrityFailure }
    return failed.isEmpty ? .done : .gateFailed
  }

  private static let shown = 20

  private static func say(
    _ report: OperationReport, _ checks: [OperationCheck], _ invocation: Invocation
  ) {
    let operation = report.operation
    invocation.print(
      report.rescue == nil
        ? "\(operation.title) would change:" : "\(operation.title) is done (\(operation.number))")
    for path in report.paths.prefix(shown) {
      invocation.print("  \(word(path.kind))  \(TerminalStyle.harmless(path.path))")
    }
    if report.paths.count > shown {
      invocation.print("  and \(report.paths.count - shown) more files")
    }
    switch operation.change {
    case .files(let change):
      if let branch = change.branch { move(branch.name, branch.commit.after.short, invocation) }
    case .session(let change):
      for task in change.tasks {
        invocation.print(
          "  \(task.id): \(task.progress.before.state.words) -> \(task.progress.after.state.words)")
      }
      if change.branch.before != change.branch.after {
        move("session/\(change.session)", change.branch.after?.short ?? "removed", invocation)
      }
    }
    for note in report.notes { invocation.print("note: \(note)") }
    for check in checks {
      invocation.print("\(check.verdict.words)  \(check.name): \(check.message)")
    }
    guard let rescue = report.rescue else { return }
    if !checks.contains(where: { $0.name == "tests" }) {
      invocation.remark("no test was run; rollback --check runs them")
    }
    invocation.print("as it was: \(rescue)\nback: orchestrate \(back(operation))")
  }

  private static func move(_ name: String, _ to: String, _ invocation: Invocation) {
    invocation.print("  \(name) -> \(to)")
  }

  private static func word(_ kind: ListedChange) -> String {
    switch kind {
    case .comes: "comes  "
    case .changes: "changes"
    case .goes: "goes   "
    }
  }

  private static func back(_ operation: Operation) -> String {
    switch operation.act {
    case .rollback: "rollback --undo"
    case .retry, .redo: "undo"
    case .undo: "redo"
    }
  }

  private static func json(_ report: OperationReport, _ checks: [OperationCheck]) -> JSONValue {
    var document = entry(report.operation)
    document.set("rescue", report.rescue.map { .string($0) } ?? .null)
    document.set(
      "paths",
      .array(
        report.paths.map { ["path": .string($0.path), "change": .string($0.kind.rawValue)] }))
    document.set(
      "checks",
      .array(
        checks.map {
          [
            "name": .string($0.name), "verdict": .string($0.verdict.words),
            "message": .string($0.message),
          ]
        }))
    document.set("notes", .strings(report.notes))
    document.set("back", .string("orchestrate \(back(report.operation))"))
    return document
  }

  private static func entry(_ operation: Operation) -> JSONValue {
    var document: JSONValue = [
      "operation": .integer(operation.number), "title": .string(operation.title),
      "at": .string(operation.at.description), "reason": .string(operation.reason),
    ]
    switch operation.cause {
    case .person: document.set("cause", .string("person"))
    case .rule(let trigger): document.set("cause", .string(trigger.rawValue))
    }
    switch operation.change {
    case .files(let change):
      document.set("branch", change.branch.map { .string($0.name) } ?? .null)
      document.set("before", change.branch.map { .string($0.commit.before.text) } ?? .null)
      document.set("after", change.branch.map { .string($0.commit.after.text) } ?? .null)
    case .session(let change):
      document.set("session", .string(change.session.padded))
      document.set("before", change.branch.before.map { .string($0.text) } ?? .null)
      document.set("after", change.branch.after.map { .string($0.text) } ?? .null)
      document.set(
        "tasks",
        .array(
          change.tasks.map {
            [
              "id": .string($0.id.text), "before": .string($0.progress.before.state.name),
              "after": .string($0.progress.after.state.name),
            ]
          }))
    }
    return document
  }

  private static func list(_ log: OperationLog, _ invocation: Invocation) -> ExitCode {
    if invocation.wantsJSON {
      let entries = log.operations.reversed().map { operation in
        var document = entry(operation)
        document.set("undone", .bool(log.isUndone(operation)))
        return document
      }
      invocation.print(JSONValue.array(Array(entries)).prettyText)
      return .done
    }
    if log.operations.isEmpty {
      invocation.print("nothing was done yet that could be undone")
      return .done
    }
    var table = TextTable(["number", "operation", "when", "", "reason"])
    for operation in log.operations.reversed() {
      table.add([
        .init("\(operation.number)"), .init(operation.title), .init(operation.at.description),
        .init(log.isUndone(operation) ? "undone" : "", .dim), .init(operation.reason),
      ])
    }
    invocation.output.write(table.render(invocation.style), to: .data)
    return .done
  }
}

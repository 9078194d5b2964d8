// SPDX-License-Identifier: Apache-2.0
// `orchestrate status`: what needs the person first, then how things stand.

import Coordinator
import Documents
import Domain
import Store

enum StatusCommand {
  static let spec = CommandSpec(
    ["status"], summary: "What needs you, and how a session stands",
    examples: [
      Example("orchestrate status", "The newest session"),
      Example("orchestrate status --session 039 --json", "For programs"),
    ],
    options: [OptionSpec("session", .text("S"), help: "The session; the newest by default")]
  ) { (invocation) throws(Problem) in
    let view = try SessionView(invocation)
    let tasks = try view.tasks()
    let needs = try needs(view, tasks)
    let now = SystemClock.make()()
    if invocation.wantsJSON {
      var document = Shapes.session(view.record, tasks: tasks)
      document.set(
        "needsYou", .array(needs.map { ["what": .string($0.what), "try": .string($0.remedy)] }))
      document.set("running", .array(try running(view).map(Shapes.handoff)))
      document.set("budget", budget(view.record, now))
      document.set("taskList", .array(tasks.map(Shapes.task)))
      invocation.print(document.prettyText)
      return .done
    }
    try show(invocation, view, tasks, needs, now)
    return .done
  }

  /// Something that only a person can do, and the command that begins it.
  private struct Need {
    let what: String
    let remedy: String
  }

  private static func needs(_ view: SessionView, _ tasks: [TaskRecord]) throws(Problem) -> [Need] {
    var needs: [Need] = []
    for task in tasks {
      guard case .blocked(let blockage, _) = task.progress.state,
        blockage.cause != .dependency
      else { continue }
      needs.append(
        Need(
          what: "\(task.planned.id) \(task.planned.title): \(blockage.detail)",
          remedy: "orchestrate task show \(task.planned.id), then: task retry \(task.planned.id)"))
    }
    switch view.record.lifecycle.state {
    case .paused(_, let reason):
      needs.append(
        Need(what: "the session is paused: \(reason)", remedy: "orchestrate run \(view.id)"))
    case .failed(let reason):
      needs.append(
        Need(
          what: "the session failed: \(reason)",
          remedy: "git log session/\(view.id), then a new session"))
    case .active, .completed: break
    }
    if view.record.health == .broken, !view.record.lifecycle.isEnded {
      needs.append(
        Need(what: "the project's health check fails", remedy: "orchestrate enter"))
    }
    return needs
  }

  private static func running(_ view: SessionView) throws(Problem) -> [Handoff] {
    try view.read { (store) throws(StoreError) in
      try store.handoffs(in: view.id, states: [.claimed, .submitted])
    }
  }

  private static func budget(_ record: SessionRecord, _ now: Moment) -> JSONValue {
    guard let spending = record.spending else { return .null }
    let reading = BudgetReading(spending, limits: record.budget, at: now)
    return [
      "windowTokens": .integer(record.budget.windowTokens),
      "usedTokens": .integer(spending.segmentTokens),
      "windowPercent": .integer(reading.windowPercent),
      "segmentMinutes": .integer(reading.segmentElapsed.wholeMilliseconds / 60_000),
      "sessionMinutes": .integer(reading.sessionElapsed.wholeMilliseconds / 60_000),
      "sessionMinutesMax": .integer(record.budget.sessionMinutes),
    ]
  }

  private static func show(
    _ invocation: Invocation, _ view: SessionView, _ tasks: [TaskRecord], _ needs: [Need],
    _ now: Moment
  ) throws(Problem) {
    let style = invocation.style
    let record = view.record
    if needs.isEmpty {
      invocation.print(style.ink("nothing needs you", .green))
    } else {
      invocation.print(style.ink("needs you", .yellow))
      for need in needs {
        for (index, line) in need.what.split(separator: "\n").enumerated() {
          invocation.print((index == 0 ? "  - " : "    ") + TerminalStyle.harmless(String(line)))
        }
        invocation.print("    try: \(need.remedy)")
      }
    }
    let done = tasks.count { $0.progress.state.name == "completed" }
    invocation.print(
      "\nsession \(view.id)  \(TerminalStyle.harmless(record.plan.title))\n"
        + "phase \(record.lifecycle.name)  \(done)/\(tasks.count) tasks merged  "
        + "branch session/\(view.id) at \(record.branchHead.short)  "
        + "changed \(TimeInWords.relative(record.updatedAt, to: now.wall))")
    if let spending = record.spending {
      let reading = BudgetReading(spending, limits: record.budget, at: now)
      invocation.print(
        "budget \(spending.segmentTokens) of \(record.budget.windowTokens) tokens "
          + "(\(reading.windowPercent) %) in segment \(record.segment?.number ?? 0), "
          + "\(TimeInWords.brief(reading.sessionElapsed)) of "
          + "\(record.budget.sessionMinutes)m")
    }
    for handoff in try running(view) {
      guard let claim = handoff.claim else { continue }
      let verb = if case .submitted = handoff.state { "proving" } else { "working" }
      invocation.print(
        "\(verb)  \(handoff.id) \(handoff.stage.rawValue) of \(handoff.task) by \(claim.worker), "
          + "since \(TimeInWords.relative(claim.claimedAt, to: now.wall))")
    }
    invocation.print("")
    invocation.output.write(TaskCommands.table(tasks).render(style), to: .data)
  }
}

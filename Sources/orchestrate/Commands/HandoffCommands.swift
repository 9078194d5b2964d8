// SPDX-License-Identifier: Apache-2.0
// `orchestrate handoff …`: what agents that poll use, and what people look at.

import Coordinator
import Documents
import Domain
import Glibc
import Service
import Store

/// Taking handoffs and bringing them back.
enum HandoffCommands {
  static let specs = [claim, renew, submit, fail, release, list, show]

  private static let fence = OptionSpec(
    "fence", .integer(1...Int.max), help: "The claim's fence, as it was given (required)")
  private static let id = Positional("id", "The handoff, such as 039-17")

  // MARK: Claim

  static let claim = CommandSpec(
    ["handoff", "claim"], summary: "Take the next handoff of a role",
    discussion: """
      Prints one object: id, session, task, stage, role, attempt, fence, leaseExpiresAt, workspace \
      (the folder to work in) and packet (what to do). Exits 4 where there is nothing to take.
      Renew the claim before its lease ends, then submit, fail or release it, each with its fence.
      """,
    examples: [
      Example(
        "orchestrate handoff claim --role specialist --wait 30s --json",
        "Wait up to 30 s for something to implement"),
      Example("orchestrate handoff claim --role reviewer", "Look once for something to review"),
    ],
    options: [
      OptionSpec(
        "role", .text("ROLE"), repeats: true,
        help: "architect, specialist, test-engineer, reviewer, documenter or an alias"),
      OptionSpec("wait", .duration, default: "0s", help: "How long to wait for one"),
      OptionSpec("session", .text("S"), help: "Only of this session"),
      OptionSpec("worker", .text("NAME"), help: "What to call yourself in status and journal"),
    ]
  ) { (invocation) throws(Problem) in
    let project = try ProjectAccess(invocation)
    let roles = try Arguments.roles(invocation.texts("role"))
    let request = WorkRequest(
      session: try Arguments.session(invocation.text("session")), roles: roles,
      worker: invocation.text("worker") ?? "poll-\(getppid())",
      wait: invocation.duration("wait") ?? .zero)
    guard let ticket = try await project.claim(request) else {
      throw Problem(
        code: "HANDOFF001", exit: .nothingMatched, message: "there is no handoff to take",
        reason: "none is ready for \(roles.map(\.rawValue).sorted().joined(separator: ", "))",
        remedy: "orchestrate status, or wait: --wait 30s")
    }
    invocation.print(invocation.wantsJSON ? ticket.compactText : Self.words(ticket))
    return .done
  }

  private static func words(_ ticket: JSONValue) -> String {
    let text = { (key: String) in ticket[key]?.string ?? "" }
    let number = { (key: String) in ticket[key]?.int.map(String.init) ?? "" }
    return """
      \(text("id"))  \(text("stage")) of \(text("task")) as \(text("role")), \
      attempt \(number("attempt")), fence \(number("fence"))
      workspace \(text("workspace"))
      lease until \(text("leaseExpiresAt"))

      \(ticket["packet"]?["instructions"]?.string ?? "")

      orchestrate handoff submit \(text("id")) --fence \(number("fence"))
      """
  }

  // MARK: What the holder of a claim says

  static let renew = CommandSpec(
    ["handoff", "renew"], summary: "Extend a claim's lease",
    examples: [Example("orchestrate handoff renew 039-17 --fence 42", "Still at work")],
    positionals: [id], options: [fence]
  ) { (invocation) throws(Problem) in
    try await answer(invocation) { (desk, id, fence) throws(Problem) in
      try await desk.renew(id, fence: fence)
    }
    return .done
  }

  static let submit = CommandSpec(
    ["handoff", "submit"], summary: "Hand in what lies in the claim's workspace",
    discussion: """
      The coordinator reads the workspace, runs the stage's proof in a clean one, and says what it \
      saw. Exits 0 where it was accepted, 12 where the evidence was refused, 16 where the claim \
      has ended.
      """,
    examples: [
      Example("orchestrate handoff submit 039-17 --fence 42", "Hand in files"),
      Example(
        "orchestrate handoff submit 039-17 --fence 42 --report report.json",
        "Hand in files and a report; - reads standard input"),
    ],
    positionals: [id],
    options: [
      fence,
      OptionSpec("report", .text("FILE"), help: "The report as JSON; - for standard input"),
    ]
  ) { (invocation) throws(Problem) in
    let report = try invocation.text("report").map { (path) throws(Problem) in
      try Arguments.file(path)
    }
    let result = try await answer(invocation) { (desk, id, fence) throws(Problem) in
      try await desk.submit(id, fence: fence, report: report)
    }
    return result["accepted"]?.bool == true ? .done : .evidenceRefused
  }

  static let fail = CommandSpec(
    ["handoff", "fail"], summary: "Give a handoff up; the attempt counts",
    examples: [
      Example(
        "orchestrate handoff fail 039-17 --fence 42 --reason 'no network'", "Say why it failed")
    ],
    positionals: [id],
    options: [fence, OptionSpec("reason", .text("TEXT"), help: "What went wrong (required)")]
  ) { (invocation) throws(Problem) in
    guard let reason = invocation.text("reason"), !reason.isEmpty else {
      throw .usage("--reason is missing", remedy: "orchestrate handoff fail --help")
    }
    try await answer(invocation) { (desk, id, fence) throws(Problem) in
      try await desk.fail(id, fence: fence, reason: reason)
    }
    return .done
  }

  static let release = CommandSpec(
    ["handoff", "release"], summary: "Give a handoff back; no attempt counts",
    examples: [Example("orchestrate handoff release 039-17 --fence 42", "Let others take it")],
    positionals: [id], options: [fence]
  ) { (invocation) throws(Problem) in
    try await answer(invocation) { (desk, id, fence) throws(Problem) in
      try await desk.release(id, fence: fence)
    }
    return .done
  }

  @discardableResult
  private static func answer(
    _ invocation: Invocation,
    _ ask:
      @escaping @Sendable (any HandoffDesk, HandoffID, Fence) async throws(Problem)
      -> JSONValue
  ) async throws(Problem) -> JSONValue {
    let id = try Arguments.handoff(try invocation.required("id"))
    guard let fence = invocation.integer("fence").flatMap(Fence.init) else {
      throw .usage("--fence is missing", remedy: invocation.command.helpCommand)
    }
    let project = try ProjectAccess(invocation)
    let result = try await project.withDesk { (desk) throws(Problem) in
      try await ask(desk, id, fence)
    }
    if invocation.wantsJSON {
      invocation.print(result.compactText)
    } else {
      invocation.print(sentence(result))
    }
    return result
  }

  private static func sentence(_ result: JSONValue) -> String {
    let id = result["id"]?.string ?? ""
    if let isAccepted = result["accepted"]?.bool {
      let summary = result["summary"]?.string ?? ""
      let commit = String((result["commit"]?.string ?? "").prefix(10))
      if isAccepted { return "\(id) accepted: \(summary); sealed as \(commit)" }
      let reasons = (result["checks"]?.array ?? []).compactMap { check -> String? in
        guard check["code"]?.string != nil, check["level"]?.string != "warn" else { return nil }
        return "  \(check["code"]?.string ?? "") \(check["message"]?.string ?? "")"
      }
      let next = result["willRetry"]?.bool == true ? "it goes back" : "its attempts are spent"
      let kept = commit.isEmpty ? "" : "; kept as \(commit)"
      return "\(id) refused, \(next)\(kept)\n" + reasons.joined(separator: "\n")
    }
    if let end = result["leaseExpiresAt"]?.string { return "\(id) is yours until \(end)" }
    return "\(id) is \(result["state"]?.string ?? "done")"
  }

  // MARK: Looking

  static let list = CommandSpec(
    ["handoff", "list"], summary: "List a session's handoffs",
    examples: [
      Example("orchestrate handoff list", "Those of the newest session"),
      Example("orchestrate handoff list --session 039 --state ready", "What can be claimed"),
    ],
    options: [
      OptionSpec("session", .text("S"), help: "The session; the newest by default"),
      OptionSpec(
        "state",
        .choice(["ready", "claimed", "submitted", "accepted", "dead", "cancelled"]),
        help: "Only those"),
    ]
  ) { (invocation) throws(Problem) in
    let view = try SessionView(invocation)
    let wanted = invocation.text("state")
    let handoffs = try view.handoffs().filter { wanted == nil || $0.state.name == wanted }
    if invocation.wantsJSON {
      invocation.print(JSONValue.array(handoffs.map(Shapes.handoff)).prettyText)
      return .done
    }
    var table = TextTable(["id", "task", "stage", "role", "state", "attempt", "worker"])
    for handoff in handoffs {
      table.add([
        .init(handoff.id.text), .init(handoff.task.text), .init(handoff.stage.rawValue),
        .init(handoff.role.rawValue), .init(handoff.state.name, Shapes.ink(handoff.state)),
        .init("\(handoff.attempt)/\(handoff.attemptsMax)"), .init(handoff.claim?.worker ?? ""),
      ])
    }
    invocation.output.write(table.render(invocation.style), to: .data)
    return .done
  }

  static let show = CommandSpec(
    ["handoff", "show"], summary: "Show one handoff with what it was told",
    examples: [Example("orchestrate handoff show 039-17", "State, claim and feedback")],
    positionals: [id]
  ) { (invocation) throws(Problem) in
    let id = try Arguments.handoff(try invocation.required("id"))
    let view = try SessionView(invocation, session: id.session)
    let handoff = try view.handoff(id)
    if invocation.wantsJSON {
      invocation.print(Shapes.handoff(handoff).prettyText)
      return .done
    }
    invocation.print("\(handoff.id)  \(handoff.stage.rawValue) of \(handoff.task)")
    invocation.print("role     \(handoff.role.rawValue)")
    invocation.print("state    \(handoff.state.name)")
    invocation.print(
      "attempt  \(handoff.attempt) of \(handoff.attemptsMax), round \(handoff.round)")
    if handoff.losses > 0 {
      invocation.print(
        "lost     \(handoff.losses) claims in a row with their coordinator, of \(Handoff.lossesMax)"
      )
    }
    invocation.print("base     \(handoff.base)")
    if let claim = handoff.claim {
      invocation.print(
        "claim    \(claim.worker), fence \(claim.fence), lease until \(claim.lease.expiresAt)")
    }
    for feedback in handoff.feedback {
      invocation.print("\nattempt \(feedback.attempt) was refused: \(feedback.code)")
      invocation.print(feedback.message)
    }
    return .done
  }
}

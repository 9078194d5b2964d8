// SPDX-License-Identifier: Apache-2.0
// `orchestrate gate run`: the gates, headlessly, on the present tree.

import Coordinator
import Documents
import Domain
import Git
import Service
import Store

enum GateCommand {
  static let specs = [run, GateListCommand.spec] + GateLedgerCommands.specs

  static let run = CommandSpec(
    ["gate", "run"], summary: "Run the configured gates on the files as they are",
    discussion: """
      Needs no terminal and no session. Exits 0 when every gate lets the tree through, 10 when one \
      stops it, 4 when none is configured. A gate that did not run is never a pass.
      With --base, a gate that fails is asked of that commit too, in a clean workspace: what is \
      seen to fail there in the same way does not stop. What did not run there stops.
      """,
    examples: [
      Example("orchestrate gate", "All of them"),
      Example("orchestrate gate --only tests-pass --junit gates.xml", "One, with a report for CI"),
      Example("orchestrate gate run --base origin/main --github", "What this branch changed"),
      Example("orchestrate gate run --set task", "The universal gates of a task as well"),
    ],
    options: [
      OptionSpec("only", .text("ID"), repeats: true, help: "Only this gate; may be repeated"),
      OptionSpec(
        "set", .choice(GateSet.allCases.map(\.rawValue)),
        help: "Also the universal gates of this set"),
      OptionSpec(
        "moment", .choice(Gate.Moment.allCases.map(\.rawValue)),
        help: "Only gates of this moment"),
      OptionSpec(
        "session", .text("ID"), help: "Whose record is asked; the newest session's by default"),
      OptionSpec(
        "base", .text("REV"),
        help: "Judge what changed since REV; without it nothing is excused, and size and "
          + "documents are compared with HEAD~1"),
    ] + GateOutputs.options
  ) { (invocation) throws(Problem) in
    let outputs = try GateOutputs(invocation)
    let project = try ProjectAccess(invocation)
    let settings = try project.settings()
    let gates = try select(settings, invocation)
    let clock = SystemClock.make()
    let startedAt = clock().wall
    let runner = GateRunner(
      settings: settings.proof, ledger: settings.ledger, paths: project.paths,
      supervisor: .ownExecutable, clock: clock)
    let context = try GateGround(project, settings, invocation).context(
      asking: gates.contains(where: \.asksSession))
    var results: [GateResult] = []
    try await GateGround(project, settings, invocation).withBase(runner) { base in
      outputs.begin(invocation)
      for gate in gates {
        let result = await runner.judge(gate, context, base: base)
        results.append(result)
        if !invocation.wantsJSON { show(result, invocation) }
      }
      outputs.end(invocation)
    }
    let findings = GateFindings(results, startedAt: startedAt, root: project.paths.root)
    try outputs.write(findings, invocation)
    let stopping = findings.stopping
    if invocation.wantsJSON {
      invocation.print(json(results, passed: stopping.isEmpty).prettyText)
    } else if stopping.isEmpty {
      invocation.print("\(results.count) gates let this through")
    } else {
      invocation.print("stopped by \(listed(stopping.map(\.gate.id)))")
    }
    return stopping.isEmpty ? .done : .gateFailed
  }

  private static func select(
    _ settings: ProjectSettings, _ invocation: Invocation
  ) throws(Problem) -> [Gate] {
    let only = invocation.texts("only")
    let choice = GateChoice(configured: settings.gates)
    let set = invocation.text("set").flatMap(GateSet.init) ?? settings.gateSets.standard
    var gates = choice.gates(with: set)
    if !only.isEmpty {
      let known = choice.everything
      for id in only where !known.contains(where: { $0.id == id }) {
        throw Problem(
          code: "GATE000", exit: .nothingMatched, message: "there is no gate \(id)",
          reason: gates.isEmpty
            ? "none is configured" : "configured are \(listed(gates.map(\.id)))",
          remedy: "orchestrate gate list")
      }
      gates = known.filter { only.contains($0.id) }
    }
    guard !gates.isEmpty else {
      throw Problem(
        code: "GATE000", exit: .nothingMatched, message: "no gate is configured",
        reason: ".claude/config/project.json names neither gates nor a test command",
        remedy: "orchestrate init")
    }
    if let moment = invocation.text("moment").flatMap(Gate.Moment.init) {
      gates = gates.filter { $0.moment == moment }
      guard !gates.isEmpty else {
        throw Problem(
          code: "GATE000", exit: .nothingMatched,
          message: "no gate is asked at the moment '\(moment.rawValue)'",
          remedy: "orchestrate gate list")
      }
    }
    return gates
  }

  private static func show(_ result: GateResult, _ invocation: Invocation) {
    let ink: TerminalStyle.Ink =
      switch (result.stops, result.check.verdict) {
      case (true, .fail): .red
      case (false, .pass): .green
      case (_, _): .yellow
      }
    let row = GateFindings([result], startedAt: Timestamp(milliseconds: 0), root: "").rows[0]
    let lines = row.message.split(separator: "\n").map(String.init)
    invocation.print(
      "\(invocation.style.ink(row.word, ink))  \(result.gate.id) "
        + "(\(result.gate.level.rawValue), \(TimeInWords.brief(result.duration))): "
        + TerminalStyle.harmless(lines.first ?? ""))
    for line in lines.dropFirst() { invocation.print("      " + TerminalStyle.harmless(line)) }
  }

  private static func json(_ results: [GateResult], passed: Bool) -> JSONValue {
    [
      "passed": .bool(passed),
      "gates": .array(
        results.map { result in
          var document = Wire.check(result.check)
          document.set("id", .string(result.gate.id))
          document.set("moment", .string(result.gate.moment.rawValue))
          document.set("durationMilliseconds", .integer(result.duration.wholeMilliseconds))
          document.set("stops", .bool(result.stops))
          document.set("standing", standing(result))
          document.set("evidence", result.evidence.map { .string($0.digest.hex) } ?? .null)
          return document
        }),
    ]
  }

  private static func standing(_ result: GateResult) -> JSONValue {
    switch result.standing {
    case .asMeasured: ["kind": "as-measured"]
    case .attested(let attestation):
      ["kind": "attested", "by": .string(attestation.by), "at": .string("\(attestation.at)")]
    case .waived(let waiver):
      [
        "kind": "waived", "by": .string(waiver.by), "until": .string("\(waiver.until)"),
        "reason": .string(waiver.reason),
      ]
    case .notApplicable(let reason): ["kind": "not-applicable", "reason": .string(reason)]
    case .failsOnBase(let base): ["kind": "fails-on-base", "base": .string(base)]
    }
  }
}

extension Gate {
  /// What it asks, in words.
  var sentence: String {
    switch question {
    case .command(let argv): "\(argv.joined(separator: " ")) ends with exit 0"
    case .testsPass: "the project's tests pass"
    case .noConsoleErrors(let argv, let words):
      "\(argv.joined(separator: " ")) prints none of \(words.joined(separator: ", "))"
    case .performance(let argv, let limit):
      "\(argv.joined(separator: " ")) ends within \(TimeInWords.brief(limit))"
    case .coverage(let demand):
      "\(demand.command.joined(separator: " ")) leaves \(demand.report) with enough coverage"
    case .documentationUpdated: "a document was changed where implementation was"
    case .microTaskSize(let limit): "fewer than \(limit) lines of implementation were changed"
    case .session, .attestation, .notApplicable:
      UniversalGate.all.first { $0.id == id }?.demand ?? id
    case .unanswerable(let reason): "cannot be asked: \(reason)"
    }
  }
}

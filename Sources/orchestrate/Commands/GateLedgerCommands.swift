// SPDX-License-Identifier: Apache-2.0
// `orchestrate gate attest`, `waive` and `revoke`: what people put their names to.

import Coordinator
import Documents
import Domain

enum GateLedgerCommands {
  static let specs = [attest, waive, revoke]

  static let attest = CommandSpec(
    ["gate", "attest"], summary: "Answer for a gate that nothing measures",
    discussion: """
      Kept in .claude/gates/attestations.json with the SHA-256 of each evidence file: once one of \
      them changes, the attestation counts for nothing. A gate that is measured takes nobody's word.
      """,
    examples: [
      Example(
        "orchestrate gate attest requirement_clarity --by Ada --evidence docs/spec.md",
        "Ada has read the requirements, and says they are clear")
    ],
    positionals: [Positional("gate", "The gate's id")],
    options: [
      OptionSpec("by", .text("NAME"), help: "Who answers for it"),
      OptionSpec(
        "evidence", .text("FILE"), repeats: true,
        help: "A file of the project that it rests on; may be repeated"),
      OptionSpec("note", .text("TEXT"), help: "What there is to add"),
      OptionSpec(
        "until", .text("DATE"),
        help: "When it ends, such as 2026-12-31; with its evidence by default"
      ),
    ]
  ) { (invocation) throws(Problem) in
    let desk = try LedgerDesk(invocation)
    let gate = try desk.gate()
    guard gate.mayBeAttested else {
      throw Problem(
        code: "GATE003", exit: .usage, message: "\(gate.id) cannot be attested",
        reason: "it is \(gate.answered), and its own answer counts",
        remedy: "orchestrate gate waive \(gate.id) --by NAME --reason TEXT --until DATE")
    }
    let evidence = try desk.evidence()
    let until = try desk.until()
    let attestation = Attestation(
      gate: gate.id, by: try desk.text("by", "who answers for it"), at: desk.now, until: until,
      evidence: evidence, note: invocation.text("note") ?? "")
    try desk.change { ledger in
      ledger.attestations.removeAll { $0.gate == gate.id }
      ledger.attestations.append(attestation)
    }
    return desk.say(
      "\(gate.id) is attested by \(attestation.by), resting on \(attestation.sentence)")
  }

  static let waive = CommandSpec(
    ["gate", "waive"], summary: "Let a gate pass for a while, for a reason",
    discussion: """
      Kept in .claude/gates/waivers.json. The gate is asked all the same, and its verdict shown; \
      it only stops nothing. A waiver lasts \(Waiver.daysMax) days at most.
      """,
    examples: [
      Example(
        "orchestrate gate waive lint --by Ada --reason 'rules change' --until 2026-12-31",
        "Lint may fail until the end of the year")
    ],
    positionals: [Positional("gate", "The gate's id")],
    options: [
      OptionSpec("by", .text("NAME"), help: "Who lets it pass"),
      OptionSpec("reason", .text("TEXT"), help: "Why"),
      OptionSpec("until", .text("DATE"), help: "When it ends, such as 2026-12-31"),
    ]
  ) { (invocation) throws(Problem) in
    let desk = try LedgerDesk(invocation)
    let gate = try desk.gate()
    _ = try desk.text("until", "when it ends")
    let waiver = Waiver(
      gate: gate.id, by: try desk.text("by", "who lets it pass"),
      reason: try desk.text("reason", "why"), at: desk.now, until: try desk.until() ?? desk.now)
    guard !waiver.isTooLong else {
      throw .usage(
        "a waiver lasts \(Waiver.daysMax) days at most",
        reason: "\(waiver.until.day) is later than that",
        remedy: "orchestrate gate waive --help")
    }
    try desk.change { ledger in
      ledger.waivers.removeAll { $0.gate == gate.id }
      ledger.waivers.append(waiver)
    }
    return desk.say("\(gate.id) is \(waiver.sentence)")
  }

  static let revoke = CommandSpec(
    ["gate", "revoke"], summary: "Take back an attestation or a waiver",
    examples: [Example("orchestrate gate revoke lint", "From now on lint binds again")],
    positionals: [Positional("gate", "The gate's id")]
  ) { (invocation) throws(Problem) in
    let desk = try LedgerDesk(invocation)
    let id = try invocation.required("gate")
    guard desk.ledger.attestation(of: id) != nil || desk.ledger.waiver(of: id) != nil else {
      throw Problem(
        code: "GATE000", exit: .nothingMatched, message: "nobody has attested or waived \(id)",
        remedy: "orchestrate gate list")
    }
    try desk.change { ledger in
      ledger.attestations.removeAll { $0.gate == id }
      ledger.waivers.removeAll { $0.gate == id }
    }
    return desk.say("\(id) is neither attested nor waived any more")
  }
}

/// What the three commands share: who may sign, what is signed, and where.
private struct LedgerDesk {
  let ledger: GateLedger
  let now: Timestamp
  private let invocation: Invocation
  private let settings: ProjectSettings
  private let files: GateLedgerFiles
  private let root: String

  /// - Throws: `Problem` with exit 77 for an agent: its word moves nothing.
  init(_ invocation: Invocation) throws(Problem) {
    let marks = ["ORCHESTRATE_HANDOFF", "ORCHESTRATE_FENCE"]
    if let mark = marks.first(where: { invocation.environment($0) != nil }) {
      throw Problem(
        code: "GATE004", exit: .denied, message: "an agent can neither attest nor waive a gate",
        reason: "\(mark) is set: this runs on behalf of a handoff")
    }
    let project = try ProjectAccess(invocation)
    self.invocation = invocation
    settings = try project.settings()
    ledger = settings.ledger
    files = GateLedgerFiles(paths: project.paths)
    root = project.paths.root
    now = SystemClock.make()().wall
  }

  func gate() throws(Problem) -> Gate {
    let id = try invocation.required("gate")
    guard
      let gate = GateChoice(configured: settings.gates).everything.first(where: { $0.id == id })
    else {
      throw Problem(
        code: "GATE000", exit: .notFound, message: "there is no gate \(id)",
        remedy: "orchestrate gate list")
    }
    return gate
  }

  /// The text of an option that must be given.
  func text(_ option: String, _ what: String) throws(Problem) -> String {
    guard let text = invocation.text(option), text.contains(where: { !$0.isWhitespace }) else {
      throw .usage("--\(option) is missing: \(what)", remedy: invocation.command.helpCommand)
    }
    return text
  }

  /// When it is to end; `nil` where nothing was said.
  func until() throws(Problem) -> Timestamp? {
    guard let text = invocation.text("until") else { return nil }
    guard let until = Timestamp(written: text) else {
      throw .usage(
        "'\(text)' is no day", reason: "one is written like 2026-12-31, in UTC",
        remedy: invocation.command.helpCommand)
    }
    guard until > now else {
      throw .usage("\(text) is over", remedy: invocation.command.helpCommand)
    }
    return until
  }

  /// The evidence files that were named, with what is in them.
  func evidence() throws(Problem) -> [Attestation.File] {
    _ = try text("evidence", "a file that it rests on")
    return try invocation.texts("evidence").map { (named) throws(Problem) in
      let inside = named.hasPrefix(root + "/") ? String(named.dropFirst(root.count + 1)) : named
      let path = inside.hasPrefix("./") ? String(inside.dropFirst(2)) : inside
      guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
        throw .usage(
          "\(named) is not in the project", reason: "evidence goes along with the project",
          remedy: invocation.command.helpCommand)
      }
      guard let digest = files.digest(of: path) else {
        throw Problem(
          code: "INPUT001", exit: .notFound, message: "there is no file \(path) in \(root)")
      }
      return Attestation.File(path: path, digest: digest)
    }
  }

  func change(_ body: (inout GateLedger) -> Void) throws(Problem) {
    var changed = ledger
    body(&changed)
    do throws(FileError) {
      try files.write(changed, over: ledger)
    } catch {
      throw Problem(
        code: "OUTPUT001", exit: .failure, message: "the signature cannot be kept",
        reason: "\(error)")
    }
  }

  func say(_ sentence: String) -> ExitCode {
    if invocation.wantsJSON {
      let document: JSONValue = [
        "gate": .string(invocation.arguments("gate").first ?? ""), "text": .string(sentence),
      ]
      invocation.print(document.prettyText)
    } else {
      invocation.print(TerminalStyle.harmless(sentence))
    }
    return .done
  }
}

// SPDX-License-Identifier: Apache-2.0
// `orchestrate gate list`: every gate, its figures, and who stands for it.

import Coordinator
import Documents
import Domain

enum GateListCommand {
  static let spec = CommandSpec(
    ["gate", "list"], summary: "List every gate, configured and universal",
    discussion: """
      The project's own gates first, then the nineteen universal ones. Only its own are asked \
      unless a set is named, by --set or as gate_sets in .claude/config/project.json.
      """,
    examples: [
      Example("orchestrate gate list", "What would be asked, and how much it binds"),
      Example("orchestrate gate list --set task", "One set, with the project's own"),
    ],
    options: [
      OptionSpec(
        "set", .choice(GateSet.allCases.map(\.rawValue)),
        help: "The project's own and this set; every universal gate by default")
    ]
  ) { (invocation) throws(Problem) in
    let project = try ProjectAccess(invocation)
    let settings = try project.settings()
    let set = invocation.text("set").flatMap(GateSet.init) ?? .protocol
    let files = GateLedgerFiles(paths: project.paths)
    let now = SystemClock.make()().wall
    let rows = GateChoice(configured: settings.gates).gates(with: set).map { gate in
      GateRow(gate, ledger: settings.ledger, files: files, at: now)
    }
    if invocation.wantsJSON {
      invocation.print(JSONValue.array(rows.map(\.json)).prettyText)
      return .done
    }
    var table = TextTable([
      "gate", "category", "moment", "level", "answered", "threshold and source", "standing",
    ])
    for row in rows { table.add(row.cells) }
    invocation.output.write(table.render(invocation.style), to: .data)
    return .done
  }
}

/// One gate as the list shows it.
private struct GateRow {
  private let gate: Gate
  private let universal: UniversalGate?
  private let standing: Standing

  /// How a gate stands before it is asked.
  private enum Standing {
    case measured
    case waived(Waiver)
    case waiverExpired(Waiver)
    case attested(Attestation)
    case attestationVoid(Attestation, String)
    case unattested
    case notApplicable(String)

    var words: String {
      switch self {
      case .measured: "asked by each run"
      case .waived(let waiver): waiver.sentence
      case .waiverExpired(let waiver): "waiver by \(waiver.by) expired on \(waiver.until.day)"
      case .attested(let attestation):
        "attested by \(attestation.by)"
          + (attestation.until.map { " until \($0.day)" } ?? " while its evidence stays")
      case .attestationVoid(let attestation, let objection):
        "attestation by \(attestation.by) is void: \(objection)"
      case .unattested: "nobody has attested it"
      case .notApplicable(let reason): reason
      }
    }

    var kind: String {
      switch self {
      case .measured: "measured"
      case .waived: "waived"
      case .waiverExpired: "waiver-expired"
      case .attested: "attested"
      case .attestationVoid: "attestation-void"
      case .unattested: "unattested"
      case .notApplicable: "not-applicable"
      }
    }
  }

  init(_ gate: Gate, ledger: GateLedger, files: GateLedgerFiles, at now: Timestamp) {
    self.gate = gate
    universal = UniversalGate.all.first { $0.id == gate.id }
    standing = Self.standing(gate, ledger, files, now)
  }

  private static func standing(
    _ gate: Gate, _ ledger: GateLedger, _ files: GateLedgerFiles, _ now: Timestamp
  ) -> Standing {
    if case .notApplicable(let reason) = gate.question { return .notApplicable(reason) }
    if let waiver = ledger.waiver(of: gate.id) {
      return waiver.holds(at: now) ? .waived(waiver) : .waiverExpired(waiver)
    }
    if let attestation = ledger.attestation(of: gate.id), gate.mayBeAttested {
      let objection = attestation.objection(at: now, present: files.present(attestation))
      return objection.map { .attestationVoid(attestation, $0) } ?? .attested(attestation)
    }
    if case .attestation = gate.question { return .unattested }
    return .measured
  }

  var cells: [TextTable.Cell] {
    let ink: TerminalStyle.Ink? =
      switch standing {
      case .attested: .green
      case .waived, .waiverExpired, .attestationVoid, .unattested: .yellow
      case .measured, .notApplicable: nil
      }
    return [
      .init(gate.id), .init(universal?.category.rawValue ?? "own"), .init(gate.moment.rawValue),
      .init(gate.level.rawValue), .init(gate.answered),
      .init(gate.thresholds.map(\.sentence).joined(separator: ", ")),
      .init(standing.words, ink),
    ]
  }

  var json: JSONValue {
    [
      "id": .string(gate.id), "level": .string(gate.level.rawValue),
      "moment": .string(gate.moment.rawValue),
      "category": universal.map { .string($0.category.rawValue) } ?? .null,
      "sets": .strings((universal?.sets ?? []).map(\.rawValue)),
      "asks": .string(gate.sentence), "demand": .string(universal?.demand ?? gate.sentence),
      "answered": .string(gate.answered),
      "answer": .string(universal?.answer.sentence ?? gate.answered),
      "thresholds": .array(
        gate.thresholds.map {
          [
            "value": .string($0.value), "unit": .string($0.unit), "source": .string($0.source),
          ]
        }),
      "standing": ["kind": .string(standing.kind), "text": .string(standing.words)],
    ]
  }
}

extension Gate {
  /// How it is answered, in a word or two.
  var answered: String {
    switch question {
    case .command, .testsPass, .noConsoleErrors, .performance, .coverage, .documentationUpdated,
      .microTaskSize:
      "measured"
    case .session: "measured in a session"
    case .attestation: "attested"
    case .notApplicable: "not applicable"
    case .unanswerable: "not as configured"
    }
  }

  /// Whether a person's word can be its answer: where nothing measures it, and where it is a
  /// session's record that would and there is none.
  var mayBeAttested: Bool {
    switch question {
    case .attestation, .session: true
    case .command, .testsPass, .noConsoleErrors, .performance, .coverage, .documentationUpdated,
      .microTaskSize, .notApplicable, .unanswerable:
      false
    }
  }
}

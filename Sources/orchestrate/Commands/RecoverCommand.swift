// SPDX-License-Identifier: Apache-2.0
// `orchestrate recover`: settle what a crash left.

import Coordinator
import Documents
import Domain
import Service
import Store

enum RecoverCommand {
  static let spec = CommandSpec(
    ["recover"], summary: "Settle what a crash left behind",
    discussion: """
      Gives back the claims of workers that died with their coordinator, proves submissions that \
      were recorded, returns claims whose lease ran out, and moves branches to where the journal \
      says they are. Every `run` does the same first; doing it twice does no harm.

      With --type it does one of four recoveries by name: 'broken' shows what broke since the last \
      commit that passed and the ways on (10 while it is broken), 'crash' is the above, \
      'context_overflow' writes an emergency summary and opens a new segment (23 where it cannot), \
      and 'tool_failure' gives tasks whose attempts are spent new ones. Files of \
      .claude/progress that cannot be read are set aside and written anew by the journal (22 where \
      that fails).

      With --salvage it makes a damaged store anew, entry by entry, from what can still be read of \
      it, of its copies, and of the journal that git keeps. What was damaged is kept beside it.
      """,
    examples: [
      Example("orchestrate recover", "After a crash or a power cut"),
      Example("orchestrate recover --options", "When the project is broken: the ways on"),
      Example("orchestrate recover --type tool_failure", "When agents failed too often"),
      Example("orchestrate recover --salvage", "When the store is said to be damaged"),
    ],
    options: [
      OptionSpec("type", .choice(Kind.allCases.map(\.rawValue)), help: "One recovery by name"),
      OptionSpec("options", help: "Show the ways on from a broken project, and do nothing"),
      OptionSpec("session", .text("S"), help: "The session; the newest by default"),
      OptionSpec("salvage", help: "Make a damaged store anew from what is left"),
    ]
  ) { (invocation) throws(Problem) in
    let project = try ProjectAccess(invocation)
    if invocation.flag("salvage") { return try salvage(project, invocation) }
    if invocation.flag("options") {
      return try await showWaysOn(project, invocation, isQuestion: true)
    }
    if let kind = invocation.text("type").flatMap(Kind.init) {
      return try await recover(kind, project, invocation)
    }
    return try await settle(project, invocation)
  }

  /// What every run does first.
  static func settle(
    _ project: ProjectAccess, _ invocation: Invocation
  ) async throws(Problem) -> ExitCode {
    let settings = try project.settings()
    let report = try await project.withCoordinator(
      settings: settings, tell: ProjectAccess.tellNobody, recovering: false
    ) {
      (coordinator) throws(Problem) in
      try await coordinator.recover(isWorkerAlive: WorkerName.mayBeAlive, isAsked: true)
    }
    if invocation.wantsJSON {
      let document: JSONValue = [
        "returned": .array(report.returned.map { .string($0.text) }),
        "dead": .array(report.dead.map { .string($0.text) }),
        "strays": .integer(report.strays),
        "proved": .array(report.proved.map { .string($0.text) }),
        "expired": .integer(report.expired),
        "locks": .strings(report.locks),
        "references": .strings(report.references),
        "lostReferences": .strings(report.lostReferences),
        "branches": .array(report.branches.map { .string($0.padded) }),
        "journals": .array(report.journals.map { .string($0.padded) }),
        "rebuilt": .strings(report.rebuilt),
        "problems": .array(report.problems.map(Wire.problem)),
        "operation": report.operation.map { .string($0) } ?? .null,
      ]
      invocation.print(document.prettyText)
      if let problem = report.problems.first { throw problem }
      return .done
    }
    if report.isEmpty { invocation.print("nothing was left behind") }
    for id in report.returned { invocation.print("\(id) was given back; its worker is gone") }
    for id in report.dead {
      invocation.print("\(id) took its coordinator along once too often; its task waits for you")
    }
    if report.strays > 0 { invocation.print("\(report.strays) processes left over were ended") }
    for id in report.proved { invocation.print("\(id) was handed in before; it is judged now") }
    if report.expired > 0 { invocation.print("\(report.expired) leases had run out") }
    for name in report.locks { invocation.print("\(name) was left locked; it is free again") }
    for name in report.references { invocation.print("\(name) was gone or moved; it is back") }
    for name in report.lostReferences {
      invocation.print("\(name) is lost with its commit; a clone may have it: git fetch")
    }
    for id in report.branches { invocation.print("session/\(id) was moved to where it belongs") }
    if let operation = report.operation { invocation.print(operation) }
    for id in report.journals { invocation.print("the journal of \(id) was put into git") }
    for path in report.rebuilt { invocation.print("\(path) could not be read; it is written anew") }
    if let problem = report.problems.first { throw problem }
    return .done
  }

  /// Ends with 17 where entries that had been acknowledged could not be found anywhere.
  private static func salvage(
    _ project: ProjectAccess, _ invocation: Invocation
  ) throws(Problem) -> ExitCode {
    let report = try project.salvage()
    let ending = report.entriesLost > 0 ? ExitCode.partialSuccess : .done
    if invocation.wantsJSON {
      let document: JSONValue = [
        "entries": .integer(report.head.sequence),
        "entriesLost": .integer(report.entriesLost),
        "entriesFromCopies": .integer(
          report.head.sequence - report.entriesFromStore - report.entriesFromArchives),
        "entriesFromGit": .integer(report.entriesFromArchives),
        "bodies": .integer(report.bodies), "damaged": .string(report.damagedPath),
      ]
      invocation.print(document.prettyText)
      return ending
    }
    let archived = report.entriesFromArchives
    let copied = report.head.sequence - report.entriesFromStore - archived
    invocation.print(
      "\(report.head.sequence) entries are whole, \(copied) of them from copies of the store"
        + (archived > 0 ? ", \(archived) from the journal in git" : ""))
    if report.entriesLost > 0 {
      invocation.print("\(report.entriesLost) later ones had been acknowledged and are lost")
    }
    invocation.print("what was damaged is kept as \(report.damagedPath)")
    return ending
  }
}

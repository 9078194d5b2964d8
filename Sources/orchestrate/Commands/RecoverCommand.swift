// SPDX-License-Identifier: Apache-2.0
// `orchestrate recover`: settle what a crash left.

import Coordinator
import Documents
import Domain
import Store

enum RecoverCommand {
  static let spec = CommandSpec(
    ["recover"], summary: "Settle what a crash left behind",
    discussion: """
      Gives back the claims of workers that died with their coordinator, proves submissions that \
      were recorded, returns claims whose lease ran out, and moves branches to where the journal \
      says they are. Every `run` does the same first; doing it twice does no harm.

      With --salvage it makes a damaged store anew, entry by entry, from what can still be read of \
      it, of its copies, and of the journal that git keeps. What was damaged is kept beside it.
      """,
    examples: [
      Example("orchestrate recover", "After a crash or a power cut"),
      Example("orchestrate recover --salvage", "When the store is said to be damaged"),
    ],
    options: [OptionSpec("salvage", help: "Make a damaged store anew from what is left")]
  ) { (invocation) throws(Problem) in
    let project = try ProjectAccess(invocation)
    if invocation.flag("salvage") { return try salvage(project, invocation) }
    let settings = try project.settings()
    let report = try await project.withCoordinator(
      settings: settings, tell: { _ in }, recovering: false
    ) {
      (coordinator) throws(Problem) in
      try await coordinator.recover(isWorkerAlive: WorkerName.mayBeAlive)
    }
    if invocation.wantsJSON {
      let document: JSONValue = [
        "returned": .array(report.returned.map { .string($0.text) }),
        "proved": .array(report.proved.map { .string($0.text) }),
        "expired": .integer(report.expired),
        "locks": .strings(report.locks),
        "branches": .array(report.branches.map { .string($0.padded) }),
        "journals": .array(report.journals.map { .string($0.padded) }),
      ]
      invocation.print(document.prettyText)
      return .done
    }
    if report.isEmpty { invocation.print("nothing was left behind") }
    for id in report.returned { invocation.print("\(id) was given back; its worker is gone") }
    for id in report.proved { invocation.print("\(id) was handed in before; it is judged now") }
    if report.expired > 0 { invocation.print("\(report.expired) leases had run out") }
    for name in report.locks { invocation.print("\(name) was left locked; it is free again") }
    for id in report.branches { invocation.print("session/\(id) was moved to where it belongs") }
    for id in report.journals { invocation.print("the journal of \(id) was put into git") }
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

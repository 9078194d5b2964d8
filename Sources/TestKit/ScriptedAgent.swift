// SPDX-License-Identifier: Apache-2.0
// An agent without a mind: it writes what its script says into the workspace.

package import Agents
package import Documents
import Domain
import FoundationEssentials

/// An agent that does what each stage asks for, unless its script says otherwise.
package struct ScriptedAgent: AgentDriver {
  /// What a script makes of a stage: whether it did it itself.
  package enum Deed: Sendable {
    /// Done; the text is the report's JSON, if there is one.
    case done(report: String?)
    /// The honest way.
    case honest
    case crash
  }

  /// `scripted`.
  package let name = "scripted"
  private let script: @Sendable (Packet, _ folder: String) throws -> Deed

  /// - Parameter script: gets the packet and the folder to work in.
  package init(
    _ script: @escaping @Sendable (Packet, _ folder: String) throws -> Deed = { _, _ in .honest }
  ) {
    self.script = script
  }

  /// What the script says, for a script that builds on another.
  package func deed(_ packet: Packet, _ folder: String) throws -> Deed {
    try script(packet, folder)
  }

  /// Does the work on the calling task.
  package func run(_ run: Assignment) async -> AgentEnding {
    do {
      return .finished(report: try report(on: run.packet, in: run.workspace))
    } catch {
      return .failed(reason: "\(error)", report: nil)
    }
  }

  /// Does the work and says what it would report.
  ///
  /// - Throws: `FixtureError` where the script says so.
  package func report(on packet: Packet, in folder: String) throws -> AgentReport? {
    switch try script(packet, folder) {
    case .honest: try AgentReport.parse(Array(try Self.honest(packet, folder).utf8))
    case .done(let report): try report.map { try AgentReport.parse(Array($0.utf8)) }
    case .crash: throw FixtureError(what: "it crashed")
    }
  }

  /// Writes a file of a workspace; folders are made.
  package static func write(_ text: String, to path: String, in folder: String) throws {
    let file = URL(fileURLWithPath: folder + "/" + path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private static func honest(_ packet: Packet, _ folder: String) throws -> String {
    let file = packet.task.files.first ?? "calc/twice.py"
    let name = String((file.split(separator: "/").last ?? "twice").prefix { $0 != "." })
    let said = "\"summary\": \"did what the stage asks for\""
    switch packet.handoff.stage {
    case .design:
      return """
        {\(said), "design": {"problem": "there is no \(name)", "questions": ["a","b","c","d","e"],
        "alternatives": ["a","b","c"], "decision": "a function \(name)",
        "consequences": ["a","b","c"], "risks": ["none is seen"]}}
        """
    case .red:
      try write(
        "from calc.\(name) import \(name)\n\n\ndef test_\(name)():\n    assert \(name)(3) == 6\n",
        to: "tests/test_\(name).py", in: folder)
    case .green:
      let round = packet.handoff.round > 1 ? "    # Twice, once more.\n" : ""
      try write("def \(name)(value):\n\(round)    return value * 2\n", to: file, in: folder)
    case .review: return "{\(said), \"approved\": true}"
    case .refactor, .verify, .document: break
    }
    return "{\(said)}"
  }
}

// SPDX-License-Identifier: Apache-2.0
// The driver that replays what an agent once did: patches and reports from a folder.

import Documents
import Domain
import Glibc

/// Replays `<folder>/<task>/<stage>-<attempt>.patch` and `.json`. In a later round of a stage the
/// file is called `<stage>-r<round>-<attempt>`. A patch may be absent where the stage changed
/// nothing; with neither file there is no such recording and the attempt fails.
package struct RecordedDriver: AgentDriver {
  package let name: String
  private let folder: String
  private let applyPatch: @Sendable (_ patch: [UInt8], _ workspace: String) async -> String?

  /// - Parameter applyPatch: applies a patch to a workspace; returns why it cannot, or `nil`.
  package init(
    name: String, folder: String,
    applyPatch: @escaping @Sendable (_ patch: [UInt8], _ workspace: String) async -> String?
  ) {
    self.name = name
    self.folder = folder
    self.applyPatch = applyPatch
  }

  /// A folder that is not there.
  package var obstacle: String? {
    access(folder, R_OK) == 0 ? nil : "there is no folder of recordings \(folder)"
  }

  package func run(_ run: Assignment) async -> AgentEnding {
    let handoff = run.packet.handoff
    let round = handoff.round > 1 ? "r\(handoff.round)-" : ""
    let stem =
      "\(folder)/\(handoff.task.refComponent)/\(handoff.stage.rawValue)-\(round)\(handoff.attempt)"
    let patch: [UInt8]?
    let report: AgentReport?
    do throws(FileError) {
      patch = try readFileIfPresent(stem + ".patch")
    } catch {
      return .failed(reason: "the recorded patch cannot be read: \(error)", report: nil)
    }
    do throws(AgentReportError) {
      report = try AgentReport.read(file: stem + ".json")
    } catch {
      return .failed(reason: "the recorded report cannot be read: \(error)", report: nil)
    }
    guard patch != nil || report != nil else {
      return .failed(reason: "there is no recording \(stem).patch or .json", report: nil)
    }
    if let patch, let problem = await applyPatch(patch, run.workspace) {
      return .failed(reason: "the recorded patch does not apply: \(problem)", report: report)
    }
    return .finished(report: report)
  }
}

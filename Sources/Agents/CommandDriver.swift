// SPDX-License-Identifier: Apache-2.0
// The driver that launches any executable as an agent.

import Documents
import Domain
import Glibc
package import Supervision

/// Launches an executable: working directory = its workspace, the packet on standard input, an
/// environment built from empty. Exit 0 hands in what is in the workspace.
package struct CommandDriver: AgentDriver {
  package let name: String
  private let argv: [String]
  private let passedThrough: [String: String]
  private let supervisor: Supervisor
  /// The configured `deadlineSeconds`.
  package let deadline: Duration?

  /// - Parameters:
  ///   - argv: the command; a relative program with a slash is looked up in the project.
  ///   - environment: what is added to `PATH`, `HOME`, `LANG` and the `ORCHESTRATE_` variables.
  package init(
    name: String, argv: [String], environment: [String: String], supervisor: Supervisor,
    deadline: Duration? = nil
  ) {
    self.name = name
    self.argv = argv
    passedThrough = environment
    self.supervisor = supervisor
    self.deadline = deadline
  }

  /// A program that is not there, or may not be executed. Found before the first claim, it costs no
  /// attempt.
  package var obstacle: String? {
    let program = argv[0]
    let folders = (passedThrough["PATH"] ?? "").split(separator: ":")
    let places = program.contains("/") ? [program] : folders.map { "\($0)/\(program)" }
    if places.contains(where: { access($0, X_OK) == 0 }) { return nil }
    return places.contains { access($0, F_OK) == 0 }
      ? "\(program) is not executable" : "there is no program \(program)"
  }

  /// The most of a stream that is kept: reports are small, logs are for people.
  private static let outputLimit = 4 << 20

  package func run(_ run: Assignment) async -> AgentEnding {
    let outcome = await supervisor.run(
      Command(
        argv: argv, workingDirectory: run.workspace, environment: environment(for: run),
        standardInput: Array(run.packet.json.compactText.utf8), deadline: run.deadline,
        outputLimit: Self.outputLimit))
    switch outcome.termination {
    case .cancelled: return .cancelled
    case .exited(0):
      do throws(AgentReportError) {
        return .finished(report: try report(of: run, output: outcome.standardOutput.text))
      } catch {
        return .failed(reason: "its report cannot be read: \(error)", report: nil)
      }
    case .supervisorLost: return .outlived(reason: reason(outcome))
    case .exited, .signalled, .deadlineExceeded, .notStarted:
      let report: AgentReport?
      do throws(AgentReportError) {
        report = try self.report(of: run, output: outcome.standardOutput.text)
      } catch {
        report = nil
      }
      return .failed(reason: reason(outcome), report: report)
    }
  }

  private func environment(for run: Assignment) -> [String: String] {
    let handoff = run.packet.handoff
    var environment = passedThrough
    let own = [
      "SESSION": handoff.session.padded, "TASK": handoff.task.text,
      "STAGE": handoff.stage.rawValue, "ROLE": handoff.role.rawValue,
      "ATTEMPT": String(handoff.attempt), "FENCE": run.packet.fence.description,
      "HANDOFF": handoff.id.text, "PACKET": run.packetPath, "REPORT": run.reportPath,
    ]
    for (name, value) in own { environment["ORCHESTRATE_" + name] = value }
    return environment
  }

  private func report(of run: Assignment, output: String) throws(AgentReportError) -> AgentReport? {
    // A link would let an agent show us a file that it cannot read itself.
    var status = stat()
    if lstat(run.reportPath, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
      throw AgentReportError(
        file: run.reportPath, place: .whole,
        fault: .unexpected(found: "a link", expected: "a file"))
    }
    if let report = try AgentReport.read(file: run.reportPath) { return report }
    return try AgentReport.lastLine(of: output)
  }

  private func reason(_ outcome: CommandOutcome) -> String {
    let tail = outcome.standardError.text.split(separator: "\n").suffix(5).joined(separator: "\n")
    return outcome.termination.words + (tail.isEmpty ? "" : "; it last said:\n\(tail)")
  }
}

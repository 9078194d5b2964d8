// SPDX-License-Identifier: Apache-2.0
// The seam behind which every kind of agent is launched.

package import Documents
import Domain

/// One launch of an agent: what it is given and where it works.
package struct Assignment: Sendable {
  package let packet: Packet
  /// The folder in which it works and from which its files are read.
  package let workspace: String
  /// The file that holds the packet's JSON.
  package let packetPath: String
  /// Where it may write its report.
  package let reportPath: String
  /// The longest it may take.
  package let deadline: Duration

  package init(
    packet: Packet, workspace: String, packetPath: String, reportPath: String, deadline: Duration
  ) {
    self.packet = packet
    self.workspace = workspace
    self.packetPath = packetPath
    self.reportPath = reportPath
    self.deadline = deadline
  }
}

/// How a launch ended. Nothing in it is believed: it decides only whether the workspace is looked
/// at or the attempt counts as failed.
package enum AgentEnding: Sendable {
  /// The agent says that it is done; its files are in the workspace.
  case finished(report: AgentReport?)
  /// It ended badly. `report` may still hold what it used.
  case failed(reason: String, report: AgentReport?)
  /// It was stopped by us.
  case cancelled
}

/// Something that can work on a handoff in a workspace.
package protocol AgentDriver: Sendable {
  /// Its name in the project's configuration.
  var name: String { get }

  /// Runs the agent to its end, tearing it down when the task is cancelled.
  func run(_ run: Assignment) async -> AgentEnding
}

// SPDX-License-Identifier: Apache-2.0
// The seam behind which every kind of agent is launched.

package import Documents
import Domain

/// One launch of an agent: what it is given and where it works.
package struct Assignment: Sendable {
  /// What the agent is told.
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
  /// The process that watched over it is gone, or could not end all of it: something of it may still
  /// write in its workspace.
  case outlived(reason: String)
  /// It was stopped by us.
  case cancelled
}

/// Something that can work on a handoff in a workspace.
package protocol AgentDriver: Sendable {
  /// Its name in the project's configuration.
  var name: String { get }

  /// Why it could not be launched as things are; `nil` where nothing is in the way.
  var obstacle: String? { get }

  /// The longest that its runs may take; `nil` where only the project's limit binds.
  var deadline: Duration? { get }

  /// Runs the agent to its end, tearing it down when the task is cancelled.
  func run(_ run: Assignment) async -> AgentEnding
}

extension AgentDriver {
  /// Nothing, unless a driver knows better.
  package var obstacle: String? { nil }

  /// None of its own.
  package var deadline: Duration? { nil }
}

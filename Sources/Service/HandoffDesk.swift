// SPDX-License-Identifier: Apache-2.0
// What a worker can ask for, whether the coordinator lives in this process or in another.

package import Coordinator
package import Documents
package import Domain

/// The five things a worker does. Answers are the documents that the command line prints and the
/// socket carries.
package protocol HandoffDesk: Sendable {
  /// A claim as one object (`id`, `session`, `task`, `stage`, `role`, `attempt`, `fence`,
  /// `leaseExpiresAt`, `workspace`, `packet`), or `nil` where none came up in time.
  func claim(_ request: WorkRequest) async throws(Problem) -> JSONValue?

  /// The lease's new end.
  func renew(_ id: HandoffID, fence: Fence) async throws(Problem) -> JSONValue

  /// Proves what is in the claim's workspace. `report` is the agent's report as JSON text.
  func submit(_ id: HandoffID, fence: Fence, report: String?) async throws(Problem) -> JSONValue

  /// Gives the claim up as a failed attempt; the answer's `state` is `ready` where another attempt
  /// follows, and `dead` where that was the last.
  func fail(_ id: HandoffID, fence: Fence, reason: String) async throws(Problem) -> JSONValue

  /// Gives the claim back unharmed: the handoff is `ready` again and no attempt is counted.
  func release(_ id: HandoffID, fence: Fence) async throws(Problem) -> JSONValue
}

/// The desk of the coordinator in this process.
package struct LocalDesk: HandoffDesk {
  private let coordinator: Coordinator

  package init(coordinator: Coordinator) { self.coordinator = coordinator }

  package func claim(_ request: WorkRequest) async throws(Problem) -> JSONValue? {
    try await coordinator.claim(request).map(Wire.ticket)
  }

  package func renew(_ id: HandoffID, fence: Fence) async throws(Problem) -> JSONValue {
    let handoff = try await coordinator.renew(id, fence: fence)
    let end = handoff.claim?.lease.expiresAt.description
    return [
      "id": .string(id.text), "fence": .integer(fence.number),
      "leaseExpiresAt": end.map { .string($0) } ?? .null,
    ]
  }

  package func submit(
    _ id: HandoffID, fence: Fence, report: String?
  ) async throws(Problem) -> JSONValue {
    let parsed: AgentReport?
    do throws(AgentReportError) {
      parsed = try report.map { (text) throws(AgentReportError) in
        try AgentReport.parse(Array(text.utf8))
      }
    } catch {
      throw Problem(
        code: "REPORT001", exit: .badInput, message: "the report cannot be read",
        reason: "\(error)", remedy: "orchestrate handoff submit --help")
    }
    let result = try await coordinator.handIn(
      id, fence: fence, report: parsed, reportBody: parsed?.body)
    return Wire.result(result)
  }

  package func fail(
    _ id: HandoffID, fence: Fence, reason: String
  ) async throws(Problem) -> JSONValue {
    let willRetry = try await coordinator.fail(id, fence: fence, reason: reason)
    return ["id": .string(id.text), "state": willRetry ? "ready" : "dead"]
  }

  package func release(_ id: HandoffID, fence: Fence) async throws(Problem) -> JSONValue {
    try await coordinator.release(id, fence: fence)
    return ["id": .string(id.text), "state": "ready"]
  }
}

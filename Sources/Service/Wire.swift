// SPDX-License-Identifier: Apache-2.0
// The documents that cross the socket and the command line's `--json`.

package import Coordinator
package import Documents
package import Domain

/// Wire shapes. One home for each, so that no two doors differ.
package enum Wire {
  /// A claim, as a worker gets it.
  package static func ticket(_ claimed: ClaimedHandoff) -> JSONValue {
    let handoff = claimed.handoff
    return [
      "id": .string(handoff.id.text),
      "session": .string(handoff.session.padded),
      "task": .string(handoff.task.text),
      "stage": .string(handoff.stage.rawValue),
      "role": .string(handoff.role.rawValue),
      "attempt": .integer(handoff.attempt),
      "fence": .integer(claimed.claim.fence.number),
      "leaseExpiresAt": .string(claimed.claim.lease.expiresAt.description),
      "workspace": .string(claimed.slot.tree),
      "packet": claimed.packetDocument,
    ]
  }

  /// What became of a submission.
  package static func result(_ result: SubmissionResult) -> JSONValue {
    [
      "id": .string(result.handoff.text),
      "accepted": .bool(result.isAccepted),
      "summary": .string(result.summary),
      "commit": result.commit.map { .string($0.text) } ?? .null,
      "willRetry": .bool(result.willRetry),
      "checks": .array(result.checks.map(check)),
    ]
  }

  /// One check of a stage or a gate.
  package static func check(_ check: Check) -> JSONValue {
    [
      "name": .string(check.name),
      "level": .string(check.level.rawValue),
      "verdict": .string(check.verdict.words),
      "code": check.code.map { .string($0) } ?? .null,
      "violation": check.violation.map { .string($0) } ?? .null,
      "message": .string(check.message),
    ]
  }

  /// A problem, as `{"error": …}` carries it.
  package static func problem(_ problem: Problem) -> JSONValue {
    [
      "code": .string(problem.code),
      "message": .string(problem.message),
      "reason": problem.reason.map { .string($0) } ?? .null,
      "remedy": problem.remedy.map { .string($0) } ?? .null,
      "exit": .integer(Int(problem.exit.rawValue)),
    ]
  }

  /// A problem from the other side of a socket.
  static func problem(from json: JSONValue) -> Problem {
    Problem(
      code: json["code"]?.string ?? "UNKNOWN",
      exit: json["exit"]?.int.flatMap { ExitCode(rawValue: Int32(truncatingIfNeeded: $0)) }
        ?? .failure,
      message: json["message"]?.string ?? "the coordinator refused",
      reason: json["reason"]?.string, remedy: json["remedy"]?.string)
  }
}

/// A request over the socket: one JSON object on one line.
package enum WireRequest: Sendable {
  case claim(WorkRequest)
  case renew(HandoffID, Fence)
  case submit(HandoffID, Fence, report: String?)
  case fail(HandoffID, Fence, reason: String)
  case release(HandoffID, Fence)

  var json: JSONValue {
    switch self {
    case .claim(let request):
      [
        "method": "claim",
        "session": request.session.map { .string($0.padded) } ?? .null,
        "roles": .array(request.roles.map(\.rawValue).sorted().map { .string($0) }),
        "worker": .string(request.worker),
        "waitMilliseconds": .integer(request.wait.wholeMilliseconds),
      ]
    case .renew(let id, let fence): Self.json("renew", id, fence)
    case .submit(let id, let fence, let report):
      Self.json("submit", id, fence, "report", report)
    case .fail(let id, let fence, let reason): Self.json("fail", id, fence, "reason", reason)
    case .release(let id, let fence): Self.json("release", id, fence)
    }
  }

  private static func json(
    _ method: String, _ id: HandoffID, _ fence: Fence, _ key: String = "note",
    _ text: String? = nil
  ) -> JSONValue {
    [
      "method": .string(method), "id": .string(id.text), "fence": .integer(fence.number),
      key: text.map { .string($0) } ?? .null,
    ]
  }

  init?(_ json: JSONValue) {
    switch json["method"]?.string {
    case "claim":
      let roles = (json["roles"]?.array ?? []).compactMap { $0.string.flatMap(Role.init) }
      self = .claim(
        WorkRequest(
          session: json["session"]?.string.flatMap { SessionID($0) }, roles: Set(roles),
          worker: json["worker"]?.string ?? "",
          wait: .milliseconds(json["waitMilliseconds"]?.int ?? 0)))
    case "renew":
      guard let (id, fence) = Self.target(json) else { return nil }
      self = .renew(id, fence)
    case "submit":
      guard let (id, fence) = Self.target(json) else { return nil }
      self = .submit(id, fence, report: json["report"]?.string)
    case "fail":
      guard let (id, fence) = Self.target(json) else { return nil }
      self = .fail(id, fence, reason: json["reason"]?.string ?? "")
    case "release":
      guard let (id, fence) = Self.target(json) else { return nil }
      self = .release(id, fence)
    default: return nil
    }
  }

  private static func target(_ json: JSONValue) -> (HandoffID, Fence)? {
    guard let id = json["id"]?.string.flatMap({ HandoffID($0) }),
      let fence = json["fence"]?.int.flatMap(Fence.init)
    else { return nil }
    return (id, fence)
  }
}

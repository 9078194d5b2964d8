// SPDX-License-Identifier: Apache-2.0
// The desk of a coordinator in another process, over its socket.

package import Coordinator
package import Documents
package import Domain
import Glibc

/// Asks a live coordinator.
package struct RemoteDesk: HandoffDesk {
  private let path: String

  /// - Returns: `nil` where nobody listens at `path`.
  package init?(path: String) {
    guard let probe = try? UnixAddress.connect(to: path) else { return nil }
    probe.shutDown()
    self.path = path
  }

  package func claim(_ request: WorkRequest) async throws(Problem) -> JSONValue? {
    let answer = try await ask(.claim(request))
    if case .null = answer { return nil }
    return answer
  }

  package func renew(_ id: HandoffID, fence: Fence) async throws(Problem) -> JSONValue {
    try await ask(.renew(id, fence))
  }

  package func submit(
    _ id: HandoffID, fence: Fence, report: String?
  ) async throws(Problem) -> JSONValue {
    try await ask(.submit(id, fence, report: report))
  }

  package func fail(
    _ id: HandoffID, fence: Fence, reason: String
  ) async throws(Problem) -> JSONValue {
    try await ask(.fail(id, fence, reason: reason))
  }

  package func release(_ id: HandoffID, fence: Fence) async throws(Problem) -> JSONValue {
    try await ask(.release(id, fence))
  }

  private func ask(_ request: WireRequest) async throws(Problem) -> JSONValue {
    let path = path
    let answer: JSONValue
    do throws(SocketError) {
      answer = try await offloaded { () throws(SocketError) in
        let connection = try UnixAddress.connect(to: path)
        try connection.write(request.json)
        guard let line = try connection.readLine(), let json = try? JSONValue(parsing: line) else {
          throw SocketError(operation: "read the answer", errno: ECONNRESET)
        }
        return json
      }
    } catch {
      throw Problem(
        code: "SERVICE002", exit: .unavailable, message: "the coordinator went away",
        reason: "\(error)", remedy: "the same command again")
    }
    if let error = answer["error"] { throw Wire.problem(from: error) }
    return answer["result"] ?? .null
  }
}

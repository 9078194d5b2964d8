// SPDX-License-Identifier: Apache-2.0
// The door by which workers in other processes reach the live coordinator.

package import Coordinator
import Documents
package import Domain
import Glibc

/// Serves a coordinator's desk on its Unix socket (0600, same user only).
package struct CoordinatorServer: Sendable {
  private let desk: LocalDesk
  private let path: String
  private let listener: Int32

  /// Binds the socket.
  ///
  /// - Throws: `Problem` with exit 69 where it cannot be bound.
  package init(coordinator: Coordinator) throws(Problem) {
    desk = LocalDesk(coordinator: coordinator)
    path = coordinator.paths.socket
    do throws(SocketError) {
      makeParent(of: path)
      listener = try UnixAddress.listen(at: path)
    } catch {
      throw Problem(
        code: "SERVICE001", exit: .unavailable, message: "the coordinator's socket cannot be made",
        reason: "\(error)", remedy: "orchestrate doctor")
    }
  }

  /// Answers until it is stopped, and whoever has asked by then.
  package func run() async {
    let listener = listener
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        while let connection = await offloaded({ accept(listener) }) {
          group.addTask { await converse(connection) }
        }
      }
    } onCancel: {
      stop()
    }
    close(listener)
  }

  /// Takes no more requests: the socket is gone, and the blocking accept ends.
  package func stop() {
    unlink(path)
    _ = shutdown(listener, Int32(SHUT_RDWR))
  }

  private func accept(_ listener: Int32) -> LineConnection? {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      if descriptor >= 0 {
        // Children get only what `spawn` names, so nothing is lost between the two calls.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return LineConnection(descriptor: descriptor)
      }
      guard errno == EINTR || errno == ECONNABORTED else { return nil }
    }
  }

  /// One request and its answer.
  private func converse(_ connection: LineConnection) async {
    guard connection.isFromOurUser else { return }
    let request = await withTaskCancellationHandler {
      await offloaded { () -> WireRequest? in
        // A connection that breaks, or says what makes no request, is told so and left.
        guard let line = try? connection.readLine(), let json = try? JSONValue(parsing: line) else {
          return nil
        }
        return WireRequest(json)
      }
    } onCancel: {
      connection.shutDown()
    }
    guard let request else {
      let problem = Problem.usage("the request makes no sense")
      try? connection.write(["error": Wire.problem(problem)])
      return
    }
    do throws(Problem) {
      let result = try await answer(request)
      do throws(SocketError) {
        try connection.write(["result": result ?? .null])
      } catch {
        // Whoever asked is gone: a claim that nobody heard of goes back unharmed.
        await takeBack(result)
      }
    } catch {
      let told = error.code == "INTERRUPTED" ? Self.stopped : error
      try? connection.write(["error": Wire.problem(told)])
    }
  }

  /// It is the coordinator that was interrupted, not whoever asked.
  private static let stopped = Problem(
    code: "SERVICE003", exit: .timeout,
    message: "the coordinator was stopped before it could answer",
    reason: "what was handed in is recorded; whoever coordinates next proves it",
    remedy: "orchestrate handoff list")

  private func answer(_ request: WireRequest) async throws(Problem) -> JSONValue? {
    switch request {
    case .claim(let request): try await desk.claim(request)
    case .renew(let id, let fence): try await desk.renew(id, fence: fence)
    case .submit(let id, let fence, let report):
      try await desk.submit(id, fence: fence, report: report)
    case .fail(let id, let fence, let reason):
      try await desk.fail(id, fence: fence, reason: reason)
    case .release(let id, let fence): try await desk.release(id, fence: fence)
    }
  }

  private func takeBack(_ result: JSONValue?) async {
    guard let result, result["packet"] != nil,
      let id = result["id"]?.string.flatMap({ HandoffID($0) }),
      let fence = result["fence"]?.int.flatMap(Fence.init)
    else { return }
    // Should it have moved on already, there is nothing to take back.
    _ = try? await desk.release(id, fence: fence)
  }
}

private func makeParent(of path: String) {
  let parent = path.split(separator: "/").dropLast().joined(separator: "/")
  mkdir("/" + parent, 0o700)
}

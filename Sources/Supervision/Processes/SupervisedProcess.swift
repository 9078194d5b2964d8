// SPDX-License-Identifier: Apache-2.0
// Our side of one `orchestrate __supervise`: its lifeline, and the command's three streams.

import CPlatform
import Glibc

/// A supervising process that was started, with our ends of everything that leads to it.
struct SupervisedProcess: ~Copyable {
  let supervisor: ChildProcess
  let lifeline: OwnedDescriptor
  var input: OwnedDescriptor?
  var output: OwnedDescriptor?
  var error: OwnedDescriptor?

  /// - Throws: where even the supervising process could not be started.
  static func start(
    _ command: Command, executable: String
  ) throws(NotStarted) -> SupervisedProcess {
    do throws(SystemError) {
      var lifeline = try DescriptorPair.lifeline()
      var output = try DescriptorPair.output()
      var error = try DescriptorPair.output()
      var input: DescriptorPair? = command.standardInput.isEmpty ? nil : try .input()
      let descriptors = ChildProcess.Descriptors(
        input: input?.childs.pollable ?? -1, output: output.childs.pollable,
        error: error.childs.pollable, extra: lifeline.childs.pollable)
      let supervisor = try startSupervisor(command, executable, descriptors)
      return SupervisedProcess(
        supervisor: supervisor, lifeline: lifeline.ours.take()!, input: input?.ours.take(),
        output: output.ours.take(), error: error.ours.take())
    } catch {
      throw NotStarted(reason: error.description, code: error.code)
    }
  }

  struct NotStarted: Error {
    let reason: String
    let code: Int32
  }

  private static func startSupervisor(
    _ command: Command, _ executable: String, _ descriptors: ChildProcess.Descriptors
  ) throws(SystemError) -> ChildProcess {
    let request = SuperviseRequest(grace: command.grace, argv: command.argv)
    do throws(ChildProcess.StartFailure) {
      return try ChildProcess.start(
        path: executable, argv: ["orchestrate", "__supervise"] + request.arguments,
        environment: SealedEnvironment.seal(command.environment),
        workingDirectory: command.workingDirectory, descriptors: descriptors)
    } catch {
      switch error.step {
      case .workingDirectory:
        throw SystemError(doing: "enter \(command.workingDirectory)", code: error.code)
      case .execute: throw SystemError(doing: "execute \(executable)", code: error.code)
      case .setup: throw SystemError(doing: "start a process", code: error.code)
      }
    }
  }

  /// Asks for the end of the tree.
  func requestTeardown() {
    var request = SupervisionRecord.teardownRequest
    // Where it cannot be sent there is no supervisor any more, which the next poll reports.
    _ = orchestrate_send(lifeline.raw, &request, 1)
  }

  /// The next record, `.some(nil)` where the supervisor has gone, nil where nothing has arrived.
  func nextRecord() -> SupervisionRecord?? {
    var bytes = [UInt8](repeating: 0, count: SupervisionRecord.size)
    let count = recv(lifeline.raw, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    if count < 0 { return errno == EAGAIN || errno == EINTR ? nil : .some(nil) }
    return .some(SupervisionRecord(Array(bytes.prefix(count))))
  }
}

// SPDX-License-Identifier: Apache-2.0
// The body of `orchestrate __supervise`.

import CPlatform
import Glibc

/// Runs one command on behalf of a coordinator at the other end of descriptor 3, and ends its
/// whole tree when the command ends, when the coordinator asks for it, or when it is gone.
///
/// Descriptors 0, 1 and 2 belong to the command: nothing is printed once it has started.
///
/// - Parameter arguments: what follows `__supervise` on the command line.
/// - Returns: the exit code of this process: 0 once the tree is gone, 64 where it was not started
///   by a coordinator, 71 where the system refuses what supervising needs.
package func superviseMain(_ arguments: [String]) -> Int32 {
  guard let request = SuperviseRequest(arguments),
    orchestrate_is_socket_pair_end(SupervisedTree.lifeline)
  else {
    let words = Array("orchestrate __supervise is started by orchestrate itself\n".utf8)
    _ = write(2, words, words.count)
    return 64
  }
  guard orchestrate_close_on_exec(SupervisedTree.lifeline) == 0,
    orchestrate_become_subreaper() == 0
  else { return 71 }
  let signals = orchestrate_signalfd(handledSignals, handledSignals.count)
  guard signals >= 0 else { return 71 }
  do throws(ChildProcess.StartFailure) {
    let child = try startCommand(request.argv)
    _ = orchestrate_silence_standard_streams()
    var tree = SupervisedTree(root: child.pid, signals: signals, grace: request.grace)
    tree.superviseToTheEnd()
  } catch {
    SupervisedTree.report(.notStarted(errno: error.code))
  }
  return 0
}

/// Whatever would end this process by default must end the tree first; SIGPIPE is an errno.
private let handledSignals: [Int32] = [
  SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE,
]

/// Starts the command; should this process be killed outright, its root at least dies with it.
private func startCommand(_ argv: [String]) throws(ChildProcess.StartFailure) -> ChildProcess {
  let environment = SealedEnvironment.unsealed()
  let prefix = Array("PATH=".utf8)
  let searchPath = environment.first { $0.starts(with: prefix) }
    .map { String(decoding: $0.dropFirst(prefix.count), as: UTF8.self) }
  switch ExecutableLookup.find(argv[0], searchPath: searchPath) {
  case .missing(let errno):
    throw ChildProcess.StartFailure(step: .execute, code: errno)
  case .found(let path):
    return try ChildProcess.start(
      path: path, argv: argv, environment: environment,
      descriptors: ChildProcess.Descriptors(input: 0, output: 1, error: 2), deathSignal: SIGKILL,
      announcement: ChildProcess.Announcement(
        socket: SupervisedTree.lifeline, kind: SupervisionRecord.startedKind))
  }
}

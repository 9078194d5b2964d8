// SPDX-License-Identifier: Apache-2.0
// The entry point: hands the arguments to the command table and leaves with its exit code.

import Dispatch
import Domain
import Glibc
import Supervision
import Synchronization

@main
struct Main {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    // The supervising process of a child takes this way, before anything else is set up. Somebody
    // waits for its end too, and it has nothing to write out or take down.
    if arguments.first == "__supervise" { _exit(superviseMain()) }
    // So does an agent's hook: every one of its tool calls waits for the answer.
    if arguments.first == "hook", !arguments.contains(where: { $0.hasPrefix("-") }) {
      _exit(HookMain.run(Array(arguments.dropFirst())).rawValue)
    }
    Interruption.shared.begin()
    // Everything said has been written. `exit` would take libraries down (OpenSSL, behind libgit2)
    // while threads of ours end and take down their part of them, which now and then ends in SIGABRT.
    _exit(run(arguments).rawValue)
  }

  /// Runs the command while the main thread waits.
  ///
  /// An asynchronous `main` would end in `dispatch_main`, which unblocks every signal on the main
  /// thread: the first SIGTERM would kill the process instead of reaching `Interruption`.
  nonisolated private static func run(_ arguments: [String]) -> ExitCode {
    let code = Mutex(ExitCode.internalFault)
    let isDone = DispatchSemaphore(value: 0)
    Task.detached {
      let ended = await CommandRunner(table: .orchestrate).main(arguments: arguments)
      code.withLock { $0 = ended }
      isDone.signal()
    }
    isDone.wait()
    return code.withLock { $0 }
  }
}

extension CommandTable {
  /// Every command of the program.
  static let orchestrate = CommandTable(
    summary: "Agents propose, the coordinator proves.",
    examples: [
      Example("orchestrate run session-039", "Carry a session to its end"),
      Example("orchestrate status", "What needs you, and how things stand"),
    ],
    commands: [RunCommand.spec, StatusCommand.spec, EnterCommand.spec, InitCommand.spec]
      + [DoctorCommand.spec, RecoverCommand.spec, RollbackCommand.spec] + UndoCommand.specs
      + SessionCommands.specs + TaskCommands.specs
      + HandoffCommands.specs + [HandoffKeepCommand.spec, HandoffKeepCommand.restoring]
      + CheckpointCommands.specs + [CheckpointCreateCommand.spec, VerifyCommand.spec]
      + GateCommand.specs
      + [HookCommand.spec, VersionCommand.spec],
    groups: [
      CommandGroup(["session"], summary: "Sessions, started or not"),
      CommandGroup(["task"], summary: "A session's tasks"),
      CommandGroup(["tdd"], summary: "Tests and their proofs"),
      CommandGroup(["handoff"], summary: "What agents take and bring back"),
      CommandGroup(["checkpoint"], summary: "The sealed stages of a session"),
      CommandGroup(["gate"], summary: "The project's gates", standsFor: "run"),
    ])
}

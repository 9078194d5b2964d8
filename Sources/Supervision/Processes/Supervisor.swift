// SPDX-License-Identifier: Apache-2.0
// Runs commands, each under a small process of its own that outlives neither it nor us.

import Glibc

/// Runs commands so that nothing of them remains: not after their end, not after their deadline,
/// not after a cancelled task, not after our own death.
///
/// Each command gets a supervising process (`orchestrate __supervise`) that adopts whatever the
/// command's processes leave behind. A socket ties it to us: when our end closes, for whatever
/// reason, it ends the whole tree (RELIABILITY T7).
package struct Supervisor: Sendable {
  private let executable: String

  /// - Parameter executable: the path of `orchestrate`; `/proc/self/exe` inside the product.
  package init(executable: String) {
    self.executable = executable
  }

  /// Runs a command to its end and returns once nothing of its tree is left.
  ///
  /// Cancelling the task ends the tree; the outcome is then `.cancelled`, with what was printed
  /// until then.
  package func run(_ command: Command) async -> CommandOutcome {
    if Task.isCancelled { return CommandOutcome(termination: .cancelled, duration: .zero) }
    if let malformation = command.malformation {
      return .notStarted(reason: malformation, code: EINVAL)
    }
    do throws(SystemError) {
      return await run(command, stop: try StopSignal())
    } catch {
      return .notStarted(reason: error.description, code: error.code)
    }
  }

  private func run(_ command: Command, stop: StopSignal) async -> CommandOutcome {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let code = DedicatedThread.start { [executable] in
          continuation.resume(
            returning: CommandRun.perform(command, executable: executable, stop: stop))
        }
        guard code != 0 else { return }
        continuation.resume(returning: .notStarted(reason: "no thread to watch it", code: code))
      }
    } onCancel: {
      stop.raise()
    }
  }
}

extension CommandOutcome {
  static func notStarted(reason: String, code: Int32) -> CommandOutcome {
    CommandOutcome(termination: .notStarted(reason: reason, errno: code), duration: .zero)
  }
}

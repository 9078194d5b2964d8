// SPDX-License-Identifier: Apache-2.0
// What became of a command: how it ended, how long it took, and what it printed.

/// How a command ended. A non-zero exit is a result like any other, not an error.
package enum Termination: Hashable, Sendable {
  case exited(Int32)
  /// A signal that we did not send ended it.
  case signalled(Int32)
  /// It ran past its deadline and was ended.
  case deadlineExceeded
  /// The task that waited for it was cancelled, and it was ended.
  case cancelled
  /// No process of it ever ran. `errno` tells a missing program (ENOENT) from one that may not be
  /// executed (EACCES, ENOEXEC).
  case notStarted(reason: String, errno: Int32)
  /// The process that watches over it disappeared, so its ending was not seen.
  case supervisorLost
}

/// What became of one command.
package struct CommandOutcome: Sendable {
  /// How the command itself ended.
  package let termination: Termination
  /// From the start to the end of the command itself; what it left behind is not counted.
  package let duration: Duration
  /// What the tree printed on descriptor 1, until it was gone.
  package let standardOutput: CapturedOutput
  /// What the tree printed on descriptor 2, until it was gone.
  package let standardError: CapturedOutput
  /// Processes of its tree that lived on although they were killed: normally 0, more where they
  /// run as another user or hang in the kernel.
  package let survivors: Int

  /// An outcome in which nothing was printed and nothing survived, unless said otherwise.
  package init(
    termination: Termination, duration: Duration, standardOutput: CapturedOutput = .empty,
    standardError: CapturedOutput = .empty, survivors: Int = 0
  ) {
    self.termination = termination
    self.duration = duration
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.survivors = survivors
  }

  /// Standard output, then standard error, as text; `nil` where anything of them was left out.
  var wholeText: String? {
    let streams = [standardOutput, standardError]
    guard streams.allSatisfy({ $0.omittedBytes == 0 }) else { return nil }
    return streams.map(\.text).joined(separator: "\n")
  }
}

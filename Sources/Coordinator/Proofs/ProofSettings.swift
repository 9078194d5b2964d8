// SPDX-License-Identifier: Apache-2.0
// How a project's work is proved, read once when a session starts.

package import Domain
package import Supervision

/// The project's runner, patterns and limits.
package struct ProofSettings: Sendable {
  /// The project's test runner.
  package let runner: any TestRunner
  /// The whole environment of a proof's commands.
  package let environment: [String: String]
  /// Which of `HOME` and `TMPDIR` proofs share with the caller; those that are not named are fresh
  /// and empty in every run. None by default.
  package let sharedFolders: Set<String>
  /// The longest that one run of the tests may take; 300 s by default.
  package let deadline: Duration
  /// How many runs must agree at verify; 2 by default and at least, since one agrees with itself.
  package let repeats: Int
  /// The share of hunks that may go unmissed; 0.25 by default.
  package let unneededHunksShareMax: Double
  /// The longest that trying hunks may take; 120 s by default.
  package let necessityDeadline: Duration
  /// How many hunks are tried at once; the machine's cores by default, at most 4.
  package let parallelProofs: Int
  /// Folders that survive between proofs, such as a compiler's build folder; none by default.
  package let keeping: [String]
  /// Which paths are tests, configuration, documents.
  package let paths: PathGroups
  /// The most lines that a task may change, tests and documents left out; 100 by default.
  package let taskLinesMax: Int
  /// How much the size limit binds; blocking by default.
  package let taskLinesLevel: Level

  /// Settings from their parts; at least one run, one job and a share between 0 and 1 hold whatever is given.
  package init(
    runner: any TestRunner, environment: [String: String], sharedFolders: Set<String> = [],
    deadline: Duration, repeats: Int,
    unneededHunksShareMax: Double, necessityDeadline: Duration, parallelProofs: Int,
    keeping: [String],
    paths: PathGroups, taskLinesMax: Int, taskLinesLevel: Level
  ) {
    self.runner = runner
    self.environment = environment
    self.sharedFolders = sharedFolders
    self.deadline = deadline
    self.repeats = max(2, repeats)
    self.unneededHunksShareMax = unneededHunksShareMax
    self.necessityDeadline = necessityDeadline
    self.parallelProofs = max(1, parallelProofs)
    self.keeping = keeping
    self.paths = paths
    self.taskLinesMax = taskLinesMax
    self.taskLinesLevel = taskLinesLevel
  }
}

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
    runner: any TestRunner, environment: [String: String], deadline: Duration, repeats: Int,
    unneededHunksShareMax: Double, necessityDeadline: Duration, parallelProofs: Int,
    keeping: [String],
    paths: PathGroups, taskLinesMax: Int, taskLinesLevel: Level
  ) {
    self.runner = runner
    self.environment = environment
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

/// Which paths are tests, test configuration or documents; everything else is implementation.
package struct PathGroups: Sendable {
  /// Tests and what only tests load.
  package let tests: [PathPattern]
  /// What can select, deselect or reconfigure tests; wins over the other groups.
  package let testConfiguration: [PathPattern]
  /// Documents.
  package let documents: [PathPattern]
  /// What is left behind by tools and never handed in.
  package let litter: [String]

  package init(
    tests: [PathPattern], testConfiguration: [PathPattern], documents: [PathPattern],
    litter: [String]
  ) {
    self.tests = tests
    self.testConfiguration = testConfiguration
    self.documents = documents
    self.litter = litter
  }

  /// What Python loads before, or instead of, the runner that a project asks for: whoever can
  /// write these can make any test pass. Also where packages announce plugins.
  package static let runnerShadows: [PathPattern] = [
    "sitecustomize.py", "usercustomize.py", "conftest.py", "*.pth", "/pytest/**", "/_pytest/**",
    "/pluggy/**", "/pytest.py", "/_pytest.py", "/pluggy.py", "*.dist-info/", "*.egg-info/",
  ].map(PathPattern.init)

  /// The test patterns as they are written.
  package var testPatterns: [String] { tests.map(\.text) }

  /// The group of a path, going by its name alone.
  package func group(of path: String) -> Change.Group {
    if testConfiguration.contains(where: { $0.matches(path) }) { return .testConfiguration }
    if tests.contains(where: { $0.matches(path) }) { return .test }
    if documents.contains(where: { $0.matches(path) }) { return .documentation }
    return .implementation
  }
}

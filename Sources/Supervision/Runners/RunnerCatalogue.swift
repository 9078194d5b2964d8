// SPDX-License-Identifier: Apache-2.0
// Chooses who runs a project's tests, by the project's own words and files.

package import Domain

/// Every test runner that is known, and how each is recognised.
package enum RunnerCatalogue {
  /// What is known of a project without running anything.
  package struct Project: Hashable, Sendable {
    /// The names of the files and folders at its top.
    package let names: Set<String>
    /// What `scripts.test` of its `package.json` says; `nil` where it says nothing.
    package let packageTestScript: String?

    package init(names: Set<String>, packageTestScript: String?) {
      self.names = names
      self.packageTestScript = packageTestScript
    }
  }

  /// What the configuration says of the runner.
  package struct Wishes: Hashable, Sendable {
    /// The runner that it names, directly or by the kind of report.
    package let runner: RunnerName?
    /// Where a JUnit report is written, relative to the project.
    package let reportPath: String?
    /// The patterns of its tests.
    package let testPaths: [String]

    package init(runner: RunnerName?, reportPath: String?, testPaths: [String]) {
      self.runner = runner
      self.reportPath = reportPath
      self.testPaths = testPaths
    }
  }

  /// A runner, and why it was chosen.
  package struct Choice: Sendable {
    /// Who runs the tests.
    package let runner: any TestRunner
    /// The words that it starts with.
    package let command: [String]
    /// How it was recognised, in half a sentence: `the command runs it`.
    package let reason: String
  }

  /// Chooses by the configuration before the command before the project's files.
  ///
  /// - Parameter command: the project's words; `nil` where it has none, and its files decide.
  package static func choose(
    command: [String]?, wishes: Wishes, project: Project
  ) -> Choice {
    let (words, origin) = wording(command, project)
    let plain = RunnerCommand(words, project: project)
    if let name = wishes.runner {
      let words = plain.runner == name ? plain.words : words
      return Choice(
        runner: runner(name, words, wishes), command: words,
        reason: "the configuration names it")
    }
    if let name = plain.runner {
      return Choice(
        runner: runner(name, plain.words, wishes), command: plain.words,
        reason: origin ?? "the command runs it")
    }
    return Choice(
      runner: ExitCodeRunner(command: words, advice: plain.advice), command: words,
      reason: "the command runs no test runner that is known here")
  }

  /// Every runner's adapter: a new one is a line here, one in `RunnerName`, and one in
  /// `RunnerCommand` that tells how its command is recognised.
  private static func runner(
    _ name: RunnerName, _ words: [String], _ wishes: Wishes
  ) -> any TestRunner {
    switch name {
    case .pytest: PytestRunner(command: words)
    case .unittest: UnittestRunner(command: words)
    case .node: NodeTestRunner(command: words)
    case .prove: ProveRunner(command: words)
    case .tap: TAPRunner(command: words)
    case .junit:
      ConfiguredRunner(
        command: .words(words), report: PathPattern(wishes.reportPath ?? ""),
        paths: wishes.testPaths.map { PathPattern($0) })
    case .swift: SwiftTestRunner(command: words)
    case .cargo: CargoTestRunner(command: words)
    case .go: GoTestRunner(command: words)
    case .ctest: CTestRunner(command: words)
    case .exitCode: ExitCodeRunner(command: words, advice: RunnerCommand.generalAdvice)
    }
  }

  private static func wording(
    _ command: [String]?, _ project: Project
  ) -> (words: [String], origin: String?) {
    if let command { return (command, nil) }
    guard let kind = ProjectKind(project) else {
      return (ProjectKind.python.command(project), "nothing tells how tests are run here")
    }
    return (kind.command(project), "the project has \(kind.sign(project))")
  }
}

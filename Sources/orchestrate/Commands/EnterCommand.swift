// SPDX-License-Identifier: Apache-2.0
// `orchestrate enter`: the session entry protocol of seed 002.

import Coordinator
import Documents
import Domain

enum EnterCommand {
  static let spec = CommandSpec(
    ["enter"], summary: "Check that it is safe to begin, and say where things stand",
    discussion: """
      Three phases: is the project safe to work on (directory, git, health check), where does it \
      stand (state, features), what to load (summary, recent files, skill). Brings \
      .claude/progress/state.json up to date. Exits 10 where the project is broken.
      """,
    examples: [
      Example("orchestrate enter", "Before work begins"),
      Example("orchestrate enter --json | jq -r .next_state", "For scripts"),
    ],
    positionals: [Positional("path", "The project; this folder by default", .optional)]
  ) { (invocation) throws(Problem) in
    let project = try ProjectAccess(invocation, directory: invocation.argument("path"))
    let report = try await EntryProtocol(
      paths: project.paths, settings: try project.settings(), supervisor: .ownExecutable,
      clock: SystemClock.make()
    ).enter(writing: true)
    if invocation.wantsJSON {
      invocation.print(json(report).prettyText)
    } else {
      show(report, invocation)
    }
    return report.health == .broken ? .gateFailed : .done
  }

  private static let phases = [1: "Safety Validation", 2: "State Management", 3: "Context Loading"]

  private static func show(_ report: EntryReport, _ invocation: Invocation) {
    let style = invocation.style
    invocation.print("=== SESSION ENTRY PROTOCOL ===")
    for phase in 1...3 {
      invocation.print("\nPhase \(phase): \(phases[phase] ?? "")")
      let steps = report.steps.filter { $0.phase == phase }
      for (index, step) in steps.enumerated() {
        let ink: TerminalStyle.Ink =
          switch step.status {
          case .ok: .green
          case .warning: .yellow
          case .skipped: .dim
          case .failed: .red
          }
        invocation.print(
          "  [\(index + 1)/\(steps.count)] \(step.name): \(style.ink(step.status.rawValue, ink)) "
            + "(\(TerminalStyle.harmless(step.detail)))")
        if step.name == "git context" {
          for commit in report.recentCommits {
            invocation.print("       \(TerminalStyle.harmless(commit))")
          }
        }
      }
    }
    if report.health == .broken {
      let back = report.lastPassing.map { "git switch -c fix \($0.short)" } ?? "git log"
      invocation.print(
        "\n\(style.ink("the project is broken: fix it before new work begins", .red))\n"
          + "  1. go back to what passed: \(back)\n  2. fix it by hand\n"
          + "  3. go on anyway, which is recorded: orchestrate run SESSION --force")
    }
    invocation.print("\n=== ENTRY COMPLETE ===")
    invocation.print("\n" + json(report).prettyText)
  }

  /// The six keys of the seed, then ours.
  private static func json(_ report: EntryReport) -> JSONValue {
    [
      "directory": .string(report.directory),
      "health_status": .string(report.health.rawValue),
      "feature_status": .string(report.features.rawValue),
      "current_state": .string(report.currentState.rawValue),
      "next_state": .string(report.nextState.rawValue),
      "latest_summary": .string(report.latestSummary ?? ""),
      "directory_status": .string(report.hasProjectMarkers ? "OK" : "WARNING"),
      "skill": .string(report.nextState.skill),
      "recent_files": .array(report.recentFiles.map { .string($0) }),
      "recent_commits": .array(report.recentCommits.map { .string($0) }),
    ]
  }
}

// SPDX-License-Identifier: Apache-2.0
// The session entry protocol: is it safe to begin, where does the project stand, what to load.

import Documents
package import Domain
import Git
import Glibc
package import Supervision

/// Enters a project: safety, state, context (S2-01 … S2-18).
package struct EntryProtocol: Sendable {
  private let paths: ProjectPaths
  private let settings: ProjectSettings
  private let supervisor: Supervisor
  private let clock: Clock

  package init(
    paths: ProjectPaths, settings: ProjectSettings, supervisor: Supervisor,
    clock: @escaping Clock
  ) {
    self.paths = paths
    self.settings = settings
    self.supervisor = supervisor
    self.clock = clock
  }

  /// Goes through the three phases.
  ///
  /// - Parameter writing: whether `state.json` is made or brought up to date.
  package func enter(writing: Bool) async throws(Problem) -> EntryReport {
    var steps: [EntryStep] = []
    let markers = Self.markers.filter { exists($0) }
    steps.append(
      markers.isEmpty
        ? EntryStep(
          phase: 1, name: "directory", status: .warning,
          detail: "no project markers in \(paths.root)")
        : EntryStep(
          phase: 1, name: "directory", status: .ok,
          detail: "\(paths.root), with \(markers.joined(separator: ", "))"))
    let history = try await history()
    steps.append(
      EntryStep(
        phase: 1, name: "git context", status: history.commits.isEmpty ? .skipped : .ok,
        detail: history.commits.first ?? "no commit yet"))
    steps.append(
      EntryStep(
        phase: 1, name: "project config",
        status: exists(".claude/config/project.json") ? .ok : .skipped,
        detail: exists(".claude/config/project.json")
          ? ".claude/config/project.json" : "no project.json; defaults hold"))
    let health = await health()
    steps.append(health.step)

    let progress = ProgressFiles(paths: paths, settings: settings)
    let before = try progress.state()
    let features = try progress.features(at: clock().wall)
    let next = ProjectState(features: features.status, health: health.status)
    steps += stateSteps(before, features, next)
    if writing {
      try progress.write(
        state: before, health: health.status, next: next, at: clock().wall)
    }
    let summary = progress.latestSummary()
    let recent = try progress.recentFiles() ?? history.files
    steps += contextSteps(summary, recent, next)
    return EntryReport(
      directory: paths.root, hasProjectMarkers: !markers.isEmpty, health: health.status,
      healthDetail: health.step.detail, features: features.status,
      currentState: before?.state ?? .start, nextState: next, latestSummary: summary,
      recentFiles: Array(recent.prefix(5)), recentCommits: history.commits,
      lastPassing: history.lastPassing, steps: steps, evidence: health.evidence)
  }

  private static let markers = [
    ".claude/progress/state.json", "package.json", "pyproject.toml", "Cargo.toml", "Package.swift",
    "go.mod", "CMakeLists.txt", "pom.xml",
  ]

  private func exists(_ path: String) -> Bool { access("\(paths.root)/\(path)", F_OK) == 0 }

  // MARK: Phase 1

  private struct History: Sendable {
    var commits: [String] = []
    var files: [String] = []
    var lastPassing: ObjectID?
  }

  private func history() async throws(Problem) -> History {
    let root = paths.root
    do throws(GitError) {
      return try await offloaded { () throws(GitError) in
        let repository = try Repository(discoveringFrom: root)
        guard let head = try repository.head().commit else { return History() }
        let log = try repository.log(from: head, limit: 5)
        let passing = try repository.log(from: head, limit: 50).first { record in
          record.trailers.contains { $0.key == "Orchestrate-Gate" && $0.value == "pass" }
        }
        return History(
          commits: log.map { "\($0.id.short) \($0.subject)" },
          files: try repository.recentlyChangedFiles(limit: 5, commits: 5),
          lastPassing: passing?.id)
      }
    } catch {
      throw Problem(error)
    }
  }

  private func health() async -> (status: HealthStatus, step: EntryStep, evidence: EvidenceRecord?)
  {
    let missing = settings.health.requiredEnvironment.filter { getenv($0) == nil }
    guard missing.isEmpty else {
      let detail = "environment variables are not set: \(missing.joined(separator: ", "))"
      return (.broken, healthStep(.failed, detail), nil)
    }
    guard let command = settings.health.command else {
      return (.unknown, healthStep(.skipped, "no health check is configured"), nil)
    }
    let startedAt = clock().wall
    let outcome = await supervisor.run(
      Command(
        argv: command, workingDirectory: paths.root, environment: settings.proof.environment,
        deadline: settings.health.deadline))
    let output = outcome.standardOutput.text + outcome.standardError.text
    let evidence = Evidence(
      kind: .health, tree: nil, command: command, ending: outcome.termination.words,
      startedAt: startedAt, durationMilliseconds: outcome.duration.wholeMilliseconds,
      outputDigest: outcome.standardOutput.digest, output: output, tests: nil,
      note: "the project's health check"
    ).record
    let words = command.joined(separator: " ")
    guard outcome.termination == .exited(0) else {
      let last = output.split(separator: "\n").last.map { ": \($0)" } ?? ""
      return (
        .broken, healthStep(.failed, "\(words): \(outcome.termination.words)\(last)"), evidence
      )
    }
    return (.healthy, healthStep(.ok, words), evidence)
  }

  private func healthStep(_ status: EntryStep.Status, _ detail: String) -> EntryStep {
    EntryStep(phase: 1, name: "health check", status: status, detail: detail)
  }

  // MARK: Phases 2 and 3

  private func stateSteps(
    _ before: StateDocument?, _ features: ProgressFiles.Features, _ next: ProjectState
  ) -> [EntryStep] {
    [
      EntryStep(
        phase: 2, name: "state", status: .ok,
        detail: before.map { $0.state.rawValue } ?? "created (START)"),
      EntryStep(
        phase: 2, name: "features", status: features.status == .none ? .skipped : .ok,
        detail: features.sentence),
      EntryStep(phase: 2, name: "next state", status: .ok, detail: next.rawValue),
    ]
  }

  private func contextSteps(
    _ summary: String?, _ recent: [String], _ next: ProjectState
  ) -> [EntryStep] {
    [
      EntryStep(
        phase: 3, name: "summary", status: summary == nil ? .skipped : .ok,
        detail: summary ?? "none"),
      EntryStep(
        phase: 3, name: "recent files", status: recent.isEmpty ? .skipped : .ok,
        detail: recent.isEmpty ? "none" : recent.prefix(5).joined(separator: ", ")),
      EntryStep(phase: 3, name: "skill", status: .ok, detail: next.skill + "/"),
    ]
  }
}

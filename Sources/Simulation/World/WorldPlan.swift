// SPDX-License-Identifier: Apache-2.0
// What a seed's session is made of: tasks, workers and limits.

import Agents
import Coordinator
import Documents
import Domain
import Supervision
import TestKit

/// The parts of a simulation that chance decides before it begins.
struct WorldPlan {
  let session = SessionID(number: 39)!
  let tasks: [PlannedTask]
  /// How many tasks may be under way at once.
  let jobs: Int
  /// Whether the coordinator launches agents itself.
  let launches: Bool
  /// How many workers poll.
  let pollers: Int
  /// When the last fault happens, in milliseconds.
  let calm: Int

  static let leaseMilliseconds = 30_000
  /// How long a session may take after the last fault: every attempt of every round, reaped.
  static let patienceMilliseconds = 3_600_000
  /// Beyond this many steps a world counts as standing still.
  static let stepsMax = 3_000_000
  /// A busy second of three workers and their coordinator has some hundred.
  static let stepsPerSecondMax = 2_000

  init(_ generator: inout SeededGenerator) {
    let count = 1 + generator.index(below: 3)
    var tasks: [PlannedTask] = []
    for number in 1...count {
      let before = tasks.map(\.id)
      let dependencies = before.filter { _ in generator.oneIn(4) }
      tasks.append(Self.task(number, after: dependencies, generator.index(below: 3)))
    }
    self.tasks = tasks
    jobs = 1 + generator.index(below: 3)
    launches = generator.oneIn(2)
    pollers = launches ? generator.index(below: 3) : 1 + generator.index(below: 3)
    calm = 20_000 + generator.index(below: 160_000)
  }

  private static func task(_ number: Int, after dependencies: [TaskID], _ kind: Int) -> PlannedTask
  {
    let steps: [[Workflow.Step]] = [
      [.init(stage: .document, role: .documenter)],
      [.init(stage: .red, role: .testEngineer), .init(stage: .green, role: .specialist)],
      [
        .init(stage: .red, role: .testEngineer), .init(stage: .green, role: .specialist),
        .init(stage: .review, role: .reviewer),
      ],
    ]
    return PlannedTask(
      id: TaskID("task-\(number)")!, title: "Task \(number)", agent: "specialist",
      // The steps are in order and no stage is there twice.
      workflow: try! Workflow(name: "simulated-\(kind)", steps: steps[kind]),
      dependencies: dependencies, files: [], tests: [], blockers: [], estimatedMinutes: nil)
  }

  func plan(on base: ObjectID) -> SessionPlan {
    SessionPlan(
      session: session, title: "A simulated session", objectives: ["Show how it goes"],
      complexity: .low, base: base, tasks: tasks, budget: budget)
  }

  private var budget: BudgetLimits {
    BudgetLimits(windowTokens: 200_000, segmentMinutes: 40, sessionMinutes: 100_000)
  }

  /// Nothing lies there.
  let paths = ProjectPaths(
    root: "/nonexistent", environment: ["ORCHESTRATE_WORKSPACES": "/nonexistent/workspaces"])

  func settings(drivers: [Role: any AgentDriver]) -> ProjectSettings {
    let runner = PytestRunner(command: ["simulated"])
    return ProjectSettings(
      proof: ProofSettings(
        runner: runner, environment: [:], deadline: .seconds(60), repeats: 2,
        unneededHunksShareMax: 0.25, necessityDeadline: .seconds(60), parallelProofs: 1,
        keeping: [],
        paths: PathGroups(tests: [], testConfiguration: [], documents: [], litter: []),
        taskLinesMax: 100, taskLinesLevel: .blocking),
      limits: WorkLimits(
        attemptsMax: 3, leaseLength: .milliseconds(Self.leaseMilliseconds), jobs: jobs,
        agentDeadline: .seconds(120)),
      budget: budget, drivers: drivers, prompts: [:], workflows: [:], gates: [],
      // An empty list of words reads.
      statusAliases: try! StatusAliases(parsing: Array(#"{"statuses":{}}"#.utf8), file: "aliases"),
      health: HealthSettings(command: nil, deadline: .seconds(5), requiredEnvironment: []),
      testCommand: ["simulated"], runnerReason: "it is simulated", body: "{}", warnings: [])
  }

  var entry: EntryReport {
    EntryReport(
      directory: paths.root, hasProjectMarkers: true, health: .healthy, healthDetail: "simulated",
      features: FeatureStatus(total: tasks.count, pending: tasks.count, untested: 0),
      currentState: .implement, nextState: .implement, latestSummary: nil, recentFiles: [],
      recentCommits: [], lastPassing: nil, steps: [], evidence: nil)
  }
}

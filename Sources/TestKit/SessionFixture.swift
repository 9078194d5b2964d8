// SPDX-License-Identifier: Apache-2.0
// A session in a real project with a real store, whose clock and agents a test holds in its hands.

package import Agents
package import Coordinator
import Documents
package import Domain
import FoundationEssentials
import Glibc
package import Store
package import Supervision
import Synchronization

/// A task of a `SessionFixture`.
package struct FixtureTask: Sendable {
  let id: String
  let title: String
  let files: [String]
  let workflow: String
  let dependencies: [String]

  /// A task that brings a function of the name of its first file.
  ///
  /// - Parameter workflow: `tdd` (red, green), `full` (all seven stages), `reviewed` (red, green,
  ///   review) or `notes` (document only, proved without running anything).
  package init(
    _ id: String, title: String? = nil, files: [String] = ["calc/twice.py"],
    workflow: String = "tdd", after dependencies: [String] = []
  ) {
    self.id = id
    self.title = title ?? "Do \(id)"
    self.files = files
    self.workflow = workflow
    self.dependencies = dependencies
  }
}

/// A throw-away Python project in a git repository, with session 039 and a store in memory.
///
/// Only the clock and the minds of the agents are not real.
package final class SessionFixture {
  /// 039.
  package let session = SessionID(number: 39)!
  /// The time that the coordinator sees.
  package let clock: ManualClock
  /// The store that it writes.
  package let store: any SessionStore
  /// The user's repository.
  package let repository: TemporaryRepository
  /// Where the project keeps its files.
  package let paths: ProjectPaths
  private let heard = Heard()

  private final class Heard: Sendable {
    let events = Mutex<[ProgressEvent]>([])
  }

  /// Makes the project, its first commit and the session's tasks file.
  ///
  /// - Parameter files: files of the first commit beside the usual ones, or in their place.
  package init(
    tasks: [FixtureTask], files: [String: String] = [:], clock: ManualClock = ManualClock()
  ) throws {
    self.clock = clock
    store = try SQLiteStore.inMemory()
    repository = try TemporaryRepository(named: "prøject")
    let usual = [
      "calc/__init__.py": "", "README.md": "# calc\n", ".gitignore": ".claude/\n__pycache__/\n",
      "calc/basic.py": "def add(a, b):\n    return a + b\n",
      "tests/test_basic.py":
        "from calc.basic import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
    ]
    try repository.commit(usual.merging(files) { $1 }, message: "First commit")
    paths = ProjectPaths(
      root: repository.path,
      environment: ["ORCHESTRATE_WORKSPACES": repository.container + "/workspaces"])
    try write(tasks)
  }

  private func write(_ tasks: [FixtureTask]) throws {
    let entries: [JSONValue] = tasks.map { task in
      [
        "id": .string(task.id), "title": .string(task.title), "agent": "specialist",
        "status": "pending", "estimatedMinutes": 10, "actualMinutes": .null,
        "files": .strings(task.files), "tests": [], "blockers": [], "output": .null,
        "dependencies": .strings(task.dependencies), "workflow": .string(task.workflow),
      ]
    }
    let document: JSONValue = [
      "sessionId": "039", "tasks": .array(entries),
      "metrics": [
        "totalTasks": .integer(tasks.count), "completed": 0, "failed": 0, "blocked": 0,
        "timeSpent": 0, "timeEstimated": 0,
      ],
    ]
    try repository.write(document.prettyText, to: ".claude/sessions/session-039-tasks.json")
  }

  // MARK: The coordinator

  /// A coordinator over the same project, store and clock; the one before it is as good as killed.
  ///
  /// - Parameters:
  ///   - command: what runs the tests.
  ///   - health: the health check; none by default.
  ///   - lease: how long a claim holds; 15 minutes by default.
  ///   - agent: who is launched for every role; nobody by default.
  ///   - watch: is told what the coordinator tells, as it does; nobody by default.
  package func coordinator(
    jobs: Int = 1, attempts: Int = 3, command: [String] = pytest, health: [String]? = nil,
    lease: Duration = .seconds(900), agent: (any AgentDriver)? = nil,
    watch: @escaping ProgressListener = { _ in }
  ) throws -> Coordinator {
    let (clock, heard) = (clock, heard)
    return Coordinator(
      paths: paths,
      settings: try settings(jobs, attempts, command, health, lease, agent), store: store,
      supervisor: supervisor, clock: { clock.now }, jobs: jobs,
      tell: { event in
        heard.events.withLock { $0.append(event) }
        watch(event)
      })
  }

  /// Runs children under the program that was built with the tests.
  package var supervisor: Supervisor { Supervisor(executable: BuiltExecutable.path) }

  /// The usual command.
  package static let pytest = ["/usr/bin/python3", "-m", "pytest", "-q"]

  /// Whether that command is there.
  package static var hasPytest: Bool {
    access("/usr/lib/python3/dist-packages/pytest", F_OK) == 0
  }

  private func settings(
    _ jobs: Int, _ attempts: Int, _ command: [String], _ health: [String]?,
    _ lease: Duration, _ agent: (any AgentDriver)?
  ) throws -> ProjectSettings {
    var drivers: [Role: any AgentDriver] = [:]
    if let agent { for role in Role.allCases { drivers[role] = agent } }
    return ProjectSettings(
      proof: Self.proof(PytestRunner(command: command)),
      limits: WorkLimits(
        attemptsMax: attempts, leaseLength: lease, jobs: jobs, agentDeadline: .seconds(60)),
      budget: BudgetLimits(), drivers: drivers, prompts: [:], workflows: try Self.workflows(),
      gates: [],
      statusAliases: try StatusAliases(parsing: Array("{\"statuses\":{}}".utf8), file: "aliases"),
      health: HealthSettings(command: health, deadline: .seconds(10), requiredEnvironment: []),
      testCommand: command, runnerReason: "a test says so", body: "{}", warnings: [])
  }

  private static func proof(_ runner: PytestRunner) -> ProofSettings {
    ProofSettings(
      runner: runner,
      environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"],
      deadline: .seconds(60), repeats: 2, unneededHunksShareMax: 0.25,
      necessityDeadline: .seconds(120), parallelProofs: 2, keeping: [],
      paths: PathGroups(
        tests: runner.testPathPatterns,
        testConfiguration: runner.configurationPatterns,
        documents: [PathPattern("*.md")], litter: ["__pycache__/"]),
      taskLinesMax: 100, taskLinesLevel: .blocking)
  }

  private static func workflows() throws -> [String: Workflow] {
    let steps: [(Stage, Role)] = [
      (.design, .architect), (.red, .testEngineer), (.green, .specialist),
      (.refactor, .specialist), (.verify, .testEngineer), (.review, .reviewer),
      (.document, .documenter),
    ]
    let stages: [String: Set<Stage>] = [
      "tdd": [.red, .green], "reviewed": [.red, .green, .review], "notes": [.document],
      "full": [.design, .red, .green, .refactor, .verify, .review, .document],
    ]
    var workflows: [String: Workflow] = [:]
    for (name, wanted) in stages {
      workflows[name] = try Workflow(
        name: name,
        steps: steps.filter { wanted.contains($0.0) }.map { .init(stage: $0.0, role: $0.1) })
    }
    return workflows
  }

  // MARK: Steps

  /// Enters the project and starts the session.
  package func start(_ coordinator: Coordinator, forced: Bool = false) async throws {
    let (clock, session) = (clock, session)
    let entry = try await EntryProtocol(
      paths: paths, settings: coordinator.settings, supervisor: supervisor, clock: { clock.now }
    ).enter(writing: false)
    let files = SessionFiles(paths: paths, settings: coordinator.settings)
    try await coordinator.start(
      session, planned: { (base) throws(Problem) in try files.plan(session, base: base) },
      entry: entry, options: StartOptions(isForced: forced))
    try await coordinator.projectWhatIsDue()
  }

  /// Claims the next handoff, whatever its role.
  package func claim(
    _ coordinator: Coordinator, worker: String = "worker"
  ) async throws -> ClaimedHandoff? {
    try await coordinator.claim(
      WorkRequest(session: session, roles: Set(Role.allCases), worker: worker, wait: .zero))
  }

  /// Claims the next handoff; there must be one.
  package func requireClaim(
    _ coordinator: Coordinator, worker: String = "worker"
  ) async throws -> ClaimedHandoff {
    guard let claimed = try await claim(coordinator, worker: worker) else {
      throw FixtureError(what: "nothing to claim")
    }
    return claimed
  }

  /// Does a claimed handoff as `agent` would, and hands it in.
  package func work(
    _ coordinator: Coordinator, on claimed: ClaimedHandoff, as agent: ScriptedAgent
  ) async throws -> SubmissionResult {
    let report = try agent.report(on: claimed.packet, in: claimed.slot.tree)
    let result = try await coordinator.submit(
      claimed.handoff.id, fence: claimed.claim.fence, report: report, reportBody: report?.body)
    try await coordinator.projectWhatIsDue()
    return result
  }

  /// What was told, as sentences for comparing.
  package var told: [ProgressEvent] { heard.events.withLock { $0 } }

  /// The objects on the session branch, newest first.
  package func branch() throws -> [String] {
    try repository.git("rev-list", "session/039").split(separator: "\n").map(String.init)
  }
}

/// The names in a folder, sorted; none where it is not there.
package func directoryNames(_ path: String) -> [String] {
  // A folder that is not there has no names, which is what is asked.
  ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
}

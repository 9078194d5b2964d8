// SPDX-License-Identifier: Apache-2.0
// A session told from its journal: what was done, decided, refused and spent.

import Documents
import Domain
import Store

/// Everything that the documents at a session's end are made of.
struct SessionAccount {
  let record: SessionRecord
  let tasks: [TaskRecord]
  private let acceptances: [AcceptanceRecord]
  private let handoffs: [Handoff]
  private let usage: UsageTotals
  private let runs: [Store.AgentRun]
  /// What each task's design stage decided.
  let decisions: [String]
  /// The tests that the red stages added, and whether each passed in its task's last run.
  private let tests: (written: Int, passed: Int)

  init(_ session: SessionID, store: any SessionStore) throws(Problem) {
    do throws(StoreError) {
      guard let record = try store.session(session) else {
        throw StoreError.corrupt(detail: "session \(session) is gone")
      }
      self.record = record
      tasks = try store.tasks(in: session)
      acceptances = try store.acceptances(in: session)
      handoffs = try store.handoffs(in: session, states: nil)
      usage = try store.usage(in: session)
      runs = try store.runs(in: session)
    } catch {
      throw Problem(error)
    }
    var decisions: [String] = []
    var tests = (written: 0, passed: 0)
    for task in tasks {
      let history = try TaskHistory(of: task.planned.id, in: session, store: store)
      if let decision = history.decision { decisions.append("\(task.planned.title): \(decision)") }
      guard let facts = history.facts else { continue }
      let added = (history.lastRun ?? facts.red).identities
        .subtracting(facts.baseline.identities)
      tests.written += added.count
      tests.passed += added.count { history.lastRun?[$0]?.isPass == true }
    }
    self.decisions = decisions
    self.tests = tests
  }

  private var session: SessionID { record.plan.session }

  private func isDone(_ task: TaskRecord) -> Bool {
    if case .completed = task.progress.state { true } else { false }
  }

  /// What was refused, with its reason, in the order of the handoffs.
  var refusals: [String] {
    handoffs.flatMap { handoff in
      handoff.feedback.map { feedback in
        let reason = feedback.message.split(separator: "\n").first ?? ""
        return "\(handoff.task) \(handoff.stage.rawValue), attempt \(feedback.attempt): "
          + "\(feedback.code) \(reason)"
      }
    }
  }

  // MARK: Documents

  func summary(at now: Timestamp, changed: [String]) -> SummaryDocument {
    let done = tasks.filter(isDone)
    let open = tasks.filter { !isDone($0) }
    return SummaryDocument(
      at: now,
      state: ProjectState(features: open.isEmpty ? .complete : .pending, health: record.health),
      health: record.health, featuresCompleted: done.count, featuresRemaining: open.count,
      workDone: tasks.filter { $0.startedAt != nil }.map {
        "\($0.planned.title) - \($0.progress.state.words)"
      } + [budget],
      commits: acceptances.map {
        "\($0.acceptance.checkpoint.short): \($0.handoff.stage.rawValue) of \($0.handoff.task)"
      },
      decisions: decisions,
      blockers: open.compactMap(blocker), next: next, files: changed)
  }

  private func blocker(_ task: TaskRecord) -> Checkbox? {
    guard case .blocked(let blockage, _) = task.progress.state else { return nil }
    let line = blockage.detail.split(separator: "\n").joined(separator: " ")
    return Checkbox("\(task.planned.id): \(line) - orchestrate task show \(task.planned.id)")
  }

  private var next: [String] {
    let open = tasks.filter { !isDone($0) }
    return open.isEmpty
      ? ["Merge session/\(session) where you want it"]
      : ["orchestrate run \(session)"] + open.map { "\($0.planned.id): \($0.planned.title)" }
  }

  /// What was used of what was allowed.
  private var budget: String {
    let open = usage.segments.last?.usage.tokens ?? 0
    return "Budget - \(usage.total.tokens) tokens in \(usage.segments.count) segments; the newest "
      + "used \(open) of \(record.budget.windowTokens)"
  }

  func tracking(linesAdded: Int, linesRemoved: Int) -> SessionTracking {
    var tracking = SessionTracking(session: session)
    tracking.tasksPlanned = tasks.count
    tracking.tasksCompleted = tasks.count(where: isDone)
    tracking.testsWritten = tests.written
    tracking.testsPassed = tests.passed
    tracking.bugsFixed = tasks.count { isDone($0) && $0.planned.workflow.name == "bug-fix" }
    tracking.linesAdded = linesAdded
    tracking.linesRemoved = linesRemoved
    tracking.timeSpent = (tasks.reduce(0) { $0 + $1.workedMilliseconds } + 59_999) / 60_000
    tracking.timeEstimated = tasks.reduce(0) { $0 + ($1.planned.estimatedMinutes ?? 0) }
    return tracking
  }

  func completed(_ tracking: SessionTracking) -> CompletedDocument {
    CompletedDocument(
      session: session, result: record.lifecycle.name,
      outcomes: tasks.map { task in
        var commit: ObjectID?
        if case .completed(let merge) = task.progress.state { commit = merge }
        return CompletedDocument.Outcome(
          id: task.planned.id, title: task.planned.title,
          status: isDone(task) ? .completed : .blocked,
          minutes: task.startedAt == nil ? nil : (task.workedMilliseconds + 59_999) / 60_000,
          commit: commit, note: isDone(task) ? "" : task.progress.state.words)
      }, tracking: tracking, gates: gates)
  }

  /// How often each check of the accepted stages passed.
  private var gates: [String] {
    var counts: [String: (pass: Int, other: Int)] = [:]
    for check in acceptances.flatMap(\.acceptance.checks) {
      counts[check.name, default: (0, 0)].pass += check.verdict == .pass ? 1 : 0
      counts[check.name, default: (0, 0)].other += check.verdict == .pass ? 0 : 1
    }
    return counts.sorted { $0.key < $1.key }.map { name, count in
      count.other == 0
        ? "\(name): pass (\(count.pass))" : "\(name): \(count.pass) pass, \(count.other) warned"
    }
  }

  func review(_ tracking: SessionTracking) -> ReviewDocument {
    let first = acceptances.filter { $0.handoff.attempt == 1 }.count
    return ReviewDocument(
      session: session,
      worked: [
        "\(first) of \(acceptances.count) stages were accepted at the first attempt",
        "\(tests.passed) of \(tests.written) new tests pass",
        "\(usage.total.tokens) tokens were used in \(usage.segments.count) segments",
      ], failed: refusals, tracking: tracking, lessons: lessons, next: next)
  }

  /// What was refused more than once says something about the next session.
  private var lessons: [String] {
    var counts: [String: Int] = [:]
    for feedback in handoffs.flatMap(\.feedback) { counts[feedback.code, default: 0] += 1 }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { code, count in
      "\(code) was the reason of \(count) refused attempts"
    }
  }

  var metrics: SessionMetrics {
    let retries = runs.count {
      switch $0.outcome {
      case .refused, .failed, .expired: true
      case .submitted, .accepted, .released, .cancelled, nil: false
      }
    }
    return SessionMetrics(
      sessionID: session.fileStem, startedAt: record.startedAt.description,
      endedAt: record.endedAt?.description, health: record.health,
      statesVisited: [.start, .implement] + (tasks.allSatisfy(isDone) ? [.test, .complete] : []),
      compressions: 0, retries: retries, tokensUsed: usage.total.tokens,
      featuresCompleted: tasks.count(where: isDone))
  }
}

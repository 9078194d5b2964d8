// SPDX-License-Identifier: Apache-2.0
// `orchestrate run`: carry a session to its end.

import Agents
import Coordinator
import Documents
import Domain
import Store

enum RunCommand {
  static let spec = CommandSpec(
    ["run"], summary: "Carry a session to its end, or on from where it was",
    discussion: """
      Reads the session's files, hands each task's stages to the roles' agents, proves what they \
      hand in, and merges finished tasks onto the branch session/NNN. Your own branch, index and \
      files are not touched, .claude/ aside.
      Ctrl-C stops the agents, keeps what they wrote and gives their claims back; the same command \
      goes on from there, as it does after a crash. With --no-launch, agents that poll go on \
      without it.
      Exits 0 when every task is merged, 17 when some wait for a person, 11 when the session \
      failed, 10 when the project is broken, 13 when a budget is spent.
      """,
    examples: [
      Example("orchestrate run session-039", "With the drivers that project.json names"),
      Example(
        "orchestrate run 39 --driver command:./agent.sh", "One executable plays every role"),
      Example("orchestrate run 39 --no-launch", "Serve agents that poll, launch none"),
    ],
    positionals: [Positional("session", "39, 039 or session-039")],
    options: [
      OptionSpec(
        "driver", .text("NAME"),
        help: "Who plays every role: a driver's name, or command:PROGRAM"),
      OptionSpec("no-launch", help: "Launch no agent; serve those that poll"),
      OptionSpec("jobs", .integer(1...64), help: "How many tasks may be under way at once"),
      OptionSpec("force", help: "Go on although the project is broken; this is recorded"),
      OptionSpec("extend", .duration, help: "Give the session this much more time"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) async throws(Problem) -> ExitCode {
    let project = try ProjectAccess(invocation)
    let session = try Arguments.session(try invocation.required("session"))!
    let driver = try invocation.text("driver").map { (text) throws(Problem) in
      try DriverChoice(text)
    }
    let settings = try project.settings(driver: driver)
    let display = RunDisplay(invocation)
    for warning in settings.warnings { display.show(.warning(warning)) }
    let files = SessionFiles(paths: project.paths, settings: settings)
    let clock = SystemClock.make()
    let launches = !invocation.flag("no-launch")
    // Of a session that was begun the plan holds, and its file says nothing new.
    if try !project.hasBegun(session) {
      for warning in try files.tasks(session).warnings {
        display.show(.warning(warning.description))
      }
    }
    if launches { try checkDrivers(settings, session) }
    let isForced = invocation.flag("force")
    let extra = invocation.duration("extend")
    let ending = try await project.withCoordinator(
      settings: settings, jobs: invocation.integer("jobs"), tell: display.show
    ) { (coordinator) throws(Problem) in
      if let extra {
        try await coordinator.extend(session, by: max(1, extra.wholeMilliseconds / 60_000))
      }
      return try await interruptible(
        coordinator, session, launches: launches, display: display
      ) {
        () throws(Problem) in
        let entry = try await EntryProtocol(
          paths: project.paths, settings: settings, supervisor: .ownExecutable, clock: clock
        ).enter(writing: true)
        do throws(Problem) {
          try await coordinator.start(
            session,
            planned: { (base) throws(Problem) in try files.plan(session, base: base) },
            entry: entry, options: StartOptions(isForced: isForced))
        } catch {
          guard error.exit == .session001 else { throw error }
          throw try await coordinator.askedToSetUp(session, error)
        }
        coordinator.forgetManualSetup(of: session)
        display.begin(try await coordinator.snapshot(session))
        return try await SessionRun(
          coordinator: coordinator, session: session, launches: launches
        ).run()
      }
    }
    display.finish()
    return try report(ending, session, project, invocation)
  }

  private static func checkDrivers(
    _ settings: ProjectSettings, _ session: SessionID
  ) throws(Problem) {
    guard !settings.drivers.isEmpty else {
      throw Problem(
        code: "CONFIG001", exit: .badConfiguration, message: "no role has a driver",
        reason: "nothing says which program plays the roles",
        remedy: "orchestrate run \(session) --driver command:./agent.sh, or --no-launch")
    }
    for driver in settings.drivers.values {
      guard let obstacle = driver.obstacle else { continue }
      throw Problem(
        code: "CONFIG003", exit: .badConfiguration,
        message: "the driver \(driver.name) cannot be launched", reason: obstacle,
        remedy: "orchestrate doctor")
    }
  }

  /// What can end beside a run.
  private enum Ended: Sendable {
    case body(Result<RunEnding, Problem>)
    case request
    case beside
  }

  /// Runs `body` until it ends or the process is asked to stop; then everything is sealed first.
  private static func interruptible(
    _ coordinator: Coordinator, _ session: SessionID, launches: Bool, display: RunDisplay,
    _ body: @escaping @Sendable () async throws(Problem) -> RunEnding
  ) async throws(Problem) -> RunEnding {
    let (requests, continuation) = AsyncStream.makeStream(of: Interruption.Request.self)
    Interruption.shared.onRequest { continuation.yield($0) }
    let result = await withTaskGroup(of: Ended.self) { group in
      group.addTask {
        do throws(Problem) {
          return .body(.success(try await body()))
        } catch {
          return .body(.failure(error))
        }
      }
      group.addTask {
        for await _ in requests { return .request }
        return .beside
      }
      group.addTask {
        await display.keepTime()
        return .beside
      }
      var result: Result<RunEnding, Problem>?
      for await ended in group {
        switch ended {
        case .body(let ending):
          result = ending
          group.cancelAll()
        case .request:
          await coordinator.stop()
          group.cancelAll()
        case .beside: continue
        }
      }
      return result
    }
    if Interruption.shared.request != nil {
      // Agents that poll work on without us; what we launched ourselves has been stopped.
      if launches { try await coordinator.pause(session, reason: "stopped by the user") }
      return .interrupted
    }
    return try result?.get() ?? .interrupted
  }

  private static func report(
    _ ending: RunEnding, _ session: SessionID, _ project: ProjectAccess, _ invocation: Invocation
  ) throws(Problem) -> ExitCode {
    let view = try SessionView(invocation, session: session)
    if invocation.wantsJSON {
      invocation.print(Shapes.session(view.record, tasks: try view.tasks()).prettyText)
    }
    switch ending {
    case .completed: return .done
    case .interrupted: return Interruption.shared.request?.exitCode ?? .interrupted
    case .failed(let reason):
      throw Problem(
        code: "SESSION006", exit: .workFailed, message: "session \(session) failed",
        reason: reason, remedy: "orchestrate status --session \(session)")
    case .blocked(let tasks):
      throw Problem(
        code: "SESSION007", exit: .partialSuccess,
        message: "tasks of session \(session) wait for a person, or for each other: "
          + listed(tasks),
        reason: "what could be done is merged onto session/\(session)",
        remedy: "orchestrate status --session \(session)")
    }
  }
}

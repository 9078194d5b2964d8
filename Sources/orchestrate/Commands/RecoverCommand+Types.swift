// SPDX-License-Identifier: Apache-2.0
// `orchestrate recover --type …`: the four recoveries of seed 002 by name.

import Coordinator
import Documents
import Domain
import Git
import Store

extension RecoverCommand {
  /// Seed 002's names for what goes wrong (S2-64).
  enum Kind: String, CaseIterable {
    /// The project's health check fails.
    case broken
    /// The coordinator or a worker died in the middle.
    case crash
    /// A window is full.
    case overflow = "context_overflow"
    /// Agents failed until their attempts were spent.
    case tools = "tool_failure"
  }

  static func recover(
    _ kind: Kind, _ project: ProjectAccess, _ invocation: Invocation
  ) async throws(Problem) -> ExitCode {
    switch kind {
    case .broken: try await showWaysOn(project, invocation, isQuestion: false)
    case .crash: try await settle(project, invocation)
    case .overflow: try await compress(project, invocation)
    case .tools: try await retry(project, invocation)
    }
  }

  // MARK: broken

  /// What broke, since when, and the three ways on (S2-34).
  ///
  /// - Parameter isQuestion: whether only the options were asked for: then a broken project is no
  ///   failure of the command.
  static func showWaysOn(
    _ project: ProjectAccess, _ invocation: Invocation, isQuestion: Bool
  ) async throws(Problem) -> ExitCode {
    let report = try await EntryProtocol(
      paths: project.paths, settings: try project.settings(), supervisor: .ownExecutable,
      clock: SystemClock.make()
    ).enter(writing: true)
    let isBroken = report.health == .broken
    let changes = try changes(since: report.lastPassing, project)
    let session = try? SessionView(invocation).id
    let name = session.map { "session-\($0)" } ?? "SESSION"
    let ways = [
      (
        "rollback", "orchestrate rollback --type quality",
        "back to \(report.lastPassing?.short ?? "the last commit that passed"), what is there now being kept"
      ),
      ("manual", "orchestrate enter", "mend it by hand; enter says when it is healthy"),
      ("force", "orchestrate run \(name) --force", "go on anyway, which is recorded"),
    ]
    if invocation.wantsJSON {
      let document: JSONValue = [
        "health_status": .string(report.health.rawValue),
        "detail": .string(report.healthDetail), "blocked": .bool(isBroken),
        "lastPassing": report.lastPassing.map { .string($0.text) } ?? .null,
        "diff": .string(changes),
        "options": .array(
          ways.map { ["option": .string($0.0), "command": .string($0.1), "does": .string($0.2)] }),
      ]
      invocation.print(document.prettyText)
    } else {
      invocation.print(
        isBroken
          ? "the project is broken, and no feature work begins: "
            + TerminalStyle.harmless(report.healthDetail)
          : "the project is \(report.health.rawValue.lowercased())")
      if isBroken || isQuestion {
        invocation.print("last commit that passed: \(report.lastPassing?.text ?? "none is known")")
        if !changes.isEmpty { invocation.print(TerminalStyle.harmless(changes)) }
        for (number, way) in ways.enumerated() {
          invocation.print("  \(number + 1). \(way.0): \(way.1)  (\(way.2))")
        }
      }
    }
    return isBroken && !isQuestion ? .gateFailed : .done
  }

  /// What was committed since the last commit that passed.
  private static func changes(
    since passing: ObjectID?, _ project: ProjectAccess
  ) throws(Problem) -> String {
    guard let passing else { return "" }
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: project.paths.root)
      guard let head = try repository.head().commit, head != passing else { return "" }
      return try repository.diffText(
        from: repository.tree(ofCommit: passing), to: repository.tree(ofCommit: head))
    } catch {
      throw Problem(error)
    }
  }

  // MARK: context_overflow

  private static func compress(
    _ project: ProjectAccess, _ invocation: Invocation
  ) async throws(Problem) -> ExitCode {
    let session = try SessionView(invocation).id
    let number = try await project.withCoordinator(
      settings: try project.settings(), tell: ProjectAccess.tellNobody
    ) { (coordinator) throws(Problem) in
      try await coordinator.compress(session, isAsked: true)
      return try await coordinator.openSegment(of: session)
    }
    if invocation.wantsJSON {
      let document: JSONValue = [
        "session": .string(session.padded), "segment": .integer(number), "used": 0,
      ]
      invocation.print(document.prettyText)
    } else {
      invocation.print(
        "the context of session \(session) is compressed to its summary; segment \(number) is open")
    }
    return .done
  }

  // MARK: tool_failure

  private static func retry(
    _ project: ProjectAccess, _ invocation: Invocation
  ) async throws(Problem) -> ExitCode {
    let view = try SessionView(invocation)
    let tasks = try view.tasks().filter { task in
      guard case .blocked(let blockage, _) = task.progress.state else { return false }
      return blockage.cause == .attemptsSpent
    }.map(\.planned.id)
    if !tasks.isEmpty {
      let session = view.id
      try await project.withCoordinator(
        settings: try project.settings(), tell: ProjectAccess.tellNobody
      ) { (coordinator) throws(Problem) in
        for task in tasks { try await coordinator.retry(task, in: session) }
      }
    }
    if invocation.wantsJSON {
      let document: JSONValue = [
        "session": .string(view.id.padded), "retried": .strings(tasks.map(\.text)),
      ]
      invocation.print(document.prettyText)
    } else if tasks.isEmpty {
      invocation.print("no task of session \(view.id) has spent its attempts")
    } else {
      invocation.print("\(listed(tasks)): the attempts are counted anew")
    }
    return tasks.isEmpty ? .nothingMatched : .done
  }
}

// SPDX-License-Identifier: Apache-2.0
// `orchestrate doctor`: whether everything that a session needs is there.

import Agents
import Coordinator
import Documents
import Domain
import Git
import Glibc
import Store
import Supervision

enum DoctorCommand {
  static let spec = CommandSpec(
    ["doctor"], summary: "Check that everything a session needs is there",
    discussion: "Changes nothing. Exits 69 where a session could not run.",
    examples: [
      Example("orchestrate doctor", "Before the first session, or when one will not start")
    ]
  ) { (invocation) throws(Problem) in
    let project = try ProjectAccess(invocation)
    var findings = [repository(project)].flatMap { $0 }
    findings += settings(project)
    findings.append(await supervision(project))
    findings += store(project)
    findings += copies(project)
    findings.append(workspaces(project))
    findings += hooks(project.paths.root, environment: invocation.environment)
    if invocation.wantsJSON {
      let rows: [JSONValue] = findings.map {
        [
          "check": .string($0.name), "status": .string($0.status.rawValue),
          "detail": .string($0.detail), "remedy": $0.remedy.map { .string($0) } ?? .null,
        ]
      }
      invocation.print(JSONValue.array(rows).prettyText)
    } else {
      for finding in findings { show(finding, invocation) }
    }
    return findings.contains { $0.status == .bad } ? .unavailable : .done
  }

  struct Finding {
    enum Status: String {
      case good = "ok"
      case odd = "warning"
      case bad = "failed"
    }

    let name: String
    let status: Status
    let detail: String
    var remedy: String?
  }

  private static func show(_ finding: Finding, _ invocation: Invocation) {
    let ink: TerminalStyle.Ink =
      switch finding.status {
      case .good: .green
      case .odd: .yellow
      case .bad: .red
      }
    invocation.print(
      "\(invocation.style.ink(finding.status.rawValue, ink))  \(finding.name): "
        + TerminalStyle.harmless(finding.detail))
    if let remedy = finding.remedy { invocation.print("    try: \(remedy)") }
  }

  // MARK: Checks

  private static func repository(_ project: ProjectAccess) -> [Finding] {
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: project.paths.root)
      var findings = try repository.limitations().map {
        Finding(
          name: "repository", status: $0.isBlocking ? .bad : .odd, detail: $0.sentence,
          remedy: $0.remedy)
      }
      if let head = try repository.head().commit {
        findings.append(
          Finding(name: "repository", status: .good, detail: "HEAD is at \(head.short)"))
      } else {
        findings.append(
          Finding(
            name: "repository", status: .bad, detail: "there is no commit to begin a session on",
            remedy: "git add -A && git commit -m 'First commit'"))
      }
      let changes = try repository.uncommittedChangeCount()
      if changes > 0 {
        findings.append(
          Finding(
            name: "working tree", status: .odd,
            detail: "\(changes) uncommitted changes are not part of what a session begins on",
            remedy: "git commit -a"))
      }
      return findings
    } catch {
      return [Finding(name: "repository", status: .bad, detail: "\(error)")]
    }
  }

  private static func settings(_ project: ProjectAccess) -> [Finding] {
    do throws(Problem) {
      let settings = try project.settings()
      var findings = settings.warnings.map {
        Finding(name: "configuration", status: .odd, detail: $0)
      }
      findings.append(tests(settings))
      for driver in settings.drivers.values {
        guard let obstacle = driver.obstacle else { continue }
        findings.append(
          Finding(
            name: "drivers", status: .bad, detail: "\(driver.name): \(obstacle)",
            remedy: "chmod +x it, or set drivers in .claude/config/project.json"))
      }
      let unserved = Role.allCases.filter { settings.drivers[$0] == nil }.map(\.rawValue)
      findings.append(
        Finding(
          name: "drivers", status: unserved.isEmpty ? .good : .odd,
          detail: unserved.isEmpty
            ? "every role has a driver"
            : "only polling agents serve \(unserved.joined(separator: ", "))",
          remedy: unserved.isEmpty ? nil : "orchestrate run --help"))
      return findings
    } catch {
      return [
        Finding(
          name: "configuration", status: .bad,
          detail: error.message + (error.reason.map { ": \($0)" } ?? ""), remedy: error.remedy)
      ]
    }
  }

  /// Who runs the tests, why, and whether the program is there.
  private static func tests(_ settings: ProjectSettings) -> Finding {
    let command = settings.testCommand.joined(separator: " ")
    let path = settings.proof.environment["PATH"] ?? ""
    let program = settings.testCommand.first ?? ""
    let name = settings.proof.runner.name
    guard program.contains("/") || isExecutable(program, in: path) else {
      return Finding(
        name: "tests", status: .bad,
        detail: "\(name), since \(settings.runnerReason); but the program '\(program)' of "
          + "'\(command)' is not in PATH",
        remedy: "install it, or set test_command in .claude/config/project.json")
    }
    if let weakness = settings.proof.runner.weakness {
      return Finding(
        name: "tests", status: .odd,
        detail: "\(name), since \(settings.runnerReason); \(weakness)",
        remedy: "set tests.report and tests.reportPath in .claude/config/project.json")
    }
    return Finding(
      name: "tests", status: .good, detail: "\(name), since \(settings.runnerReason): \(command)")
  }

  static func isExecutable(_ program: String, in path: String) -> Bool {
    path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }

  private static func supervision(_ project: ProjectAccess) async -> Finding {
    let outcome = await Supervisor.ownExecutable.run(
      Command(
        argv: ["true"], workingDirectory: project.paths.root,
        environment: ["PATH": "/usr/bin:/bin"], deadline: .seconds(10)))
    return Finding(
      name: "processes", status: outcome.termination == .exited(0) ? .good : .bad,
      detail: outcome.termination == .exited(0)
        ? "a supervised child ran in \(TimeInWords.brief(outcome.duration))"
        : outcome.termination.words)
  }

  private static func store(_ project: ProjectAccess) -> [Finding] {
    var findings: [Finding] = []
    if let holder = StoreLock.holder(project.paths.lock) {
      findings.append(
        Finding(name: "coordinator", status: .good, detail: "process \(holder) is at work"))
    }
    do throws(Problem) {
      guard let store = try project.reader() else {
        return findings + [
          Finding(name: "store", status: .good, detail: "no session was started here yet")
        ]
      }
      do throws(StoreError) {
        let report = try store.verifyJournal(.chain)
        findings.append(
          Finding(
            name: "store", status: report.isWhole ? .good : .bad,
            detail: report.isWhole
              ? "the journal is whole up to entry \(report.head.sequence)"
              : "the journal is damaged: \(report.problems)"))
      } catch {
        throw Problem(error)
      }
    } catch {
      findings.append(
        Finding(
          name: "store", status: .bad, detail: error.reason ?? error.message,
          remedy: error.remedy))
    }
    return findings
  }

  /// How old the newest copy of the store is, and why there is no newer one.
  private static func copies(_ project: ProjectAccess) -> [Finding] {
    let shelf = project.shelf
    guard access(project.paths.database, F_OK) == 0 else { return [] }
    let now = SystemClock.make()().wall
    let newest = shelf.newest(at: now).map { "\(TimeInWords.brief(now.since($0))) old" }
    let count = shelf.copies().count
    if let failure = shelf.failure() {
      return [
        Finding(
          name: "copies", status: .odd,
          detail: "the store could not be copied \(TimeInWords.brief(now.since(failure.at))) ago: "
            + "\(failure.reason); the newest copy is \(newest ?? "missing")",
          remedy: "df -h '\(project.paths.state)' && ls -ld '\(shelf.folder)'")
      ]
    }
    guard let newest else {
      return [
        Finding(
          name: "copies", status: .odd,
          detail: "there is no copy of the store; the next step of a session makes one")
      ]
    }
    return [
      Finding(
        name: "copies", status: .good,
        detail: "\(count) of the store, the newest \(newest)")
    ]
  }

  private static func workspaces(_ project: ProjectAccess) -> Finding {
    var folder = project.paths.workspaces
    while access(folder, F_OK) != 0, folder.count > 1 {
      folder = "/" + folder.split(separator: "/").dropLast().joined(separator: "/")
    }
    guard access(folder, W_OK) == 0 else {
      return Finding(
        name: "workspaces", status: .bad, detail: "\(folder) cannot be written",
        remedy: "export ORCHESTRATE_WORKSPACES=FOLDER")
    }
    var space = statvfs()
    let free = statvfs(folder, &space) == 0 ? (Int(space.f_bavail) * Int(space.f_frsize)) >> 20 : 0
    return Finding(
      name: "workspaces", status: free > 500 ? .good : .odd,
      detail: "\(project.paths.workspaces), \(free) MB free")
  }
}

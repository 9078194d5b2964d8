// SPDX-License-Identifier: Apache-2.0
// Settings from the project's files, over what the program ships.

import Agents
package import Documents
package import Domain
import FoundationEssentials
import Git
import Glibc
package import Supervision

/// Who plays every role of one run, from the command line.
package enum DriverChoice: Hashable, Sendable {
  /// A driver that the project's configuration names.
  case named(String)
  /// An executable.
  case command(String)

  /// Reads `NAME` or `command:PROGRAM`.
  ///
  /// - Throws: `Problem` with exit 64 where it is neither.
  package init(_ text: String) throws(Problem) {
    if text.hasPrefix("command:") {
      let program = String(text.dropFirst("command:".count))
      guard !program.isEmpty else {
        throw .usage("'command:' names no program", remedy: "orchestrate run --help")
      }
      self = .command(program)
    } else if text.isEmpty {
      throw .usage("--driver names no driver", remedy: "orchestrate run --help")
    } else {
      self = .named(text)
    }
  }
}

extension ProjectSettings {
  /// Reads a project's settings as its files are now.
  ///
  /// - Parameters:
  ///   - environment: what the program was started with; only what is named is passed on.
  ///   - driver: overrides the configured drivers of all roles.
  /// - Throws: `Problem` with exit 78 naming the file and the place.
  package static func load(
    paths: ProjectPaths, shipped: ShippedFiles, environment: [String: String],
    driver: DriverChoice?, supervisor: Supervisor
  ) throws(Problem) -> ProjectSettings {
    do throws(DocumentError) {
      let reading = SettingsReading(
        paths: paths, shipped: shipped, environment: environment, supervisor: supervisor)
      return try reading.settings(driver: driver)
    } catch {
      throw Problem(
        code: "CONFIG002", exit: .badConfiguration, message: "\(error.file) cannot be used",
        reason: error.description, remedy: "orchestrate doctor")
    }
  }
}

/// One reading of a project's files.
private struct SettingsReading {
  let paths: ProjectPaths
  let shipped: ShippedFiles
  let environment: [String: String]
  let supervisor: Supervisor

  func settings(driver: DriverChoice?) throws(DocumentError) -> ProjectSettings {
    let file = paths.configuration
    let body: [UInt8]
    do throws(FileError) {
      body = try readFileIfPresent(file) ?? Array("{}".utf8)
    } catch {
      throw DocumentError(file: file, place: .whole, fault: .unreadable(error))
    }
    let shippedGates = try shipped.gates()
    let size =
      { (gates: [GateDefinition]) in gates.first { $0.kind == .microTaskSize } }
    let configuration = try ProjectConfiguration(
      parsing: body, file: file, aliases: try shipped.roleAliases(),
      shippedGates: shippedGates)
    let command = configuration.tests.command ?? configuration.testCommand
    let taskSize = size(configuration.gates) ?? size(shippedGates)
    let choice = try choice(configuration.tests, command)
    let testWords = choice.command
    let proof = ProofSettings(
      runner: choice.runner, environment: passed(configuration.environment),
      sharedFolders: Set(configuration.environment).intersection(["HOME", "TMPDIR"]),
      deadline: .seconds(configuration.timeouts.fullTest), repeats: configuration.proof.repeats,
      unneededHunksShareMax: configuration.proof.unneededHunksShareMax,
      necessityDeadline: .seconds(configuration.proof.necessitySeconds),
      parallelProofs: min(4, ProcessInfo.processInfo.activeProcessorCount),
      keeping: configuration.proof.keep,
      paths: groups(configuration, choice),
      taskLinesMax: (taskSize?.limits.linesMax ?? 99) + 1,
      taskLinesLevel: taskSize?.level ?? .blocking)
    let roles = try RolePrompts(paths: paths, shipped: shipped)
    return ProjectSettings(
      proof: proof, limits: limits(configuration.limits), budget: configuration.budget,
      drivers: try drivers(configuration, driver), prompts: roles.bodies,
      workflows: try WorkflowLibrary(paths: paths, shipped: shipped).workflows,
      gates: try GateReading(testWords: testWords, isTestCommandConfigured: command != nil)
        .gates(configuration) { (command) throws(DocumentError) in try words(command, "gates") },
      gateSets: configuration.gateSets, ledger: try GateLedgerFiles(paths: paths).read(),
      ledgerDigests: try GateLedgerFiles(paths: paths).digests(),
      statusAliases: try shipped.statusAliases(),
      health: HealthSettings(
        command: try configuration.healthCheck.map { (command) throws(DocumentError) in
          try words(command, "health_check")
        }, deadline: .seconds(configuration.timeouts.healthCheck),
        requiredEnvironment: configuration.requiredEnvironment),
      testCommand: testWords, runnerReason: choice.reason,
      body: String(decoding: body, as: UTF8.self),
      warnings: configuration.warnings.map { $0.description } + roles.warnings,
      signingKeyPath: signingKeyPath(configuration),
      recovery: RecoverySettings(
        isAutomatic: configuration.recovery.isAutomatic,
        isPartial: configuration.recovery.isPartial),
      isRollbackAutomatic: configuration.isRollbackAutomatic)
  }

  // MARK: Tests

  private func choice(
    _ tests: ProjectConfiguration.TestsSection, _ command: ConfiguredCommand?
  ) throws(DocumentError) -> RunnerCatalogue.Choice {
    RunnerCatalogue.choose(
      command: try command.map { (command) throws(DocumentError) in
        try words(command, "test_command")
      },
      wishes: RunnerCatalogue.Wishes(
        runner: tests.runner ?? tests.reportRunner, reportPath: tests.reportPath,
        testPaths: tests.paths ?? []),
      project: .reading(paths.root))
  }

  private func groups(
    _ configuration: ProjectConfiguration, _ choice: RunnerCatalogue.Choice
  ) -> PathGroups {
    PathGroups(
      of: choice.runner, tests: configuration.tests.paths?.map { PathPattern($0) },
      documents: configuration.documentPaths.map { PathPattern($0) }, command: choice.command,
      root: paths.root)
  }

  private func words(_ command: ConfiguredCommand, _ key: String) throws(DocumentError) -> [String]
  {
    switch command {
    case .words(let words): return words
    case .shell(let script): return ["/bin/sh", "-c", script]
    case .text(let text):
      do throws(CommandLineWordsError) {
        return try CommandLineWords.split(text)
      } catch {
        throw DocumentError(
          file: paths.configuration, place: .path(JSONPath([.key(key)])),
          fault: .unexpected(found: text, expected: "\(error)"))
      }
    }
  }

  /// `PATH`, `HOME` and `LANG`, and what is named; nothing else of the caller's environment.
  private func passed(_ names: [String]) -> [String: String] {
    var passed: [String: String] = ["LANG": "C.UTF-8"]
    for name in ["PATH", "HOME", "LANG", "TMPDIR"] + names {
      if let value = environment[name] { passed[name] = value }
    }
    return passed
  }

  /// `ORCHESTRATE_SIGNING_KEY`, or what the file names from the project's root.
  private func signingKeyPath(_ configuration: ProjectConfiguration) -> String? {
    if let path = environment["ORCHESTRATE_SIGNING_KEY"], !path.isEmpty { return path }
    return configuration.signingKey.map { $0.hasPrefix("/") ? $0 : "\(paths.root)/\($0)" }
  }

  // MARK: Limits

  private func limits(_ section: ProjectConfiguration.LimitsSection) -> WorkLimits {
    WorkLimits(
      attemptsMax: section.attempts, leaseLength: .seconds(section.leaseSeconds),
      jobs: section.jobs, agentDeadline: .seconds(section.agentMinutes * 60),
      diskReserveBytes: section.diskReserveMiB << 20)
  }

  // MARK: Drivers

  private func drivers(
    _ configuration: ProjectConfiguration, _ choice: DriverChoice?
  ) throws(DocumentError) -> [Role: any AgentDriver] {
    var drivers: [Role: any AgentDriver] = [:]
    switch choice {
    case .command(let program):
      let driver = commandDriver(name: "command", argv: [program], environment: [])
      for role in Role.allCases { drivers[role] = driver }
    case .named(let name):
      guard let configured = configuration.drivers[name] else {
        throw DocumentError(
          file: paths.configuration, place: .path(JSONPath([.key("drivers")])),
          fault: .unknownName(
            name, what: "driver", known: configuration.drivers.keys.sorted()))
      }
      for role in Role.allCases { drivers[role] = make(name, configured) }
    case nil:
      for (role, name) in configuration.roles {
        if let configured = configuration.drivers[name] { drivers[role] = make(name, configured) }
      }
    }
    return drivers
  }

  private func make(_ name: String, _ configured: DriverConfiguration) -> any AgentDriver {
    switch configured.kind {
    case .command(let argv):
      return commandDriver(
        name: name, argv: argv, environment: configured.environment,
        deadline: configured.deadlineSeconds.map { .seconds($0) })
    case .recorded(let folder):
      let root = folder.hasPrefix("/") ? folder : "\(paths.root)/\(folder)"
      let pool = WorkspacePool(paths: paths)
      return RecordedDriver(name: name, folder: root) { patch, workspace in
        await pool.apply(patch, inTree: workspace)
      }
    }
  }

  /// A program with a slash is the user's own file in the project, never one of the workspace.
  private func commandDriver(
    name: String, argv: [String], environment names: [String], deadline: Duration? = nil
  ) -> CommandDriver {
    var argv = argv
    if argv[0].contains("/"), !argv[0].hasPrefix("/") { argv[0] = "\(paths.root)/\(argv[0])" }
    return CommandDriver(
      name: name, argv: argv, environment: passed(names), supervisor: supervisor,
      deadline: deadline)
  }
}

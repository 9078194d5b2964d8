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
    let testWords = try words(command ?? .text("pytest -q --tb=short"), "test_command")
    let runner = runner(configuration.tests, testWords)
    let proof = ProofSettings(
      runner: runner, environment: passed(configuration.environment),
      deadline: .seconds(configuration.timeouts.fullTest), repeats: configuration.proof.repeats,
      unneededHunksShareMax: configuration.proof.unneededHunksShareMax,
      necessityDeadline: .seconds(120),
      parallelProofs: min(4, ProcessInfo.processInfo.activeProcessorCount),
      keeping: configuration.proof.keep,
      paths: groups(configuration, runner, testWords), taskLinesMax: Self.linesMax(taskSize) + 1,
      taskLinesLevel: taskSize?.level ?? .blocking)
    let roles = try RolePrompts(paths: paths, shipped: shipped)
    return ProjectSettings(
      proof: proof, limits: limits(configuration.limits), budget: configuration.budget,
      drivers: try drivers(configuration, driver), prompts: roles.bodies,
      workflows: try WorkflowLibrary(paths: paths, shipped: shipped).workflows,
      gates: try gates(configuration, testWords: testWords, isConfigured: command != nil),
      statusAliases: try shipped.statusAliases(),
      health: HealthSettings(
        command: try configuration.healthCheck.map { (command) throws(DocumentError) in
          try words(command, "health_check")
        }, deadline: .seconds(configuration.timeouts.healthCheck),
        requiredEnvironment: configuration.requiredEnvironment),
      testCommand: testWords, body: String(decoding: body, as: UTF8.self),
      warnings: configuration.warnings.map { $0.description } + roles.warnings)
  }

  // MARK: Tests

  private func runner(
    _ tests: ProjectConfiguration.TestsSection, _ words: [String]
  ) -> any TestRunner {
    if tests.report == .junit, let path = tests.reportPath {
      return ConfiguredRunner(
        command: .words(words), report: PathPattern(path),
        paths: (tests.paths ?? []).map { PathPattern($0) })
    }
    switch words.prefix(2) {
    case ["cargo", "test"]: return CargoTestRunner(command: words)
    case ["go", "test"]: return GoTestRunner(command: words)
    case ["swift", "test"]: return SwiftTestRunner(command: words)
    case _ where words.first == "ctest": return CTestRunner(command: words)
    default: return PytestRunner(command: words)
    }
  }

  private func groups(
    _ configuration: ProjectConfiguration, _ runner: any TestRunner, _ testWords: [String]
  ) -> PathGroups {
    let own = configuration.tests.paths?.map { PathPattern($0) }
    return PathGroups(
      tests: own ?? runner.testPathPatterns,
      testConfiguration: runner.configurationPatterns + PathGroups.runnerShadows,
      documents: configuration.documentPaths.map { PathPattern($0) },
      litter: runner.litter.map(\.text) + Self.litter)
  }

  /// Files that say how tests are run, whatever the runner; of those that hold other things as well,
  /// only the parts about tests count.
  private static let runnerFiles = [
    "package.json", "jest.config.*", "vitest.config.*", ".mocharc*", "karma.conf.*", "ava.config.*",
  ].map { PathPattern($0) }

  /// The project's files that a word of the test command names: a script of its own, a
  /// configuration given by `-c`. Whoever may change those decides what the tests say.
  private func named(in word: String) -> [PathPattern] {
    word.split { " =;&|<>()'\"\t\n".contains($0) }.compactMap { part in
      let path = part.hasPrefix("./") ? part.dropFirst(2) : part
      guard !path.isEmpty, !path.hasPrefix("-"), !path.hasPrefix("/") else { return nil }
      var status = stat()
      guard stat("\(paths.root)/\(path)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        return nil
      }
      return PathPattern("/" + path)
    }
  }

  /// What no project means to keep, whatever its ignore rules say.
  private static let litter = [
    "__pycache__/", "*.pyc", ".pytest_cache/", "node_modules/", ".DS_Store", "*.swp",
  ]

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

  // MARK: Limits and gates

  private func limits(_ section: ProjectConfiguration.LimitsSection) -> WorkLimits {
    WorkLimits(
      attemptsMax: section.attempts, leaseLength: .seconds(section.leaseSeconds),
      jobs: section.jobs, agentDeadline: .seconds(section.agentMinutes * 60))
  }

  private static func linesMax(_ gate: GateDefinition?) -> Int {
    gate?.settings["linesMax"]?.int ?? 99
  }

  /// The gates that the file names; without any, that the tests pass, where there is a command.
  private func gates(
    _ configuration: ProjectConfiguration, testWords: [String], isConfigured: Bool
  ) throws(DocumentError) -> [Gate] {
    guard !configuration.gates.isEmpty else {
      return isConfigured ? [Gate(id: "tests-pass", level: .blocking, question: .testsPass)] : []
    }
    return try configuration.gates.map { (gate) throws(DocumentError) in
      Gate(id: gate.id, level: gate.level, question: try question(gate, testWords))
    }
  }

  private func question(
    _ gate: GateDefinition, _ testWords: [String]
  ) throws(DocumentError) -> Gate.Question {
    let command = try gate.command.map { (command) throws(DocumentError) in
      try words(command, "gates")
    }
    switch gate.kind {
    case .testsPass: return .testsPass
    case .documentationUpdated: return .documentationUpdated
    case .microTaskSize: return .microTaskSize(linesMax: Self.linesMax(gate) + 1)
    case .noConsoleErrors:
      let words = gate.settings["words"]?.array?.compactMap(\.string) ?? Self.errorWords
      return .noConsoleErrors(command ?? testWords, words: words)
    case .command, .compiles:
      return command.map { .command($0) } ?? .unanswerable("the gate names no command")
    case .performance:
      guard let command else { return .unanswerable("the gate names no command") }
      let seconds = gate.settings["secondsMax"]?.double ?? 1
      return .performance(command, within: .milliseconds(Int(seconds * 1000)))
    }
  }

  private static let errorWords = ["ERROR", "Error:", "FATAL", "Uncaught", "Traceback"]

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

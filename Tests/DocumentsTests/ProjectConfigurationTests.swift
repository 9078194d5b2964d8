// SPDX-License-Identifier: Apache-2.0
// A project's configuration: defaults, every shape, every mistake with its place.

import Documents
import Domain
import Testing

@Suite struct ProjectConfigurationTests {
  private let shipped: ShippedFiles

  init() throws { shipped = try RepositoryFiles.shipped() }

  private func configuration(_ text: String?) throws -> ProjectConfiguration {
    try ProjectConfiguration(
      parsing: text.map { Array($0.utf8) }, file: "project.json",
      aliases: try shipped.roleAliases(), shippedGates: try shipped.gates())
  }

  @Test(arguments: [nil, "{}"]) func `without a word in it every default holds`(text: String?)
    throws
  {
    let configuration = try configuration(text)
    #expect(configuration.testCommand == nil)
    #expect(configuration.timeouts.healthCheck == 5)
    #expect(configuration.timeouts.smokeTest == 60)
    #expect(configuration.timeouts.fullTest == 300)
    #expect(configuration.limits.attempts == 3)
    #expect(configuration.limits.leaseSeconds == 900)
    #expect(configuration.limits.diskReserveMiB == 64)
    #expect(configuration.limits.jobs == 1)
    #expect(configuration.limits.agentMinutes == 30)
    #expect(configuration.budget == BudgetLimits())
    #expect(configuration.proof.repeats == 2)
    #expect(configuration.proof.unneededHunksShareMax == 0.25)
    #expect(configuration.documentPaths == ProjectConfiguration.documents)
    #expect(configuration.proof.necessitySeconds == 120)
    #expect(configuration.roles.isEmpty)
    #expect(configuration.gates.isEmpty)
    #expect(configuration.warnings.isEmpty)
  }

  @Test func `the seed's sample is read`() throws {
    let configuration = try configuration(SeedSamples.project)
    #expect(configuration.projectType == "fastapi")
    #expect(configuration.initScript == .text("./scripts/dev-server.sh"))
    #expect(configuration.healthCheck == .text("curl -sf http://localhost:8000/health"))
    #expect(configuration.testCommand == .text("pytest -q --tb=short"))
    #expect(configuration.smokeTest == .text("pytest tests/smoke/ -q"))
    #expect(configuration.devServerPort == 8000)
    #expect(configuration.requiredEnvironment == ["DATABASE_URL"])
    #expect(configuration.warnings.isEmpty)
  }

  @Test func `the sample project's configuration is read without a warning`() throws {
    let text = try RepositoryFiles.text("scripts/sample/project/.claude/config/project.json")
    let configuration = try configuration(text)
    #expect(configuration.warnings.isEmpty)
    #expect(configuration.roles.count == Role.allCases.count)
    #expect(configuration.drivers["sample"]?.kind == .recorded(folder: ".claude/recorded"))
  }

  @Test func `everything that can be said is read`() throws {
    let configuration = try configuration(
      """
      {
        // Comments are welcome.
        "tests": {"command": ["swift", "test"], "runner": "junit", "report": "junit", "reportPath": "out/r.xml",
                  "paths": ["Tests/**"]},
        "health_check": {"shell": "cd api && make check"},
        "drivers": {
          "mine": {"kind": "command", "argv": ["./agent.sh", "-v"], "deadlineSeconds": 60,
                   "environment": ["API_KEY"]},
          "sample": {"kind": "recorded", "folder": "rec"},
        },
        "roles": {"specialist": {"driver": "mine"}, "code-reviewer": {"driver": "sample"}},
        "gates": [{"id": "compiles", "command": "make"},
                  {"id": "lint", "kind": "command", "command": ["ruff"], "level": "warn", "moment": "during"},
                  {"id": "cov", "kind": "coverage", "command": "c", "report": "c.xml",
                   "format": "cobertura", "lineMin": 80, "branchMin": 70.5, "dropMax": 1}],
        "gate_sets": {"default": "docs", "workflows": {"bug-fix": "task"}},
        "limits": {"attempts": 5, "leaseSeconds": 60, "jobs": 2, "agentMinutes": 10,
                   "diskReserveMiB": 512},
        "budget": {"windowTokens": 100000, "segmentMinutes": 20, "sessionMinutes": 60},
        "proof": {"repeat": 3, "unneededHunksShareMax": 0.5, "necessitySeconds": 9, "keep": [".build"]},
        "docs": {"paths": ["*.rst"]}, "environment": ["LANG"], "context": {"a": 1},
      }
      """)
    #expect(configuration.tests.command == .words(["swift", "test"]))
    #expect(configuration.tests.runner == .junit)
    #expect(configuration.tests.report == .junit)
    #expect(configuration.tests.reportPath == "out/r.xml")
    #expect(configuration.tests.paths == ["Tests/**"])
    #expect(configuration.healthCheck == .shell("cd api && make check"))
    #expect(configuration.drivers["mine"]?.kind == .command(argv: ["./agent.sh", "-v"]))
    #expect(configuration.drivers["mine"]?.deadlineSeconds == 60)
    #expect(configuration.drivers["mine"]?.environment == ["API_KEY"])
    #expect(configuration.roles == [.specialist: "mine", .reviewer: "sample"])
    #expect(configuration.gates.map(\.id) == ["compiles", "lint", "cov"])
    #expect(configuration.gates[0].level == .blocking)
    #expect(configuration.gates[0].command == .text("make"))
    #expect(configuration.gates[1].kind == .command)
    #expect(configuration.gates[1].moment == .during)
    #expect(configuration.gates[2].limits.branchMin == 70.5)
    #expect(configuration.gates[2].limits.format == .cobertura)
    #expect(configuration.gateSets.set(of: "bug-fix") == .task)
    #expect(configuration.gateSets.set(of: "feature-development") == .docs)
    #expect(configuration.limits.attempts == 5)
    #expect(configuration.limits.diskReserveMiB == 512)
    #expect(configuration.budget.sessionMinutes == 60)
    #expect(configuration.proof.repeats == 3)
    #expect(configuration.proof.keep == [".build"])
    #expect(configuration.documentPaths == ["*.rst"])
    #expect(configuration.environment == ["LANG"])
    #expect(configuration.context["a"] == 1)
  }

  @Test(arguments: [
    (#"{"report": "tap"}"#, RunnerName.tap), (#"{"report": "go"}"#, .go),
    (#"{"report": "none"}"#, .exitCode), (#"{"report": "junit", "reportPath": "r.xml"}"#, .junit),
    (#"{"report": "junit"}"#, nil), ("{}", nil),
  ])
  func `the kind of report names a runner`(tests: String, runner: RunnerName?) throws {
    #expect(try configuration("{\"tests\": \(tests)}").tests.reportRunner == runner)
  }

  @Test func `gates may be an object by id, and a shipped one is filled up`() throws {
    let gates = try configuration(#"{"gates": {"performance": {"level": "warn", "command": "b"}}}"#)
      .gates
    #expect(gates.map(\.id) == ["performance"])
    #expect(gates[0].kind == .performance)
    #expect(gates[0].level == .warn)
    #expect(!gates[0].description.isEmpty)
  }

  @Test func `keys that nobody knows are kept, with a word on what was meant`() throws {
    let configuration = try configuration(
      """
      {"test_comand": "x", "limits": {"job": 2}, "zzz": 1,
       "drivers": {"d": {"kind": "recorded", "folder": "f", "q": 1}}}
      """
    )
    #expect(
      configuration.warnings.map(\.description) == [
        "project.json test_comand: the key 'test_comand' is not known and changes nothing; "
          + "did you mean 'test_command'?",
        "project.json zzz: the key 'zzz' is not known and changes nothing",
        "project.json drivers.d.q: the key 'q' is not known and changes nothing",
        "project.json limits.job: the key 'job' is not known and changes nothing; did you mean 'jobs'?",
      ])
    #expect(configuration.root["zzz"] == 1)
  }

  @Test(arguments: [
    ("[]", "project.json $: expected an object, found an array"),
    ("{\n \"a\": }", "project.json:2:7: '}' stands where a value should come"),
    (
      #"{"limits": {"jobs": "many"}}"#,
      #"project.json limits.jobs: expected a whole number from 1 to 256, found the string "many""#
    ),
    (
      #"{"limits": {"jobs": 0}}"#,
      "project.json limits.jobs: expected a whole number from 1 to 256, found the number 0"
    ),
    ("{\"limits\": 3}", "project.json limits: expected an object, found the number 3"),
    (
      #"{"test_command": 3}"#,
      #"project.json test_command: expected a command: a line, an array of words, or {"sh"#
    ),
    (
      #"{"test_command": []}"#,
      #"project.json test_command: expected a command: a line, an array of words, or {"sh"#
    ),
    (
      #"{"roles": {"wizard": {"driver": "x"}}}"#,
      "project.json roles.wizard: 'wizard' is no role; known are architect,"
    ),
    (
      #"{"roles": {"reviewr": {"driver": "x"}}}"#,
      "project.json roles.reviewr: 'reviewr' is no role; did you mean 'reviewer'?"
    ),
    (
      #"{"drivers": {"mine": {"kind": "recorded", "folder": "f"}}, "roles": {"reviewer": {"driver": "mime"}}}"#,
      "project.json roles.reviewer.driver: 'mime' is no driver of this file; did you mean 'mine'?"
    ),
    (
      """
      {"drivers": {"d": {"kind": "recorded", "folder": "f"}},
       "roles": {"reviewer": {"driver": "d"}, "code-reviewer": {"driver": "d"}}}
      """,
      "project.json roles.code-reviewer: 'reviewer' is taken: roles.reviewer has it too"
    ),
    (#"{"drivers": {"d": {}}}"#, "project.json drivers.d.kind: the driver's kind is missing"),
    (
      #"{"drivers": {"d": {"kind": "magic"}}}"#,
      "project.json drivers.d.kind: 'magic' is no kind of driver; known are command, recorded"
    ),
    (
      #"{"drivers": {"d": {"kind": "command", "argv": []}}}"#,
      "project.json drivers.d.argv: expected an array that begins with a program, found an array"
    ),
    (
      #"{"gates": [{"id": "own"}]}"#,
      "project.json gates[0]: 'own' is no shipped gate, and no kind is given"
    ),
    (
      #"{"gates": [{"id": "own", "kind": "command"}]}"#,
      "project.json gates[0].command: the gate's command is missing"
    ),
    (
      #"{"gates": [{"id": "a b", "kind": "compiles"}]}"#,
      "project.json gates[0].id: expected a gate's id"
    ),
    (
      #"{"gates": [{"id": "compiles"}, {"id": "compiles"}]}"#,
      "project.json gates[1]: 'compiles' is taken: gates[0] has it too"
    ),
    (
      #"{"gates": {"compiles": {"level": "strict"}}}"#,
      "project.json gates.compiles.level: 'strict' is no level; known are blocking"
    ),
    (
      #"{"gates": [{"id": "cov", "kind": "coverage", "command": "c"}]}"#,
      "project.json gates[0].report: the path of the coverage report is missing"
    ),
    (
      #"{"gates": [{"id": "cov", "kind": "coverage", "command": "c", "report": "r", "lineMin": "90"}]}"#,
      "project.json gates[0].lineMin: expected a number from 0.0 to 100.0"
    ),
    (
      #"{"gate_sets": {"workflows": {"bug-fix": "everything"}}}"#,
      "project.json gate_sets.workflows.bug-fix: 'everything' is no set of gates"
    ),
    (
      #"{"proof": {"keep": ["../x"]}}"#,
      "project.json proof.keep[0]: expected a path inside the project"
    ),
    (
      #"{"tests": {"reportPath": "/etc/passwd"}}"#,
      "project.json tests.reportPath: expected a path inside the project"
    ),
    (
      #"{"environment": ["A=B"]}"#,
      #"project.json environment[0]: expected the name of an environment variable, found the string "A=B""#
    ),
    (
      #"{"proof": {"unneededHunksShareMax": 2}}"#,
      "project.json proof.unneededHunksShareMax: expected a number from 0.0 to 1.0, found the number 2"
    ),
  ])
  func `a mistake is named with its place and what should be there`(
    text: String, expected: String
  ) {
    let complaint = complaint { _ = try configuration(text) }
    #expect(complaint.hasPrefix(expected), "\(complaint)")
  }

  @Test func `the schema for editors has the keys that are read`() throws {
    let schema = try JSONValue(parsing: try RepositoryFiles.bytes("config/project.schema.json"))
    let properties = try #require(schema["properties"])
    for (section, keys) in ProjectConfiguration.knownKeys {
      let described: JSONValue? =
        switch section {
        case "": properties
        case "drivers", "roles": properties[section]?["additionalProperties"]?["properties"]
        default: properties[section]?["properties"]
        }
      #expect(Set(described?.object?.keys ?? []) == Set(keys), "\(section)")
    }
    let gate = schema["$defs"]?["gate"]?["properties"]
    #expect(
      gate?["kind"]?["enum"]?.array?.compactMap(\.string) == GateKind.allCases.map(\.rawValue))
  }
}

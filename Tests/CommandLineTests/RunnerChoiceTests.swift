// SPDX-License-Identifier: Apache-2.0
// Which runner the built program says it chose, and what it writes into a new configuration.

import Documents
import TestPacing
import Testing

@Suite(.paced) struct RunnerChoiceTests {
  /// A project with these files, and what the program says in it.
  private func say(_ files: String, _ words: String) throws -> (status: Int32, text: String) {
    try shell(
      """
      folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT && cd "$folder" && git init -q . &&
      \(files)
      git add -A && git -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m a &&
      export XDG_STATE_HOME="$folder/.state" HOME="$folder" && \(program) \(words) 2>&1
      """)
  }

  private func configured(_ text: String) -> String {
    "mkdir -p .claude/config && echo '\(text)' > .claude/config/project.json;"
  }

  @Test(arguments: [
    ("touch package.json;", "node", "node --test"),
    (
      "echo '{\"scripts\": {\"test\": \"node --test test\"}}' > package.json;", "node",
      "node --test test"
    ),
    ("touch pyproject.toml;", "python", "pytest -q --tb=short"),
    ("touch Package.swift;", "swift", "swift test"), ("touch Cargo.toml;", "rust", "cargo test"),
    ("touch go.mod;", "go", "go test ./..."), ("touch cpanfile;", "perl", "prove -lr t"),
  ])
  func `init writes a command that fits the project`(files: String, kind: String, command: String)
    throws
  {
    let said = try say(files, "init >/dev/null && cat .claude/config/project.json")
    let document = try JSONValue(parsing: said.text)
    #expect(document["project_type"]?.string == kind)
    #expect(document["test_command"]?.string == command)
    #expect(document["tests"] == nil)
  }

  @Test(arguments: [
    (#"{"test_command": "python3 -m unittest"}"#, "ok", "unittest, since the command runs it"),
    (
      #"{"test_command": "make test"}"#, "warning",
      "weak: of 'make test' only the exit code is seen"
    ),
    (#"{"test_command": "no-such-program"}"#, "failed", "'no-such-program'"),
    (
      #"{"test_command": "sh tap.sh", "tests": {"report": "tap"}}"#, "ok",
      "tap, since the configuration names it"
    ),
    (
      #"{"tests": {"command": ["true"], "report": "junit", "reportPath": "r.xml"}}"#, "ok",
      "junit, since the configuration names it"
    ),
  ])
  func `doctor says who runs the tests and why`(
    configuration: String, status: String, words: String
  ) throws {
    let said = try say(configured(configuration) + "touch Makefile;", "doctor --json")
    let rows = try JSONValue(parsing: said.text).array ?? []
    let tests = rows.first { $0["check"]?.string == "tests" }
    #expect(tests?["status"]?.string == status)
    #expect(tests?["detail"]?.string?.contains(words) == true, "\(said.text)")
  }

  @Test func `a runner that nobody knows is named together with those that are known`() throws {
    let said = try say(configured(#"{"tests": {"runner": "pytset"}}"#), "doctor")
    #expect(said.status == 69)
    #expect(said.text.contains("'pytset'") && said.text.contains("pytest"))
    let junit = try say(configured(#"{"tests": {"runner": "junit"}}"#), "doctor")
    #expect(junit.text.contains("reportPath"))
  }

  @Test func `a gate that only an exit code answers says so`() throws {
    let weak = try say(configured(#"{"test_command": "true"}"#), "gate")
    #expect(weak.status == 0)
    #expect(weak.text.contains("weak: of 'true' only the exit code is seen"), "\(weak.text)")
    let failing = try say(configured(#"{"test_command": "false"}"#), "gate")
    #expect(failing.status != 0)
    #expect(failing.text.contains("which does not tell which test failed"), "\(failing.text)")
  }

  @Test func `no variable that steers a test runner reaches a run, unless it is asked for`() throws
  {
    let steering = [
      "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONWARNINGS",
      "NODE_OPTIONS", "NODE_PATH", "HARNESS_OPTIONS", "HARNESS_PERL_SWITCHES", "PERL5OPT",
      "PERL5LIB", "PROVE_RC", "GTEST_FILTER", "RUSTFLAGS", "GOFLAGS", "LD_PRELOAD",
    ]
    let set = steering.map { "export \($0)=; " }.joined()
    let probe = "env | grep -E '^(\(steering.joined(separator: "|")))=' && exit 1; exit 0"
    let files = "echo \"\(probe)\" > probe.sh;"
    let plain = try say(
      files + configured(#"{"test_command": "sh probe.sh"}"#) + set, "gate")
    #expect(plain.status == 0, "\(plain.text)")
    let asked = try say(
      files + configured(#"{"test_command": "sh probe.sh", "environment": ["PERL5LIB"]}"#) + set,
      "gate")
    #expect(asked.status != 0)
  }
}

// SPDX-License-Identifier: Apache-2.0
// A small real project with a session, and a scripted agent that really edits files.

import Glibc
package import Supervision

/// A throw-away Python project in a git repository of its own, with session 007 of two tasks and
/// an agent program. Everything but the model behind the agent is real.
package final class ProjectFixture: Sendable {
  /// The project's folder; its name holds a space and letters beyond ASCII.
  package let root: String
  private let directory: TemporaryDirectory

  /// Makes the project and its first commit.
  ///
  /// - Parameter lies: what the agent does wrong, as `task/stage/attempt` → what: `edit-test`, `disarm`,
  ///   `passing-test`, `break-other`, `crash`, `hang`, `nothing`, `reject`.
  package init(lies: [String: String] = [:], settings: String? = nil) async throws {
    directory = try TemporaryDirectory("fixture")
    root = directory.path + "/prøject with spaces"
    for folder in ["", "/calc", "/tests", "/.claude", "/.claude/config", "/.claude/sessions"] {
      mkdir(root + folder, 0o755)
    }
    try write("calc/__init__.py", "")
    try write("calc/basic.py", "def add(a, b):\n    return a + b\n")
    try write(
      "tests/test_basic.py",
      "from calc.basic import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n")
    try write(
      "pyproject.toml",
      "[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\npythonpath = [\".\"]\n")
    try write(".gitignore", ".claude/\n__pycache__/\n")
    try write("README.md", "# calc\n")
    try write("agent.py", Self.agent)
    chmod(root + "/agent.py", 0o755)
    try write("lies.json", Self.json(lies))
    try write(".claude/config/project.json", settings ?? Self.settings)
    try write(".claude/sessions/session-007-tasks.json", Self.tasks)
    try write(
      ".claude/sessions/session-007-plan.md",
      "# Session 007 Plan\n\n## 🎯 Objectives\n1. Multiply and divide\n")
    let made2 = await shell(
      """
      git init -q -b main . && git add -A && \
      git -c user.name=t -c user.email=t@t commit -q -m 'First commit'
      """)
    guard made2.termination == .exited(0) else {
      throw FixtureError(what: made2.standardError.text)
    }
  }

  /// Writes a file of the project, given relative to its root, whose folder is there.
  ///
  /// - Throws: `FixtureError` where it cannot be opened.
  package func write(_ path: String, _ text: String) throws {
    guard let file = fopen("\(root)/\(path)", "w") else { throw FixtureError(what: path) }
    defer { fclose(file) }
    fputs(text, file)
  }

  /// A file of the project as text; `nil` where it cannot be opened.
  package func read(_ path: String) -> String? {
    guard let file = fopen("\(root)/\(path)", "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Runs the built program in the project.
  package func orchestrate(
    _ arguments: String..., deadline: Duration = .seconds(400)
  ) async -> CommandOutcome {
    await run([BuiltExecutable.path] + arguments, deadline: deadline)
  }

  /// Runs a line of shell in the project; `$orchestrate` is the built program.
  package func shell(
    _ line: String, deadline: Duration = .seconds(400)
  ) async -> CommandOutcome {
    await run(["/bin/bash", "-c", line], deadline: deadline)
  }

  private func run(_ argv: [String], deadline: Duration) async -> CommandOutcome {
    await Supervisor(executable: BuiltExecutable.path).run(
      Command(
        argv: argv, workingDirectory: root, environment: environment, deadline: deadline))
  }

  private var environment: [String: String] {
    [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": directory.path, "LANG": "C.UTF-8",
      "orchestrate": BuiltExecutable.path, "GIT_CONFIG_NOSYSTEM": "1",
    ]
  }

  private static func json(_ lies: [String: String]) -> String {
    "{" + lies.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ") + "}\n"
  }

  private static let settings = """
    {
      "test_command": "/usr/bin/python3 -m pytest -q --tb=short",
      "health_check": "/usr/bin/python3 -c 'import calc'",
      "drivers": {"scripted": {"kind": "command", "argv": ["./agent.py"]}},
      "roles": {
        "architect": {"driver": "scripted"}, "specialist": {"driver": "scripted"},
        "test-engineer": {"driver": "scripted"}, "reviewer": {"driver": "scripted"},
        "documenter": {"driver": "scripted"}
      }
    }
    """

  private static let tasks = """
    {
      "sessionId": "007",
      "tasks": [
        {
          "id": "task-1", "title": "Multiply", "agent": "backend-specialist",
          "status": "pending", "estimatedMinutes": 10, "actualMinutes": null,
          "files": ["calc/product.py"], "tests": ["Should multiply"], "blockers": [],
          "output": null, "workflow": "feature-development", "own": {"kept": [1, 2.50]}
        },
        {
          "id": "task-2", "title": "Divide", "agent": "bug-hunter",
          "status": "pending", "estimatedMinutes": 10, "actualMinutes": null,
          "files": ["calc/quotient.py"], "tests": ["Should divide"], "blockers": [],
          "output": null, "dependencies": ["task-1"], "workflow": "bug-fix"
        }
      ],
      "metrics": {
        "totalTasks": 2, "completed": 0, "failed": 0, "blocked": 0, "timeSpent": 0,
        "timeEstimated": 20
      }
    }
    """

  /// The agent: honest by default, and lying exactly as `lies.json` says.
  private static let agent = #"""
    #!/usr/bin/python3
    import json, os, pathlib, sys, time
    packet = json.load(sys.stdin)
    task, stage, attempt = packet["task"]["id"], packet["stage"], packet["attempt"]
    home = pathlib.Path(__file__).resolve().parent
    lies = json.loads((home / "lies.json").read_text())
    lie = lies.get(f"{task}/{stage}/{attempt}") if packet["round"] == 1 else None
    name, sign, answer = {
        "task-1": ("product", "*", 6), "task-2": ("quotient", "/", 1.5)}[task]
    report = {"summary": "did what the stage asks for",
              "usage": {"inputTokens": 1000, "outputTokens": 100, "costUSD": 0.01}}
    test = pathlib.Path(f"tests/test_{name}.py")
    code = pathlib.Path(f"calc/{name}.py")
    if lie == "crash":
        sys.exit(3)
    if lie == "hang":
        time.sleep(3600)
    if stage == "design":
        report["design"] = {
            "problem": f"there is no {name}", "questions": list("abcde"),
            "alternatives": list("abc"), "decision": f"a function {name}",
            "consequences": list("abc"), "risks": []}
    elif stage == "red":
        a, b = (2, 3) if task == "task-1" else (3, 2)
        expected = f"{name}({a}, {b})" if lie == "passing-test" else answer
        body = f"    assert 1 == 1\n" if lie == "passing-test" else \
            f"    assert {name}({a}, {b}) == {expected}\n"
        load = "" if lie == "passing-test" else f"from calc.{name} import {name}\n\n\n"
        test.write_text(f"{load}def test_{name}():\n{body}")
        if lie == "disarm":
            older = pathlib.Path("tests/test_basic.py")
            older.write_text(older.read_text().replace("_add():\n", "_add():\n    return\n"))
    elif stage == "green":
        if lie == "nothing":
            pass
        elif lie == "edit-test":
            test.write_text(f"def test_{name}():\n    assert True\n")
            code.write_text(f"def {name}(a, b):\n    return 0\n")
        else:
            said = f'    """The {name} of two numbers."""\n' if packet["round"] > 1 else ""
            code.write_text(f"def {name}(a, b):\n{said}    return a {sign} b\n")
        if lie == "break-other":
            pathlib.Path("calc/basic.py").write_text("def add(a, b):\n    return 0\n")
    elif stage == "review":
        report["approved"] = lie != "reject"
        if lie == "reject":
            report["findings"] = [{"severity": "major", "path": str(code), "line": 1,
                                   "message": "say what it is for"}]
    elif stage == "document":
        with open("README.md", "a") as readme:
            readme.write(f"\n`{name}` is there.\n")
    with open(os.environ["ORCHESTRATE_REPORT"], "w") as out:
        json.dump(report, out)
    """#
}

/// Why a fixture could not be made.
package struct FixtureError: Error {
  /// What the failing step printed, or the path that it failed on.
  package let what: String
}

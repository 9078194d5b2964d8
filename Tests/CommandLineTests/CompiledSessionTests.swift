// SPDX-License-Identifier: Apache-2.0
// Sessions in projects whose tests cannot be built before the code is there.

import Glibc
import Supervision
import TestKit
import TestPacing
import Testing

/// What could not be made of a project.
private struct UnmadeProject: Error {
  let what: String
}

/// A project in a compiled language, with session 007 of one task, and an agent that lays files
/// over its workspace.
private final class CompiledProject: Sendable {
  let root: String
  private let directory: TemporaryDirectory
  private let variables: [String: String]

  /// - Parameters:
  ///   - files: the project's first commit.
  ///   - steps: what the agent writes, by stage and file; by `stage-1` where it does so in its first
  ///     attempt only, by `stage-again` where it is told what was wrong.
  init(
    command: String, variables: [String: String], planned: String, files: [String: String],
    steps: [String: [String: String]]
  ) async throws {
    directory = try TemporaryDirectory("compiled")
    root = directory.path + "/project"
    self.variables = variables
    let names = variables.keys.filter { $0 != "PATH" }.sorted()
      .map { "\"\($0)\"" }.joined(separator: ", ")
    let drivers = ["architect", "specialist", "test-engineer", "reviewer", "documenter"]
      .map { "\"\($0)\": {\"driver\": \"scripted\"}" }.joined(separator: ", ")
    var all = files
    all[".gitignore"] = ".claude/\ntarget/\nbuild/\n"
    all["README.md"] = "# calc\n"
    all["agent.py"] = Self.agent
    all[".claude/config/project.json"] = """
      {
        "test_command": "\(command)", "environment": [\(names)],
        "drivers": {"scripted": {"kind": "command", "argv": ["./agent.py"]}},
        "roles": {\(drivers)}
      }
      """
    all[".claude/sessions/session-007-plan.md"] =
      "# Session 007 Plan\n\n## 🎯 Objectives\n1. Multiply\n"
    all[".claude/sessions/session-007-tasks.json"] = """
      {
        "sessionId": "007",
        "tasks": [{
          "id": "task-1", "title": "Multiply", "agent": "bug-hunter", "status": "pending",
          "estimatedMinutes": 10, "actualMinutes": null, "files": ["\(planned)"], "tests": [],
          "blockers": [], "output": null, "workflow": "bug-fix"
        }],
        "metrics": {
          "totalTasks": 1, "completed": 0, "failed": 0, "blocked": 0, "timeSpent": 0,
          "timeEstimated": 10
        }
      }
      """
    for (path, text) in all { try await write(path, text) }
    for (stage, files) in steps {
      for (path, text) in files { try await write("../steps/\(stage)/\(path)", text) }
    }
    let made = await shell(
      "chmod +x agent.py; git init -q -b main . && git add -A && "
        + "git -c user.name=t -c user.email=t@t commit -q -m 'First commit'")
    guard made.termination == .exited(0) else { throw UnmadeProject(what: made.standardError.text) }
  }

  private func write(_ path: String, _ text: String) async throws {
    let file = "\(root)/\(path)"
    let made = await run(
      ["/bin/sh", "-c", "mkdir -p \"$(dirname \"$1\")\" && cat > \"$1\"", "sh", file],
      in: "/", input: Array(text.utf8))
    guard made.termination == .exited(0) else { throw UnmadeProject(what: path) }
  }

  func shell(_ line: String) async -> CommandOutcome {
    await run(["/bin/sh", "-c", line], in: root)
  }

  func orchestrate(_ arguments: String...) async -> CommandOutcome {
    await run([BuiltExecutable.path] + arguments, in: root)
  }

  private func run(
    _ argv: [String], in folder: String, input: [UInt8] = []
  ) async -> CommandOutcome {
    let usual = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": directory.path, "LANG": "C.UTF-8",
      "GIT_CONFIG_NOSYSTEM": "1",
    ]
    return await Supervisor(executable: BuiltExecutable.path).run(
      Command(
        argv: argv, workingDirectory: folder, environment: usual.merging(variables) { $1 },
        standardInput: input, deadline: .seconds(500)))
  }

  private static let agent = """
    #!/usr/bin/python3
    import json, os, pathlib, shutil, sys
    packet = json.load(sys.stdin)
    stage, attempt = packet["stage"], packet["attempt"]
    steps = pathlib.Path(__file__).resolve().parent.parent / "steps"
    step = steps / f"{stage}-{attempt}"
    if packet["feedback"] and (steps / f"{stage}-again").exists():
        step = steps / f"{stage}-again"
    if not step.exists():
        step = steps / stage
    if step.exists():
        shutil.copytree(step, ".", dirs_exist_ok=True)
    report = {"summary": "did what the stage asks for", "approved": True,
              "usage": {"inputTokens": 1000, "outputTokens": 100, "costUSD": 0.01}}
    report["design"] = {
        "problem": "there is no mul", "questions": list("abcde"), "alternatives": list("abc"),
        "decision": "a function mul", "consequences": list("abc"), "risks": []}
    with open(os.environ["ORCHESTRATE_REPORT"], "w") as out:
        json.dump(report, out)
    """
}

private func home(_ variable: String, _ place: String) -> String {
  if let set = getenv(variable) { return String(cString: set) }
  return (getenv("HOME").map { String(cString: $0) } ?? "/root") + "/" + place
}

private let cargoVariables = [
  "CARGO_HOME": home("CARGO_HOME", ".cargo"), "RUSTUP_HOME": home("RUSTUP_HOME", ".rustup"),
  "PATH": "/usr/local/bin:/usr/bin:/bin:" + home("CARGO_HOME", ".cargo") + "/bin",
]

private func isInstalled(_ tool: String, _ path: String) -> Bool {
  path.split(separator: ":").contains { access("\($0)/\(tool)", X_OK) == 0 }
}

@Suite(.paced) struct CompiledSessionTests {
  private func expectMerged(
    _ project: CompiledProject, refused codes: [String], saying words: [String] = []
  ) async {
    let run = await project.orchestrate("run", "session-007")
    let said: Comment =
      "\(run.termination) \(run.standardOutput.text) \(run.standardError.text)"
    #expect(run.termination == .exited(0), said)
    for word in codes + words { #expect(run.standardError.text.contains(word), said) }
    let log = await project.shell("git log --first-parent --format=%s session/007")
    #expect(log.standardOutput.text.contains("merge(task-1): Multiply"))
  }

  @Test(
    .enabled("cargo 1.74 is not installed") {
      InstalledVersion(of: "cargo", path: cargoVariables["PATH", default: ""])
        .map { $0 >= .init(1, 74) } ?? false
    }
  )
  func `a crate's task is red by missing symbol, and only an honest green passes`() async throws {
    let test = """
      use calc::ops::mul;
      #[test]
      fn multiplies() {
          assert_eq!(mul(2, 3), 6);
          assert_eq!(mul(2, 0), 0);
      }
      """
    let project = try await CompiledProject(
      command: "cargo test", variables: cargoVariables, planned: "src/ops.rs",
      files: [
        "Cargo.toml": "[package]\nname = \"calc\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        "Cargo.lock": "version = 4\n\n[[package]]\nname = \"calc\"\nversion = \"0.1.0\"\n",
        "src/lib.rs": "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n",
        "tests/add.rs":
          "#[test]\nfn adds() {\n    assert_eq!(calc::add(1, 2), 3);\n}\n",
      ],
      steps: [
        "red-1": [
          "tests/mul.rs": "#[test]\nfn m() {\n    assert_eq!(std::cmp::mul(2, 3), 6);\n}\n"
        ],
        "red": ["tests/mul.rs": test],
        "green-1": [
          "src/lib.rs": "pub mod ops;\npub fn add(_: i32, _: i32) -> i32 {\n    6\n}\n",
          "src/ops.rs": "pub fn mul(a: i32, b: i32) -> i32 {\n    a * b\n}\n",
        ],
        "green": [
          "src/lib.rs": "pub mod ops;\npub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n",
          "src/ops.rs": "pub fn mul(a: i32, b: i32) -> i32 {\n    a * b\n}\n",
        ],
      ])
    await expectMerged(
      project, refused: ["TDD002", "TDD008"], saying: ["std::cmp is not this project's own"])
  }

  private static let addTest = """
    package calc

    import "testing"

    func TestAdd(t *testing.T) {
    \tif Add(1, 2) != 3 {
    \t\tt.Fatal("wrong")
    \t}
    }
    """

  private static let mulTest = """
    package calc

    import "testing"

    func TestMul(t *testing.T) {
    \tif Mul(2, 3) != 6 {
    \t\tt.Fatal("wrong")
    \t}
    }
    """

  private static let mul = "package calc\n\nfunc Mul(a, b int) int { return a * b }\n"

  private func goProject(steps: [String: [String: String]]) async throws -> CompiledProject {
    try await CompiledProject(
      command: "go test ./...",
      variables: [
        "GOCACHE": home("GOCACHE", ".cache/go-build"),
        "PATH": "/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin",
      ], planned: "mul.go",
      files: [
        "go.mod": "module example.com/calc\n\ngo 1.19\n",
        "calc.go": "package calc\n\nfunc Add(a, b int) int { return a + b }\n",
        "calc_test.go": Self.addTest,
      ], steps: steps)
  }

  @Test(.enabled("go is not installed") { isInstalled("go", "/usr/local/go/bin:/usr/bin") })
  func `a package's task is red by missing symbol, and only an honest green passes`() async throws {
    let project = try await goProject(steps: [
      "red-1": [
        "mul_test.go":
          "package calc\n\nimport \"testing\"\n\nfunc TestMul(t *testing.T) { t.Shout() }\n"
      ],
      "red": ["mul_test.go": Self.mulTest],
      "green-1": ["mul.go": Self.mul, "calc_test.go": "package calc\n"],
      "green": ["mul.go": Self.mul, "calc_test.go": Self.addTest],
    ])
    await expectMerged(
      project, refused: ["TDD002", "TDD006"], saying: ["testing.T is not this project's own"])
  }

  @Test(.enabled("go is not installed") { isInstalled("go", "/usr/local/go/bin:/usr/bin") })
  func `a skip that a failed build hid goes back to who wrote the test`() async throws {
    let skip = "\nfunc TestMulZero(t *testing.T) {\n\tt.Skip(\"later\")\n}\n"
    let project = try await goProject(steps: [
      "red": ["mul_test.go": Self.mulTest + skip],
      "red-again": ["mul_test.go": Self.mulTest],
      "green": ["mul.go": Self.mul],
    ])
    await expectMerged(
      project, refused: ["TDD007"],
      saying: ["turn out to be skipped: example.com/calc::TestMulZero"])
  }

  @Test(.enabled("cmake is not installed") { isInstalled("cmake", "/usr/local/bin:/usr/bin") })
  func `a library's task is red by a missing header, and only an honest green passes`()
    async throws
  {
    let test = """
      #include "calc/mul.hpp"
      int main() { return mul(2, 3) == 6 && mul(2, 0) == 0 ? 0 : 1; }
      """
    let code = [
      "include/calc/mul.hpp": "int mul(int, int);\n",
      "src/mul.cpp":
        "#include \"calc/mul.hpp\"\nint mul(int a, int b) { return a * b; }\n",
    ]
    let project = try await CompiledProject(
      command: "ctest --test-dir build", variables: [:], planned: "src/mul.cpp",
      files: [
        "CMakeLists.txt": """
        cmake_minimum_required(VERSION 3.14)
        project(calc CXX)
        enable_testing()
        file(GLOB SOURCES CONFIGURE_DEPENDS src/*.cpp)
        add_library(calc ${SOURCES})
        target_include_directories(calc PUBLIC include)
        file(GLOB PROGRAMS CONFIGURE_DEPENDS tests/*.cpp)
        foreach(program ${PROGRAMS})
          get_filename_component(name ${program} NAME_WE)
          add_executable(${name} ${program})
          target_link_libraries(${name} calc)
          add_test(NAME ${name} COMMAND ${name})
        endforeach()
        """,
        "include/calc/add.hpp": "int add(int, int);\n",
        "src/add.cpp": "#include \"calc/add.hpp\"\nint add(int a, int b) { return a + b; }\n",
        "tests/add_test.cpp":
          "#include \"calc/add.hpp\"\nint main() { return add(1, 2) == 3 ? 0 : 1; }\n",
      ],
      steps: [
        "red-1": ["tests/mul_test.cpp": "#include <nothing/mul.hpp>\nint main() {}\n"],
        "red": ["tests/mul_test.cpp": test],
        "green-1": code.merging(
          ["src/add.cpp": "#include \"calc/add.hpp\"\nint add(int, int) { return 6; }\n"]
        ) { $1 },
        "green": code.merging(
          [
            "src/add.cpp":
              "#include \"calc/add.hpp\"\nint add(int a, int b) { return a + b; }\n"
          ]
        ) { $1 },
      ])
    await expectMerged(
      project, refused: ["TDD002", "TDD008"],
      saying: ["nothing/mul.hpp is not this project's own"])
  }
}

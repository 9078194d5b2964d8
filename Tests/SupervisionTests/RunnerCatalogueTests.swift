// SPDX-License-Identifier: Apache-2.0
// Which runner a project gets, by its words and its files.

import Domain
import Supervision
import TestPacing
import Testing

@Suite(.paced) struct RunnerCatalogueTests {
  @Test(arguments: [
    ("pytest -q", "pytest"), ("python3 -m pytest tests", "pytest"), ("uv run pytest", "pytest"),
    ("poetry run python -W error -m pytest", "pytest"), ("/opt/venv/bin/py.test", "pytest"),
    ("env CI=1 coverage run -m pytest", "pytest"),
    ("python -m unittest discover -s tests", "unittest"), ("python3.12 -m unittest", "unittest"),
    ("coverage run -m unittest", "unittest"), ("uv run --frozen python -m unittest", "unittest"),
    ("node --test", "node"), ("node --import tsx --test 'test/**/*.ts'", "node"),
    ("npx c8 node --test", "node"), ("prove -lr t", "prove"), ("carton exec prove", "prove"),
    ("make test", "exit-code"), ("./run-tests.sh", "exit-code"), ("tox", "exit-code"),
    ("node test/all.js", "exit-code"), ("python tests/all.py", "exit-code"),
    ("npx jest", "exit-code"), ("python -m nose2", "exit-code"), ("echo pytest", "exit-code"),
    ("mvn test", "exit-code"), ("cargo nextest run", "exit-code"),
  ])
  func `a runner is recognised by the command`(line: String, name: String) throws {
    #expect(choose(try CommandLineWords.split(line)).runner.name == name)
  }

  @Test func `a shell script of one command is that command, any other is opaque`() {
    let single = choose(["/bin/sh", "-c", "pytest -q 'a b'"])
    #expect(single.runner.name == "pytest")
    #expect(single.command == ["pytest", "-q", "a b"])
    #expect(choose(["/bin/sh", "-c", "cd api && pytest -q"]).runner.name == "exit-code")
    #expect(choose(["/bin/sh", "-c", "PYTHONPATH=. pytest"]).runner.name == "exit-code")
  }

  @Test(arguments: ["npm test", "npm t", "npm run test", "yarn test", "pnpm -s run test"])
  func `a package's script is looked through`(line: String) throws {
    let words = try CommandLineWords.split(line)
    let node = choose(words, names: ["package.json"], script: "node --test test/")
    #expect(node.runner.name == "node")
    #expect(node.command == ["node", "--test", "test/"])
    let jest = choose(words, names: ["package.json"], script: "jest --ci")
    #expect(jest.runner.name == "exit-code")
    #expect(jest.command == words)
    #expect(jest.runner.weakness?.contains("jest-junit") == true)
  }

  @Test(arguments: [
    (["pyproject.toml", "package.json"], "pytest", "pytest -q --tb=short"),
    (["test_calc.py"], "pytest", "pytest -q --tb=short"),
    (["package.json", "README.md"], "node", "node --test"),
    (["t", "lib", "README"], "prove", "prove -lr t"),
    (["README.md"], "pytest", "pytest -q --tb=short"),
  ])
  func `without a command the files decide`(names: [String], runner: String, command: String) {
    let choice = choose(nil, names: Set(names))
    #expect(choice.runner.name == runner)
    #expect(choice.command.joined(separator: " ") == command)
  }

  @Test func `what the configuration names wins`() {
    let words = ["make", "test"]
    #expect(choose(words, wish: .tap).runner.name == "tap")
    #expect(choose(words, wish: .junit, report: "out/*.xml").runner.name == "junit")
    #expect(choose(["pytest"], wish: .exitCode).runner.name == "exit-code")
    #expect(choose(["pytest"], wish: .unittest).runner.name == "unittest")
    let script = choose(["npm", "test"], script: "node --test test/", wish: .node)
    #expect(script.command == ["node", "--test", "test/"])
  }

  @Test func `every runner that is known by name has an adapter of that name, or is weak`() {
    for name in RunnerName.allCases {
      let choice = choose(["tests"], wish: name, report: "r.xml")
      #expect(choice.runner.name == name.rawValue || choice.runner.weakness != nil)
    }
  }

  private func choose(
    _ command: [String]?, names: Set<String> = [], script: String? = nil, wish: RunnerName? = nil,
    report: String? = nil
  ) -> RunnerCatalogue.Choice {
    RunnerCatalogue.choose(
      command: command,
      wishes: RunnerCatalogue.Wishes(runner: wish, reportPath: report, testPaths: []),
      project: RunnerCatalogue.Project(names: names, packageTestScript: script))
  }
}

@Suite(.paced) struct ExitCodeRunnerTests {
  @Test(arguments: [
    ("exit 127", DidNotRun.commandNotFound("nothing was printed")),
    ("echo no >&2; exit 126", .notExecutable("no")), ("kill -9 $$", .killed(signal: 9)),
    ("exit 137", .killed(signal: 9)),
  ])
  func `what did not run is no result`(script: String, reason: DidNotRun) async throws {
    let project = try Project(["x": ""])
    #expect(await project.run(runner(script)).run == .didNotRun(reason: reason))
  }

  @Test func `an exit code passes or fails one test, of which nobody knows why`() async throws {
    let project = try Project(["x": ""])
    let verdicts = await project.run(runner("exit 0")).run.verdicts
    #expect(verdicts == ["exit code only::/bin/sh -c exit 0": .passed])
    guard case .ran(let results) = await project.run(runner("echo AssertionError; exit 1")).run,
      case .failed(let failure) = results[0].outcome
    else {
      Issue.record("it did not fail")
      return
    }
    #expect(failure.cause == .unspecified)
    #expect(failure.message.contains("say so in the configuration"))
    #expect(failure.detail.contains("AssertionError"))
  }

  private func runner(_ script: String) -> ExitCodeRunner {
    ExitCodeRunner(command: ["/bin/sh", "-c", script], advice: "say so in the configuration")
  }
}

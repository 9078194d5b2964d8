// SPDX-License-Identifier: Apache-2.0
// Real runs of Node's test runner: every cause of a failure, every way not to run.

import Domain
import Supervision
import TestPacing
import Testing

@Suite(.paced, .enabled(if: Installed.node != nil, "node 20 is not installed"))
struct NodeTestRunnerTests {
  private let runner = NodeTestRunner(command: [
    Installed.node ?? "", "--test", "--test-reporter", "dot",
  ])

  private static let calc = """
    export function add(a, b) { return a + b }
    export function crash(a) { return a.b.c }
    export function leave() { process.exit(0) }
    """

  private static let imports = """
    import { test, describe, it, before } from 'node:test'
    import assert from 'node:assert'
    import * as calc from '../src/calc.js'

    """

  private func project(_ tests: [String: String]) throws -> Project {
    var files = ["package.json": #"{"type": "module"}"#, "src/calc.js": Self.calc]
    for (name, text) in tests { files["test/\(name)"] = text }
    return try Project(files)
  }

  @Test func `every cause of a failure is told from the others`() async throws {
    let project = try project([
      "calc.test.js": Self.imports + """
        test('passes', () => { assert.strictEqual(calc.add(1, 2), 3) })
        test('assertion', () => { assert.strictEqual(calc.add(1, 2), 4) })
        test('missing', () => { calc.mul(2, 3) })
        test('crash', () => { calc.crash({}) })
        test('throws', () => { throw new Error('assertion failed') })
        test('throws no error', () => { throw 'AssertionError' })
        test('skipped', { skip: 'later' }, () => {})
        test('to do, failing', { todo: true }, () => { assert.fail() })
        test.todo('to do, passing')
        describe('outer', () => { describe('inner', () => { it('deep', () => assert.ok(false)) }) })
        describe.skip('skipped suite', () => { it('never', () => {}) })
        describe('hook', () => { before(() => { throw new Error('no') }); it('never', () => {}) })
        describe('empty', () => {})
        test('parent', async (t) => { await t.test('child', () => {}) })
        """
    ])
    let verdicts = try #require(await project.run(runner).run.verdicts)
    let file = "test/calc.test.js"
    let missing = TestFailure.Cause.missingSymbol(symbol: "mul", module: TestFailure.placeUnknown)
    #expect(
      verdicts == [
        "\(file)::passes": .passed, "\(file)::assertion": .failed(.assertion),
        "\(file)::missing": .failed(missing),
        "\(file)::crash": .failed(.raised(type: "TypeError", file: "src/calc.js")),
        "\(file)::throws": .failed(.raised(type: "Error", file: file)),
        "\(file)::throws no error": .failed(.raised(type: "AssertionError", file: "")),
        "\(file)::skipped": .skipped, "\(file)::to do, failing": .skipped,
        "\(file)::to do, passing": .skipped, "\(file)::skipped suite": .skipped,
        "\(file)::outer > inner::deep": .failed(.assertion),
        "\(file)::hook::never": .errored(.unspecified),
        "\(file)::hook": .errored(.raised(type: "Error", file: file)),
        "\(file)::parent": .passed, "\(file)::parent::child": .passed,
      ])
  }

  @Test func `a file that cannot be loaded tells what it misses`() async throws {
    let project = try project([
      "export.test.js": "import { mul } from '../src/calc.js'",
      "module.test.js": "import { mul } from '../src/legend.js'",
      "required.test.cjs": "require('../src/legend.cjs')",
      "package.test.js": "import chart from 'chart'",
      "package-export.test.js": "import { chart } from 'node:fs'",
      "syntax.test.js": "function (", "throws.test.js": "throw new RangeError('no')",
      "good.test.js": Self.imports + "test('passes', () => {})",
      "empty.test.js": "export {}",
    ])
    let verdicts = try #require(await project.run(runner).run.verdicts)
    func missing(_ symbol: String, _ module: String) -> Verdict {
      .errored(.missingSymbol(symbol: symbol, module: module))
    }
    #expect(verdicts["test/export.test.js"] == missing("mul", "../src/calc.js"))
    #expect(verdicts["test/module.test.js"] == missing("legend", "src/legend.js"))
    #expect(verdicts["test/required.test.cjs"] == missing("legend", "../src/legend.cjs"))
    #expect(verdicts["test/good.test.js::passes"] == .passed)
    for name in ["package", "package-export", "syntax", "throws"] {
      guard case .errored(.notLoadable)? = verdicts["test/\(name).test.js"] else {
        Issue.record("\(name): \(String(describing: verdicts["test/\(name).test.js"]))")
        continue
      }
    }
    #expect(verdicts.count == 8)
  }

  @Test func `tests of the same name in two files are two tests, and each can be run alone`()
    async throws
  {
    let name = #"adds "quoted" ü [x] (a|b) 'c' / d"#
    let project = try project([
      "a.test.js": Self.imports + "test(`\(name)`, () => {})\ntest('other', () => {})",
      "b.test.js": Self.imports
        + "describe('in (b)', () => { it(`\(name)`, () => assert.fail()); it('more', () => {}) })",
    ])
    let all = try #require(await project.run(runner).run.verdicts)
    #expect(all["test/a.test.js::\(name)"] == .passed)
    #expect(all["test/b.test.js::in (b)::\(name)"] == .failed(.assertion))
    let one = TestIdentity(file: "test/a.test.js", suite: "", name: name)
    #expect(await project.run(runner, selecting: [one]).run.verdicts == ["\(one)": .passed])
    let nested = TestIdentity(file: "test/b.test.js", suite: "in (b)", name: name)
    let run = try #require(await project.run(runner, selecting: [nested]).run.verdicts)
    #expect(run["\(nested)"] == .failed(.assertion))
    #expect(run.keys.allSatisfy { $0.hasPrefix("test/b.test.js") })
    let file = TestIdentity(file: "test/b.test.js", suite: "", name: "")
    #expect(await project.run(runner, selecting: [file]).run.verdicts?.count == 2)
  }

  @Test func `what leaves in the middle proves nothing`() async throws {
    let leaving = try project([
      "calc.test.js": Self.imports + """
        test('first', () => {})
        test('leaves', () => { calc.leave() })
        test('after', () => assert.fail())
        """
    ])
    #expect(await leaving.run(runner).run == .didNotRun(reason: .zeroTests))
    let failing = try project([
      "calc.test.js": Self.imports + """
        test('first', () => {})
        process.on('exit', () => { process.exitCode = 3 })
        """
    ])
    let verdicts = try #require(await failing.run(runner).run.verdicts)
    guard case .errored? = verdicts["test/calc.test.js"] else {
      Issue.record("\(verdicts)")
      return
    }
    let absent = NodeTestRunner(command: [Installed.node ?? "", "--test", "none.test.js"])
    guard case .didNotRun(let reason) = await leaving.run(absent).run else {
      Issue.record("a file that is not there ran")
      return
    }
    #expect(reason != .zeroTests)
  }

  @Test
  func
    `red by an export or a module that is still to be written is honest, by a package it is not`()
    async throws
  {
    func red(_ test: String) async throws -> RedRules.Result {
      let path = "test/new.test.js"
      let old = try project(["calc.test.js": Self.imports + "test('passes', () => {})"])
      let new = try project([
        "calc.test.js": Self.imports + "test('passes', () => {})",
        "new.test.js": "import { test } from 'node:test'\n" + test,
      ])
      return RedRules.judge(
        changes: [Change(path: path, kind: .added, group: .test, isRewritten: false)],
        baseline: await observed(old), after: await observed(new), knownBroken: [],
        ground: SymbolGround(
          paths: ["src/calc.js", "src/legend.js"],
          implementationOwns: { Self.calc.contains($0) }, testTexts: [test]))
    }
    for test in [
      "import { mul } from '../src/calc.js'\ntest('mul', () => { mul(2, 3) })",
      "import { legend } from '../src/legend.js'\ntest('legend', () => { legend() })",
    ] {
      let result = try await red(test)
      #expect(result.judgement.isAccepted, "\(result.judgement)")
      #expect(result.strength == .byMissingSymbol)
    }
    for test in ["import chart from 'chart'", "test('x' =>", "throw new Error('mul')"] {
      #expect(try await !red(test).judgement.isAccepted)
    }
  }

  private func observed(_ project: Project) async -> TestObservation {
    switch await project.run(runner).run {
    case .ran(let results): .ran(results)
    case .didNotRun(let reason): .didNotRun(reason: reason.description)
    }
  }

  @Test func `options and files of the command keep their places`() {
    let command = NodeCommandWords([
      "npx", "node", "--import", "tsx", "--test-reporter=spec", "--test", "--env-file", ".env",
      "test/a.js", "--test-reporter-destination", "out.txt", "--", "test/b.js",
    ])
    #expect(
      command.all == [
        "npx", "node", "--import", "tsx", "--test", "REPORTERS", "--env-file", ".env", "test/a.js",
        "test/b.js",
      ])
    #expect(
      command.selecting(file: "test/c.js") == [
        "npx", "node", "--import", "tsx", "--test", "REPORTERS", "--env-file", ".env", "test/c.js",
      ])
  }
}

/// The words that are executed, our reporters left out.
private struct NodeCommandWords {
  private let runner: NodeTestRunner

  init(_ words: [String]) { runner = NodeTestRunner(command: words) }

  var all: [String] { words(nil) }

  func selecting(file: String) -> [String] {
    words([TestIdentity(file: file, suite: "", name: "")])
  }

  private func words(_ selecting: [TestIdentity]?) -> [String] {
    let argv = runner.invocation(selecting: selecting, reportPath: "/private/report").argv
    let own = argv.filter { $0.hasPrefix("--test-reporter") }
    #expect(own.count == 4)
    let first = argv.firstIndex(of: own[0]) ?? 0
    return argv[..<first] + ["REPORTERS"] + argv[(first + 4)...]
  }
}

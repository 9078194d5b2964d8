// SPDX-License-Identifier: Apache-2.0
// Node's own runner, whose JUnit report calls every failure the same.

import Domain
import Glibc
import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced, .enabled(if: Installed.node != nil, "node 20 is not installed"))
struct NodeReportTests {
  @Test func `an assertion, a missing function and a crash in the code are told apart`()
    async throws
  {
    let folder = try TemporaryDirectory("node")
    func write(_ path: String, _ text: String) throws {
      let file = try #require(fopen(folder.file(path), "w"))
      fputs(text, file)
      fclose(file)
    }
    for name in ["src", "test"] { mkdir(folder.file(name), 0o755) }
    try write("package.json", #"{"type": "module"}"#)
    try write(
      "src/math.js",
      "export function add(a, b) { return a + b }\nexport function half(a) { return a.b.c }\n")
    try write(
      "test/math.test.js",
      """
      import { test } from 'node:test'
      import assert from 'node:assert'
      import * as m from '../src/math.js'
      test('adds', () => { assert.strictEqual(m.add(2, 3), 6) })
      test('divides', () => { assert.strictEqual(m.div(6, 3), 2) })
      test('halves', () => { assert.strictEqual(m.half(6), 3) })
      test('passes', () => { assert.strictEqual(m.add(1, 1), 2) })
      test('throws', () => { throw new Error('assertion failed') })
      """)
    try write("test/broken.test.js", "import { nothing } from '../src/math.js'\n")
    let runner = ConfiguredRunner(
      command: .words([
        try #require(Installed.node), "--test", "--test-reporter=junit",
        "--test-reporter-destination=report.xml",
      ]), report: PathPattern("report.xml"), paths: [PathPattern("test/**")])
    let record = await runTests(
      runner, in: folder.path, environment: ["PATH": "/usr/bin:/bin"], selecting: nil,
      deadline: .seconds(60), supervisor: Supervisor(executable: BuiltExecutable.path))
    guard case .ran(let results) = record.run else {
      Issue.record("\(record.run) \(record.output)")
      return
    }
    let outcomes = TestOutcomes(results)
    func cause(_ name: String) -> TestFailure.Cause? {
      switch outcomes[TestIdentity(file: "", suite: "test", name: name)] {
      case .failed(let failure): failure.cause
      case .passed, .errored, .skipped, nil: nil
      }
    }
    #expect(cause("adds") == .assertion)
    #expect(cause("divides") == .missingSymbol(symbol: "div", module: TestFailure.placeUnknown))
    #expect(cause("halves") == .raised(type: "TypeError", file: "src/math.js"))
    #expect(cause("throws") == nil || cause("throws") != .assertion)
    #expect(outcomes[TestIdentity(file: "", suite: "test", name: "passes")] == .passed)
    let broken = TestIdentity(file: "test/broken.test.js", suite: "", name: "")
    guard case .errored = outcomes[broken] else {
      Issue.record("\(outcomes.identities)")
      return
    }
  }
}

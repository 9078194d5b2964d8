// SPDX-License-Identifier: Apache-2.0
// How runs without a hunk, changed paths and changed tests are read.

import Domain
import Git
import Supervision
import TestKit
import Testing

@testable import Coordinator

@Suite struct ProofReadingTests {
  private let test = TestIdentity(file: "tests/test_a.py", suite: "", name: "test_a")

  private func observed(_ obstacle: DidNotRun?, passes: Bool = false) -> Observed {
    let results = passes ? [TestResult(identity: test, outcome: .passed)] : []
    return Observed(
      tests: obstacle.map { .didNotRun(reason: $0.description) } ?? .ran(results),
      obstacle: obstacle, duration: .seconds(1),
      record: EvidenceRecord(kind: .necessity, body: "{}"))
  }

  private func probe(deadline: Duration) -> HunkProbe {
    HunkProbe(clean: [test], cleanDuration: .seconds(1), deadline: deadline)
  }

  @Test func `a vanished test misses the hunk, a passing one does not`() {
    let probe = probe(deadline: .seconds(9))
    #expect(probe.result(ofWhole: observed(nil)) == .needed)
    #expect(probe.result(ofWhole: observed(nil, passes: true)) == .unneeded)
    #expect(probe.result(ofSelected: observed(nil, passes: true), own: [test]) == nil)
  }

  @Test(arguments: [
    DidNotRun.refused("x"), .zeroTests, .noReport(exit: 1), .internalError("x"),
    .exitDisagreesWithReport(exit: 2),
  ])
  func `tests that cannot be loaded without the hunk are asked for as a whole`(why: DidNotRun) {
    let probe = probe(deadline: .seconds(9))
    #expect(probe.result(ofSelected: observed(why), own: [test]) == nil)
    #expect(probe.result(ofWhole: observed(why)) == .needed)
  }

  @Test(arguments: [
    DidNotRun.killed(signal: 9), .cancelled, .commandNotFound("x"), .notStarted("x"),
  ])
  func `what the machine did says nothing of a hunk`(why: DidNotRun) {
    let probe = probe(deadline: .seconds(9))
    #expect(probe.result(ofSelected: observed(why), own: [test]) == .notTried)
    #expect(probe.result(ofWhole: observed(why)) == .notTried)
  }

  @Test func `a deadline counts only where the clean run was much quicker`() {
    let late = observed(.deadlineExceeded)
    #expect(probe(deadline: .seconds(3)).result(ofWhole: late) == .needed)
    #expect(probe(deadline: .seconds(2)).result(ofSelected: late, own: [test]) == .notTried)
  }

  @Test(arguments: [
    ("sitecustomize.py", Change.Group.testRunner), ("src/usercustomize.py", .testRunner),
    ("pytest/__init__.py", .testRunner), ("_pytest/runner.py", .testRunner),
    ("pytest.py", .testRunner), ("x.pth", .testRunner), ("src/iniconfig.py", .testRunner),
    ("a.dist-info/entry_points.txt", .testRunner), ("json/decoder.py", .testRunner),
    ("node_modules/jest/index.js", .testRunner), (".gitmodules", .testRunner),
    ("deep/conftest.py", .testConfiguration), ("CONFTEST.PY", .testConfiguration),
    (".env", .testConfiguration), (".cargo/config.toml", .testConfiguration),
    (".npmrc", .testConfiguration), ("a/__snapshots__/x.snap", .test), ("a/x.ambr", .test),
    ("fixtures/a.json", .test), ("pkg/testdata/a.txt", .test), (".env.example", .implementation),
    ("calc/pytest_like.py", .implementation), ("docs/pytest/x.py", .implementation),
    ("calc/json.py", .implementation), ("types/index.ts", .implementation),
    ("tests/unittest/test_a.py", .test), ("docs/guide.md", .documentation),
  ])
  func `a path's name tells what it is`(path: String, group: Change.Group) throws {
    let project = try SessionFixture(tasks: [])
    #expect(try project.coordinator().settings.proof.paths.group(of: path) == group)
  }

  @Test func `a project that is what a runner imports may go on being it`() throws {
    let project = try SessionFixture(tasks: [], files: ["packaging/version.py": "a = 1\n"])
    let groups = try project.coordinator().settings.proof.paths
    let base = try #require(ObjectID(try project.repository.revision("HEAD^{tree}")))
    try project.repository.commit(["packaging/tags.py": "b = 1\n", "pluggy.py": "c = 1\n"])
    let tree = try #require(ObjectID(try project.repository.revision("HEAD^{tree}")))
    let set = try groups.changes(
      from: base, to: tree, in: Repository(discoveringFrom: project.repository.path))
    #expect(set.changes.map(\.group) == [.implementation, .testRunner])
  }

  @Test func `only lines that are gone rewrite a test`() throws {
    let project = try SessionFixture(tasks: [])
    let groups = try project.coordinator().settings.proof.paths
    let old = "from calc.basic import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n"
    let cases = [
      (old + "\n\ndef test_more():\n    assert add(0, 0) == 0\n", false),
      (old.replacing("import add", with: "import add, other"), false),
      (old.replacing("== 5", with: "== 6"), true),
    ]
    let base = try #require(ObjectID(try project.repository.revision("HEAD^{tree}")))
    for (text, isRewritten) in cases {
      try project.repository.commit(["tests/test_basic.py": text])
      let tree = try #require(ObjectID(try project.repository.revision("HEAD^{tree}")))
      let set = try groups.changes(
        from: base, to: tree, in: Repository(discoveringFrom: project.repository.path))
      #expect(set.changes.map(\.isRewritten) == [isRewritten])
    }
  }
}

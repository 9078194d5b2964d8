// SPDX-License-Identifier: Apache-2.0
// What counts as red, and each way of getting there without a test that can fail.

import Domain
import Testing

@Suite struct RedRulesTests {
  private static let baseline = TestObservation.saw([olderA: .passed, olderB: .passed])

  private static var ground: SymbolGround {
    SymbolGround(
      paths: ["gantt/__init__.py", "gantt/chart.py"],
      implementationOwns: { ["Chart", "numpy"].contains($0) },
      testTexts: ["from gantt.chart import width\nimport numpy\nChart().scale()"])
  }

  private func judge(
    _ after: Results, changes: [Change] = [.test("tests/test_chart.py")],
    baseline: TestObservation = Self.baseline, knownBroken: Set<TestIdentity> = [],
    ground: SymbolGround = Self.ground
  ) -> RedRules.Result {
    RedRules.judge(
      changes: changes, baseline: baseline, after: .saw(after), knownBroken: knownBroken,
      ground: ground)
  }

  // MARK: Honest work

  @Test func `new tests that fail by assertion are red`() {
    let result = judge([olderA: .passed, olderB: .passed, newA: .assertion, newB: .assertion])
    #expect(result.judgement.isAccepted)
    #expect(result.strength == .byAssertion)
    #expect(result.judgement.checks.allSatisfy { $0.verdict == .pass && $0.code == nil })
  }

  @Test func `the first tests of a project are red like any other`() {
    #expect(judge([newA: .assertion], baseline: .saw([:])).judgement.isAccepted)
  }

  @Test func `a test added to a file that was there is red like any other`() {
    let added: TestIdentity = "tests/test_old.py::test_c"
    let result = judge(
      [olderA: .passed, olderB: .passed, added: .assertion],
      changes: [.test("tests/test_old.py", .modified)])
    #expect(result.judgement.isAccepted)
  }

  @Test func `a file that cannot load for want of the project's own symbol is red, but weaker`() {
    let result = judge([
      olderA: .passed, olderB: .passed, newFile: .missing("width", in: "gantt.chart"),
    ])
    #expect(result.judgement.isAccepted)
    #expect(result.strength == .byMissingSymbol)
    #expect(result.judgement.mentions("red by missing symbol"))
  }

  @Test func `an exception of the code under test is red, but weaker`() {
    let raised = TestOutcome.failed(.of(.raised(type: "ValueError", file: "gantt/chart.py")))
    let result = judge([
      olderA: .passed, olderB: .passed, newA: raised, newB: .assertion,
    ])
    #expect(result.judgement.isAccepted)
    #expect(result.strength == .byException)
  }

  @Test func `the weakest of several reds is what is recorded`() {
    let result = judge([
      olderA: .passed, olderB: .passed, newA: .assertion,
      newB: .missing("scale", in: "Chart"),
    ])
    #expect(result.judgement.isAccepted)
    #expect(result.strength == .byMissingSymbol)
  }

  // MARK: Tests that are not red

  @Test(arguments: [
    (TestOutcome.passed, "red.fails"), (.skip, "red.reason"),
    (.failed(.of(.unspecified)), "red.reason"),
    (.errored(.of(.notLoadable(reason: "SyntaxError"))), "red.reason"),
    (.failed(.of(.raised(type: "ValueError", file: "tests/test_chart.py"))), "red.reason"),
    (.failed(.of(.raised(type: "ValueError", file: ""))), "red.reason"),
  ])
  func `a new test that passes, is skipped or breaks by itself is refused`(
    outcome: TestOutcome, check: String
  ) {
    let result = judge([olderA: .passed, olderB: .passed, newA: .assertion, newB: outcome])
    #expect(result.judgement.stops == [check])
    #expect(result.judgement.code == "TDD002")
    #expect(result.judgement.mentions("test_height"))
  }

  @Test func `no new test is refused though test files changed`() {
    let result = judge([olderA: .passed, olderB: .passed])
    #expect(result.judgement.stops == ["red.new-tests"])
    #expect(result.judgement.code == "TDD002")
  }

  @Test func `an old test that was made to fail is no new test`() {
    let result = judge(
      [olderA: .passed, olderB: .assertion], changes: [.test("tests/test_old.py", .modified)])
    #expect(result.judgement.stops == ["red.older-tests", "red.new-tests"])
    #expect(result.judgement.code == "TDD008")
  }

  // MARK: Missing symbols that prove nothing

  @Test(arguments: [
    ("width", "scipy.linalg", "a third-party package that the implementation does not use"),
    ("numpy", "", "a package that the implementation imports and that is not installed"),
    ("numpy", "numpy", "the same, where the runner names the place too"),
    ("scipy", "", "a package that nobody knows"),
    ("height", "gantt.chart", "a symbol that no test names"),
    ("widt", "gantt.chart", "half a word that a test names"),
    ("Chart", "", "a name of the implementation's that the test forgot to import"),
    ("", "gantt.chart", "no symbol at all"),
  ])
  func `a missing symbol proves nothing where it is foreign or unnamed`(
    symbol: String, module: String, why: Comment
  ) {
    let result = judge([olderA: .passed, olderB: .passed, newFile: .missing(symbol, in: module)])
    #expect(result.judgement.stops == ["red.reason"], why)
  }

  @Test func `a planned path that the submission itself wrote is not the code under test`() {
    let ground = SymbolGround(
      paths: ["gantt/chart.py", "tests/test_chart.py"], implementationOwns: { _ in false },
      testTexts: ["import tests.nothing"])
    let raised = TestOutcome.failed(.of(.raised(type: "E", file: "tests/test_chart.py")))
    for outcome in [raised, .missing("nothing", in: "tests")] {
      let result = judge([olderA: .passed, olderB: .passed, newA: outcome], ground: ground)
      #expect(result.judgement.stops == ["red.reason"])
    }
  }

  // MARK: Files

  @Test func `the implementation may not come first`() {
    let result = judge(
      [olderA: .passed, olderB: .passed, newA: .assertion],
      changes: [.test("tests/test_chart.py"), .code()])
    #expect(result.judgement.stops == ["red.only-tests"])
    #expect(result.judgement.code == "TDD001")
  }

  @Test(arguments: [
    (Change.configuration(), "TDD006"), (.document(), "PROOF002"),
    (Change(path: "pluggy.py", kind: .added, group: .testRunner), "TDD006"),
    (Change(path: "pytest.ini", kind: .deleted, group: .testConfiguration), "TDD006"),
  ])
  func `nothing that selects tests, and no document, is touched in red`(
    change: Change, code: String
  ) {
    let result = judge(
      [olderA: .passed, olderB: .passed, newA: .assertion],
      changes: [.test("tests/test_chart.py"), change])
    #expect(result.judgement.stops == ["red.only-tests"])
    #expect(result.judgement.code == code)
  }

  @Test func `settings that new tests need may be added`() {
    let result = judge(
      [olderA: .passed, olderB: .passed, newA: .assertion],
      changes: [
        .test("tests/test_chart.py"),
        Change(path: "conftest.py", kind: .added, group: .testConfiguration),
      ])
    #expect(result.judgement.isAccepted)
  }

  @Test func `a test file may not be deleted, even one that held no test`() {
    let result = judge(
      [olderA: .passed, olderB: .passed, newA: .assertion],
      changes: [.test("tests/test_chart.py"), .test("tests/golden.txt", .deleted)])
    #expect(result.judgement.code == "TDD006")
    #expect(result.judgement.mentions("tests/golden.txt"))
  }

  @Test func `a test file that lost lines is refused though new tests fail in it`() {
    let added: TestIdentity = "tests/test_old.py::test_c"
    let result = judge(
      [olderA: .passed, olderB: .passed, added: .assertion],
      changes: [.rewrittenTest("tests/test_old.py")])
    #expect(!result.judgement.isAccepted)
    #expect(result.judgement.code == "TDD006")
    #expect(result.judgement.mentions("tests/test_old.py"))
  }

  @Test func `handing in nothing is not red`() {
    let result = judge([olderA: .passed, olderB: .passed, newA: .assertion], changes: [])
    #expect(result.judgement.code == "PROOF003")
  }

  // MARK: Older tests

  @Test(arguments: [TestOutcome?.none, .skip, .assertion, .missing("x", in: "y")])
  func `an older test that is gone, skipped or broken is refused`(outcome: TestOutcome?) {
    var results = [
      TestResult(identity: olderA, outcome: .passed),
      TestResult(identity: newA, outcome: .assertion),
    ]
    if let outcome { results.append(TestResult(identity: olderB, outcome: outcome)) }
    let result = RedRules.judge(
      changes: [.test("tests/test_chart.py")], baseline: Self.baseline, after: .ran(results),
      knownBroken: [], ground: Self.ground)
    #expect(result.judgement.stops == ["red.older-tests"])
    #expect(result.judgement.code == "TDD008")
    #expect(result.judgement.mentions("test_b"))
  }

  @Test(arguments: [TestOutcome?.none, .assertion])
  func `an older test that was skipped may not be deleted or left to fail`(outcome: TestOutcome?) {
    var results = [
      TestResult(identity: olderA, outcome: .passed),
      TestResult(identity: newA, outcome: .assertion),
    ]
    if let outcome { results.append(TestResult(identity: olderB, outcome: outcome)) }
    let result = RedRules.judge(
      changes: [.test("tests/test_chart.py")], baseline: .saw([olderA: .passed, olderB: .skip]),
      after: .ran(results), knownBroken: [], ground: Self.ground)
    #expect(result.judgement.stops == ["red.older-tests"])
  }

  @Test func `a test that is known to be broken may stay so and may be mended, but not vanish`() {
    let baseline = TestObservation.saw([olderA: .passed, olderB: .assertion])
    for outcome in [TestOutcome.assertion, .passed] {
      let result = judge(
        [olderA: .passed, olderB: outcome, newA: .assertion], baseline: baseline,
        knownBroken: [olderB])
      #expect(result.judgement.isAccepted)
    }
    let gone = judge(
      [olderA: .passed, newA: .assertion], baseline: baseline, knownBroken: [olderB])
    #expect(gone.judgement.code == "TDD008")
    let unknown = judge(
      [olderA: .passed, olderB: .assertion, newA: .assertion], baseline: baseline)
    #expect(unknown.judgement.code == "TDD011")
  }

  @Test func `a file that was known not to load may be mended in place`() {
    let baseline = TestObservation.saw([
      "tests/test_old.py::": .errored(.of(.notLoadable(reason: "x"))), olderA: .passed,
    ])
    let result = judge(
      [olderA: .passed, newA: .assertion], baseline: baseline, knownBroken: ["tests/test_old.py::"])
    #expect(result.judgement.isAccepted)
  }

  // MARK: Runs that were none

  @Test func `where the tests did not run before or after, nothing is red`() {
    let after = TestObservation.saw([olderA: .passed, olderB: .passed, newA: .assertion])
    let pairs: [(TestObservation, TestObservation, String)] = [
      (.silent, after, "red.baseline-ran"), (Self.baseline, .silent, "red.ran"),
    ]
    for (before, now, name) in pairs {
      let result = RedRules.judge(
        changes: [.test("tests/test_chart.py")], baseline: before, after: now, knownBroken: [],
        ground: Self.ground)
      #expect(!result.judgement.isAccepted)
      #expect(result.judgement.verdict(name) == .didNotRun)
      #expect(result.judgement.code == "PROOF001")
      #expect(result.judgement.mentions("killed by signal 9"))
    }
  }

  @Test func `a test that is reported twice is as red as its worse report`() {
    for pair in [[TestOutcome.passed, .assertion], [.assertion, .passed]] {
      let results =
        [TestResult(identity: olderA, outcome: .passed), .init(identity: olderB, outcome: .passed)]
        + pair.map { TestResult(identity: newA, outcome: $0) }
      let result = RedRules.judge(
        changes: [.test("tests/test_chart.py")], baseline: Self.baseline, after: .ran(results),
        knownBroken: [], ground: Self.ground)
      #expect(result.judgement.isAccepted)
    }
  }
}

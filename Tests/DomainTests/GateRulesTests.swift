// SPDX-License-Identifier: Apache-2.0
// What a gate's answer amounts to: three values, of which the third never counts as the first.

import Domain
import Testing

@Suite struct GateRulesTests {
  private static let lint = Gate(id: "lint", level: .blocking, question: .command(["lint"]))

  @Test(arguments: [126, 127, 137, 143] as [Int32])
  func `an exit that says that nothing ran did not run, whatever is asked`(code: Int32) {
    let questions: [Gate.Question] = [
      .command(["x"]), .noConsoleErrors(["x"], words: ["ERROR"]),
      .performance(["x"], within: .seconds(1)),
    ]
    for question in questions {
      let gate = Gate(id: "g", level: .blocking, question: question)
      let check = gate.check(.exited(code), output: "fine")
      #expect(check.verdict == .didNotRun)
      #expect(check.stops)
    }
  }

  @Test func `a command that was killed or never began did not run`() {
    let check = Self.lint.check(.didNotRun("killed by signal 9"), output: "")
    #expect(check.verdict == .didNotRun)
    #expect(check.message == "killed by signal 9")
  }

  @Test func `an error in the output fails although the command ended well`() {
    let gate = Gate(
      id: "console", level: .blocking, question: .noConsoleErrors(["x"], words: ["ERROR"]))
    #expect(gate.check(.exited(0), output: "a\nERROR: b\n").verdict == .fail)
    #expect(gate.check(.exited(0), output: "a\nerror: b\n").verdict == .pass)
    #expect(gate.check(.exited(3), output: "").verdict == .fail)
  }

  // MARK: The base

  private func sighting(
    _ check: Check, broken: [String]? = nil, objections: [String] = []
  ) -> GateSighting {
    GateSighting(
      check: check,
      broken: broken.map { Set($0.map { TestIdentity(file: "t.py", suite: "", name: $0) }) },
      objections: objections.compactMap { PlacedObjection($0, root: "/r") })
  }

  private func excuses(_ now: GateSighting, _ base: GateSighting) -> Bool {
    BaseComparison.judge(now: now, base: base) == .failsThereToo
  }

  @Test func `only a failure that was seen on the base as well is older than the change`() {
    let (fail, pass) = (Self.lint.fail("exit 1"), Self.lint.pass("exit 0"))
    let missing = Self.lint.didNotRun("not found")
    #expect(excuses(sighting(fail), sighting(fail)))
    #expect(!excuses(sighting(fail), sighting(pass)))
    #expect(!excuses(sighting(fail), sighting(missing)))
    #expect(!excuses(sighting(missing), sighting(fail)))
    #expect(!excuses(sighting(missing), sighting(missing)))
  }

  @Test func `a test that is broken only here is not excused by others that are broken there`() {
    let fail = Self.lint.fail("tests fail")
    #expect(excuses(sighting(fail, broken: ["a"]), sighting(fail, broken: ["a", "b"])))
    #expect(!excuses(sighting(fail, broken: ["a", "c"]), sighting(fail, broken: ["a", "b"])))
    #expect(!excuses(sighting(fail, broken: []), sighting(fail, broken: ["a"])))
    #expect(!excuses(sighting(fail, broken: ["a"]), sighting(fail)))
  }

  @Test func `a linter's new objection is not excused by its older ones, and a moved one is`() {
    let fail = Self.lint.fail("exit 1")
    let before = sighting(fail, objections: ["a.py:3:1: unused x", "b.py:9: long"])
    #expect(excuses(sighting(fail, objections: ["a.py:7:1: unused x"]), before))
    #expect(!excuses(sighting(fail, objections: ["a.py:3:1: unused y"]), before))
    #expect(
      !excuses(sighting(fail, objections: ["a.py:3:1: unused x", "a.py:4:1: unused x"]), before))
  }

  @Test func `what looks at the change itself is never asked of the base`() {
    for question in [Gate.Question.documentationUpdated, .microTaskSize(linesMax: 9)] {
      #expect(!Gate(id: "g", level: .blocking, question: question).canBeAskedOfBase)
    }
  }

  // MARK: Places

  @Test(arguments: [
    ("src/a.py:3:1: E1 bad", "src/a.py", 3), ("/r/src/a.py:3: bad", "src/a.py", 3),
    ("  ./main.go:12:5: undefined: x", "main.go", 12),
  ])
  func `a line of a linter names its place`(line: String, path: String, number: Int) throws {
    let objection = try #require(PlacedObjection(line, root: "/r"))
    #expect(objection.location == FilePlace(path: path, line: number))
  }

  @Test(arguments: [
    "../../etc/passwd:1: x", "/etc/passwd:1: x", "12:30: noon", "http://a.b:80:/x", "a.py:0: x",
    "a.py: x", "a b.py:1: x", "src//a.py:1: x", "src/./a.py:1: x",
  ])
  func `what is no plain file of the project is no place`(line: String) {
    #expect(PlacedObjection(line, root: "/r") == nil)
  }
}

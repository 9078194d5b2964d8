// SPDX-License-Identifier: Apache-2.0
// Red by a build that fails: every error an honest missing symbol, or it is no red at all.

import Domain
import Testing

private let testFile = "tests/mul.rs"
private let lostPackage = TestIdentity(file: "", suite: "example.com/calc", name: "")
private let inPackage = TestIdentity(file: "", suite: "example.com/calc", name: "TestAdd")
private let elsewhere = TestIdentity(file: "", suite: "example.com/axis", name: "TestAxis")

extension BuildError {
  fileprivate static func missing(
    _ symbol: String, in place: Place = .named("calc"), file: String = testFile
  ) -> BuildError {
    BuildError(
      file: file, line: 3, missing: MissingSymbol(symbol: symbol, place: place),
      message: "cannot find \(symbol)")
  }

  fileprivate static func other(_ message: String, file: String = testFile) -> BuildError {
    BuildError(file: file, line: 3, missing: nil, message: message)
  }
}

extension TestOutcome {
  fileprivate static func notBuilt(_ errors: BuildError...) -> TestOutcome {
    errored(.of(.notBuilt(errors)))
  }
}

@Suite struct RedBuildTests {
  private static let baseline = TestObservation.saw([olderA: .passed, olderB: .passed])

  private func judge(
    _ after: Results, text: String = "use calc::mul;\nmul(2, 3)",
    baseline: TestObservation = baseline, changed: String = testFile
  ) -> RedRules.Result {
    RedRules.judge(
      changes: [.test(changed)], baseline: baseline, after: .saw(after), knownBroken: [],
      ground: SymbolGround(
        paths: ["src/lib.rs", "src/ops.rs"], names: ["calc", "example.com/calc"],
        implementationOwns: { ["serde", "Vec", "Calc"].contains($0) },
        implementationDeclares: { $0 == "Calc" }, testTexts: [text]))
  }

  private func objection(
    _ errors: BuildError..., text: String = "use calc::mul;\nmul(2, 3)"
  ) -> String {
    let outcome = TestOutcome.errored(.of(.notBuilt(errors)))
    let result = judge([.wholeSuite: outcome], text: text)
    #expect(result.judgement.stops == ["red.build"] || result.judgement.isAccepted)
    return result.judgement.stopping.first?.message ?? ""
  }

  @Test func `a suite that cannot be built for want of the project's own symbol is red`() {
    let result = judge([.wholeSuite: .notBuilt(.missing("mul"))])
    #expect(result.judgement.isAccepted)
    #expect(result.strength == .byMissingSymbol)
    #expect(
      result.summary == "the whole suite cannot be built for want of mul, red by missing symbol")
    #expect(result.judgement.mentions(result.summary))
  }

  @Test func `what such a build hides is said to be hidden, not lost`() {
    let result = judge([.wholeSuite: .notBuilt(.missing("mul"))])
    #expect(result.judgement.mentions("2 older tests are hidden by a build that cannot succeed"))
    let alone = judge(
      [.wholeSuite: .notBuilt(.missing("mul"))], baseline: .saw([:]))
    #expect(alone.judgement.isAccepted)
    #expect(!alone.judgement.mentions("hidden"))
  }

  @Test func `an error in an implementation file is no red`() {
    let said = objection(.missing("mul"), .missing("mul", file: "src/lib.rs"))
    #expect(said.contains("src/lib.rs:3: cannot find mul (not in a test file"))
  }

  @Test func `an error in a test file that the submission did not touch is no red`() {
    #expect(objection(.missing("mul", file: "tests/old.rs")).contains("not in a test file"))
    #expect(objection(.missing("mul", file: "")).contains("outside of the project"))
  }

  @Test func `a syntax error beside a missing symbol is no red`() {
    let said = objection(.missing("mul"), .other("expected expression, found `;`"))
    #expect(said.contains("expected expression, found `;` (no symbol is missing)"))
  }

  @Test func `a symbol of the standard library or of a dependency is no red`() {
    for place in ["std::cmp", "serde", "serde::de", "Vec", "rand"] {
      let said = objection(.missing("mul", in: .named(place)))
      #expect(said.contains("\(place) is not this project's own"), "\(place)")
    }
    let crate = objection(.missing("rand", in: .named("rand")), text: "use rand::random;")
    #expect(crate.contains("rand is not this project's own"))
  }

  @Test(arguments: ["calc", "calc::ops", "example.com/calc/new", "Calc", "ops"])
  func `a place is own by the manifest, by a path, or by what is declared`(place: String) {
    #expect(objection(.missing("mul", in: .named(place))).isEmpty)
  }

  @Test(arguments: ["calculus", "example.com/calcs", "Vec", "testing.Calc", ""])
  func `a place that only resembles an own one is somebody else's`(place: String) {
    #expect(objection(.missing("mul", in: .named(place))).contains("own"))
  }

  @Test func `a symbol that the tests do not name is no red`() {
    #expect(
      objection(.missing("div")).contains("no test of this submission names div"))
  }

  @Test func `where no place is known, the tests must load something of the project`() {
    #expect(objection(.missing("mul", in: .unknown)).isEmpty)
    #expect(objection(.missing("mul", in: .unknown), text: "#include \"ops.hpp\"\nmul").isEmpty)
    #expect(objection(.missing("mul", in: .unknown), text: "use super::*;\nmul(1)").isEmpty)
    for text in ["mul(calc)", "use std::fmt;\nmul(1)", "#include <vector>\nmul", "// calc\nmul"] {
      #expect(objection(.missing("mul", in: .unknown), text: text).contains("load nothing"))
    }
  }

  @Test func `a name without qualifier is looked for in the test's own package`() {
    #expect(objection(.missing("mul", in: .folder("ops")), text: "mul").isEmpty)
  }

  @Test func `a build that failed without a word is no red`() {
    let result = judge([.wholeSuite: .notBuilt()])
    #expect(result.judgement.stops == ["red.reason"])
  }

  @Test func `a suite that could not be built before is nothing new`() {
    let broken = TestObservation.saw([.wholeSuite: .notBuilt(.missing("mul"))])
    let result = judge([.wholeSuite: .notBuilt(.missing("mul"))], baseline: broken)
    #expect(result.judgement.stops == ["red.baseline", "red.new-tests"])
  }

  // MARK: One package of several

  private static let packages = TestObservation.saw([inPackage: .passed, elsewhere: .passed])

  @Test func `a package that cannot be built hides its own tests only`() {
    let hidden = judge(
      [lostPackage: .notBuilt(.missing("mul")), elsewhere: .passed], baseline: Self.packages)
    #expect(hidden.judgement.isAccepted)
    #expect(hidden.judgement.mentions("1 older tests are hidden"))
    let lost = judge([lostPackage: .notBuilt(.missing("mul"))], baseline: Self.packages)
    #expect(lost.judgement.stops == ["red.older-tests"])
    #expect(lost.judgement.mentions("TestAxis did not run"))
  }

  @Test func `a new test elsewhere that passes is no red`() {
    let result = judge([
      olderA: .passed, olderB: .passed, lostPackage: .notBuilt(.missing("mul")),
      elsewhere: .passed,
    ])
    #expect(result.judgement.stops == ["red.fails"])
  }
}

@Suite struct RedBuildFactsTests {
  private static let facts = RedFacts(
    baseline: TestOutcomes([olderA: .passed, olderB: .skip]),
    red: TestOutcomes([.wholeSuite: .notBuilt(.missing("mul"))]))

  private func green(_ results: Results) -> Judgement {
    GreenRules.judge(
      changes: [.code("src/lib.rs")], facts: Self.facts, now: .saw(results), again: .saw(results))
  }

  @Test func `green needs a new test, all new ones passing, and every older one`() {
    #expect(green([olderA: .passed, olderB: .skip, newA: .passed]).isAccepted)
    #expect(Self.facts.stillRed(in: TestOutcomes([olderA: .passed, olderB: .skip])).count == 1)
    #expect(green([olderA: .passed, olderB: .skip]).code == "TDD007")
    #expect(green([olderA: .passed, olderB: .skip]).mentions("no test is in it that was not"))
    #expect(green([olderA: .passed, olderB: .skip, newA: .passed, newB: .skip]).code == "TDD007")
    #expect(green([olderA: .passed, olderB: .skip, newA: .assertion]).code == "TDD007")
  }

  @Test func `only a skip that nothing else hides behind is for who wrote the test`() {
    func skips(_ results: Results) -> Set<TestIdentity> {
      Self.facts.hiddenSkips(in: TestOutcomes(results))
    }
    #expect(skips([olderA: .passed, olderB: .skip, newA: .passed, newB: .skip]) == [newB])
    #expect(skips([olderA: .passed, olderB: .skip, newA: .passed]).isEmpty)
    #expect(skips([olderA: .passed, olderB: .skip, newA: .assertion, newB: .skip]).isEmpty)
    #expect(skips([olderB: .skip, newA: .passed, newB: .skip]).isEmpty, "an older one is lost")
  }

  @Test func `an older test that was hidden while red may not be lost at green`() {
    #expect(green([olderB: .skip, newA: .passed]).stops.contains("green.nothing-broke"))
    #expect(green([olderA: .assertion, olderB: .skip, newA: .passed]).code == "TDD008")
    let skipped = green([olderA: .passed, newA: .passed])
    #expect(!skipped.isAccepted)
    #expect(skipped.mentions("test_b did not run"))
  }

  @Test func `a suite that still cannot be built is still red`() {
    let judgement = green([.wholeSuite: .notBuilt(.missing("mul"))])
    #expect(judgement.stops.contains("green.red-tests-pass"))
  }

  @Test func `only the new tests prove a suite that was hidden`() {
    // The second run need not run the older ones again.
    let judgement = GreenRules.judge(
      changes: [.code("src/lib.rs")], facts: Self.facts,
      now: .saw([olderA: .passed, olderB: .skip, newA: .passed]), again: .saw([newA: .passed]))
    #expect(judgement.isAccepted)
  }
}

@Suite struct DeclarationTests {
  @Test(arguments: [
    ("pub struct Calc {", true), ("type  Calc struct", true), ("namespace Calc {", true),
    ("impl Calc {", true), ("extension Calc: P", true), ("let x: Calc", false),
    ("struct Calculus", false), ("substruct Calc", false), ("struct\nCalc", false),
    ("// a Calc\nenum Calc", true),
  ])
  func `a declaration is a keyword and the name after it`(text: String, isDeclared: Bool) {
    #expect(SymbolGround.declares(text, word: "Calc") == isDeclared)
  }
}

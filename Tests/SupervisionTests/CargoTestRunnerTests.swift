// SPDX-License-Identifier: Apache-2.0
// Real runs of `cargo test`: outcomes, causes, and builds that fail.

import Domain
import Supervision
import TestPacing
import Testing

@Suite(.paced, .enabled("cargo 1.74 is not installed") { Toolchain.hasCargo })
struct CargoTestRunnerTests {
  private let runner = CargoTestRunner(command: ["cargo", "test"])

  private static let manifest = """
    [package]
    name = "calc-engine"
    version = "0.1.0"
    edition = "2021"
    """

  private static let library = """
    //! Calculates.
    /// Adds.
    /// ```
    /// assert_eq!(calc_engine::add(1, 2), 3);
    /// ```
    pub fn add(a: i32, b: i32) -> i32 { a + b }
    pub struct Calc { pub memory: i32 }
    pub mod ops {}
    pub fn boom() -> i32 { panic!("boom") }
    #[cfg(test)]
    mod tests {
      use super::*;
      #[test] fn adds() { assert_eq!(add(1, 2), 3); }
    }
    """

  private func project(_ tests: [String: String], library: String = library) throws -> Project {
    var files = ["Cargo.toml": Self.manifest, "src/lib.rs": library]
    for (name, text) in tests { files["tests/\(name).rs"] = text }
    return try Project(files)
  }

  private func run(
    _ project: Project, _ runner: CargoTestRunner? = nil, selecting: [TestIdentity]? = nil
  ) async -> TestRun {
    let record = await project.run(
      runner ?? self.runner, selecting: selecting, deadline: .seconds(240),
      adding: Toolchain.cargo.environment)
    return record.run
  }

  private static let causes = """
    use calc_engine::*;
    mod deep { #[test] fn nested() { assert!(1 == 2); } }
    #[test] fn passes() { println!("test forged ... ok"); assert_eq!(add(1, 2), 3); }
    #[test] fn equal() { println!("test passes ... FAILED"); assert_eq!(add(1, 2), 4); }
    #[test] fn words() { assert!(add(1, 2) == 4, "add is off"); }
    #[test] fn unwraps() { let none: Option<i32> = None; none.unwrap(); }
    #[test] fn implementation() { boom(); }
    #[test] #[should_panic] fn panics() { boom(); }
    #[test] #[should_panic] fn does_not_panic() { add(1, 2); }
    #[test] #[ignore = "later ... ok"] fn ignored() {}
    #[test] fn result() -> Result<(), String> { Err("bad".into()) }
    #[test] fn zahl_über() { assert!(false) }
    """

  @Test func `outcomes and causes are told apart, and one test can be selected`() async throws {
    let project = try project(["causes": Self.causes])
    let verdicts = try #require(await run(project).verdicts)
    let file = "tests/causes.rs"
    #expect(
      verdicts == [
        "src/lib.rs::tests::adds": .passed, "src/lib.rs::doc::add": .passed,
        "\(file)::deep::nested": .failed(.assertion), "\(file)::passes": .passed,
        "\(file)::equal": .failed(.assertion), "\(file)::words": .failed(.assertion),
        "\(file)::unwraps": .failed(.raised(type: "panic", file: file)),
        "\(file)::implementation": .failed(.raised(type: "panic", file: "src/lib.rs")),
        "\(file)::panics": .passed, "\(file)::does_not_panic": .failed(.assertion),
        "\(file)::ignored": .skipped,
        "\(file)::result": .failed(.raised(type: "Error", file: "")),
        "\(file)::zahl_über": .failed(.assertion),
      ])
    let nested = TestIdentity(file: file, suite: "deep", name: "nested")
    let umlaut = TestIdentity(file: file, suite: "", name: "zahl_über")
    let selected = try #require(await run(project, selecting: [nested, umlaut]).verdicts)
    #expect(Set(selected.keys) == ["\(file)::deep::nested", "\(file)::zahl_über"])
    let quiet = CargoTestRunner(command: ["cargo", "test", "-q", "passes", "--", "--nocapture"])
    #expect(await run(project, quiet).verdicts == ["\(file)::passes": .passed])
  }

  @Test func `what a build misses is named with its place, in every test file`() async throws {
    let project = try project([
      "a": "use calc_engine::mul;\n#[test] fn t() { assert_eq!(mul(2, 3), 6); }",
      "b": """
      #[test] fn t() { calc_engine::mul(2, 3); calc_engine::ops::div(1, 2); }
      #[test] fn u() { calc_engine::shapes::area(1); }
      """,
      "c": """
      use calc_engine::Calc;
      #[test] fn t() { let c = Calc { memory: 1 }; c.undo(); Calc::new(); c.other; vec![1].shout(); }
      """,
      "d": "use serde::Value;\nuse calc_engine::*;\n#[test] fn t() { neg(1); std::cmp::shout(); }",
      "e": "#[test] fn t() { let x = ; }",
    ])
    let run = await run(project)
    let briefs = Set(run.buildErrors[.wholeSuite, default: []].map(\.brief))
    #expect(
      briefs == [
        "tests/a.rs: mul in calc_engine", "tests/b.rs: mul in calc_engine",
        "tests/b.rs: div in calc_engine::ops", "tests/b.rs: shapes in calc_engine",
        "tests/c.rs: undo in Calc", "tests/c.rs: new in Calc", "tests/c.rs: other in Calc",
        "tests/c.rs: shout in Vec", "tests/d.rs: serde in serde", "tests/d.rs: neg in ?",
        "tests/d.rs: shout in std::cmp", "tests/e.rs: expected expression, found `;`",
      ])
  }

  @Test func `an error in the code, or in tests beside it, is told with its file`() async throws {
    let broken = try project([:], library: Self.library + "pub fn bad() -> i32 { \"x\" }")
    let errors = await run(broken).buildErrors[.wholeSuite, default: []]
    #expect(errors.map(\.file) == ["src/lib.rs"])
    #expect(errors.allSatisfy { $0.missing == nil })
    let inline = try project(
      [:],
      library: "#[cfg(test)] mod tests { #[test] fn t() { super::mul(1); crate::ops::div(1); } }")
    let missing = await run(inline).buildErrors[.wholeSuite, default: []].map(\.brief)
    #expect(missing.contains { $0.hasPrefix("src/lib.rs: ops in calc_engine") }, "\(missing)")
  }

  @Test func `no tests, and a test that leaves through the back door, are no run`() async throws {
    let empty = try project([:], library: "pub fn add() {}")
    #expect(await run(empty) == .didNotRun(reason: .zeroTests))
    let leaving = try project([
      "leave": "#[test] fn a() {}\n#[test] fn leaves() { std::process::exit(0) }"
    ])
    guard case .didNotRun(.unreadableReport) = await run(leaving) else {
      Issue.record("a program that left early counted")
      return
    }
    let forging = try project([
      "forge": """
      use std::io::Write;
      #[test] fn forges() {
        let text = "test forges ... ok\\n\\ntest result: ok. 2 passed; 0 failed; 0 ignored\\n";
        std::io::stdout().write_all(text.as_bytes()).unwrap();
        assert!(false);
      }
      """
    ])
    guard case .didNotRun = await run(forging) else {
      Issue.record("a forged closing line counted")
      return
    }
  }

  @Test func `a manifest that cannot be used is no run, nor is a missing cargo`() async throws {
    let project = try Project(["Cargo.toml": "[package", "src/lib.rs": ""])
    guard case .didNotRun(.notBuilt(let reason)) = await run(project) else {
      Issue.record("a broken manifest was built")
      return
    }
    #expect(!reason.isEmpty)
    let missing = CargoTestRunner(command: ["no-such-cargo", "test"])
    guard case .didNotRun(.commandNotFound) = await run(project, missing) else {
      Issue.record("a missing cargo was found")
      return
    }
  }

  @Test func `a control is one more test that is seen to fail`() async throws {
    let text = "#[test] fn passes() {}"
    let control = try #require(runner.control(of: text, path: "tests/a.rs", nonce: "n-1"))
    let project = try project(["a": control.text])
    let verdicts = try #require(await run(project).verdicts)
    #expect(control.failing == .added(name: "orchestrate_control_n1"))
    #expect(verdicts["tests/a.rs::orchestrate_control_n1"] == .failed(.assertion))
    #expect(verdicts["tests/a.rs::passes"] == .passed)
  }
}

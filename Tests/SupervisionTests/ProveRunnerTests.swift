// SPDX-License-Identifier: Apache-2.0
// Real runs of Perl's prove: every cause of a failure, every way not to run.

import Domain
import Supervision
import TestPacing
import Testing

@Suite(.paced, .enabled(if: Installed.prove != nil, "prove is not installed"))
struct ProveRunnerTests {
  private let runner = ProveRunner(command: [Installed.prove ?? "", "-l", "t"])

  private static let calc = """
    package Calc; use strict; use warnings; use Exporter 'import'; our @EXPORT_OK = ('add');
    sub add { $_[0] + $_[1] }
    sub crash { die "boom" }
    sub leave { exit 0 }
    1;
    """

  private func project(_ tests: [String: String]) throws -> Project {
    var files = ["lib/Calc.pm": Self.calc]
    for (name, text) in tests {
      files["t/\(name).t"] = "use strict; use warnings; use utf8; use Test::More; \(text)"
    }
    return try Project(files)
  }

  @Test func `what a test file prints is read to the deepest subtest`() async throws {
    let project = try project([
      "calc": """
      use Calc; binmode Test::More->builder->output, ':utf8';
      is(Calc::add(1, 2), 3, 'adds "q" ü [x] # hash');
      is(Calc::add(1, 2), 4, 'wrong');
      TODO: { local $TODO = 'later'; is(1, 2, 'to do, failing'); is(1, 1, 'to do, passing') }
      SKIP: { skip 'no network', 1; ok(1) }
      subtest outer => sub {
        ok(1, 'in'); subtest deep => sub { ok(0, 'deepest'); done_testing }; done_testing };
      subtest 'nothing' => sub { plan skip_all => 'not here' };
      ok(1); ok(1, 'twice'); ok(1, 'twice');
      done_testing;
      """,
      "skipped": "plan skip_all => 'not here'",
    ])
    let verdicts = try #require(await project.run(runner).run.verdicts)
    #expect(
      verdicts == [
        "t/calc.t::adds \"q\" ü [x] # hash": .passed, "t/calc.t::wrong": .failed(.assertion),
        "t/calc.t::to do, failing": .skipped, "t/calc.t::to do, passing": .skipped,
        "t/calc.t::test 5": .skipped, "t/calc.t::outer::in": .passed,
        "t/calc.t::outer > deep::deepest": .failed(.assertion), "t/calc.t::test 7": .skipped,
        "t/calc.t::test 8": .passed, "t/calc.t::twice": .passed, "t/calc.t::twice (2)": .passed,
        "t/skipped.t": .skipped,
      ])
  }

  @Test func `what a file died of is told from what it asserts`() async throws {
    let project = try project([
      "sub": "use Calc; ok(1, 'first'); is(Calc::mul(2, 3), 6, 'mul'); done_testing",
      "method": "use Calc; Calc->legend; done_testing",
      "module": "use Chart::Legend; ok(1); done_testing",
      "import": "use Calc 'mul'; ok(1); done_testing", "loaded": "use_ok('Chart'); done_testing",
      "crash": "use Calc; Calc::crash(); done_testing", "syntax": "ok(1",
    ])
    let verdicts = try #require(await project.run(runner).run.verdicts)
    func missing(_ symbol: String, _ module: String) -> Verdict {
      .errored(.missingSymbol(symbol: symbol, module: module))
    }
    #expect(verdicts["t/sub.t"] == missing("mul", "Calc"))
    #expect(verdicts["t/sub.t::first"] == .passed)
    #expect(verdicts["t/method.t"] == missing("legend", "Calc"))
    #expect(verdicts["t/module.t"] == missing("Legend", "Chart"))
    #expect(verdicts["t/import.t"] == missing("mul", "Calc"))
    #expect(
      verdicts["t/loaded.t::use Chart;"] == .failed(.missingSymbol(symbol: "Chart", module: "")))
    #expect(verdicts["t/crash.t"] == .errored(.raised(type: "die", file: "lib/Calc.pm")))
    guard case .errored(.notLoadable)? = verdicts["t/syntax.t"] else {
      Issue.record("\(verdicts)")
      return
    }
  }

  @Test func `a file that ends early, or says nothing, never passes`() async throws {
    let project = try project([
      "leaves": "use Calc; plan tests => 3; ok(1, 'first'); Calc::leave(); ok(0, 'after')",
      "unplanned": "use Calc; ok(1, 'first'); Calc::leave(); done_testing",
      "silent": "print qq(hello\\n)", "killed": "plan tests => 1; kill 9, $$; ok(1)",
      "forged": "print qq(1..2\\nok 1 - a\\nok 1 - b\\n)",
    ])
    let verdicts = try #require(await project.run(runner).run.verdicts)
    for name in ["leaves", "unplanned", "silent", "killed", "forged"] {
      guard case .errored(.notLoadable)? = verdicts["t/\(name).t"] else {
        Issue.record("\(name): \(String(describing: verdicts["t/\(name).t"]))")
        continue
      }
    }
    #expect(verdicts["t/leaves.t::after"] == nil)
  }

  @Test func `a file is run alone, and an end of everything is no run`() async throws {
    let project = try project(["a b": "ok(1, 'one'); done_testing", "other": "ok(1); done_testing"])
    let one = TestIdentity(file: "t/a b.t", suite: "", name: "one")
    #expect(await project.run(runner, selecting: [one]).run.verdicts == ["t/a b.t::one": .passed])
    let bailing = try self.project(["a": "ok(1); BAIL_OUT('no')"])
    guard case .didNotRun(.internalError(let words)) = await bailing.run(runner).run else {
      Issue.record("a run that bailed out ran")
      return
    }
    #expect(words.contains("no"))
    let empty = try Project(["t/readme": ""])
    guard case .didNotRun = await empty.run(runner).run else {
      Issue.record("no test passed")
      return
    }
  }

  @Test func `an implementation that makes every test pass does not make the control pass`()
    async throws
  {
    let test = "use Test::More; use Calc; is(Calc::add(1, 2), 3, 'adds'); done_testing;\n__END__\nx"
    let control = try #require(
      runner.control(of: test, path: "t/calc.t", nonce: "nonce-1")?.text)
    let honest = try Project(["lib/Calc.pm": Self.calc, "t/calc.t": control])
    let verdicts = try #require(await honest.run(runner).run.verdicts)
    #expect(verdicts["t/calc.t::nonce-1"] == .failed(.assertion))
    let bending =
      Self.calc.replacing(
        "sub add {",
        with: "sub add { no warnings; *Test::More::is = sub { Test::More::ok(1, $_[2]) };")
    let bent = try Project(["lib/Calc.pm": bending, "t/calc.t": control])
    #expect(await bent.run(runner).run.verdicts?["t/calc.t::nonce-1"] != .failed(.assertion))
  }
}

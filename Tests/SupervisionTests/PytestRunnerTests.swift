// SPDX-License-Identifier: Apache-2.0
// Real pytest runs: every cause of a failure, every way not to run.

import Domain
import Supervision
import TestPacing
import Testing

@Suite(
  .paced, .enabled("pytest is not installed for /usr/bin/python3") { await isPytestInstalled() })
struct PytestRunnerTests {
  private let runner = PytestRunner(command: ["/usr/bin/python3", "-m", "pytest", "-q"])

  private static let chart = """
    class Chart:
        def width(self): return 1
        def crash(self): return {}["key"]
    def area(width): return None
    """

  @Test func `the workspace's code is tested, wherever another copy is installed`() async throws {
    let project = try Project([
      "src/calc/__init__.py": "version = 'ours'\n", "flat.py": "version = 'ours'\n",
      "installed/calc/__init__.py": "version = 'theirs'\n",
      "installed/flat.py": "version = 'theirs'\n",
      "tests/test_calc.py": """
      import calc, flat
      def test_calc(): assert calc.version == "ours"
      def test_flat(): assert flat.version == "ours"
      """,
    ])
    let record = await runTests(
      PytestRunner(command: ["/usr/bin/python3", "-P", "-m", "pytest", "-q"]), in: project.path,
      environment: [
        "PATH": "/usr/bin:/bin", "HOME": project.path, "PYTHONPATH": project.path + "/installed",
      ], selecting: nil, deadline: .seconds(60), supervisor: supervisor)
    #expect(
      record.run.verdicts == [
        "tests/test_calc.py::test_calc": .passed, "tests/test_calc.py::test_flat": .passed,
      ])
  }

  @Test func `every cause of a failure is told from the others`() async throws {
    let project = try Project([
      "chart.py": Self.chart,
      "tests/test_causes.py": """
      import pytest
      import chart

      def test_passes(): assert chart.area(1) is None
      def test_assertion(): assert chart.Chart().width() == 2
      def test_assertion_with_words(): assert False, "ValueError: no"
      def test_did_not_raise():
          with pytest.raises(ValueError): chart.area(1)
      def test_fail(): pytest.fail("not yet")
      def test_module(): import chart_extra.legend
      def test_name(): from chart import legend
      def test_module_attribute(): chart.legend()
      def test_attribute(): chart.Chart().legend()
      def test_type_attribute(): chart.Chart.legend()
      def test_keyword(): chart.area(width=1, height=2)
      def test_none_attribute(): chart.area(1).legend
      def test_undefined(): undefined_name
      def test_raised(): chart.Chart().crash()
      def test_raised_here(): int("x")
      def test_not_implemented(): raise NotImplementedError
      class Failed(Exception): pass
      def test_pretends(): raise Failed("DID NOT RAISE")
      """,
    ])
    let verdicts = try #require(await project.run(runner).run.verdicts)
    func verdict(_ name: String) -> Verdict? { verdicts["tests/test_causes.py::test_\(name)"] }
    func missing(_ symbol: String, _ module: String) -> Verdict {
      .failed(.missingSymbol(symbol: symbol, module: module))
    }
    let file = "tests/test_causes.py"
    #expect(verdict("passes") == .passed)
    #expect(verdict("assertion") == .failed(.assertion))
    #expect(verdict("assertion_with_words") == .failed(.assertion))
    #expect(verdict("did_not_raise") == .failed(.assertion))
    #expect(verdict("fail") == .failed(.assertion))
    #expect(verdict("module") == missing("chart_extra", ""))
    #expect(verdict("name") == missing("legend", "chart"))
    #expect(verdict("module_attribute") == missing("legend", "chart"))
    #expect(verdict("attribute") == missing("legend", "Chart"))
    #expect(verdict("type_attribute") == missing("legend", "Chart"))
    #expect(verdict("keyword") == missing("height", "area"))
    #expect(verdict("none_attribute") == .failed(.raised(type: "AttributeError", file: file)))
    #expect(verdict("undefined") == .failed(.raised(type: "NameError", file: file)))
    #expect(verdict("raised") == .failed(.raised(type: "KeyError", file: "chart.py")))
    #expect(verdict("raised_here") == .failed(.raised(type: "ValueError", file: file)))
    #expect(verdict("not_implemented") == .failed(.raised(type: "NotImplementedError", file: file)))
    #expect(verdict("pretends") == .failed(.raised(type: "Failed", file: file)))
    #expect(verdicts.count == 17)
  }

  @Test func `files that cannot be collected do not keep the others from running`() async throws {
    let project = try Project([
      "chart.py": Self.chart, "broken.py": "import chart\nchart.Chart(1 2)\n",
      "circle_a.py": "from circle_b import b\na = 1",
      "circle_b.py": "from circle_a import a\nb = 1",
      "test_good.py": "def test_one(): pass",
      "test_module.py": "from chart_extra.legend import Legend\ndef test_one(): pass",
      "test_submodule.py": "import chart.legend\ndef test_one(): pass",
      "test_name.py": "from chart import Legend\ndef test_one(): pass",
      "test_attribute.py": "import chart\nLegend = chart.Legend\ndef test_one(): pass",
      "test_syntax.py": "def test_one(:\n  pass",
      "test_indentation.py": "def test_one():\npass",
      "test_imports_broken.py": "import broken\ndef test_one(): pass",
      "test_circle.py": "import circle_a\ndef test_one(): pass",
      "test_raises.py": "raise ValueError('at import')",
    ])
    let verdicts = try #require(await project.run(runner).run.verdicts)
    func missing(_ symbol: String, _ module: String) -> Verdict {
      .errored(.missingSymbol(symbol: symbol, module: module))
    }
    #expect(verdicts["test_good.py::test_one"] == .passed)
    #expect(verdicts["test_module.py"] == missing("chart_extra", ""))
    #expect(verdicts["test_submodule.py"] == missing("legend", "chart"))
    #expect(verdicts["test_name.py"] == missing("Legend", "chart"))
    #expect(verdicts["test_attribute.py"] == missing("Legend", "chart"))
    for name in ["syntax", "indentation", "imports_broken", "circle", "raises"] {
      guard case .errored(.notLoadable(let reason))? = verdicts["test_\(name).py"] else {
        Issue.record("test_\(name).py: \(String(describing: verdicts["test_\(name).py"]))")
        continue
      }
      #expect(reason.contains("Error"), "\(name)")
    }
    #expect(verdicts.count == 10)
  }

  @Test func `a fixture that is missing or fails is an error of the test`() async throws {
    let project = try Project([
      "test_fixtures.py": """
      import pytest

      @pytest.fixture
      def failing(): raise ValueError("set-up")
      @pytest.fixture
      def importing(): import chart_extra
      @pytest.fixture
      def leaving():
          yield
          raise KeyError("tear-down")

      def test_missing(no_such_fixture): pass
      def test_failing(failing): pass
      def test_importing(importing): pass
      def test_leaving(leaving): pass
      """
    ])
    let verdicts = try #require(await project.run(runner).run.verdicts)
    let file = "test_fixtures.py"
    #expect(
      verdicts == [
        "\(file)::test_missing": .errored(
          .notLoadable(reason: "fixture 'no_such_fixture' not found")),
        "\(file)::test_failing": .errored(.raised(type: "ValueError", file: file)),
        "\(file)::test_importing": .errored(.missingSymbol(symbol: "chart_extra", module: "")),
        "\(file)::test_leaving": .errored(.raised(type: "KeyError", file: file)),
      ])
  }

  @Test func `skips and expected failures are skips, an unexpected pass is a failure`() async throws
  {
    let project = try Project([
      "test_marks.py": """
      import pytest
      @pytest.mark.skip(reason="later")
      def test_skip(): pass
      @pytest.mark.xfail(reason="known")
      def test_xfail(): assert False
      @pytest.mark.xfail
      def test_xpass(): pass
      @pytest.mark.xfail(strict=True)
      def test_xpass_strict(): pass
      """
    ])
    let record = await project.run(runner)
    let verdicts = try #require(record.run.verdicts)
    #expect(
      verdicts == [
        "test_marks.py::test_skip": .skipped, "test_marks.py::test_xfail": .skipped,
        "test_marks.py::test_xpass": .passed,
        "test_marks.py::test_xpass_strict": .failed(.unspecified),
      ])
    guard case .ran(let results) = record.run else { return }
    #expect(results.contains { $0.outcome == .skipped(reason: "later") })
  }

  @Test func `classes and parameters with odd characters can be selected again`() async throws {
    let project = try Project([
      "pkg/tests/test_odd.py": """
      import pytest, unittest
      class TestOuter:
          class TestInner:
              @pytest.mark.parametrize("x", ["a::b", "c/d[e]", "ü", "", "<&\\"'>", "\\x1b", "a b"])
              def test_it(self, x): pass
      class Unit(unittest.TestCase):
          def test_unit(self): self.assertEqual(1, 2)
      """
    ])
    guard case .ran(let all) = await project.run(runner).run else {
      Issue.record("it did not run")
      return
    }
    #expect(all.count == 8)
    #expect(Set(all.map(\.identity.suite)) == ["TestOuter.TestInner", "Unit"])
    #expect(Set(all.map(\.identity.file)) == ["pkg/tests/test_odd.py"])
    #expect(
      all.first { $0.identity.suite == "Unit" }.map { Verdict($0.outcome) } == .failed(.assertion))
    let names = all.map(\.identity).filter { $0.suite != "Unit" }
    guard case .ran(let selected) = await project.run(runner, selecting: names).run else {
      Issue.record("the selection did not run")
      return
    }
    #expect(Set(selected.map(\.identity)) == Set(names))
  }

  @Test func `nothing is left in the workspace, and configuration above it changes nothing`()
    async throws
  {
    let project = try Project([
      "pytest.ini": "[pytest]\naddopts = -x --lf --tb=no --junitxml=mine.xml",
      "inner/test_a.py": "def test_a(): assert 1 == 2",
      "inner/test_b.py": "def test_b(): assert 1 == 2",
    ])
    let before = project.contents
    let record = await runTests(
      runner, in: project.path + "/inner", environment: ["PATH": "/usr/bin:/bin"], selecting: nil,
      deadline: .seconds(60), supervisor: supervisor)
    #expect(
      record.run.verdicts == [
        "test_a.py::test_a": .failed(.assertion), "test_b.py::test_b": .failed(.assertion),
      ])
    #expect(project.contents == before)
    #expect(record.termination == .exited(1))
    #expect(record.output.contains("2 failed"))
    #expect(record.command.prefix(3) == ["/usr/bin/python3", "-m", "pytest"])
    // Two runs of the same words are told as the same words.
    #expect(record.command.contains { $0.contains("$PRIVATE/report.xml") }, "\(record.command)")
  }

  @Test func `no tests, or none of those selected, is no run`() async throws {
    let project = try Project(["test_none.py": "x = 1", "test_one.py": "def test_one(): pass"])
    let gone = [TestIdentity(file: "test_one.py", suite: "", name: "test_gone")]
    guard case .didNotRun(.refused(let reason)) = await project.run(runner, selecting: gone).run
    else {
      Issue.record("a test that does not exist was run")
      return
    }
    #expect(reason.contains("test_gone") || reason.contains("not found"))
    let deselecting = PytestRunner(command: ["/usr/bin/python3", "-m", "pytest", "-k", "nothing"])
    #expect(await project.run(deselecting).run == .didNotRun(reason: .zeroTests))
    let listing = PytestRunner(command: ["/usr/bin/python3", "-m", "pytest", "--collect-only"])
    #expect(await project.run(listing).run == .didNotRun(reason: .zeroTests))
    let empty = try Project(["README": ""])
    #expect(await empty.run(runner).run == .didNotRun(reason: .zeroTests))
  }

  @Test func `a test that leaves through the back door is no pass`() async throws {
    let project = try Project(["test_exit.py": "import os\ndef test_exit(): os._exit(0)"])
    #expect(await project.run(runner).run == .didNotRun(reason: .noReport(exit: 0)))
  }

  @Test func `an exit code that the report does not bear out is no run`() async throws {
    let hook = "def pytest_sessionfinish(session): session.exitstatus = "
    let passing = try Project(["conftest.py": hook + "1", "test_a.py": "def test_a(): pass"])
    #expect(
      await passing.run(runner).run == .didNotRun(reason: .exitDisagreesWithReport(exit: 1)))
    let failing = try Project(["conftest.py": hook + "0", "test_a.py": "def test_a(): assert 0"])
    #expect(
      await failing.run(runner).run == .didNotRun(reason: .exitDisagreesWithReport(exit: 0)))
  }

  @Test func `a test that hangs is ended at the deadline`() async throws {
    let project = try Project(["test_hang.py": "import time\ndef test_hang(): time.sleep(300)"])
    let record = await project.run(runner, deadline: .seconds(2))
    #expect(record.run == .didNotRun(reason: .deadlineExceeded))
    #expect(record.termination == .deadlineExceeded)
  }

  @Test func `a runner that is killed, refuses, fails or is missing did not run`() async throws {
    let killed = try Project([
      "test_kill.py": "import os\ndef test_kill(): os.kill(os.getpid(), 9)"
    ])
    #expect(await killed.run(runner).run == .didNotRun(reason: .killed(signal: 9)))
    let refusing = PytestRunner(command: ["/usr/bin/python3", "-m", "pytest", "--no-such-option"])
    guard case .didNotRun(.refused) = await killed.run(refusing).run else {
      Issue.record("an unknown option was accepted")
      return
    }
    let conftest = try Project(["conftest.py": "import no_such_module", "test_a.py": ""])
    guard case .didNotRun(.refused) = await conftest.run(runner).run else {
      Issue.record("a conftest that cannot be loaded went unnoticed")
      return
    }
    let failing = try Project([
      "conftest.py": "def pytest_collection_modifyitems(): raise ValueError('inside')",
      "test_a.py": "def test_a(): pass",
    ])
    guard case .didNotRun(.internalError) = await failing.run(runner).run else {
      Issue.record("an internal error went unnoticed")
      return
    }
    let missing = PytestRunner(command: ["no-such-pytest"])
    #expect(
      await failing.run(missing).run
        == .didNotRun(reason: .commandNotFound("command not found: no-such-pytest")))
  }
}

private func isPytestInstalled() async -> Bool {
  let command = Command(
    argv: ["/usr/bin/python3", "-c", "import pytest"], workingDirectory: "/", environment: [:],
    deadline: .seconds(60))
  return await supervisor.run(command).termination == .exited(0)
}

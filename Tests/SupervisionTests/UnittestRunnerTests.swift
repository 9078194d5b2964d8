// SPDX-License-Identifier: Apache-2.0
// Real unittest runs: every cause of a failure, every way not to run.

import Domain
import Supervision
import TestPacing
import Testing

@Suite(.paced, .enabled(if: Installed.python != nil, "python3 is not installed"))
struct UnittestRunnerTests {
  private let runner = UnittestRunner(command: [
    Installed.python ?? "", "-m", "unittest", "discover", "-s", "tests", "-t", ".",
  ])

  private static let calc = """
    import os
    def add(a, b): return a + b
    def crash(): return {}["key"]
    def leave(): os._exit(0)
    """

  private func project(_ tests: String, _ more: [String: String] = [:]) throws -> Project {
    try Project(
      [
        "calc.py": Self.calc, "tests/__init__.py": "",
        "tests/test_calc.py": "import unittest, calc\n\(tests)",
      ].merging(more) { $1 })
  }

  @Test func `every cause of a failure is told from the others`() async throws {
    let project = try project(
      """
      class TestCalc(unittest.TestCase):
          def test_passes(self): self.assertEqual(calc.add(1, 2), 3)
          def test_assertion(self): self.assertEqual(calc.add(1, 2), 4)
          def test_missing(self): calc.mul(2, 3)
          def test_crash(self): calc.crash()
          def test_raises(self): raise ValueError("here")
          def test_leaves(self): raise SystemExit(0)
          @unittest.skip("later")
          def test_skipped(self): pass
          @unittest.expectedFailure
          def test_expected(self): self.fail()
          @unittest.expectedFailure
          def test_unexpected(self): pass
          def test_parts(self):
              for part in range(3):
                  with self.subTest(part=part): self.assertNotEqual(part, 1)
          def test_skips_a_part(self):
              with self.subTest(part=1): self.skipTest("inner")
      class TestAsync(unittest.IsolatedAsyncioTestCase):
          async def test_awaited(self): self.assertTrue(False)
      """)
    let verdicts = try #require(await project.run(runner).run.verdicts)
    func verdict(_ name: String) -> Verdict? {
      verdicts["tests/test_calc.py::TestCalc::test_\(name)"]
    }
    let file = "tests/test_calc.py"
    #expect(verdict("passes") == .passed)
    #expect(verdict("assertion") == .failed(.assertion))
    #expect(verdict("missing") == .failed(.missingSymbol(symbol: "mul", module: "calc")))
    #expect(verdict("crash") == .failed(.raised(type: "KeyError", file: "calc.py")))
    #expect(verdict("raises") == .failed(.raised(type: "ValueError", file: file)))
    #expect(verdict("leaves") == .failed(.raised(type: "SystemExit", file: file)))
    #expect(verdict("skipped") == .skipped)
    #expect(verdict("expected") == .skipped)
    #expect(verdict("unexpected") == .failed(.unspecified))
    #expect(verdict("parts") == .failed(.assertion))
    #expect(verdict("skips_a_part") == .skipped)
    #expect(verdicts["\(file)::TestAsync::test_awaited"] == .failed(.assertion))
    #expect(verdicts.count == 12)
  }

  @Test func `what a class or a module shares fails each of its tests`() async throws {
    let project = try project(
      """
      class TestSetUp(unittest.TestCase):
          def setUp(self): raise ValueError("set-up")
          def test_one(self): pass
      class TestClass(unittest.TestCase):
          @classmethod
          def setUpClass(cls): calc.mul(1, 2)
          def test_one(self): pass
          def test_two(self): pass
      class TestSkipped(unittest.TestCase):
          @classmethod
          def setUpClass(cls): raise unittest.SkipTest("no network")
          def test_one(self): pass
      """,
      [
        "tests/test_module.py": """
        import unittest
        def setUpModule(): raise KeyError("module")
        class TestModule(unittest.TestCase):
            def test_one(self): pass
        """
      ])
    let verdicts = try #require(await project.run(runner).run.verdicts)
    let file = "tests/test_calc.py"
    let missing = Verdict.errored(.missingSymbol(symbol: "mul", module: "calc"))
    #expect(
      verdicts == [
        "\(file)::TestSetUp::test_one": .errored(.raised(type: "ValueError", file: file)),
        "\(file)::TestClass::test_one": missing, "\(file)::TestClass::test_two": missing,
        "\(file)::TestSkipped::test_one": .skipped,
        "tests/test_module.py::TestModule::test_one":
          .errored(.raised(type: "KeyError", file: "tests/test_module.py")),
      ])
  }

  @Test func `a file that cannot be loaded keeps no other from running`() async throws {
    let project = try project(
      "class TestCalc(unittest.TestCase):\n    def test_one(self): pass",
      [
        "tests/test_name.py": "from calc import mul", "tests/test_module.py": "import chart.legend",
        "tests/test_syntax.py": "def test(:", "tests/test_raises.py": "raise ValueError('no')",
      ])
    let verdicts = try #require(await project.run(runner).run.verdicts)
    #expect(verdicts["tests/test_calc.py::TestCalc::test_one"] == .passed)
    #expect(
      verdicts["tests/test_name.py"] == .errored(.missingSymbol(symbol: "mul", module: "calc")))
    #expect(
      verdicts["tests/test_module.py"] == .errored(.missingSymbol(symbol: "chart", module: "")))
    for (name, error) in [("syntax", "SyntaxError"), ("raises", "ValueError")] {
      guard case .errored(.notLoadable(let reason))? = verdicts["tests/test_\(name).py"] else {
        Issue.record("\(name): \(String(describing: verdicts["tests/test_\(name).py"]))")
        continue
      }
      #expect(reason.hasPrefix(error))
    }
    #expect(verdicts.count == 5)
  }

  @Test func `one test or one file is run by its name, whatever that holds`() async throws {
    let project = try project(
      """
      class TestCalc(unittest.TestCase):
          def test_one(self): pass
          def test_zwei_ü(self): pass
      setattr(TestCalc, 'test "quoted" [x] ü', lambda self: None)
      """,
      [
        "tests/test_other.py":
          "import unittest\nclass T(unittest.TestCase):\n  def test(self): pass"
      ])
    let all = try #require(await project.run(runner).run.verdicts)
    #expect(all.count == 4)
    let odd = TestIdentity(
      file: "tests/test_calc.py", suite: "TestCalc", name: "test \"quoted\" [x] ü")
    #expect(await project.run(runner, selecting: [odd]).run.verdicts == ["\(odd)": .passed])
    let file = TestIdentity(file: "tests/test_other.py", suite: "", name: "")
    #expect(
      await project.run(runner, selecting: [file]).run.verdicts
        == ["tests/test_other.py::T::test": .passed])
    let none = TestIdentity(file: "tests/test_calc.py", suite: "TestCalc", name: "test_none")
    #expect(await project.run(runner, selecting: [none]).run == .didNotRun(reason: .zeroTests))
  }

  @Test func `a run that ends before its report is written did not run`() async throws {
    let leaving = try project(
      """
      class TestCalc(unittest.TestCase):
          def test_a(self): self.assertTrue(True)
          def test_b(self): calc.leave()
          def test_c(self): self.fail()
      """)
    #expect(await leaving.run(runner).run == .didNotRun(reason: .noReport(exit: 0)))
    let killed = try project("import os\nos.kill(os.getpid(), 9)")
    #expect(await killed.run(runner).run == .didNotRun(reason: .killed(signal: 9)))
    let empty = try Project(["tests/__init__.py": ""])
    #expect(await empty.run(runner).run == .didNotRun(reason: .zeroTests))
    let refusing = UnittestRunner(command: [Installed.python ?? "", "-m", "unittest", "--nonsense"])
    guard case .didNotRun(.refused) = await empty.run(refusing).run else {
      Issue.record("wrong arguments were not refused")
      return
    }
  }

  @Test func `a module of the project called unittest changes nothing`() async throws {
    let project = try project(
      "class TestCalc(unittest.TestCase):\n    def test_one(self): self.fail()",
      ["unittest.py": "class TestCase:\n    def fail(self): pass\ndef main(**_): pass"])
    #expect(
      await project.run(runner).run.verdicts
        == ["tests/test_calc.py::TestCalc::test_one": .failed(.assertion)])
    #expect(!project.contents.contains { $0.contains("__pycache__") || $0.contains("reporter") })
  }

  @Test func `the first failure ends no run`() async throws {
    let project = try project(
      """
      class TestCalc(unittest.TestCase):
          def test_a(self): self.fail()
          def test_b(self): pass
      """)
    let stopping = UnittestRunner(
      command: [Installed.python ?? "", "-m", "unittest", "-f", "tests.test_calc"])
    #expect(await project.run(stopping).run.verdicts?.count == 2)
  }
}

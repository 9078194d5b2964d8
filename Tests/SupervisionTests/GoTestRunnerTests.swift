// SPDX-License-Identifier: Apache-2.0
// Real runs of `go test`: outcomes, causes, and packages that cannot be built.

import Domain
import Supervision
import TestPacing
import Testing

@Suite(.paced, .enabled("go is not installed") { Toolchain.go.isInstalled })
struct GoTestRunnerTests {
  private let runner = GoTestRunner(command: ["go", "test", "./..."])

  private static let code = [
    "go.mod": "module example.com/calc\n\ngo 1.19\n",
    "calc.go": """
    package calc

    type Calc struct{}

    func Add(a, b int) int { return a + b }
    func Boom() int        { panic("boom") }
    """,
  ]

  private func project(_ files: [String: String]) throws -> Project {
    try Project(Self.code.merging(files) { $1 })
  }

  private func run(
    _ project: Project, _ runner: GoTestRunner? = nil, selecting: [TestIdentity]? = nil
  ) async -> TestRun {
    let record = await project.run(
      runner ?? self.runner, selecting: selecting, deadline: .seconds(240),
      adding: Toolchain.go.environment)
    return record.run
  }

  @Test func `outcomes and causes are told apart, and one test can be selected`() async throws {
    let project = try project([
      "calc_test.go": """
      package calc

      import (
        "fmt"
        "testing"
      )

      func TestAdd(t *testing.T) { fmt.Print("no line feed") }
      func TestFails(t *testing.T) { t.Fatalf("got %d", Add(1, 2)) }
      func TestQuiet(t *testing.T) { t.FailNow() }
      func TestSkips(t *testing.T) { t.Skip("later") }
      func TestTable(t *testing.T) {
        t.Run("one two", func(t *testing.T) {})
        t.Run("c/d", func(t *testing.T) { t.Error("wrong") })
      }
      func ExampleAdd() {
        fmt.Println(Add(1, 2))
        // Output: 4
      }
      """,
      "boom/boom_test.go": """
      package boom

      import (
        "testing"

        "example.com/calc"
      )

      func TestBoom(t *testing.T) { calc.Boom() }
      func TestNever(t *testing.T) {}
      """,
      "plain/plain.go": "package plain\n",
    ])
    let verdicts = try #require(await run(project).verdicts)
    let name = "example.com/calc"
    #expect(
      verdicts == [
        "\(name)::TestAdd": .passed, "\(name)::TestFails": .failed(.assertion),
        "\(name)::TestQuiet": .failed(.assertion), "\(name)::TestSkips": .skipped,
        "\(name)::TestTable": .failed(.assertion), "\(name)::TestTable/one_two": .passed,
        "\(name)::TestTable/c/d": .failed(.assertion),
        "\(name)::ExampleAdd": .failed(.assertion),
        "\(name)/boom::TestBoom": .failed(.raised(type: "panic", file: "calc.go")),
      ])
    let one = TestIdentity(file: "", suite: name, name: "TestTable/c/d")
    let selected = try #require(await run(project, selecting: [one]).verdicts)
    #expect(selected.keys.allSatisfy { $0.contains("TestTable") } && selected.count == 3)
  }

  @Test func `what a package misses is named with its place, and hides that package only`()
    async throws
  {
    let project = try project([
      "calc_test.go": """
      package calc

      import "testing"

      func TestMul(t *testing.T) { Mul(1, 2); Calc{}.Undo(); _ = Calc{X: 1}; t.Shout() }
      """,
      "outside/outside_test.go": """
      package outside_test

      import (
        "strings"
        "testing"

        "example.com/calc"
      )

      func TestMul(t *testing.T) { calc.Mul(1, 2); strings.Shout("x"); helper() }
      """,
      "fresh/fresh_test.go": """
      package fresh

      import (
        "testing"

        "example.com/calc/ops"
        "github.com/nobody/nothing"
      )

      func TestMul(t *testing.T) { ops.Mul(1, 2); nothing.Do() }
      """,
      "syntax/syntax_test.go": "package syntax\n\nfunc TestX( {\n",
      "fine/fine_test.go":
        "package fine\n\nimport \"testing\"\n\nfunc TestFine(t *testing.T) {}\n",
    ])
    let run = await run(project)
    let name = "example.com/calc"
    func briefs(_ package: String) -> [String] {
      run.buildErrors[TestIdentity(file: "", suite: package, name: ""), default: []].map(\.brief)
    }
    #expect(
      briefs(name) == [
        "calc_test.go: Mul in /", "calc_test.go: Undo in Calc", "calc_test.go: X in Calc",
        "calc_test.go: Shout in testing.T",
      ])
    #expect(
      briefs(name + "/outside") == [
        "outside/outside_test.go: Mul in calc", "outside/outside_test.go: Shout in strings",
        "outside/outside_test.go: undefined: helper",
      ])
    #expect(briefs(name + "/fresh").contains("fresh/fresh_test.go: ops in example.com/calc/ops"))
    #expect(briefs(name + "/syntax").allSatisfy { $0.hasPrefix("syntax/syntax_test.go: ") })
    #expect(run.verdicts?[name + "/fine::TestFine"] == .passed)
  }

  @Test func `an error in the code keeps every package that needs it from being built`()
    async throws
  {
    let project = try project([
      "calc.go": "package calc\n\nfunc Add() int { return \"x\" }\n",
      "user/user_test.go": """
      package user

      import (
        "testing"

        "example.com/calc"
      )

      func TestAdd(t *testing.T) { calc.Add() }
      """,
    ])
    let errors = await run(project).buildErrors.values.flatMap(\.self)
    #expect(!errors.isEmpty)
    #expect(errors.allSatisfy { $0.file == "calc.go" && $0.missing == nil })
  }

  @Test func `leaving early is no pass, and no tests are no run`() async throws {
    let leaving = try project([
      "calc_test.go": """
      package calc

      import (
        "os"
        "testing"
      )

      func TestLeaves(t *testing.T) { os.Exit(0) }
      """
    ])
    #expect(
      await run(leaving).verdicts == [
        "example.com/calc::TestLeaves": .failed(.raised(type: "panic", file: "calc_test.go"))
      ])
    let silent = try project([
      "calc_test.go": """
      package calc

      import (
        "os"
        "testing"
      )

      func TestMain(m *testing.M) { os.Exit(0) }
      func TestAdd(t *testing.T) {}
      """
    ])
    #expect(await run(silent) == .didNotRun(reason: .zeroTests))
    #expect(await run(try project([:])) == .didNotRun(reason: .zeroTests))
    let failing = try project([
      "calc_test.go": """
      package calc

      import (
        "os"
        "testing"
      )

      func TestMain(m *testing.M) { os.Exit(1) }
      func TestAdd(t *testing.T) {}
      """
    ])
    #expect(await run(failing).verdicts == ["example.com/calc": .errored(.unspecified)])
  }

  @Test func `a test that pretends to another's ending proves nothing`() async throws {
    let project = try project([
      "calc_test.go": """
      package calc

      import (
        "fmt"
        "testing"
      )

      func TestAdd(t *testing.T) { fmt.Println("--- PASS: TestMul (0.00s)") }
      """
    ])
    switch await run(project) {
    case .didNotRun(.unreadableReport): break
    case .ran(let results): #expect(results.allSatisfy { $0.identity.name == "TestAdd" })
    case .didNotRun(let reason): Issue.record("\(reason)")
    }
  }

  @Test func `a control is one more test that is seen to fail`() async throws {
    let text = "package calc\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) {}\n"
    let control = try #require(runner.control(of: text, path: "calc_test.go", nonce: "7f"))
    let verdicts = await run(try project(["calc_test.go": control.text])).verdicts
    #expect(verdicts?["example.com/calc::TestOrchestrateControl7f"] == .failed(.assertion))
    #expect(verdicts?["example.com/calc::TestAdd"] == .passed)
  }
}

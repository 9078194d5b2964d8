// SPDX-License-Identifier: Apache-2.0
// Arguments against the table: what is read, and what is refused with which help.

import Domain
import Testing

@testable import orchestrate

/// What the arguments ask for, as an invocation.
private func invocation(
  _ line: String, _ environment: [String: String] = [:]
) throws -> Invocation {
  let request = try ArgumentParser.parse(
    line.split(separator: " ").map(String.init), table: sampleTable,
    environment: { environment[$0] })
  guard case .run(let arguments) = request else {
    Issue.record("'\(line)' asks for help")
    throw Problem.usage("help")
  }
  return Invocation(
    arguments, table: sampleTable, output: .standard, style: .plain,
    environment: { environment[$0] })
}

private func refusal(of line: String, _ environment: [String: String] = [:]) -> Problem? {
  do throws(Problem) {
    _ = try ArgumentParser.parse(
      line.split(separator: " ").map(String.init), table: sampleTable,
      environment: { environment[$0] })
    return nil
  } catch {
    return error
  }
}

@Suite struct ArgumentTests {
  @Test(arguments: [
    ("status", "status"), ("--json status", "status"), ("-C /tmp status --failed", "status"),
    ("handoff claim 39", "handoff claim"), ("handoff --quiet list", "handoff list"),
    ("gate", "gate run"), ("gate lint", "gate run"), ("gate --all", "gate run"),
    ("gate --all lint unit", "gate run"), ("gate run lint", "gate run"), ("gate list", "gate list"),
    ("gate --json list", "gate list"), ("gate -- list", "gate run"), ("--version", "version"),
  ])
  func `words lead to a command`(line: String, name: String) throws {
    #expect(try invocation(line).command.name == name)
  }

  @Test(arguments: [
    "--wait 90s", "--wait=90s", "-w 90s", "-w=90s", "--wait 1m30s", "--wait 90",
  ])
  func `a value may follow its option or be joined to it`(options: String) throws {
    let before = try invocation("handoff claim \(options) 39")
    #expect(before.duration("wait") == .seconds(90))
    #expect(before.argument("session") == "39")
    #expect(try invocation("handoff claim 39 \(options)").duration("wait") == .seconds(90))
  }

  @Test func `each kind of value is read as what it is`() throws {
    let claim = try invocation(
      "handoff claim 39 reviewer --fence 7 -l a --label=b=c --order newest --json -C /tmp")
    #expect(claim.integer("fence") == 7)
    #expect(claim.texts("label") == ["a", "b=c"])
    #expect(claim.text("order") == "newest")
    #expect(claim.arguments("role") == ["reviewer"])
    #expect(try claim.required("session") == "39")
    #expect(claim.wantsJSON)
    #expect(!claim.flag("quiet"))
    #expect(claim.directory == "/tmp")
  }

  @Test func `what is not given has its default, or is absent`() throws {
    let claim = try invocation("handoff claim 39")
    #expect(claim.duration("wait") == .zero)
    #expect(claim.text("order") == "oldest")
    #expect(claim.integer("fence") == nil)
    #expect(claim.texts("label") == [])
    #expect(claim.argument("role") == nil)
    #expect(claim.directory == ".")
  }

  @Test func `an argument outweighs the environment, and that the default`() throws {
    let set = ["ORCHESTRATE_ORDER": "newest", "ORCHESTRATE_JSON": "1", "ORCHESTRATE_PROJECT": "/p"]
    #expect(try invocation("handoff claim 39", set).text("order") == "newest")
    #expect(try invocation("handoff claim 39", set).wantsJSON)
    #expect(try invocation("handoff claim 39", set).directory == "/p")
    #expect(try invocation("handoff claim 39 --order oldest", set).text("order") == "oldest")
    #expect(try !invocation("status", ["ORCHESTRATE_JSON": "0"]).wantsJSON)
    #expect(try invocation("handoff claim 39", ["ORCHESTRATE_ORDER": ""]).text("order") == "oldest")
  }

  @Test func `after two dashes everything is an argument`() throws {
    #expect(try invocation("gate run -- --all -x --").arguments("names") == ["--all", "-x", "--"])
    #expect(try invocation("gate run -").arguments("names") == ["-"])
  }

  @Test(arguments: [
    ("stauts", "unknown command 'stauts'", "did you mean 'status'?", "orchestrate status"),
    (
      "handoff clam 39", "unknown command 'clam'", "did you mean 'claim'?",
      "orchestrate handoff claim"
    ),
    ("zzz", "unknown command 'zzz'", "no command of that name", "orchestrate --help"),
    ("status --faild", "unknown option '--faild'", "did you mean --failed?", "status --help"),
    ("status -x", "unknown option '-x'", "", "orchestrate status --help"),
    ("status -qh", "unknown option '-qh'", "", "orchestrate status --help"),
    ("status --all", "unknown option '--all'", "", "orchestrate status --help"),
    ("status --failed=1", "takes no value", "", "status --help"),
    ("handoff claim 39 --wait", "--wait needs a value", "30s", "handoff claim --help"),
    ("handoff claim 39 --wait --json", "--wait needs a value", "--wait=--json", "claim --help"),
    ("handoff claim 39 --wait soon", "'soon' is not a value of --wait", "30s", "claim --help"),
    ("handoff claim 39 --wait=", "'' is not a value of --wait", "30s", "claim --help"),
    ("handoff claim 39 --fence 0", "'0' is not", "from 1 to 1000", "claim --help"),
    ("handoff claim 39 --fence -1", "'-1' is not", "from 1 to 1000", "claim --help"),
    ("handoff claim 39 --order x", "'x' is not", "oldest, newest", "claim --help"),
    ("handoff claim 39 --fence 1 --fence 2", "--fence is given twice", "", "claim --help"),
    ("handoff claim", "needs SESSION", "Whose handoff", "handoff claim --help"),
    ("handoff claim 39 a extra", "takes no argument 'extra'", "", "handoff claim --help"),
    ("status extra", "takes no argument 'extra'", "", "status --help"),
    ("gate --all list extra --fence 1", "unknown option '--fence'", "", "gate run --help"),
  ])
  func `a wrong use is refused with what helps`(
    line: String, message: String, reason: String, remedy: String
  ) throws {
    let problem = try #require(refusal(of: line))
    #expect(problem.code == "USAGE")
    #expect(problem.exit == .usage)
    #expect(problem.message.contains(message), "\(problem.message)")
    #expect((problem.reason ?? "").contains(reason), "\(problem.reason ?? "no reason")")
    #expect((problem.remedy ?? "").hasSuffix(remedy), "\(problem.remedy ?? "no remedy")")
  }

  @Test func `a wrong value in the environment names its variable`() throws {
    let problem = try #require(refusal(of: "handoff claim 39", ["ORCHESTRATE_ORDER": "x"]))
    #expect(problem.message.contains("ORCHESTRATE_ORDER"))
    #expect(problem.remedy == "unset ORCHESTRATE_ORDER")
  }

  @Test(arguments: [
    ("30s", 30_000), ("5m", 300_000), ("1h30m", 5_400_000), ("500ms", 500), ("7", 7000), ("0", 0),
    ("2d1h", 176_400_000), ("1m500ms", 60_500), ("10min", 600_000),
  ])
  func `a typed duration is read`(text: String, milliseconds: Int) {
    #expect(Duration(typed: text) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    "", " ", "s", "-5s", "1.5h", "5 m", "5x", "30m1h", "1s1s", "5m30", "٣s", "9223372036854775807",
    "9223372036854775807h", "99999999999999999999s", "9223372036854775807ms1",
  ])
  func `what is no duration is refused`(text: String) { #expect(Duration(typed: text) == nil) }

  @Test(arguments: [
    ("stauts", "status"), ("satus", "status"), ("STATUS", "status"), ("stat", "status"),
    ("xyz", nil), ("", nil), ("s", nil), ("start", nil),
  ])
  func `only a slip of the hand has a suggestion`(word: String, meant: String?) {
    #expect(Suggestion.nearest(to: word, among: ["run", "status", "undo"]) == meant)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Arguments, help, completion and exit codes, tried on a small table and on the real program.

import Domain
import Glibc
import Synchronization
import Testing

@testable import orchestrate

/// A table with one of everything.
private let table = CommandTable(
  summary: "A program to test with.",
  examples: [Example("orchestrate status", "How things stand")],
  commands: [
    CommandSpec(
      ["status"], summary: "Show how things stand",
      examples: [Example("orchestrate status", "All of it")],
      options: [OptionSpec("failed", help: "Only what failed")], run: report),
    CommandSpec(
      ["handoff", "claim"], summary: "Take the next handoff",
      discussion: "Waits for one where none is ready.\nWhat comes back is a packet.",
      examples: [
        Example("orchestrate handoff claim 39 --wait 30s", "Wait up to half a minute for work")
      ],
      positionals: [
        Positional("session", "Whose handoff"), Positional("role", "For which role", .optional),
      ],
      options: [
        OptionSpec("wait", short: "w", .duration, default: "0s", help: "How long to wait for one"),
        OptionSpec("fence", .integer(1...1000), help: "The fence"),
        OptionSpec("label", short: "l", .text("NAME"), repeats: true, help: "A label"),
        OptionSpec(
          "order", .choice(["oldest", "newest"]), default: "oldest",
          environment: "ORCHESTRATE_ORDER", help: "Which comes first"),
      ], run: report),
    CommandSpec(
      ["handoff", "list"], summary: "List handoffs",
      examples: [Example("orchestrate handoff list", "All of them")], run: report),
    CommandSpec(
      ["gate", "run"], summary: "Run the gates",
      examples: [Example("orchestrate gate run lint", "One of them")],
      positionals: [Positional("names", "Which", .variadic)],
      options: [OptionSpec("all", help: "Those that are off, too")], run: report),
    CommandSpec(
      ["gate", "list"], summary: "List the gates",
      examples: [Example("orchestrate gate list", "All of them")], run: report),
    CommandSpec(
      ["fail"], summary: "Fail", examples: [Example("orchestrate fail", "Always")], run: fail),
    VersionCommand.spec,
  ],
  groups: [
    CommandGroup(["handoff"], summary: "Take work and hand it back"),
    CommandGroup(["gate"], summary: "Run and list gates", standsFor: "run"),
  ])

private func report(_ invocation: Invocation) async throws(Problem) -> ExitCode {
  invocation.print(invocation.command.name)
  return .nothingMatched
}

private func fail(_ invocation: Invocation) async throws(Problem) -> ExitCode {
  throw Problem(
    code: "LEASE001", exit: .leaseLost, message: "the lease of 039/a is lost",
    reason: "it ran out at \u{1B}[31m12:00\nand was taken by \"bob\"",
    remedy: "orchestrate handoff list")
}

/// What the arguments ask for, as an invocation.
private func invocation(
  _ line: String, _ environment: [String: String] = [:]
) throws -> Invocation {
  let request = try ArgumentParser.parse(
    line.split(separator: " ").map(String.init), table: table, environment: { environment[$0] })
  guard case .run(let arguments) = request else {
    Issue.record("'\(line)' asks for help")
    throw Problem.usage("help")
  }
  return Invocation(
    arguments, table: table, output: .standard, style: .plain, environment: { environment[$0] })
}

private func refusal(of line: String, _ environment: [String: String] = [:]) -> Problem? {
  do throws(Problem) {
    _ = try ArgumentParser.parse(
      line.split(separator: " ").map(String.init), table: table, environment: { environment[$0] })
    return nil
  } catch {
    return error
  }
}

/// Runs the table in this process and returns what it wrote.
private func outcome(
  of line: String, _ environment: [String: String] = [:]
) async throws -> (code: ExitCode, data: String, messages: String) {
  let data = try CapturedFile()
  let messages = try CapturedFile()
  let runner = CommandRunner(
    table: table, environment: { environment[$0] },
    output: Output(data: data.descriptor, messages: messages.descriptor))
  let code = await runner.main(arguments: line.split(separator: " ").map(String.init))
  return (code, data.text, messages.text)
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

@Suite struct CommandRunnerTests {
  @Test func `a command's exit code is the program's, and only data is on stdout`() async throws {
    let run = try await outcome(of: "handoff claim 39")
    #expect(run.code == .nothingMatched)
    #expect(run.data == "handoff claim\n")
    #expect(run.messages == "")
  }

  @Test func `a problem is three lines on stderr that nothing in it can forge`() async throws {
    let run = try await outcome(of: "fail")
    #expect(run.code == .leaseLost)
    #expect(run.data == "")
    #expect(
      run.messages == """
        error[LEASE001]: the lease of 039/a is lost
          why: it ran out at \\u{1b}[31m12:00
               and was taken by "bob"
          try: orchestrate handoff list

        """)
  }

  @Test(arguments: [("fail --json", [:]), ("fail", ["ORCHESTRATE_JSON": "1"])])
  func `with JSON a problem is one document`(line: String, set: [String: String]) async throws {
    let run = try await outcome(of: line, set)
    #expect(
      run.messages
        == #"{"error":{"code":"LEASE001","message":"the lease of 039/a is lost","reason":"it ran "#
        + #"out at \u001b[31m12:00\nand was taken by \"bob\"","remedy":"orchestrate handoff list","#
        + #""exit":16}}"# + "\n")
  }

  @Test func `arguments that make no command honour JSON all the same`() async throws {
    let run = try await outcome(of: "stauts --json")
    #expect(run.code == .usage)
    #expect(run.messages.hasPrefix(#"{"error":{"code":"USAGE","#))
    #expect(run.messages.contains(#""remedy":"orchestrate status","exit":64"#))
  }

  @Test func `a problem has colour only where it is asked for`() async throws {
    #expect(
      try await outcome(of: "fail --color always").messages.hasPrefix("\u{1B}[31merror[LEASE001]:"))
    #expect(try await outcome(of: "stauts --color=always").messages.hasPrefix("\u{1B}[31merror"))
    #expect(
      try await outcome(of: "fail", ["CLICOLOR_FORCE": "1"]).messages.hasPrefix("\u{1B}[31merror"))
    #expect(
      try await !outcome(of: "fail --color never", ["CLICOLOR_FORCE": "1"]).messages.contains(
        "\u{1B}"))
  }

  @Test func `the exit codes are the documented numbers`() {
    #expect(
      ExitCode.allCases.map(\.rawValue) == [
        0, 1, 2, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 64, 65, 66, 69, 70, 75, 77,
        78, 130, 143,
      ])
    #expect(Set(ExitCode.allCases.map(\.meaning)).count == ExitCode.allCases.count)
  }
}

@Suite struct HelpTests {
  @Test func `a command's help begins with an example and says all it takes`() async throws {
    let run = try await outcome(of: "handoff claim --help")
    #expect(run.code == .done)
    #expect(
      run.data == """
        Example
          orchestrate handoff claim 39 --wait 30s
              Wait up to half a minute for work

        Take the next handoff.

        Waits for one where none is ready.

        What comes back is a packet.

        Usage
          orchestrate handoff claim SESSION [ROLE] [options]

        Arguments
          SESSION  Whose handoff
          ROLE     For which role

        Options
          -w, --wait DURATION  How long to wait for one (default 0s)
          --fence N            The fence (1 to 1000)
          -l, --label NAME     A label (may be repeated)
          --order oldest|newest
                               Which comes first (default oldest; or ORCHESTRATE_ORDER)

        Options of every command
          --json             One JSON document on stdout; errors too, on stderr (or
                             ORCHESTRATE_JSON)
          --color auto|always|never
                             Whether to colour (default auto; or ORCHESTRATE_COLOR)
          -C, --project DIR  Run as if started in DIR (or ORCHESTRATE_PROJECT)
          -q, --quiet        Leave out everything but results and errors
          -h, --help         Show this help

        """)
  }

  @Test func `a group lists its commands and what it alone means`() async throws {
    let run = try await outcome(of: "help gate")
    #expect(
      run.data == """
        Examples
          orchestrate gate run lint
              One of them
          orchestrate gate list
              All of them

        Run and list gates.

        Usage
          orchestrate gate COMMAND [arguments] [options]

        Commands
          run   Run the gates
          list  List the gates

        'orchestrate gate' alone means 'orchestrate gate run'.

        'orchestrate help gate COMMAND' says more of one.

        """)
  }

  @Test(arguments: [
    ["", "help", "--help", "-h", "--json --help"],
    ["handoff", "help handoff", "handoff --help", "--help handoff"],
    ["help handoff claim", "handoff claim -h", "handoff claim 39 --help"],
    ["gate --help", "help gate"],
  ])
  func `the same help is found every way`(lines: [String]) async throws {
    var texts: Set<String> = []
    for line in lines {
      let run = try await outcome(of: line)
      #expect(run.code == .done, "\(line)")
      texts.insert(run.data)
    }
    #expect(texts.count == 1)
    #expect(texts.first?.hasPrefix("Example") == true)
  }

  @Test func `no help is wider than 80 columns`() {
    for table in [table, CommandTable.orchestrate] {
      let help = HelpText(table: table, style: .plain)
      let paths = [[]] + table.commands.flatMap { [$0.path, Array($0.path.prefix(1))] }
      for text in paths.compactMap(help.render) + [help.exitCodes()] {
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
      }
    }
  }

  @Test func `help on what there is not says what was meant`() async throws {
    let run = try await outcome(of: "help stauts")
    #expect(run.code == .usage)
    #expect(run.messages.contains("did you mean 'status'?"))
    #expect(try await outcome(of: "help exit-codes").data.contains("16   lease lost"))
  }

  @Test func `the table of the program contradicts itself nowhere`() {
    #expect(CommandTable.orchestrate.faults == [])
    #expect(table.faults == [])
  }

  @Test func `a table that contradicts itself is noticed`() {
    let broken = CommandTable(
      summary: "", examples: [],
      commands: [
        CommandSpec(
          ["a"], summary: "A", examples: [],
          positionals: [Positional("x", "X", .variadic), Positional("y", "Y")],
          options: [
            OptionSpec("json", help: "Again"),
            OptionSpec("n", .integer(1...2), default: "3", help: "N"),
          ], run: report),
        CommandSpec(["a"], summary: "A", examples: [Example("a", "a")], run: report),
      ], groups: [CommandGroup(["g"], summary: "G", standsFor: "h")])
    let faults = broken.faults.joined(separator: "\n")
    for fault in [
      "a: listed twice", "a: no example", "'x' is variadic but not last",
      "a required argument follows an optional one", "--json means two things",
      "its default '3' is not one of its values", "no commands", "stands for 'h'",
      "the program has no example",
    ] {
      #expect(faults.contains(fault))
    }
  }
}

@Suite struct CompletionTests {
  /// What bash offers for a line that ends where the cursor is.
  private func completions(_ line: String) throws -> Set<String> {
    let script = try CapturedFile(CompletionScript(table: table).render(.bash))
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
    let (status, text) = try shell(
      "source \(script.path); COMP_WORDS=(\(words.joined(separator: " "))); "
        + "COMP_CWORD=\(words.count - 1); set -u; _orchestrate; "
        + "if ((${#COMPREPLY[@]})); then printf '%s\\n' \"${COMPREPLY[@]}\"; fi")
    #expect(status == 0, "\(text)")
    return Set(text.split(separator: "\n").map(String.init))
  }

  @Test func `bash completes commands, options and values`() throws {
    #expect(try completions("orchestrate sta") == ["status"])
    #expect(try completions("orchestrate handoff ").isSuperset(of: ["claim", "list", "--json"]))
    #expect(try completions("orchestrate handoff c") == ["claim"])
    #expect(try completions("orchestrate handoff claim --w") == ["--wait"])
    #expect(try completions("orchestrate handoff claim --order ") == ["oldest", "newest"])
    #expect(try completions("orchestrate handoff claim --order o") == ["oldest"])
    #expect(try completions("orchestrate --json handoff cl") == ["claim"])
    #expect(try completions("orchestrate status --color n") == ["never"])
    #expect(try completions("orchestrate gate --a") == ["--all"])
    #expect(try completions("orchestrate handoff claim --wait ") == [])
    #expect(try completions("orchestrate status --project /us").contains("/usr"))
    #expect(try completions("orchestrate handoff list --w") == [])
  }

  @Test(arguments: CompletionScript.Shell.allCases)
  func `every shell's script names every command`(shell: CompletionScript.Shell) {
    let script = CompletionScript(table: table).render(shell)
    for word in ["status", "handoff", "claim", "gate", "completion", "color", "order"] {
      #expect(script.contains(word))
    }
  }
}

@Suite struct ProgramTests {
  @Test func `a reader that has seen enough is no failure`() throws {
    let (status, text) = try shell(
      "set -o pipefail; \(program) help | head -1; echo \"${PIPESTATUS[@]}\"")
    #expect(status == 0)
    #expect(text == "Example\n0 0\n" || text == "Examples\n0 0\n", "\(text)")
    // Here the reader is gone before the first byte: the fifo's other end is closed by then.
    let (_, late) = try shell(
      """
      exec 3> >(exit 0); wait $!
      \(program) help >&3; echo $?
      """)
    #expect(late == "0\n", "\(late)")
  }

  @Test func `a full disk is a failure that says so`() throws {
    let (status, text) = try shell("\(program) version 2>&1 >/dev/full")
    #expect(status == 1)
    #expect(text.contains("error[OUTPUT]"))
    #expect(text.contains("No space left on device"))
  }

  @Test func `a closed output does not crash it`() throws {
    #expect(try shell("\(program) version >&- 2>&-").status == 1)
  }

  @Test func `exit codes and streams reach the shell`() throws {
    #expect(try shell("\(program) version 2>/dev/null").text == "orchestrate 0.1.0\n")
    #expect(try shell("\(program) --version --json").text == "{\"version\":\"0.1.0\"}\n")
    #expect(try shell("\(program) versoin 2>/dev/null") == (64, ""))
    #expect(try shell("\(program) versoin 2>&1").text.contains("try: orchestrate version"))
  }

  @Test(arguments: [("INT", Int32(130)), ("TERM", 143)])
  func `a signal ends a stuck command with its code`(signal: String, code: Int32) throws {
    // It is stuck since the pipe is full and nobody reads. It blocks signals first thing, and from
    // then on none is lost.
    let (_, text) = try shell(
      """
      directory=$(mktemp -d); mkfifo $directory/pipe; exec 3<>$directory/pipe; rm -r $directory
      dd if=/dev/zero bs=4096 count=16 status=none >&3
      \(program) help >&3 & child=$!
      until grep -q 'SigBlk:.*[1-9a-f]' /proc/$child/status; do :; done
      kill -\(signal) $child; wait $child; echo $?
      """)
    #expect(text == "\(code)\n")
  }
}

// MARK: Real files and processes

/// The program that was built along with these tests.
private let program: String = {
  var path = [CChar](repeating: 0, count: 4096)
  let count = readlink("/proc/self/exe", &path, path.count)
  let parts = String(
    decoding: path.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self
  )
  .split(separator: "/", omittingEmptySubsequences: false)
  return "'" + (parts.dropLast() + ["orchestrate"]).joined(separator: "/") + "'"
}()

/// Runs a script in bash; standard error goes where the test's own goes.
private func shell(_ script: String) throws -> (status: Int32, text: String) {
  let file = try CapturedFile(script)
  let pipe = try #require(popen("bash --norc \(file.path)", "re"))
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = fread(&buffer, 1, buffer.count, pipe)
    if count == 0 { break }
    bytes += buffer.prefix(count)
  }
  let status = pclose(pipe)
  // An exit's status is in the second byte.
  return (status >> 8 & 0xFF, String(decoding: bytes, as: UTF8.self))
}

/// A temporary file that is gone when nobody holds it any more.
final class CapturedFile: Sendable {
  let path: String
  let descriptor: Int32

  init(_ text: String = "") throws {
    var template = Array("/tmp/orchestrate-test-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    try #require(descriptor >= 0)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    Output(data: descriptor, messages: descriptor).write(text, to: .data)
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  var text: String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = pread(descriptor, &buffer, buffer.count, bytes.count)
      if count <= 0 { break }
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

// SPDX-License-Identifier: Apache-2.0
// `orchestrate hook` as agents call it: a payload on standard input, an exit code, a reason.

import Documents
import Domain
import Glibc
import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct HookTests {
  /// Payloads in the shapes that the two programs write.
  private static func claude(_ tool: String, _ input: String, cwd: String) -> String {
    """
    {"session_id":"8b1c","transcript_path":"t.jsonl","cwd":"\(cwd)","prompt_id":"p",
     "permission_mode":"acceptEdits","effort":{"level":"high"},"hook_event_name":"PreToolUse",
     "tool_name":"\(tool)","tool_input":\(input),"tool_use_id":"toolu_1"}
    """
  }

  private static func codex(_ tool: String, _ input: String, cwd: String) -> String {
    """
    {"session_id":"019a","turn_id":"1","transcript_path":null,"cwd":"\(cwd)",
     "hook_event_name":"PreToolUse","model":"m","permission_mode":"bypassPermissions",
     "tool_name":"\(tool)","tool_input":\(input),"tool_use_id":"call_1"}
    """
  }

  private func hook(
    _ payload: String, _ arguments: [String] = [], in folder: String,
    environment: [String: String] = [:]
  ) async -> CommandOutcome {
    await Supervisor(executable: BuiltExecutable.path).run(
      Command(
        argv: [BuiltExecutable.path, "hook"] + arguments, workingDirectory: folder,
        environment: environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own },
        standardInput: Array(payload.utf8), deadline: .seconds(60)))
  }

  /// Passes silently, or blocks with one to three lines.
  private func expect(
    _ outcome: CommandOutcome, blockedBy rule: HookRule?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let said = outcome.standardError.text
    let lines = said.split(separator: "\n").count
    #expect(outcome.standardOutput.totalBytes == 0, sourceLocation: sourceLocation)
    if let rule {
      #expect(outcome.termination == .exited(2), "\(said)", sourceLocation: sourceLocation)
      #expect(
        said.hasPrefix("BLOCKED (\(rule.rawValue))"), "\(said)", sourceLocation: sourceLocation)
      #expect((1...3).contains(lines), sourceLocation: sourceLocation)
    } else {
      #expect(outcome.termination == .exited(0), "\(said)", sourceLocation: sourceLocation)
      #expect(lines == 0, "\(said)", sourceLocation: sourceLocation)
    }
  }

  // MARK: A claim's workspace

  /// A claimed handoff's workspace, made by the program itself, with what `claim` printed.
  private func claimed() async throws -> (project: ProjectFixture, ticket: JSONValue) {
    let project = try await ProjectFixture()
    let outcome = await project.shell(
      "$orchestrate run 7 --no-launch >/dev/null 2>&1 & pid=$!; "
        + "$orchestrate handoff claim --wait 120s --json; kill -TERM $pid; wait $pid; true")
    return (project, try JSONValue(parsing: outcome.standardOutput.text))
  }

  @Test func `a claim leaves what a hook needs beside its workspace, until it is given back`()
    async throws
  {
    let (project, ticket) = try await claimed()
    let tree = try #require(ticket["workspace"]?.string)
    let stage = try #require(ticket["stage"]?.string.flatMap(Stage.init))
    #expect(stage == .design)
    let edit = #"{"file_path":"\#(tree)/calc/basic.py","old_string":"a","new_string":"b"}"#
    // From within the workspace, and from elsewhere by the file's path.
    for folder in [tree, "/"] {
      expect(await hook(Self.claude("Edit", edit, cwd: folder), in: folder), blockedBy: .stageFiles)
    }
    let start = await hook(#"{"hook_event_name":"SessionStart","source":"startup"}"#, in: tree)
    #expect(start.termination == .exited(0))
    #expect(start.standardOutput.text.contains("007-1: design of task-1"))
    let packet = tree + "/../packet.json"
    #expect(access(packet, R_OK) == 0)

    let stop = #"{"hook_event_name":"Stop","stop_hook_active":false,"cwd":"\#(tree)"}"#
    let reminded = await hook(stop, ["handoff-reminder"], in: tree)
    #expect(reminded.termination == .exited(2))
    #expect(reminded.standardError.text.contains("handoff submit 007-1 --fence 1"))
    let again = #"{"hook_event_name":"Stop","stop_hook_active":true,"cwd":"\#(tree)"}"#
    expect(await hook(again, ["handoff-reminder"], in: tree), blockedBy: nil)
    let launched = ["ORCHESTRATE_PACKET": packet]
    expect(await hook(stop, ["handoff-reminder"], in: tree, environment: launched), blockedBy: nil)

    _ = await project.orchestrate("handoff", "release", "007-1", "--fence", "1")
    #expect(access(tree + "/../hook.json", F_OK) != 0)
    expect(await hook(Self.claude("Edit", edit, cwd: tree), in: tree), blockedBy: nil)
    expect(await hook(stop, in: tree), blockedBy: nil)
  }

  /// A workspace's neighbourhood as a claim leaves it, at a stage of one's choice.
  private func workspace(_ stage: Stage) throws -> (directory: TemporaryDirectory, tree: String) {
    let directory = try TemporaryDirectory("hook")
    let tree = directory.path + "/tree"
    mkdir(tree, 0o755)
    let document = ClaimDocument(
      handoff: try #require(HandoffID("007-3")), fence: try #require(Fence(4)),
      task: try #require(TaskID("task-1")), stage: stage, project: "/p",
      tests: ["tests/", "test_*.py"], testConfiguration: ["pytest.ini", "pyproject.toml"],
      sharedNames: ["pyproject.toml"], documents: ["*.md"], litter: ["__pycache__/"])
    try AtomicFile.write(Array(document.json.prettyText.utf8), to: directory.path + "/hook.json")
    return (directory, tree)
  }

  @Test(
    arguments: [
      ("Edit", #"{"file_path":"tests/test_a.py","old_string":"1","new_string":"2"}"#, .frozenTests),
      ("Write", #"{"file_path":"pytest.ini","content":"[pytest]"}"#, .frozenTests),
      ("Bash", #"{"command":"git checkout HEAD~1 -- tests"}"#, .frozenTests),
      ("Bash", #"{"command":"cat > tests/test_a.py <<'X'\nassert True\nX"}"#, .frozenTests),
      ("Write", #"{"file_path":"calc.py","content":"one = 1"}"#, nil),
      ("Bash", #"{"command":"python3 -m pytest -q tests"}"#, nil),
      ("Read", #"{"file_path":"tests/test_a.py"}"#, nil),
      ("Read", #"{"file_path":".env"}"#, .secrets),
      ("WebFetch", #"{"url":"https://example.org"}"#, nil),
      ("Write", #"{"file_path":".claude/settings.json","content":"{}"}"#, .protectedFiles),
    ] as [(String, String, HookRule?)])
  func `while green is open, Claude Code's tools are held against its rules`(
    tool: String, input: String, rule: HookRule?
  ) async throws {
    let (directory, tree) = try workspace(.green)
    defer { _ = directory }
    expect(await hook(Self.claude(tool, input, cwd: tree), in: "/"), blockedBy: rule)
  }

  @Test(
    arguments: [
      (
        "apply_patch", "*** Begin Patch\\n*** Update File: calc.py\\n@@\\n-a\\n+b\\n*** End Patch",
        .testFirst
      ),
      ("apply_patch", "*** Begin Patch\\n*** Add File: tests/test_b.py\\n+a\\n*** End Patch", nil),
      ("Bash", "sed -i s/a/b/ calc.py", .testFirst), ("Bash", "python3 -m pytest -q", nil),
      ("Bash", "rm -r .git", .protectedFiles),
    ] as [(String, String, HookRule?)])
  func `while red is open, Codex's tools are held against its rules`(
    tool: String, command: String, rule: HookRule?
  ) async throws {
    let (directory, tree) = try workspace(.red)
    defer { _ = directory }
    let input = #"{"command":"\#(command)"}"#
    expect(await hook(Self.codex(tool, input, cwd: tree), in: tree), blockedBy: rule)
  }

  @Test func `a launched agent whose claim cannot be read may change nothing`() async throws {
    let (directory, tree) = try workspace(.green)
    let edit = Self.claude("Write", #"{"file_path":"calc.py","content":"x"}"#, cwd: tree)
    let launched = ["ORCHESTRATE_PACKET": directory.path + "/packet.json"]
    expect(await hook(edit, in: tree, environment: launched), blockedBy: nil)
    for broken in ["", "{", #"{"schema":"orchestrate.hook/1"}"#, #"{"schema":"other"}"#] {
      try AtomicFile.write(Array(broken.utf8), to: directory.path + "/hook.json")
      expect(await hook(edit, in: tree), blockedBy: .testFirst)
    }
    unlink(directory.path + "/hook.json")
    expect(await hook(edit, in: tree), blockedBy: nil)
    expect(await hook(edit, in: tree, environment: launched), blockedBy: .testFirst)
  }

  // MARK: A project

  @Test func `a broken project takes edits outside its sources only`() async throws {
    let directory = try TemporaryDirectory("hook")
    let state = directory.path + "/.claude/progress/state.json"
    let source = #"{"tool_input":{"file_path":"src/app.py"}}"#
    let other = #"{"tool_input":{"file_path":"README.md"}}"#
    for arguments in [["block-if-broken"], []] {
      unlink(state)
      expect(await hook(source, arguments, in: directory.path), blockedBy: nil)
      for text in [#"{"state":"FIX_BROKEN","health_status":"BROKEN"}"#, "{", ""] {
        try AtomicFile.write(Array(text.utf8), to: state)
        expect(await hook(source, arguments, in: directory.path), blockedBy: .blockIfBroken)
        expect(await hook(other, arguments, in: directory.path), blockedBy: nil)
      }
      let mending = ["ORCHESTRATE_MEND": "1"]
      expect(
        await hook(source, arguments, in: directory.path, environment: mending), blockedBy: nil)
    }
  }

  @Test func `what entry writes is what the hook reads`() async throws {
    let project = try await ProjectFixture(
      settings: #"{"test_command": "true", "health_check": "false"}"#)
    _ = await project.orchestrate("enter")
    let source = #"{"tool_input":{"file_path":"src/app.py"}}"#
    expect(await hook(source, in: project.root), blockedBy: .blockIfBroken)
    let line = await hook("", ["status_line"], in: project.root)
    #expect(line.standardOutput.text == "project BROKEN\n")
    try project.write(".claude/config/project.json", #"{"health_check": "true"}"#)
    _ = await project.orchestrate("enter")
    expect(await hook(source, in: project.root), blockedBy: nil)
    let loaded = await hook("", ["session_loader"], in: project.root)
    #expect(loaded.standardOutput.text.contains("health HEALTHY"), "\(loaded.standardError.text)")
  }

  // MARK: What cannot be read

  @Test(arguments: [
    "", "\n", "null", "[]", "{}", "{", "BLOCKED", #"{"hook_event_name":"PreToolUse"}"#,
    #"{"hook_event_name":7,"tool_name":"Edit","tool_input":{"file_path":"a"}}"#,
    #"{"hook_event_name":"PreToolUse","tool_name":"Edit","tool_input":{"file_path":"a"#,
    #"{"hook_event_name":"PreToolUse","tool_name":"Write","tool_input":"a"}"#,
  ])
  func `a payload that cannot be read blocks`(payload: String) async {
    for arguments in [[], ["frozen-tests"], ["secrets"]] {
      let outcome = await hook(payload, arguments, in: "/")
      #expect(outcome.termination == .exited(2))
      #expect(outcome.standardError.text.hasPrefix("BLOCKED"))
    }
    expect(await hook(payload, ["handoff-reminder"], in: "/"), blockedBy: nil)
  }

  @Test func `a payload without an end, or beyond all size, blocks`() async throws {
    let project = try await ProjectFixture()
    let large = await project.shell(
      "yes '{\"a\":1}' | head -c 9000000 | $orchestrate hook; echo code ${PIPESTATUS[2]}")
    #expect(large.standardOutput.text == "code 2\n")
    let endless = await project.shell(
      "mkfifo pipe; exec 3<>pipe; echo '{' >&3; $orchestrate hook <pipe; echo code $?")
    #expect(endless.standardOutput.text == "code 2\n")
    let closed = await project.shell("$orchestrate hook <&-; echo code $?")
    #expect(closed.standardOutput.text == "code 2\n")
    let deep = String(repeating: "[", count: 100_000)
    #expect(await hook(deep, in: "/").termination == .exited(2))
  }

  @Test func `a name that no hook has blocks, and help does not`() async throws {
    #expect(await hook("{}", ["frozen-test"], in: "/").termination == .exited(2))
    #expect(await hook("{}", ["--help"], in: "/").termination == .exited(0))
  }

  @Test(arguments: ["PostToolUse", "SessionEnd", "Notification", "Interrupt", "SomethingNew"])
  func `any other event passes in silence`(event: String) async {
    expect(await hook(#"{"hook_event_name":"\#(event)"}"#, in: "/"), blockedBy: nil)
  }

  // MARK: Registering

  @Test func `init shows the difference, asks before it writes, and takes ours out again`()
    async throws
  {
    let project = try await ProjectFixture()
    let own = "{\n  \"model\": \"own\"\n}\n"
    try project.write(".claude/settings.json", own)
    let unasked = await project.orchestrate("init", "--hooks")
    #expect(unasked.termination == .exited(14))
    #expect(unasked.standardOutput.text.contains("+++ b/.claude/settings.json"))
    #expect(unasked.standardOutput.text.contains("+            \"command\": \"orchestrate hook\""))
    #expect(await project.orchestrate("init", "--hooks", "--dry-run").termination == .exited(0))
    #expect(project.read(".claude/settings.json") == own)
    #expect(project.read(".codex/hooks.json") == nil)

    let written = await project.orchestrate("init", "--hooks", "--yes")
    #expect(written.termination == .exited(0), "\(written.standardError.text)")
    #expect(written.standardError.text.contains("Codex skips hooks that nobody trusted"))
    let once = try #require(project.read(".claude/settings.json"))
    #expect(project.read(".codex/hooks.json")?.contains("apply_patch") == true)
    let again = await project.orchestrate("init", "--hooks", "--yes")
    #expect(again.standardOutput.text.contains("unchanged  .claude/settings.json"))
    #expect(project.read(".claude/settings.json") == once)
    let doctor = await project.orchestrate("doctor", "--json")
    #expect(doctor.standardOutput.text.contains("will not find 'orchestrate' in PATH"))

    let removed = await project.orchestrate("init", "--hooks", "--remove", "--yes")
    #expect(removed.termination == .exited(0))
    #expect(project.read(".claude/settings.json") == own)
  }

  @Test func `init leaves a file that is no JSON to a person`() async throws {
    let project = try await ProjectFixture()
    try project.write(".claude/settings.json", "{ // mine\n}")
    let outcome = await project.orchestrate("init", "--hooks", "--yes")
    #expect(outcome.termination == .exited(65))
    #expect(outcome.standardError.text.contains("is left as it is"))
    #expect(project.read(".claude/settings.json") == "{ // mine\n}")
    #expect(project.read(".codex/hooks.json") == nil)
    #expect(await project.orchestrate("init", "--yes").termination == .exited(64))
  }
}

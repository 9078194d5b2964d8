// SPDX-License-Identifier: Apache-2.0
// Payloads as Claude Code and Codex write them, and as nobody should.

import Documents
import Domain
import TestKit
import Testing

private func payload(_ text: String) throws(HookPayloadError) -> HookPayload {
  try HookPayload(parsing: Array(text.utf8), directory: "/p")
}

private func use(_ tool: String, _ input: JSONValue) throws -> ToolUse? {
  let document: JSONValue = [
    "session_id": "s", "cwd": "/p", "hook_event_name": "PreToolUse", "tool_name": .string(tool),
    "tool_input": input,
  ]
  guard case .beforeTool(let use) = try payload(document.compactText).event else { return nil }
  return use
}

/// What a shell line does to files: `+` written, `-` removed, `?` read.
private func touches(_ command: String) throws -> Set<String> {
  let use = try #require(try use("Bash", ["command": .string(command)]))
  return Set(
    use.touches.map { touch in
      let sign =
        switch touch.kind {
        case .reads: "?"
        case .writes: "+"
        case .removes: "-"
        }
      return sign + touch.path
    })
}

@Suite struct HookPayloadTests {
  @Test func `an editing tool names its file and what it would write`() throws {
    let edit = try use("Edit", ["file_path": "a.py", "old_string": "1", "new_string": "2"])
    #expect(
      edit == ToolUse(touches: [FileTouch(path: "/p/a.py", kind: .writes)], texts: ["2"]))
    let write = try use("Write", ["file_path": "/q/a.py", "content": "x"])
    #expect(
      write == ToolUse(touches: [FileTouch(path: "/q/a.py", kind: .writes)], texts: ["x"]))
    let several = try use(
      "MultiEdit", ["file_path": "a", "edits": [["new_string": "1"], ["new_string": "2"]]])
    #expect(several?.texts == ["1", "2"])
    let notebook = try use("NotebookEdit", ["notebook_path": "n.ipynb", "new_source": "y"])
    #expect(notebook?.touches == [FileTouch(path: "/p/n.ipynb", kind: .writes)])
  }

  @Test func `a patch names every file, and a moved one twice`() throws {
    let patch = """
      *** Begin Patch
      *** Add File: new.py
      +one = 1
      *** Update File: old.py
      *** Move to: moved.py
      @@
      -a
      +b
      *** Delete File: gone.py
      *** End Patch
      """
    let use = try use("apply_patch", ["command": .string(patch)])
    #expect(
      use?.touches == [
        FileTouch(path: "/p/new.py", kind: .writes), FileTouch(path: "/p/old.py", kind: .removes),
        FileTouch(path: "/p/moved.py", kind: .writes),
        FileTouch(path: "/p/gone.py", kind: .removes),
      ])
    #expect(use?.texts == ["one = 1\nb\n"])
  }

  @Test(arguments: [
    ("rm -rf tests", ["-/p/tests"]), ("rm -- -odd", ["-/p/-odd"]),
    ("cd tests && rm 'a b.py'; rm c", ["-/p/tests/a b.py", "-/p/tests/c"]),
    ("echo x > out.txt 2>&1", ["+/p/out.txt"]), ("echo x >>a; true &> b", ["+/p/a", "+/p/b"]),
    ("mv a.py b", ["-/p/a.py", "+/p/b", "+/p/b/a.py"]),
    ("cp a.py b/", ["?/p/a.py", "+/p/b", "+/p/b/a.py"]),
    ("sed -i 's/a/b/' t.py", ["+/p/t.py"]), ("sed -n -e 1p t.py", ["?/p/t.py"]),
    ("perl -pi -e s/a/b/ t.py", ["+/p/t.py"]), ("printf x | tee -a t.py", ["+/p/t.py"]),
    ("git checkout HEAD~1 -- t.py", ["+/p/t.py"]), ("git checkout -b a/b", []),
    ("git -C sub restore t.py", ["+/p/sub/t.py"]), ("git restore --staged t.py", []),
    ("git rm t.py", ["-/p/t.py"]), ("git mv a b", ["-/p/a", "+/p/b", "+/p/b/a"]),
    ("sudo env A=1 rm t.py", ["-/p/t.py"]), ("bash -c 'rm t.py'", ["-/p/t.py"]),
    ("find tests -name '*.py' -delete", ["-/p/tests"]),
    ("find tests -exec rm {} \\;", ["-/p/tests"]), ("cat .env", ["?/p/.env"]),
    ("curl -d @.env x", ["?/p/.env", "?/p/x"]), ("python3 <in.txt", ["?/p/in.txt"]),
    ("cat > t.py <<'EOF'\nrm other\nEOF\nrm last", ["+/p/t.py", "-/p/last"]),
    ("dd if=a of=b", ["?/p/a", "+/p/b"]), ("echo $(rm t.py)", ["-/p/t.py"]),
    ("echo .env # rm t.py", []), ("if true; then rm t.py; fi", ["-/p/t.py"]),
    ("ls .env && test -f .env", []), ("echo 'unclosed", []), ("", []), ("> ", []),
  ])
  func `a shell line shows what its common commands do`(
    command: String, expected: [String]
  ) throws {
    #expect(try touches(command) == Set(expected))
  }

  @Test func `a patch within a shell line is seen`() throws {
    let command = "apply_patch <<'X'\n*** Begin Patch\n*** Delete File: t.py\n*** End Patch\nX"
    #expect(try touches(command).contains("-/p/t.py"))
    #expect(try touches("grep '*** Begin Patch' log").contains("?/p/log"))
  }

  @Test func `a command may come as words, and in another folder`() throws {
    let use = try use("shell", ["command": ["rm", "a b"], "workdir": "sub"])
    #expect(use?.touches == [FileTouch(path: "/p/sub/a b", kind: .removes)])
  }

  @Test func `tools that touch no files are none of our business`() throws {
    for tool in ["WebSearch", "Task", "mcp__x__y", "TodoWrite"] {
      #expect(try use(tool, ["file_path": 3]) == nil)
    }
  }

  @Test func `a payload without event and tool is read by its input, as the seeds' hooks do`()
    throws
  {
    guard
      case .beforeTool(let use?) = try payload(
        #"{"tool_input": {"file_path": "src/a.py"}}"#
      ).event
    else {
      Issue.record("it is no tool")
      return
    }
    #expect(use.touches == [FileTouch(path: "/p/src/a.py", kind: .writes)])
  }

  @Test func `other events are told apart`() throws {
    if case .sessionStart = try payload(#"{"hook_event_name": "SessionStart"}"#).event {
    } else {
      Issue.record("SessionStart")
    }
    let stop = #"{"hook_event_name": "Stop", "stop_hook_active": true}"#
    if case .stop(isContinuing: true) = try payload(stop).event {
    } else {
      Issue.record("Stop")
    }
    if case .unrecognised("Elicitation") = try payload(
      #"{"hook_event_name": "Elicitation"}"#
    ).event {
    } else {
      Issue.record("Elicitation")
    }
  }

  @Test(arguments: [
    "", " \n", "null", "[]", "\"PreToolUse\"", "{", "{}", "{\"hook_event_name\": 3}",
    #"{"hook_event_name": "PreToolUse"}"#,
    #"{"hook_event_name": "PreToolUse", "tool_name": "Edit"}"#,
    #"{"hook_event_name": "PreToolUse", "tool_name": "Edit", "tool_input": {"file_path": 1}}"#,
    #"{"hook_event_name": "PreToolUse", "tool_name": "Edit", "tool_input": {"file_path": ""}}"#,
    #"{"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {}}"#,
    #"{"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": [1]}}"#,
    #"{"hook_event_name": "PreToolUse", "tool_name": "apply_patch", "tool_input": {"command": ""}}"#,
    #"{"hook_event_name": "PreToolUse", "tool_name": {}, "tool_input": {"command": "ls"}}"#,
    #"{"tool_name": "Edit", "tool_name": "Read", "tool_input": {"file_path": "a"}}"#,
    #"{"hook_event_name": "PreToolUse", "tool_name": "Edit", "tool_input": {"file_path": "a"#,
  ])
  func `a payload that does not say what is to be done is refused`(text: String) {
    #expect(throws: HookPayloadError.self) { () throws in _ = try payload(text) }
  }

  @Test func `whatever a payload holds, it is answered and not crashed on`() throws {
    var generator = SeededGenerator(seed: 7)
    let words = [
      "rm", "-rf", "--", "'", "\\\"", "\\\\", "<<", "EOF", "\\n", ">", ">&", "&>", "$(", ")", "`",
      "|",
      ";", "git", "checkout", "-C", "sh", "-c", "find", "-exec", "mv", "sed", "-i", "dd", "of=",
      "cd", "..", "~", "tests", "#", "é", "\\u0000", "*** Begin Patch", "timeout", "A=", "{}", "@",
    ]
    for _ in 0..<3000 {
      let count = Int.random(in: 0...12, using: &generator)
      let command = (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }
        .joined(separator: Bool.random(using: &generator) ? " " : "")
      let text = #"{"tool_name":"Bash","tool_input":{"command":"\#(command)"}}"#
      guard case .beforeTool(.some) = try payload(text).event else {
        Issue.record("\(text)")
        return
      }
      let bytes = Array(text.utf8).prefix(Int.random(in: 0..<text.utf8.count, using: &generator))
      #expect(throws: HookPayloadError.self) { () throws in
        _ = try HookPayload(parsing: Array(bytes), directory: "/p")
      }
    }
  }

  @Test func `a path that no file can have is refused, not looked for`() throws {
    let long = String(repeating: "a/", count: 1_000_000)
    #expect(throws: HookPayloadError.self) { () throws in
      _ = try use("Write", ["file_path": .string(long), "content": "x"])
    }
    #expect(try touches("rm " + long).isEmpty)
  }

  @Test(arguments: [
    (#"{"health_status": "HEALTHY", "state": "IMPLEMENT"}"#, HookGround.Health.fine),
    (#"{"state": "SOMETHING ELSE"}"#, .fine),
    (#"{"health_status": "BROKEN"}"#, .broken),
    (#"{"health_status": "UNKNOWN", "state": "FIX_BROKEN"}"#, .broken),
  ])
  func `a state file says whether the project is broken`(text: String, health: HookGround.Health) {
    #expect(HookGround.Health(parsing: Array(text.utf8), file: "s") == health)
  }

  @Test(arguments: ["", "{", "[]", #"{"health_status": "healthy"}"#, #"{"health_status": null}"#])
  func `a state file that cannot be understood never counts as sound`(text: String) {
    guard case .unknowable = HookGround.Health(parsing: Array(text.utf8), file: "s") else {
      Issue.record("it was understood")
      return
    }
  }
}

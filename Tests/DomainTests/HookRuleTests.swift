// SPDX-License-Identifier: Apache-2.0
// The rules that tools are held against: what they block, what they let through, and why.

import Domain
import Testing

/// A claim on `/w/tree` in which `tests/` holds tests and `pytest.ini` configures them.
private func claim(_ stage: Stage) throws -> OpenClaim {
  OpenClaim(
    tree: "/w/tree", handoff: try #require(HandoffID("007-3")), fence: try #require(Fence(4)),
    task: try #require(TaskID("task-1")), stage: stage,
    group: { path in
      if path.hasPrefix(".cache/") { return nil }
      if path.hasPrefix("tests/") { return .test }
      if path == "pytest.ini" || path == "pyproject.toml" { return .testConfiguration }
      return path.hasSuffix(".md") ? .documentation : .implementation
    },
    isShared: { $0 == "pyproject.toml" })
}

private func ground(
  _ stage: Stage? = nil, health: HookGround.Health = .fine, doubt: String? = nil
) throws -> HookGround {
  HookGround(
    claims: try stage.map { [try claim($0)] } ?? [], doubt: doubt, project: "/p", health: health)
}

private func use(
  _ path: String, _ kind: FileTouch.Kind = .writes, text: String = ""
) -> ToolUse {
  ToolUse(touches: [FileTouch(path: path, kind: kind)], texts: [text])
}

/// The rule that a decision names; `nil` where it lets through.
private func rule(_ decision: HookDecision) -> HookRule? {
  guard case .block(let reason) = decision else { return nil }
  return HookRule.allCases.first { reason.hasPrefix("BLOCKED (\($0.rawValue))") }
}

@Suite struct HookRuleTests {
  @Test(
    arguments: [
      (.red, "calc.py", .testFirst), (.red, "tests/test_a.py", nil),
      (.red, "pytest.ini", nil), (.red, "README.md", .stageFiles),
      (.green, "calc.py", nil), (.green, "tests/test_a.py", .frozenTests),
      (.green, "pytest.ini", .frozenTests), (.green, "pyproject.toml", nil),
      (.green, "README.md", nil), (.refactor, "tests/test_a.py", .frozenTests),
      (.refactor, "calc.py", nil), (.verify, "tests/test_b.py", nil),
      (.verify, "calc.py", .stageFiles), (.review, "calc.py", .stageFiles),
      (.review, "tests/test_a.py", .stageFiles), (.design, "README.md", .stageFiles),
      (.document, "README.md", nil), (.document, "calc.py", .stageFiles),
      (.red, ".cache/run", nil),
    ] as [(Stage, String, HookRule?)])
  func `an edit is held against what the open stage may hand in`(
    stage: Stage, path: String, expected: HookRule?
  ) throws {
    let decision = try ground(stage).decide(use("/w/tree/\(path)"))
    #expect(rule(decision) == expected)
  }

  @Test func `removing a folder of tests, or everything, counts as removing the tests`() throws {
    let green = try ground(.green)
    #expect(rule(green.decide(use("/w/tree/tests", .removes))) == .frozenTests)
    #expect(rule(green.decide(use("/w/tree", .removes))) == .frozenTests)
    #expect(rule(green.decide(use("/w/tree/pyproject.toml", .removes))) == .frozenTests)
    #expect(green.decide(use("/w/tree/calc", .removes)) == .pass)
  }

  @Test func `a stage binds its own workspace and nothing beside it`() throws {
    let red = try ground(.red)
    #expect(red.decide(use("/w/treehouse/calc.py")) == .pass)
    #expect(red.decide(use("/elsewhere/calc.py")) == .pass)
    #expect(red.decide(use("/w/tree/calc.py", .reads)) == .pass)
  }

  @Test func `a claim that cannot be read blocks every change, and no look`() throws {
    let doubt = try ground(doubt: "hook.json is not there")
    #expect(rule(doubt.decide(use("/w/tree/calc.py"))) == .testFirst)
    #expect(doubt.decide(use("/w/tree/calc.py", .reads)) == .pass)
  }

  @Test(
    arguments: [
      ("/p/src/app.py", .blockIfBroken), ("/p/web/src/app.js", .blockIfBroken),
      ("/p/tests/test_a.py", nil), ("/p/scripts/health.sh", nil), ("/p/srcs/a.py", nil),
      ("/q/src/app.py", nil),
    ] as [(String, HookRule?)])
  func `a broken project takes no edits in its sources`(path: String, expected: HookRule?) throws {
    #expect(rule(try ground(health: .broken).decide(use(path))) == expected)
    let unknowable = HookGround.Health.unknowable(reason: "state.json is no JSON")
    #expect(rule(try ground(health: unknowable).decide(use(path))) == expected)
    #expect(try ground(health: .fine).decide(use(path)) == .pass)
  }

  @Test func `block-if-broken is silent in a workspace, whose session was begun knowingly`() throws
  {
    let inside = HookGround(
      claims: [try claim(.green)], doubt: nil, project: "/w", health: .broken)
    #expect(inside.decide(use("/w/tree/src/calc.py")) == .pass)
    #expect(rule(inside.decide(use("/w/src/calc.py"))) == .blockIfBroken)
  }

  @Test(arguments: [
    "/p/.git/config", "/p/.git/hooks/pre-commit", "/p/.claude/settings.json", "/p/.claude",
    "/u/.claude/settings.local.json", "/p/.claude/hooks/x.py",
    "/p/.claude/config/project.json", "/p/.claude/state/orchestrate.db",
    "/p/.claude/progress/state.json", "/p/.codex/hooks.json", "/p/.codex/config.toml",
    "/w/tree/.claude/agents/own.md",
  ])
  func `what steers or records a session is not edited from within`(path: String) throws {
    let decision = try ground(.green).decide(use(path))
    #expect(rule(decision) == .protectedFiles)
    #expect(try ground(.green).decide(use(path, .reads)) == .pass)
  }

  @Test(arguments: [
    "/p/.github/workflows/ci.yml", "/p/.gitignore", "/p/.claude/sessions/session-007-plan.md",
    "/p/.claude/agents/own.md", "/p/.claude/progress/feature-list.json", "/p/claude/config",
    "/w/tree/.claude/worktrees/agent-1/calc.py",
  ])
  func `what people and agents keep together stays open`(path: String) throws {
    #expect(try ground().decide(use(path)) == .pass)
  }

  @Test func `a feature list may be edited and not thrown away`() throws {
    let list = use("/p/.claude/progress/feature-list.json", .removes)
    #expect(rule(try ground().decide(list)) == .protectedFiles)
  }

  @Test(arguments: [
    ".env", ".env.local", ".env-production", ".env*", "server.pem", "id_rsa", "id_ed25519",
    ".netrc", ".aws/credentials", "credentials.json", "keys/store.p12", "ID_RSA",
  ])
  func `a file named like credentials is neither read nor written`(name: String) throws {
    for kind in [FileTouch.Kind.reads, .writes, .removes] {
      #expect(rule(try ground().decide(use("/p/\(name)", kind))) == .secrets)
    }
  }

  @Test(arguments: [
    ".env.example", ".env.sample", "id_rsa.pub", "id_map.py", "credentials.py", "environment.yml",
    "pem.py", "tokens.py",
  ])
  func `a name that only sounds like credentials is let through`(name: String) throws {
    #expect(try ground().decide(use("/p/\(name)")) == .pass)
  }

  @Test func `a text that holds a key or a token is not written down`() throws {
    let key = "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nabc"
    let tokens = [
      "key = 'AKIA" + "ABCDEFGHIJKLMNOP'", "token=ghp" + "_" + String(repeating: "a1", count: 18),
      "sk-ant" + "-api03-" + String(repeating: "x", count: 30),
    ]
    for text in [key] + tokens {
      #expect(rule(try ground().decide(use("/p/a.py", text: text))) == .secrets, "\(text)")
    }
    for text in [
      "AKIAIOSFODNN7EXAMPLE", "ghp_short", "-----BEGIN CERTIFICATE-----", "task_npm_x", "",
      "xAKIAABCDEFGHIJKLMNOP",
    ] {
      #expect(try ground().decide(use("/p/a.py", text: text)) == .pass, "\(text)")
    }
  }

  @Test func `only the rules that are asked for hold`() throws {
    let edit = use("/w/tree/tests/test_a.py")
    #expect(try ground(.green).decide(edit, by: [.secrets, .testFirst]) == .pass)
    #expect(rule(try ground(.green).decide(edit, by: [.frozenTests])) == .frozenTests)
  }

  @Test func `a reason is at most three lines and names the file`() throws {
    guard case .block(let reason) = try ground(.green).decide(use("/w/tree/tests/test_a.py"))
    else {
      Issue.record("it was let through")
      return
    }
    #expect(reason.split(separator: "\n").count <= 3)
    #expect(reason.contains("tests/test_a.py"))
  }
}

// SPDX-License-Identifier: Apache-2.0
// Our hooks in other programs' configuration: in once, out again, and nothing else touched.

import Documents
import Testing

@Suite struct HookRegistrationTests {
  private func register(_ text: String?, _ agent: HookRegistration = .claudeCode) throws -> String {
    try agent.registered(in: text.map { Array($0.utf8) }, path: agent.file)
  }

  private func remove(_ text: String, _ agent: HookRegistration = .claudeCode) throws -> String {
    try agent.removed(from: Array(text.utf8), path: agent.file)
  }

  private let settings = """
    {
        "model": "own",
        "permissions": {"allow": ["Bash(ls:*)"],   "deny": []},
        "hooks": {
            "PreToolUse": [
                {"matcher": "Bash", "hooks": [{"type": "command", "command": "mine.sh"}]}
            ],
            "Notification": []
        },
        "number": 1.50
    }

    """

  @Test(arguments: HookRegistration.allCases)
  func `a new file holds three events`(agent: HookRegistration) throws {
    let root = try JSONValue(parsing: try register(nil, agent))
    #expect(root["hooks"]?.object?.keys == ["PreToolUse", "SessionStart", "Stop"])
    #expect(
      root["hooks"]?["PreToolUse"]?[0]?["hooks"]?[0]?["command"]?.string == "orchestrate hook")
  }

  @Test func `registering keeps what is there and adds ours once`() throws {
    let once = try register(settings)
    #expect(try register(once) == once)
    #expect(once.contains(#""permissions": {"allow": ["Bash(ls:*)"],   "deny": []}"#))
    #expect(once.contains("\"number\": 1.50"))
    let root = try JSONValue(parsing: once)
    #expect(root.object?.keys == ["model", "permissions", "hooks", "number"])
    #expect(root["hooks"]?["PreToolUse"]?.array?.count == 2)
    #expect(root["hooks"]?["PreToolUse"]?[0]?["hooks"]?[0]?["command"]?.string == "mine.sh")
  }

  @Test func `removing takes out ours and nothing else`() throws {
    let back = try remove(try register(settings))
    #expect(try JSONValue(parsing: back) == JSONValue(parsing: settings))
    let plain = "{\n  \"model\": \"own\"\n}\n"
    #expect(try remove(try register(plain)) == plain)
    let first = "{\"hooks\": {}, \"b\": 1}"
    #expect(try JSONValue(parsing: try remove(try register(first))) == ["b": 1])
    #expect(try remove(settings) == settings)
  }

  @Test func `an older form of ours is replaced, beside hooks that share its group`() throws {
    let mixed = """
      {"hooks": {"PreToolUse": [{"matcher": "Edit", "hooks": [
        {"type": "command", "command": "orchestrate hook frozen-tests"},
        {"type": "command", "command": "orchestrated"}]}]}}
      """
    let root = try JSONValue(parsing: try register(mixed))
    let groups = try #require(root["hooks"]?["PreToolUse"]?.array)
    #expect(groups.count == 2)
    #expect(groups[0]["hooks"]?.array?.count == 1)
    #expect(groups[0]["hooks"]?[0]?["command"]?.string == "orchestrated")
  }

  @Test func `whether we are registered is read, not guessed`() throws {
    func isIn(_ text: String) throws -> Bool {
      try HookRegistration.claudeCode.isRegistered(in: Array(text.utf8), path: "s")
    }
    #expect(try !isIn(settings))
    #expect(try isIn(try register(settings)))
    #expect(try !isIn("{}"))
  }

  @Test(arguments: [
    "", "{", "// a comment\n{}", "[]", "{\"hooks\": []}", "{\"hooks\": {\"PreToolUse\": {}}}",
    "{\"a\": 1, \"a\": 2}",
  ])
  func `a file of another shape is left to a person`(text: String) {
    #expect(throws: DocumentError.self) { () throws in _ = try register(text) }
  }
}

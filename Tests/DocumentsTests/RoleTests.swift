// SPDX-License-Identifier: Apache-2.0
// Roles: their many names, the routing of tasks that name none, and their files.

import Documents
import Domain
import Testing

@Suite struct RoleTests {
  private let aliases: RoleAliases

  init() throws { aliases = try RepositoryFiles.shipped().roleAliases() }

  @Test(arguments: [
    ("architect", Role.architect), ("backend-specialist", .specialist),
    ("frontend-specialist", .specialist), ("bug-hunter", .specialist),
    ("performance-optimizer", .specialist), ("test-engineer", .testEngineer),
    ("code-reviewer", .reviewer), ("documentation-writer", .documenter),
    ("Code_Reviewer", .reviewer), ("test engineer", .testEngineer),
    ("@agent-test-engineer", .testEngineer), ("@bug-hunter[opus]", .specialist),
  ])
  func `a name in the wild stands for a role`(name: String, role: Role) {
    #expect(aliases.role(of: name) == role)
  }

  @Test func `a name that nobody knows is an error that lists those there are`() {
    let complaint = complaint {
      _ = try aliases.role(of: "wizard", file: "t.json", place: .path(["agent"]))
    }
    #expect(complaint.hasPrefix("t.json agent: 'wizard' is no role; known are architect, "))
    #expect(complaint.contains("documentation-writer"))
    #expect(aliases.role(of: "") == nil)
  }

  @Test(arguments: [
    ("Design the plugin architecture", "architect"),
    ("Choose a pattern for retries", "architect"),
    ("Add a date picker component", "frontend-specialist"),
    ("Polish the UI of the login", "frontend-specialist"),
    ("Upgrade React to 19", "frontend-specialist"),
    ("Migrate the database", "backend-specialist"),
    ("Add an API for tasks", "backend-specialist"),
    ("Cache the query for users", "backend-specialist"),
    ("Test the importer", "test-engineer"),
    ("Raise coverage of the parser", "test-engineer"),
    ("Write tests for exports", "test-engineer"),
    ("Find why startup is slow", "performance-optimizer"),
    ("Reduce memory of the index", "performance-optimizer"),
    ("Review the permissions", "code-reviewer"),
    ("Refactor the settings screen", "code-reviewer"),
    ("Hunt the bug in sorting", "bug-hunter"),
    ("Login is broken", "bug-hunter"),
    ("Document the API", "documentation-writer"),
    ("Update the README", "documentation-writer"),
    ("Enable drag-drop persistence", "backend-specialist"),
  ])
  func `a task without an agent goes to whom its title fits`(title: String, agent: String) {
    #expect(aliases.agent(forTitle: title) == agent)
    #expect(aliases.role(of: aliases.agent(forTitle: title)) != nil)
  }

  @Test(arguments: [
    (#"{"roles": {"wizard": []}}"#, "r.json roles.wizard: 'wizard' is no role"),
    (
      #"{"roles": {"reviewer": ["x"], "documenter": ["X"]}}"#,
      "r.json roles.documenter[0]: expected a name that does not stand for reviewer already"
    ),
    (
      #"{"roles": {}, "routing": [{"agent": "x", "words": []}]}"#,
      "r.json routing[0].agent: 'x' is no role"
    ),
    ("{}", "r.json roles: the roles is missing"),
  ])
  func `a damaged table is refused with its place`(text: String, expected: String) {
    let complaint = complaint { _ = try RoleAliases(parsing: Array(text.utf8), file: "r.json") }
    #expect(complaint.hasPrefix(expected), "\(complaint)")
  }

  // MARK: Files

  @Test func `every shipped role has a file whose name and role are its own`() throws {
    for role in Role.allCases {
      let definition = try RepositoryFiles.shipped().definition(of: role)
      #expect(definition.name == role.rawValue)
      #expect(definition.role(in: aliases) == role)
      #expect(definition.warnings == [])
      #expect(definition.description?.isEmpty == false)
      #expect((150...270).contains(definition.prompt.split { $0.isWhitespace }.count))
      #expect(definition.prompt.contains("ORCHESTRATE_REPORT"))
    }
  }

  @Test func `a file of another tool is read with everything in it`() {
    let text = """
      ---
      name: code-reviewer
      description: "Use after writing code: finds bugs"
      tools: Read, Bash(git diff:*, git log:*), Grep
      model: opus
      color: blue
      priority: 039
      ---

      You review code.

      """
    let role = RoleDefinition(parsing: text, file: "agents/x.md")
    #expect(role.name == "code-reviewer")
    #expect(role.description == "Use after writing code: finds bugs")
    #expect(role.tools == ["Read", "Bash(git diff:*, git log:*)", "Grep"])
    #expect(role.model == "opus")
    #expect(role.fields["color"] == "blue")
    #expect(role.fields["priority"] == "039")
    #expect(role.prompt == "You review code.")
    #expect(role.text == text)
    #expect(role.warnings == [])
    #expect(role.role(in: aliases) == .reviewer)
  }

  @Test func `a front matter that is no YAML is read line by line with a warning`() throws {
    let text = """
      ---
      name: bug-hunter
      description: Use when: something broke. Examples: <example>user: "it fails: help"</example>
        assistant: on it
      tools: Read, Grep
      ---
      Hunt.
      """
    let role = RoleDefinition(parsing: text, file: "agents/bug.md")
    #expect(role.name == "bug-hunter")
    #expect(role.description?.hasPrefix("Use when: something broke.") == true)
    #expect(role.description?.hasSuffix("assistant: on it") == true)
    #expect(role.tools == ["Read", "Grep"])
    #expect(role.prompt == "Hunt.")
    let warning = try #require(role.warnings.first?.description)
    #expect(warning.hasPrefix("agents/bug.md:3:"), "\(warning)")
    #expect(warning.contains("read line by line"))
  }

  @Test func `without front matter the file's name is the role's`() {
    for text in ["# Architect\n\nDesign.", "", "---\nnot closed: yes\n", "--- not dashes\na\n---"] {
      let role = RoleDefinition(parsing: text, file: ".claude/agents/architect.md")
      #expect(role.name == "architect")
      #expect(role.text == text)
      #expect(role.warnings == [])
    }
  }

  @Test func `windows line ends and a byte-order mark do not matter`() {
    let text = "\u{FEFF}---\r\nname: qa\r\ntools:\r\n  - Read\r\n---\r\nTest.\r\n"
    let role = RoleDefinition(parsing: text, file: "x.md")
    #expect(role.name == "qa")
    #expect(role.tools == ["Read"])
    #expect(role.prompt == "Test.")
  }

  @Test func `a new role is written so that it reads the same`() {
    let role = RoleDefinition(
      name: "qa", description: "Says \"no\": often\n#really", tools: ["Read", "Bash(a, b)"],
      model: "haiku", prompt: "---\nTest everything.")
    #expect(role.name == "qa")
    #expect(role.description == "Says \"no\": often\n#really")
    #expect(role.tools == ["Read", "Bash(a, b)"])
    #expect(role.model == "haiku")
    #expect(role.prompt == "---\nTest everything.")
    #expect(role.warnings == [])
    #expect(RoleDefinition(parsing: role.text, file: "qa.md") == role)
  }

  @Test(arguments: [
    "name: [1, 2", "a: *x", "a: 1\na: 2", "\tb: 1", "- a\n- b", "? [x]\n: y",
    String(repeating: "[", count: 60), "%YAML 3.0",
  ])
  func `any front matter is taken somehow`(head: String) {
    let role = RoleDefinition(parsing: "---\n\(head)\n---\nBody", file: "x.md")
    #expect(role.prompt == "Body")
    #expect(role.warnings.count == 1)
  }
}

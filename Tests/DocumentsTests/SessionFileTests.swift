// SPDX-License-Identifier: Apache-2.0
// Plans, contexts and test cases come back as they were, from the templates and from people's.

import Documents
import Domain
import Testing

@Suite struct SessionFileTests {
  private func sample(_ name: String) throws -> String {
    try RepositoryFiles.text("scripts/sample/project/.claude/sessions/session-039-\(name)")
  }

  // MARK: Plans

  @Test func `the sample session's plan is read and written again letter for letter`() throws {
    let text = try sample("plan.md")
    let plan = PlanDocument(parsing: text)
    #expect(plan.text == text)
    #expect(plan.session == SessionID("039"))
    #expect(plan.objectives.count == 4)
    #expect(plan.tasks.map(\.number) == [1, 2, 3, 4, 5, 6])
    #expect(plan.tasks[0].agent == "backend-specialist")
    #expect(plan.tasks[0].estimatedMinutes == 30)
    #expect(plan.tasks[0].dependencyNumbers == [])
    #expect(plan.tasks[4].dependencyNumbers == [3, 4])
    #expect(plan.executionOrder.map(\.dependsOn) == [[], [], [2], [2], [3, 4], [3]])
    #expect(plan.executionOrder.map(\.parallelWith) == [[], [1], [], [3], [], []])
    #expect(plan.executionOrder.map(\.task) == [1, 2, 3, 4, 5, 6])
    #expect(plan.risks.count == 2)
    #expect(plan.risks[1].mitigation.hasPrefix("Tests are written before the code"))
    #expect(plan.successMetrics == PlanDocument.standardMetrics)
  }

  @Test func `the seed's template is read, and what it writes reads the same`() {
    let plan = PlanDocument(parsing: SeedSamples.plan)
    #expect(plan.session == nil)
    #expect(plan.objectives == ["[SMART goal 1]", "[SMART goal 2]", "[SMART goal 3]"])
    #expect(plan.tasks.map(\.name) == ["[Name]", "[Name]"])
    #expect(plan.tasks[0].successCriteria == ["[How we know it's done]"])
    #expect(plan.executionOrder.map(\.isPrerequisite) == [true, false, false])
    #expect(plan.risks == [.init("[What could go wrong]", mitigation: "[How to handle]")])
    #expect(PlanDocument(parsing: plan.text) == plan)
    #expect(plan.text == SeedSamples.plan.replacing("[Same structure]\n", with: ""))
  }

  @Test func `a plan by hand needs neither emoji nor bold type nor all headings`() {
    let plan = PlanDocument(
      parsing: """
        # session-40 plan
        Objectives
        ## Objectives
        * First
        * Second

        ## Tasks
        #### Task 2 - Second thing
        - Agent: bug-hunter
        - **Estimated Time:** 1.5 hours
        - Success Criteria:
          - one
          - two
        ```
        ### Task 9: not a task, but code
        ```
        ## Risks
        - **Risk**: It rains
          - Mitigation: Umbrella
        """)
    #expect(plan.session == SessionID(number: 40))
    #expect(plan.objectives == ["First", "Second"])
    #expect(
      plan.tasks == [
        .init(
          number: 2, name: "Second thing", agent: "bug-hunter", estimatedTime: "1.5 hours",
          successCriteria: ["one", "two"])
      ])
    #expect(plan.tasks[0].estimatedMinutes == 90)
    #expect(plan.risks == [.init("It rains", mitigation: "Umbrella")])
    #expect(plan.successMetrics == [])
    #expect(PlanDocument(parsing: plan.text) == plan)
  }

  @Test(arguments: [
    ("30 minutes", 30), ("45", 45), ("2h", 120), ("1 hour 30 min", 90), ("15-30 minutes", 30),
    ("0.5 hours", 30), ("soon", nil), ("", nil),
  ])
  func `minutes are found in words`(text: String, minutes: Int?) {
    #expect(PlanDocument.Task(number: 1, name: "", estimatedTime: text).estimatedMinutes == minutes)
  }

  @Test(arguments: 0..<100)
  func `any plan reads the same after it was written`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func text() -> String {
      let words = [
        "API", "task 7", "- x", "a: b", "**bold**", "é😀", "[ ] box", "1. one", "`c`", "it's", "C#",
      ]
      let count = Int.random(in: 1...4, using: &generator)
      let picked = (0..<count).compactMap { _ in words.randomElement(using: &generator) }
      return picked.joined(separator: "\n") + " w"
    }
    func texts() -> [String] { (0..<Int.random(in: 0...3, using: &generator)).map { _ in text() } }
    let plan = PlanDocument(
      session: SessionID(number: Int.random(in: 1...2000, using: &generator)), objectives: texts(),
      tasks: (0..<Int.random(in: 0...4, using: &generator)).map { number in
        .init(
          number: number + 1, name: text(), agent: text(), estimatedTime: text(),
          dependencies: text(), successCriteria: texts(), testCases: texts())
      },
      executionOrder: texts().map { .init($0) },
      risks: texts().map { .init($0, mitigation: text()) },
      successMetrics: texts().map {
        Checkbox($0.replacing("\n", with: " "), isTicked: $0.count > 9)
      })
    #expect(PlanDocument(parsing: plan.text) == plan)
  }

  @Test func `names keep their marks`() {
    for name in ["C#", "- dash", ": colon", "3 things", "(1)", "Task 2"] {
      let plan = PlanDocument(session: nil, objectives: [], tasks: [.init(number: 7, name: name)])
      #expect(PlanDocument(parsing: plan.text).tasks == plan.tasks)
    }
  }

  // MARK: From a plan

  @Test func `a plan's tasks are the same each time, and in its order`() throws {
    let shipped = try RepositoryFiles.shipped()
    func tasks(_ plan: PlanDocument) throws -> TasksDocument {
      try TasksDocument(
        plan: plan, session: SessionID(number: 39)!, file: "t.json",
        roles: try shipped.roleAliases(), aliases: try shipped.statusAliases())
    }
    let document = try tasks(PlanDocument(parsing: try sample("plan.md")))
    #expect(document.text == (try tasks(PlanDocument(parsing: try sample("plan.md")))).text)
    #expect(document.warnings == [])
    #expect(document.metrics.timeEstimated == 210)
    #expect(document[TaskID("task-5")!]?.dependencies.map(\.text) == ["task-3", "task-4"])
    #expect(document[TaskID("task-1")!]?.agent == "backend-specialist")
    let bare = PlanDocument(
      session: nil, objectives: [], tasks: [.init(number: 1, name: "Document the API")])
    #expect(try tasks(bare).tasks[0].agent == "documentation-writer")
    let circular = PlanDocument(
      session: nil, objectives: [],
      tasks: [.init(number: 1, name: "A", dependencies: "Task 2"), .init(number: 2, name: "B")],
      executionOrder: [.init("Task 2 (depends on 1)")])
    #expect(
      complaint { _ = try tasks(circular) }
        == "t.json tasks: tasks wait for each other: task-1 → task-2 → task-1")
  }

  @Test func `a plan gives a test case for each task`() throws {
    let tests = TestsDocument(for: PlanDocument(parsing: try sample("plan.md")))
    #expect(tests.cases.map(\.number) == [1, 2, 3, 4, 5, 6])
    #expect(TestsDocument(parsing: tests.text) == tests)
  }

  // MARK: Contexts

  @Test func `contexts are read and written again letter for letter`() throws {
    for text in [SeedSamples.context, try sample("context.md")] {
      let context = ContextDocument(parsing: text)
      #expect(context.text == text)
      #expect(ContextDocument(parsing: context.text) == context)
    }
    let context = ContextDocument(parsing: try sample("context.md"))
    #expect(context.session == SessionID("039"))
    #expect(context.branch == "main")
    #expect(context.buildStatus == .passing)
    #expect(context.timeBudget == "4 hours")
    #expect(ContextDocument(parsing: "").branch == "None")
    #expect(ContextDocument(parsing: "").buildStatus == .notRun)
  }

  // MARK: Test cases

  @Test func `test cases are read and written again letter for letter`() throws {
    for text in [SeedSamples.tests, try sample("tests.md")] {
      let tests = TestsDocument(parsing: text)
      #expect(tests.text == text)
    }
    let tests = TestsDocument(parsing: SeedSamples.tests)
    #expect(tests.cases.map(\.language) == ["javascript", nil])
    #expect(tests.cases[0].body.hasPrefix("// Playwright test\nawait page.goto"))
    #expect(tests.cases[1].body == "[Test code]")
    #expect(tests.before.count == 4)
  }

  @Test func `code with fences in it keeps them`() {
    let tests = TestsDocument(
      session: SessionID(number: 1),
      cases: [
        .init(number: 1, name: "A", language: "md", body: "```\n# not a heading\n```\n\n````"),
        .init(number: 2, name: "B", language: "", body: ""),
      ])
    #expect(TestsDocument(parsing: tests.text) == tests)
  }

  // MARK: Names

  @Test func `the next number is one more than the highest, whatever else lies there`() throws {
    let folder = try TemporaryFolder()
    let sessions = SessionFolder(path: folder.file("sessions"))
    #expect(try sessions.next() == SessionID(number: 1))
    for name in [
      "session-7-plan.md", "Session-047-context.md", "session-048b-plan.md", "session-x-plan.md",
      "session-2025-07-11.md", "notes.md", "session-", "session-0099999999-plan.md",
    ] {
      try AtomicFile.write([], to: folder.file("sessions/\(name)"))
    }
    #expect(try sessions.sessions().map(\.number) == [7, 47, 48])
    #expect(try sessions.next()?.padded == "049")
    #expect(
      sessions.path(of: .tasks, in: SessionID(number: 7)!)
        == folder.file("sessions/session-007-tasks.json"))
  }
}

// SPDX-License-Identifier: Apache-2.0
// Task files: read with every mistake named, written with only what changed changed.

import Documents
import Domain
import Testing

@Suite struct TasksDocumentTests {
  private let aliases: StatusAliases

  init() throws { aliases = try RepositoryFiles.statusAliases() }

  private func document(_ text: String) throws -> TasksDocument {
    try TasksDocument(parsing: Array(text.utf8), file: "tasks.json", aliases: aliases)
  }

  private func tasks(_ entries: String) -> String { "{\"sessionId\": 39, \"tasks\": [\(entries)]}" }

  // MARK: Reading

  @Test func `the seed's template is read and written again letter for letter`() throws {
    let document = try document(SeedSamples.tasks)
    #expect(document.text == SeedSamples.tasks)
    #expect(document.session == nil)
    let task = try #require(document[TaskID("task-1")!])
    #expect(task.title == "Fix API async params")
    #expect(task.agent == "backend-specialist")
    #expect(task.status.meaning == .pending)
    #expect(task.estimatedMinutes == 30)
    #expect(task.actualMinutes == nil)
    #expect(task.files == ["src/app/api/v1/tasks/[id]/route.ts"])
    #expect(task.tests.count == 2)
    #expect(task.output == .null)
    #expect(
      document.warnings.map(\.description) == [
        #"tasks.json sessionId: the string "XXX" names no session"#,
        "tasks.json metrics.totalTasks: the number 5 is written; the tasks add up to 1",
        "tasks.json metrics.timeEstimated: the number 180 is written; the tasks add up to 30",
      ])
  }

  @Test func `the sample project's session is read and written again letter for letter`() throws {
    let path = "scripts/sample/project/.claude/sessions/session-039-tasks.json"
    let text = try RepositoryFiles.text(path)
    let document = try document(text)
    #expect(document.text == text)
    #expect(document.session == SessionID("039"))
    #expect(document.warnings == [])
    #expect(document[TaskID("task-5")!]?.dependencies.map(\.text) == ["task-3", "task-4"])
    #expect(document[TaskID("task-6")!]?.workflow == "bug-fix")
  }

  @Test(arguments: [#""039""#, "39", #""session-039""#, #""Session-39""#])
  func `a session is named in any of its ways`(written: String) throws {
    let document = try document("{\"sessionId\": \(written), \"tasks\": []}")
    #expect(document.session == SessionID(number: 39))
  }

  @Test(arguments: [
    ("pending", TaskStatus.pending), ("in-progress", .inProgress), ("in_progress", .inProgress),
    ("In Progress", .inProgress), ("review", .implemented), ("done", .completed),
    ("spec_ready", .pending), ("approved", .pending), ("deferred", .deferred),
    ("canceled", .cancelled), ("COMPLETED", .completed), ("implemented", .implemented),
    ("tested", .tested), ("blocked", .blocked), ("failed", .failed),
  ])
  func `words for statuses mean what people mean by them`(
    word: String, status: TaskStatus
  ) throws {
    let document = try document(tasks(#"{"id":"a","title":"A","status":"\#(word)"}"#))
    #expect(document.tasks[0].status == WrittenStatus(text: word, meaning: status))
    #expect(document.warnings == [])
  }

  @Test(arguments: [
    ("passes", "true", TaskStatus.tested), ("passes", "false", .pending),
    ("completed", "true", .completed),
  ])
  func `a flag says what a status would`(key: String, value: String, status: TaskStatus) throws {
    let document = try document(tasks(#"{"id":"a","title":"A","\#(key)":\#(value)}"#))
    #expect(document.tasks[0].status.meaning == status)
  }

  @Test func `an unknown status is kept, warned of and never done`() throws {
    let document = try document(tasks(#"{"id":"a","title":"A","status":"sorta"}"#))
    #expect(document.tasks[0].status == WrittenStatus(text: "sorta", meaning: nil))
    #expect(!document.tasks[0].status.isDone)
    #expect(document.metrics.completed == 0)
    #expect(document.warnings.count == 1)
    #expect(document.text.contains(#""status":"sorta""#))
  }

  @Test func `a bare array and a feature list are read as well`() throws {
    let entry = #"{"id":1,"name":"A","dependsOn":[]},{"id":2,"title":"B","depends_on":[1]}"#
    for text in ["[\(entry)]", "{\"features\":[\(entry)]}"] {
      let document = try document(text)
      #expect(document.tasks.map(\.id.text) == ["1", "2"])
      #expect(document.tasks[1].dependencies == [TaskID("1")!])
      let updated = try document.updating(TaskID("1")!, status: .completed)
      #expect(updated.tasks[0].status.meaning == .completed)
      #expect(try self.document(updated.text).tasks == updated.tasks)
    }
  }

  // MARK: Mistakes

  @Test(arguments: [
    ("", "tasks.json:1:1: the text ends where a value should come"),
    ("7", "tasks.json $: expected an object, found the number 7"),
    ("{}", "tasks.json tasks: the array of tasks is missing"),
    (#"{"tasks": {}}"#, "tasks.json tasks: expected an array of tasks, found an object"),
    (#"{"tasks": [3]}"#, "tasks.json tasks[0]: expected an object, found the number 3"),
    (#"{"tasks": [{"title":"A"}]}"#, "tasks.json tasks[0].id: the task's id is missing"),
    (#"{"tasks": [{"id":"a"}]}"#, "tasks.json tasks[0].title: the task's title is missing"),
    (
      #"{"tasks": [{"id":"a","title":" "}]}"#,
      #"tasks.json tasks[0].title: expected a string that is not empty, found the string " ""#
    ),
    (
      #"{"tasks": [{"id":"a\nb","title":"A"}]}"#,
      #"tasks.json tasks[0].id: expected a task id: one line of 1 to 200 bytes, found the string "a\nb""#
    ),
    (
      #"{"tasks": [{"id":"a","title":"A"},{"id":"a","title":"B"}]}"#,
      "tasks.json tasks[1].id: 'a' is taken: tasks[0].id has it too"
    ),
    (
      #"{"tasks": [{"id":"a","title":"A","dependencies":["b"]}]}"#,
      "tasks.json tasks[0].dependencies: no task is called 'b'"
    ),
    (
      #"{"tasks": [{"id":"a","title":"A","estimatedMinutes":"30"}]}"#,
      #"tasks.json tasks[0].estimatedMinutes: expected minutes, 0 to 100000, or null, found the string "30""#
    ),
    (
      #"{"tasks": [{"id":"a","title":"A","files":"x"}]}"#,
      #"tasks.json tasks[0].files: expected an array of strings, found the string "x""#
    ),
    (
      #"{"tasks": [{"id":"a","title":"A","passes":"yes"}]}"#,
      #"tasks.json tasks[0].passes: expected true or false, found the string "yes""#
    ),
    (
      #"{"tasks": [{"id":"a","title":"A","dependencies":["a"]}]}"#,
      "tasks.json tasks: tasks wait for each other: a → a"
    ),
    (
      #"""
      {"tasks": [
        {"id":"x","title":"X","dependencies":["b"]}, {"id":"a","title":"A","dependencies":["c"]},
        {"id":"b","title":"B","dependencies":["f","a"]}, {"id":"c","title":"C","dependencies":["b"]},
        {"id":"f","title":"F"}
      ]}
      """#, "tasks.json tasks: tasks wait for each other: b → a → c → b"
    ),
  ])
  func `a mistake is named with its file and place`(text: String, expected: String) {
    #expect(complaint { _ = try document(text) } == expected)
  }

  @Test func `a chain of ten thousand tasks is no cycle and costs no stack`() throws {
    let entries = (0..<10_000).map { number in
      let dependency = number > 0 ? "\"t\(number - 1)\"" : ""
      return #"{"id":"t\#(number)","title":"T","dependencies":[\#(dependency)]}"#
    }
    #expect(try document(tasks(entries.joined(separator: ","))).tasks.count == 10_000)
  }

  @Test func `a file that is not there is an error that names it`() {
    #expect(
      complaint { _ = try TasksDocument.read("/nowhere/tasks.json", aliases: aliases) }
        == "/nowhere/tasks.json: No such file or directory")
  }

  // MARK: Writing

  @Test func `an update changes what it says, the metrics, and nothing else`() throws {
    let text = """
      {
          "sessionId": 39,
          "owner": {
              "zeta": 1.50,
              "alpha": null
          },
          "tasks": [
              {
                  "priority": "high",
                  "id": "a",
                  "title": "A \\"quoted\\" path",
                  "status": "todo",
                  "estimatedMinutes": 30,
                  "actualMinutes": null,
                  "output": null,
                  "x-note": 1e2
              },
              {
                  "id": "b",
                  "title": "B",
                  "status": "weird"
              }
          ],
          "metrics": {
              "custom": true,
              "totalTasks": 9,
              "completed": 0,
              "failed": 0,
              "blocked": 0,
              "timeSpent": 0,
              "timeEstimated": 180
          }
      }

      """
    let updated = try document(text).updating(
      TaskID("a")!, status: .completed, actualMinutes: 12, output: ["commit": "abc"])
    let expected =
      text
      .replacing(#""status": "todo""#, with: #""status": "completed""#)
      .replacing(#""actualMinutes": null"#, with: #""actualMinutes": 12"#)
      .replacing(
        #""output": null"#,
        with: "\"output\": {\n                \"commit\": \"abc\"\n            }"
      )
      .replacing(#""totalTasks": 9"#, with: #""totalTasks": 2"#)
      .replacing(#""completed": 0"#, with: #""completed": 1"#)
      .replacing(#""timeSpent": 0"#, with: #""timeSpent": 12"#)
      .replacing(#""timeEstimated": 180"#, with: #""timeEstimated": 30"#)
    #expect(updated.text == expected)
    #expect(updated.tasks[0].output["commit"] == "abc")
  }

  @Test func `what a person laid out by hand stays laid out`() throws {
    let text = """
      { "sessionId" : 39,

        "tasks": [
          {"id": "a", "title": "A", "files": ["x", "y"],   "status": "pending"},
          {"id": "b", "title": "B", "status": "pending", "actualMinutes": null}
        ] }
      """
    let updated = try document(text).updating(TaskID("a")!, status: .tested, actualMinutes: 5)
    let expected = """
      { "sessionId" : 39,

        "tasks": [
          {"id": "a", "title": "A", "files": ["x", "y"],   "status": "tested",   "actualMinutes": 5},
          {"id": "b", "title": "B", "status": "pending", "actualMinutes": null}
        ],

        "metrics": {
          "totalTasks": 2,
          "completed": 1,
          "failed": 0,
          "blocked": 0,
          "timeSpent": 5,
          "timeEstimated": 0
        } }
      """
    #expect(updated.text == expected)
    let again = try updated.updating(TaskID("b")!, status: .failed)
    #expect(again.text.contains("\"completed\": 1,\n    \"failed\": 1,"))
    #expect(try document(again.text).tasks == again.tasks)
  }

  @Test func `a word of the file's own that means the same is left standing`() throws {
    let document = try document(tasks(#"{"id":"a","title":"A","status":"done"}"#))
    #expect(
      try document.updating(TaskID("a")!, status: .completed).text.contains(#""status":"done""#))
  }

  @Test func `a task that is not there cannot be updated`() throws {
    let document = try document(tasks(#"{"id":"task-1","title":"A"}"#))
    #expect(
      complaint { _ = try document.updating(TaskID("task-2")!, status: .failed) }
        == "tasks.json tasks: 'task-2' is no task of this session; did you mean 'task-1'?")
  }
}

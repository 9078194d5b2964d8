// SPDX-License-Identifier: Apache-2.0
// State, features, files and checkpoints, in the shapes that people have them in.

import Documents
import Domain
import Testing

@Suite struct ProgressTests {
  private let noon = Timestamp(milliseconds: 1_766_923_200_000)

  // MARK: State

  @Test func `a new state is what the seed's script writes`() throws {
    let document = StateDocument(at: noon, health: .unknown)
    #expect(
      document.text == SeedSamples.state.replacing(
        "2025-12-28T10:00:00+00:00", with: "2025-12-28T12:00:00Z") + "\n")
  }

  @Test func `changes keep what they do not change`() throws {
    let text = """
      { "x": 1.50, "state": "IMPLEMENT",
        "entered_at": "2025-12-28T17:03:00+05:30", "health_status": "HEALTHY",

        "feature_id": "f\\"3", "history": [] }
      """
    var document = try StateDocument(parsing: Array(text.utf8), file: "state.json")
    #expect(document.state == .implement)
    #expect(document.isDirty == false)
    document.healthChecked(.broken)
    document.moved(to: .fixBroken, at: noon, reason: "health check failed")
    document.marked(isDirty: true, lastAction: "green", at: noon)
    let expected = """
      { "x": 1.50, "state": "FIX_BROKEN",
        "entered_at": "2025-12-28T12:00:00Z", "health_status": "BROKEN",

        "feature_id": "f\\"3", "history": [
          {
            "from": "IMPLEMENT",
            "to": "FIX_BROKEN",
            "at": "2025-12-28T12:00:00Z",
            "reason": "health check failed"
          }
        ], "dirty": true, "last_action": "green", "timestamp": "2025-12-28T12:00:00Z" }
      """
    #expect(document.text == expected)
    let again = try StateDocument(parsing: Array(document.text.utf8), file: "state.json")
    #expect(again.history.map(\.to) == ["FIX_BROKEN"])
    #expect(again.isDirty)
    #expect(again.lastAction == "green")
  }

  @Test func `entries of a history that others wrote stay`() throws {
    let text = #"{"state":"TEST","history":[{"from":"OLD","to":"TEST","at":"x","note":[1.0]}]}"#
    var document = try StateDocument(parsing: Array(text.utf8), file: "state.json")
    document.moved(to: .complete, at: noon, reason: "all done")
    #expect(document.history.map(\.from) == ["OLD", "TEST"])
    #expect(
      document.text.hasPrefix(
        #"{"state":"COMPLETE","history":[{"from":"OLD","to":"TEST","at":"x","note":[1.0]},{"#))
  }

  @Test(arguments: [
    ("{}", "state.json state: the state is missing"),
    (
      #"{"state": "STARTED"}"#,
      "state.json state: 'STARTED' is no state of a project; did you mean 'START'?"
    ),
    (
      #"{"state": "TEST", "health_status": "OK"}"#,
      #"state.json health_status: expected HEALTHY, BROKEN or UNKNOWN, found the string "OK""#
    ),
    (
      #"{"state": "TEST", "history": {}}"#,
      "state.json history: expected an array of changes, found an object"
    ),
    (
      #"{"state": "TEST", "dirty": "no"}"#,
      #"state.json dirty: expected true or false, found the string "no""#
    ),
  ])
  func `a damaged state is refused with its place`(text: String, expected: String) {
    #expect(
      complaint { _ = try StateDocument(parsing: Array(text.utf8), file: "state.json") } == expected
    )
  }

  // MARK: Features

  private func features(_ text: String) throws -> FeatureList {
    try FeatureList(
      parsing: Array(text.utf8), file: "f.json", aliases: try RepositoryFiles.statusAliases())
  }

  @Test(arguments: [
    (#"{"features": []}"#, FeatureStatus.none),
    (
      #"{"features": [{"id": "a", "status": "pending"}, {"id": "b", "status": "tested"}]}"#,
      .pending
    ),
    (#"{"features": [{"id": "a", "status": "implemented"}]}"#, .implemented),
    (#"[{"id": "a", "status": "review"}, {"id": "b", "status": "done"}]"#, .implemented),
    (#"[{"description": "x", "passes": true}, {"description": "y", "passes": false}]"#, .pending),
    (#"[{"description": "x", "passes": true}]"#, .complete),
    (#"{"completed": [{"id": "a"}], "pending": [{"id": "b"}]}"#, .pending),
    (#"{"completed_features": ["a", "b"], "pending_features": []}"#, .complete),
    (#"[{"id": "a", "status": "cancelled"}, {"id": "b", "status": "completed"}]"#, .complete),
    (#"[{"id": "a", "status": "blocked"}]"#, .pending),
    (#"[{"id": "a", "status": "deferred"}, {"id": "b", "status": "tested"}]"#, .pending),
    (#"[{"id": "a", "status": "whatever"}]"#, .pending),
    (#"[{"id": "a"}]"#, .pending),
  ])
  func `a list says how the project stands`(text: String, status: FeatureStatus) throws {
    #expect(try features(text).status == status)
  }

  @Test func `twenty-five features that are merely implemented are not done`() throws {
    let entries = (0..<25).map { #"{"id": "f\#($0)", "status": "implemented"}"# }
    let list = try features("{\"features\": [\(entries.joined(separator: ","))]}")
    #expect(list.doneCount == 0)
    #expect(list.untestedCount == 25)
    #expect(ProjectState(features: list.status, health: .healthy) == .test)
  }

  @Test func `ids, titles and unknown words are read`() throws {
    let list = try features(#"[{"id": 7, "name": "N", "status": "huh"}, {"description": "D"}]"#)
    #expect(list.features.map(\.id) == ["7", "2"])
    #expect(list.features.map(\.title) == ["N", "D"])
    #expect(
      list.warnings.map(\.description) == [
        "f.json [0]: the status 'huh' is not known; it does not count as done"
      ])
  }

  @Test(arguments: [
    ("{}", "f.json features: the array of features is missing"),
    (#"{"features": 3}"#, "f.json features: expected an array of features, found the number 3"),
    (#"[3]"#, "f.json [0]: expected an object, found the number 3"),
    (#"[{"id": "a", "status": 3}]"#, "f.json [0].status: expected a string, found the number 3"),
    ("7", "f.json $: expected an object, found the number 7"),
  ])
  func `a list of another shape is refused with its place`(text: String, expected: String) {
    #expect(complaint { _ = try features(text) } == expected)
  }

  // MARK: Files

  @Test func `both shapes of a file history say the same`() throws {
    func history(_ text: String) throws -> FileHistory {
      try FileHistory(parsing: Array(text.utf8), file: "h.json")
    }
    let expected = FileHistory(paths: ["a \"b\".swift", "c.swift"])
    #expect(try history(#"["a \"b\".swift", "c.swift", "a \"b\".swift"]"#) == expected)
    #expect(try history(#"{"files": [{"path": "a \"b\".swift"}, "c.swift"], "x": 1}"#) == expected)
    #expect(try history(#"{"files": []}"#).paths == [])
    #expect(try history(expected.json.compactText) == expected)
    #expect(
      complaint { _ = try history("{}") } == "h.json files: the array of files is missing")
    #expect(
      complaint { _ = try history("[{}]") }
        == "h.json [0]: expected a path, or an object with a path, found an object")
  }

  @Test func `the twenty newest files are kept, newest first`() {
    let history = FileHistory(paths: (0..<30).map { "f\($0)" }).adding(["new", "f3"])
    #expect(history.paths.count == 20)
    #expect(history.paths.prefix(4) == ["new", "f3", "f0", "f1"])
  }

  // MARK: Checkpoints

  @Test func `a checkpoint comes back as it was`() throws {
    let checkpoint = CheckpointDocument(
      at: noon, contextSnapshot: ["task": "a"], pendingActions: ["prove", "merge"])
    let text = checkpoint.json.prettyText
    #expect(try CheckpointDocument(parsing: Array(text.utf8), file: "c.json") == checkpoint)
    #expect(
      complaint { _ = try CheckpointDocument(parsing: Array("{}".utf8), file: "c.json") }
        == "c.json checkpoint_at: when it was made is missing")
  }
}

// SPDX-License-Identifier: Apache-2.0
// What is written when a session ends, and the figures in it.

import Documents
import Domain
import Testing

@Suite struct SessionReportTests {
  private func tracking() throws -> SessionTracking {
    try SessionTracking(parsing: Array(SeedSamples.tracking.utf8), file: "t.json")
  }

  @Test func `the seed's sample gives the score that it shows`() throws {
    let tracking = try tracking()
    #expect(tracking.score == 85)
    #expect(tracking.completionRate == 0.8)
    #expect(tracking.qualityScore == 1)
    #expect(((tracking.timeEfficiency ?? 0) * 100).rounded() == 117)
    #expect(tracking.bugRate(featuresAdded: 0) == nil)
    #expect(tracking.bugRate(featuresAdded: 4) == 0)
    #expect(tracking.json.prettyText == SeedSamples.tracking)
  }

  @Test func `a score is never believed and never below nothing`() throws {
    let claimed = SeedSamples.tracking.replacing("\"score\": 85", with: "\"score\": 100")
    #expect(
      try SessionTracking(parsing: Array(claimed.utf8), file: "t.json").json["score"] == 85)
    var tracking = SessionTracking(session: SessionID(number: 1)!)
    #expect(tracking.score == 0)
    #expect(tracking.completionRate == nil)
    tracking.bugsIntroduced = 3
    #expect(tracking.score == 0)
  }

  @Test(arguments: [
    ("{}", "t.json session: the session's number is missing"),
    (#"{"session": "x", "metrics": {}}"#, "t.json session: expected a session's number"),
    (
      #"{"session": 39, "metrics": {"linesAdded": -1}}"#,
      "t.json metrics.linesAdded: expected a whole number"
    ),
  ])
  func `figures of another shape are refused`(text: String, expected: String) {
    let complaint = complaint { _ = try SessionTracking(parsing: Array(text.utf8), file: "t.json") }
    #expect(complaint.hasPrefix(expected), "\(complaint)")
  }

  @Test func `a segment's nine keys are read and written`() throws {
    let metrics = try SessionMetrics(
      parsing: Array(SeedSamples.sessionMetrics.utf8), file: "m.json")
    #expect(metrics.json == (try JSONValue(parsing: SeedSamples.sessionMetrics)))
    #expect(metrics.json.object?.count == 9)
    #expect(metrics.statesVisited == [.start, .initialize, .implement, .test, .complete])
    let strange = SeedSamples.sessionMetrics.replacing("\"INIT\"", with: "\"INIT2\"")
    #expect(
      complaint { _ = try SessionMetrics(parsing: Array(strange.utf8), file: "m.json") }
        .hasPrefix("m.json states_visited[1]: 'INIT2' is no state of a project"))
  }

  @Test func `results list every task, and no text breaks its cell`() throws {
    let document = CompletedDocument(
      session: SessionID(number: 39)!, result: "completed",
      outcomes: [
        .init(
          id: TaskID("task-1")!, title: "A | B", status: .completed, minutes: 12,
          commit: ObjectID(String(repeating: "a", count: 40))),
        .init(
          id: TaskID("task-2")!, title: "C\nD", status: .blocked, minutes: nil, commit: nil,
          note: "three attempts\nfailed"),
      ], tracking: try tracking(), gates: ["tests-pass: pass"])
    let text = document.text
    #expect(text.hasPrefix("# Session 039 Results\n\n**Result**: completed\n"))
    #expect(text.contains("| task-1 | A \\| B | completed | 12 | aaaaaaaaaa |\n"))
    #expect(text.contains("| task-2 | C D | blocked | – | – |\n"))
    #expect(text.contains("## Not Done\n- task-2: three attempts failed\n"))
    #expect(text.contains("## Gates\n- tests-pass: pass\n"))
    #expect(text.contains("  \"score\": 85\n"))
  }

  @Test func `a review has its five headings, filled`() throws {
    let text = ReviewDocument(
      session: SessionID(number: 39)!, worked: ["small tasks"], failed: [],
      tracking: try tracking(), lessons: ["write\ntests"], next: ["task-2"]
    ).text
    #expect(
      text == """
        # Session 039 Review

        ## What Worked
        - small tasks

        ## What Failed
        - None

        ## Success Metrics
        - **Score**: 85
        - **Completion Rate**: 80 %
        - **Quality Score**: 100 %
        - **Time Efficiency**: 117 %

        ## Lessons Learned
        - write tests

        ## Next Session
        1. task-2

        """)
  }

  @Test func `a summary has the seven headings of the seed`() {
    let text = SummaryDocument(
      at: Timestamp(milliseconds: 1_766_915_400_000), state: .implement, health: .healthy,
      featuresCompleted: 3, featuresRemaining: 2, workDone: ["Login - Implemented and tested"],
      commits: ["abc1234: Implement login"], decisions: ["JSON: models damage it less"],
      blockers: [Checkbox("No key - ask for one")], next: ["Continue with feature: f-4"],
      files: ["login.py - the form"]
    ).text
    #expect(
      text == """
        # Session Summary - 2025-12-28T09:50:00Z

        ## State
        - Final state: IMPLEMENT
        - Health status: HEALTHY
        - Features completed: 3
        - Features remaining: 2

        ## Work Done
        1. Login - Implemented and tested

        ## Git Commits
        - abc1234: Implement login

        ## Decisions Made
        - JSON: models damage it less

        ## Blockers
        - [ ] No key - ask for one

        ## Next Session
        1. Run session-entry.sh first
        2. Resume from state: IMPLEMENT
        3. Continue with feature: f-4

        ## Files Modified
        - login.py - the form

        """)
  }
}

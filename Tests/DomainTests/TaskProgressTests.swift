// SPDX-License-Identifier: Apache-2.0
// Every input of a task in every state: what it leads to, or why it makes no sense.

import Domain
import Testing

@Suite struct TaskProgressTests {
  @Test func `every state answers every input as the table says`() {
    #expect(Self.table.count == TaskSituation.allCases.count)
    for (situation, row) in Self.table {
      #expect(row.count == TaskInput.allCases.count, "a pair is missing for \(situation)")
      for (input, expected) in row {
        var progress = situation.progress
        let answer = input.apply(to: &progress)
        #expect(answer == expected, "\(input) while \(situation)")
        if case .no = answer {
          #expect(progress == situation.progress, "\(input) while \(situation) changed a thing")
        }
      }
    }
  }

  private static let green1 = TaskProgress.Turn(stage: .green, round: 1)
  private static let green2 = TaskProgress.Turn(stage: .green, round: 2)
  private static let red2 = TaskProgress.Turn(stage: .red, round: 2)

  private static let table: [TaskSituation: [TaskInput: TaskAnswer]] = [
    .pending: row(
      of: .pending,
      [
        .activated: .yes(.handOff(.init(stage: .red, round: 1), base: .sample(9))),
        .blocked: .yes(.ask(.sample)), .failed: .yes(.finish), .cancelled: .yes(.finish),
      ]),
    .working: row(
      of: .working,
      [
        .stageAccepted: .yes(.handOff(.init(stage: .review, round: 1), base: .sample(5))),
        .sentBack: .yes(.handOff(red2, base: .sample(2))),
        .sentAhead: .no(.cannotGoBack(to: .review)),
        .sentOutside: .no(.cannotGoBack(to: .design)),
        .attemptsExhausted: .yes(.ask(.init(cause: .attemptsSpent, detail: "spent"))),
        .blocked: .yes(.ask(.sample)), .failed: .yes(.finish), .cancelled: .yes(.finish),
      ]),
    .merging: row(
      of: .merging,
      [
        .merged: .yes(.finish),
        .mergeRefused: .yes(.handOff(green2, base: .sample(8))),
        .mergeRefusedOutside: .no(.cannotGoBack(to: .design)),
        .failed: .yes(.finish), .cancelled: .yes(.finish),
      ]),
    .blockedBefore: row(
      of: .blockedBefore,
      [.unblocked: .yes(nil), .failed: .yes(.finish), .cancelled: .yes(.finish)]),
    .blockedAt: row(
      of: .blockedAt,
      [
        .unblocked: .yes(.handOff(green1, base: .sample(2))), .failed: .yes(.finish),
        .cancelled: .yes(.finish),
      ]),
    .completed: row(of: .completed, [:]),
    .failed: row(of: .failed, [:]),
    .cancelled: row(of: .cancelled, [:]),
  ]

  /// A row in which every input that is not named is rejected in its own way.
  private static func row(
    of situation: TaskSituation, _ taken: [TaskInput: TaskAnswer]
  ) -> [TaskInput: TaskAnswer] {
    let state = situation.progress.state
    var row = taken
    for input in TaskInput.allCases where row[input] == nil {
      if let turn = input.turn {
        row[input] = .no(.notAtTurn(turn, state: state))
      } else {
        row[input] = .no(.illegal(input: input.name, state: state))
      }
    }
    return row
  }

  // MARK: The way through

  @Test func `a task goes stage by stage, each starting from the checkpoint before it`() throws {
    var progress = TaskProgress(workflow: .full)
    #expect(progress.head == nil)
    var action: TaskAction? = try progress.activated(on: .sample(1))
    var seen: [Stage] = []
    var commit = 1
    while case .handOff(let turn, let base) = action {
      #expect(base == .sample(commit))
      #expect(progress.state == .working(turn))
      seen.append(turn.stage)
      commit += 1
      action = try progress.stageAccepted(turn, checkpoint: .sample(commit))
      #expect(progress.head == .sample(commit))
    }
    #expect(seen == Stage.allCases)
    #expect(action == .merge)
    #expect(progress.base == .sample(1))
    #expect(try progress.merged(as: .sample(15)) == .finish)
    #expect(progress.state == .completed(merge: .sample(15)))
    #expect(progress.isSettled)
  }

  @Test func `a stage may be done anew on what it began with, and what came of it is left`() throws
  {
    var progress = TaskSituation.working.progress
    let action = try progress.sentBack(
      from: .init(stage: .green, round: 1), to: .red, on: .sample(1), reason: "skipped")
    #expect(action == .handOff(.init(stage: .red, round: 2), base: .sample(1)))
    #expect(progress.head == .sample(1))
  }

  @Test func `it is sent back twice, and the third time a person is asked`() throws {
    var progress = TaskSituation.working.progress
    for round in 1...2 {
      let action = try progress.sentBack(
        from: .init(stage: .green, round: round), to: .green, reason: "again")
      #expect(action == .handOff(.init(stage: .green, round: round + 1), base: .sample(2)))
    }
    let last = try progress.sentBack(
      from: .init(stage: .green, round: 3), to: .red, reason: "again")
    #expect(last == .ask(.init(cause: .roundsSpent, detail: "again")))
    #expect(progress.isSettled)
    #expect(
      try progress.unblocked() == .handOff(.init(stage: .red, round: 4), base: .sample(2)))
    _ = try progress.sentBack(from: .init(stage: .red, round: 4), to: .red, reason: "again")
    #expect(progress.isSettled, "a person's word is good for one round")
  }

  @Test func `the merge queue cannot start the count of rounds anew`() throws {
    var progress = TaskSituation.merging.progress
    for round in 2...3 {
      let action = try progress.mergeRefused(
        restartingAt: .green, on: .sample(8), round: 1, reason: "conflict")
      #expect(action == .handOff(.init(stage: .green, round: round), base: .sample(8)))
      let green = TaskProgress.Turn(stage: .green, round: round)
      _ = try progress.stageAccepted(green, checkpoint: .sample(4))
      let review = TaskProgress.Turn(stage: .review, round: round)
      #expect(try progress.stageAccepted(review, checkpoint: .sample(4)) == .merge)
    }
    let action = try progress.mergeRefused(
      restartingAt: .green, on: .sample(8), round: 1, reason: "conflict")
    #expect(action == .ask(.init(cause: .roundsSpent, detail: "conflict")))
    #expect(progress.rounds == 4)
  }

  @Test func `after a refused merge it begins on the branch as it now stands`() throws {
    var progress = TaskSituation.merging.progress
    _ = try progress.mergeRefused(restartingAt: .red, on: .sample(8), round: 2, reason: "conflict")
    #expect(progress.base == .sample(8))
    #expect(progress.head == .sample(8))
  }

  @Test func `an acceptance of another round of the same stage is refused`() throws {
    var progress = TaskSituation.working.progress
    for turn in [Self.green2, .init(stage: .red, round: 1), .init(stage: .review, round: 1)] {
      #expect(throws: TaskRejection.notAtTurn(turn, state: .working(Self.green1))) {
        try progress.stageAccepted(turn, checkpoint: .sample(4))
      }
    }
    #expect(progress == TaskSituation.working.progress)
  }

  @Test func `only what is pending, working or merging asks for more`() {
    for situation in TaskSituation.allCases {
      let expected = ![.pending, .working, .merging].contains(situation)
      #expect(situation.progress.isSettled == expected, "\(situation)")
    }
  }

  @Test func `every state is the same after being written and read`() throws {
    for situation in TaskSituation.allCases { try expectRoundTrip(situation.progress) }
  }
}

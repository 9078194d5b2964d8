// SPDX-License-Identifier: Apache-2.0
// What holds for a task after any sequence of inputs.

import Domain
import Testing

@Suite struct TaskSequenceTests {
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `no sequence of inputs breaks what a task promises`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let workflows = [Workflow.full, .sample([.red, .green]), .sample([.document])]
    var progress = TaskProgress(workflow: workflows.randomElement(using: &random)!)
    var unblocked = 0
    for _ in 0..<80 {
      let before = progress
      let input = Input.random(using: &random)
      let action = input.apply(to: &progress, using: &random)
      if action == nil {
        #expect(progress == before, "a rejected input changed a thing: \(input)")
      }
      if input == .unblocked, action != nil { unblocked += 1 }
      check(input, before, progress, unblocked: unblocked)
    }
    try expectRoundTrip(progress)
  }

  private func check(
    _ input: Input, _ before: TaskProgress, _ after: TaskProgress, unblocked: Int
  ) {
    #expect(after.rounds >= before.rounds, "the count of rounds fell: \(input)")
    switch before.state {
    case .completed, .failed, .cancelled: #expect(after == before, "an end was left: \(input)")
    case .pending, .working, .merging, .blocked: break
    }
    #expect((after.head == nil) == (after.base == nil))
    switch after.state {
    case .working(let turn):
      #expect(after.head != nil)
      #expect(after.workflow.contains(turn.stage))
      #expect((1...TaskProgress.roundsMax + unblocked).contains(turn.round))
      #expect(after.rounds == turn.round)
    case .merging, .completed: #expect(after.head != nil)
    case .blocked(_, let turn): #expect(turn == nil || after.head != nil)
    case .pending: #expect(after.head == nil)
    case .failed, .cancelled: break
    }
    if before.head != nil { #expect(after.head != nil, "its head was lost: \(input)") }
    if case .completed = after.state, before.state != after.state {
      #expect(before.state == .merging)
    }
  }
}

private enum Input: CaseIterable {
  case activated, accepted, acceptedWrong, sentBack, exhausted, merged, mergeRefused, blocked
  case unblocked, failed, cancelled

  static func random(using random: inout SplitMix64) -> Input {
    let likely: [Input] = Array(repeating: .accepted, count: 12) + [.activated, .activated]
    let input = (allCases + likely).randomElement(using: &random)!
    // The ends are drawn rarely, so that the way there is long.
    let isEnd = input == .failed || input == .cancelled || input == .merged
    return isEnd && Int.random(in: 0..<10, using: &random) > 0 ? .accepted : input
  }

  /// What the input led to; `nil` where it was rejected.
  func apply(to progress: inout TaskProgress, using random: inout SplitMix64) -> TaskAction?? {
    let stage = Stage.allCases.randomElement(using: &random)!
    let commit = ObjectID.sample(Int.random(in: 0..<16, using: &random))
    let round = Int.random(in: -1...5, using: &random)
    let turn: TaskProgress.Turn
    if case .working(let current) = progress.state {
      turn = current
    } else {
      turn = .init(stage: stage, round: 1)
    }
    do throws(TaskRejection) {
      switch self {
      case .activated: return try progress.activated(on: commit)
      case .accepted: return try progress.stageAccepted(turn, checkpoint: commit)
      case .acceptedWrong:
        return try progress.stageAccepted(.init(stage: stage, round: round), checkpoint: commit)
      case .sentBack: return try progress.sentBack(from: turn, to: stage, reason: "wrong")
      case .exhausted: return try progress.attemptsExhausted(turn, reason: "spent")
      case .merged: return try progress.merged(as: commit)
      case .mergeRefused:
        return try progress.mergeRefused(
          restartingAt: stage, on: commit, round: round, reason: "conflict")
      case .blocked: return try progress.blocked(.sample)
      case .unblocked: return .some(try progress.unblocked())
      case .failed: return try progress.failed(reason: "no")
      case .cancelled: return try progress.cancelled(reason: "no")
      }
    } catch {
      return .none
    }
  }
}

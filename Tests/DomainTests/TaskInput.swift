// SPDX-License-Identifier: Apache-2.0
// The states and inputs of a task as lists, so that no pair of them is forgotten.

import Domain

extension TaskProgress.Blockage {
  static let sample = TaskProgress.Blockage(cause: .openBlocker, detail: "needs a key")
}

/// A task of red, green and review in each of its states; it is at the first round of green, with
/// red sealed, wherever it is at work or stopped there.
enum TaskSituation: CaseIterable, Hashable {
  case pending, working, merging, blockedBefore, blockedAt, completed, failed, cancelled

  var progress: TaskProgress {
    var progress = TaskProgress(workflow: .sample([.red, .green, .review]))
    do throws(TaskRejection) {
      switch self {
      case .pending: break
      case .working: try Self.work(&progress)
      case .merging: try Self.merge(&progress)
      case .blockedBefore: _ = try progress.blocked(.sample)
      case .blockedAt:
        try Self.work(&progress)
        _ = try progress.blocked(.sample)
      case .completed:
        try Self.merge(&progress)
        _ = try progress.merged(as: .sample(7))
      case .failed: _ = try progress.failed(reason: "cannot be done")
      case .cancelled: _ = try progress.cancelled(reason: "not wanted")
      }
    } catch {
      preconditionFailure("no way to \(self): \(error)")
    }
    return progress
  }

  private static func work(_ progress: inout TaskProgress) throws(TaskRejection) {
    _ = try progress.activated(on: .sample(1))
    _ = try progress.stageAccepted(.init(stage: .red, round: 1), checkpoint: .sample(2))
  }

  private static func merge(_ progress: inout TaskProgress) throws(TaskRejection) {
    try work(&progress)
    _ = try progress.stageAccepted(.init(stage: .green, round: 1), checkpoint: .sample(3))
    _ = try progress.stageAccepted(.init(stage: .review, round: 1), checkpoint: .sample(4))
  }
}

/// Every input, with the turn and the stage varied where they decide.
enum TaskInput: CaseIterable, Hashable {
  case activated, stageAccepted, stageAcceptedLate, sentBack, sentBackLate, sentAhead, sentOutside
  case attemptsExhausted, merged, mergeRefused, mergeRefusedOutside, blocked, unblocked, failed
  case cancelled

  /// As a rejection calls it.
  var name: String { self == .mergeRefusedOutside ? "mergeRefused" : "\(self)" }

  /// The turn that it speaks of.
  var turn: TaskProgress.Turn? {
    switch self {
    case .stageAccepted, .sentBack, .sentAhead, .sentOutside, .attemptsExhausted:
      TaskProgress.Turn(stage: .green, round: 1)
    case .stageAcceptedLate, .sentBackLate: TaskProgress.Turn(stage: .red, round: 1)
    case .activated, .merged, .mergeRefused, .mergeRefusedOutside, .blocked, .unblocked, .failed,
      .cancelled:
      nil
    }
  }

  func apply(to progress: inout TaskProgress) -> TaskAnswer {
    do throws(TaskRejection) {
      return .yes(try applied(to: &progress))
    } catch {
      return .no(error)
    }
  }

  private func applied(to progress: inout TaskProgress) throws(TaskRejection) -> TaskAction? {
    let turn = turn ?? TaskProgress.Turn(stage: .green, round: 1)
    switch self {
    case .activated: return try progress.activated(on: .sample(9))
    case .stageAccepted, .stageAcceptedLate:
      return try progress.stageAccepted(turn, checkpoint: .sample(5))
    case .sentBack, .sentBackLate:
      return try progress.sentBack(from: turn, to: .red, reason: "wrong")
    case .sentAhead: return try progress.sentBack(from: turn, to: .review, reason: "wrong")
    case .sentOutside: return try progress.sentBack(from: turn, to: .design, reason: "wrong")
    case .attemptsExhausted: return try progress.attemptsExhausted(turn, reason: "spent")
    case .merged: return try progress.merged(as: .sample(6))
    case .mergeRefused:
      return try progress.mergeRefused(
        restartingAt: .green, on: .sample(8), round: 2, reason: "conflict")
    case .mergeRefusedOutside:
      return try progress.mergeRefused(
        restartingAt: .design, on: .sample(8), round: 2, reason: "conflict")
    case .blocked: return try progress.blocked(.sample)
    case .unblocked: return try progress.unblocked()
    case .failed: return try progress.failed(reason: "cannot be done")
    case .cancelled: return try progress.cancelled(reason: "not wanted")
    }
  }
}

/// What an input led to.
enum TaskAnswer: Hashable {
  case yes(TaskAction?)
  case no(TaskRejection)
}

// SPDX-License-Identifier: Apache-2.0
// What a person sees while a session runs: a line for each finished stage, and what runs now.

import Coordinator
import Domain
import Store
import Synchronization

/// Shows progress on standard error: lines that stay, and on a terminal one that moves.
final class RunDisplay: Sendable {
  private struct State {
    var done = 0
    var total = 0
    /// What runs now, by handoff.
    var running: [HandoffID: String] = [:]
    var startedAt = ContinuousClock.now

    var liveState: LiveLine.State {
      LiveLine.State(
        done: done, total: total, running: running.sorted { $0.key < $1.key }.map(\.value),
        elapsed: ContinuousClock.now - startedAt)
    }
  }

  private let output: Output
  private let style: TerminalStyle
  private let live: LiveLine
  private let isSilent: Bool
  private let state = Mutex(State())

  init(_ invocation: Invocation) {
    output = invocation.output
    style = invocation.messageStyle
    isSilent = invocation.flag("quiet") || invocation.wantsJSON
    live = LiveLine(output: invocation.output, style: style)
  }

  /// Starts counting from where the session stands.
  func begin(_ snapshot: SessionSnapshot) {
    state.withLock {
      $0.done = snapshot.tasksDone
      $0.total = snapshot.tasksTotal
      $0.startedAt = .now
    }
  }

  func finish() { live.finish() }

  /// Keeps the elapsed time moving while nothing else happens, until its task is cancelled.
  func keepTime() async {
    while !Task.isCancelled {
      // A cancelled pause ends early, and with it the loop.
      try? await Task.sleep(for: .seconds(1))
      if !isSilent, !Task.isCancelled { live.update(state.withLock(\.liveState)) }
    }
  }

  /// Shows one event. May be called on any thread.
  @Sendable func show(_ event: ProgressEvent) {
    guard !isSilent else { return }
    note(event)
    for line in lines(event) { live.print(line) }
    live.update(state.withLock(\.liveState))
  }

  private func note(_ event: ProgressEvent) {
    state.withLock { state in
      switch event {
      case .stageStarted(let handoff, _):
        state.running[handoff.id] = "\(handoff.stage.rawValue) \(handoff.task)"
      case .stageProving(let handoff):
        state.running[handoff.id] = "proving \(handoff.stage.rawValue) \(handoff.task)"
      case .stageAccepted(let handoff, _, _, _), .stageRefused(let handoff, _, _, _),
        .stageFailed(let handoff, _, _):
        state.running[handoff.id] = nil
      case .taskMerged: state.done += 1
      case .note, .warning, .healthChecked, .taskStarted, .sentBack, .taskBlocked, .segmentOpened,
        .sessionMoved:
        break
      }
    }
  }

  private func lines(_ event: ProgressEvent) -> [String] {
    switch event {
    case .note(let text): return [row("", text, nil)]
    case .warning(let text): return [row("WARN", text, .yellow)]
    case .healthChecked(let status, let detail):
      return [row("HEALTH", "\(status.rawValue.lowercased()), \(detail)", nil)]
    case .taskStarted(let task, let number, let total):
      return [style.ink("task \(number)/\(total)  \(harmless(task.title)) (\(task.id))", .bold)]
    case .stageStarted, .stageProving: return []
    case .stageAccepted(let handoff, let summary, let checkpoint, let duration):
      return [
        row(
          "PASS",
          "\(name(handoff))  \(harmless(summary))  "
            + style.ink("\(checkpoint.short) \(TimeInWords.brief(duration))", .dim), .green)
      ]
    case .stageRefused(let handoff, let checks, let willRetry, _):
      let isTurnedDown = checks.contains { $0.code == RefusalCode.reviewRejected.rawValue }
      let next =
        isTurnedDown
        ? "the work is turned down"
        : willRetry
          ? "handed back, attempt \(handoff.attempt) of \(handoff.attemptsMax)"
          : "attempts spent"
      return [row("REFUSED", "\(name(handoff))  \(next)", .red)] + checks.flatMap(reasons)
    case .stageFailed(let handoff, let reason, let willRetry):
      let next = willRetry ? "goes back" : "attempts spent"
      return [row("FAILED", "\(name(handoff))  \(next)", .red)] + indented(reason)
    case .sentBack(let task, let from, let to, let reason):
      return [row("BACK", "\(task) goes from \(from.rawValue) back to \(to.rawValue)", .yellow)]
        + indented(reason)
    case .taskMerged(let task, let commit, let passing):
      return [
        row(
          "MERGED",
          "\(task.id)  \(passing) tests pass on the merged tree  "
            + style.ink(commit.short, .dim), .green)
      ]
    case .taskBlocked(let task, let blockage):
      return [row("BLOCKED", "\(task) waits for you", .yellow)] + indented(blockage.detail)
    case .segmentOpened(let segment, let reason):
      return segment.number == 1
        ? [] : [row("SEGMENT", "\(segment.number) opens: \(reason)", .cyan)]
    case .sessionMoved(let lifecycle): return [row("PHASE", lifecycle.name, .cyan)]
    }
  }

  private func name(_ handoff: Handoff) -> String {
    let stage = handoff.stage.rawValue
    let padded = stage + String(repeating: " ", count: max(0, 8 - stage.count))
    let round = handoff.round > 1 ? " round \(handoff.round)" : ""
    return "\(padded) \(handoff.task)\(round)"
  }

  /// What was seen, in full: nothing is clipped where it failed.
  private func reasons(_ check: Check) -> [String] {
    let lines = check.message.split(separator: "\n").map(String.init)
    let first = "\(check.code ?? check.verdict.words): \(lines.first ?? "")"
    return indented(([first] + lines.dropFirst()).joined(separator: "\n"))
  }

  private func indented(_ text: String) -> [String] {
    text.split(separator: "\n").map { "            \(harmless(String($0)))" }
  }

  private func row(_ word: String, _ text: String, _ ink: TerminalStyle.Ink?) -> String {
    let padded = String(repeating: " ", count: max(0, 9 - word.count)) + word
    return "\(ink.map { style.ink(padded, $0) } ?? padded)  \(text)"
  }

  private func harmless(_ text: String) -> String { TerminalStyle.harmless(text) }
}

// SPDX-License-Identifier: Apache-2.0
// One line at the bottom of a terminal that says how things stand, below lines that stay.

import Synchronization

/// A status line that is rewritten in place. Where nothing may move (no terminal, a dumb one, or
/// `ORCHESTRATE_A11Y=1`) it stays silent and only permanent lines appear. End it with `finish`.
final class LiveLine: Sendable {
  /// How things stand.
  struct State: Hashable, Sendable {
    /// What is being counted up to `total`.
    var done: Int
    var total: Int
    /// What runs now, in the order in which it should be read.
    var running: [String]
    var elapsed: Duration

    init(done: Int, total: Int, running: [String] = [], elapsed: Duration) {
      self.done = done
      self.total = total
      self.running = running
      self.elapsed = elapsed
    }
  }

  private struct Screen {
    /// What stands on the line now; empty where it is clear.
    var shown = ""
    /// The newest line asked for, shown or not.
    var latest = ""
    var changedAt: ContinuousClock.Instant?
  }

  /// The line is rewritten at most this often: ten times a second.
  static let interval = Duration.milliseconds(100)

  private let output: Output
  private let style: TerminalStyle
  private let screen = Mutex(Screen())

  /// `style` is that of standard error, where the line appears.
  init(output: Output, style: TerminalStyle) {
    self.output = output
    self.style = style
  }

  /// `12/40  30 %  2m 05s  green parser · red lexer`, cut to `width` columns.
  static func render(_ state: State, width: Int) -> String {
    var parts = ["\(state.done)/\(state.total)"]
    if state.total > 0 { parts.append("\(state.done * 100 / state.total) %") }
    parts.append(TimeInWords.brief(state.elapsed))
    if !state.running.isEmpty {
      parts.append(state.running.map(TerminalStyle.harmless).joined(separator: " · "))
    }
    return DisplayWidth.fitted(parts.joined(separator: "  "), to: width)
  }

  /// Shows `state`, unless the line was rewritten less than `interval` before `now`.
  func update(_ state: State, at now: ContinuousClock.Instant = .now) {
    guard style.isAnimated else { return }
    // The last column stays free: some terminals wrap as soon as it is filled.
    let line = Self.render(state, width: style.columns - 1)
    screen.withLock { screen in
      screen.latest = line
      if let changedAt = screen.changedAt, changedAt.duration(to: now) < Self.interval { return }
      guard line != screen.shown else { return }
      output.write("\r\u{1B}[2K" + line, to: .messages)
      screen.shown = line
      screen.changedAt = now
    }
  }

  /// Writes a line that stays, above the live one.
  func print(_ line: String) {
    screen.withLock { screen in
      guard !screen.shown.isEmpty else { return output.write(line + "\n", to: .messages) }
      output.write("\r\u{1B}[2K" + line + "\n" + screen.latest, to: .messages)
      screen.shown = screen.latest
    }
  }

  /// Clears the line for good; lines that stay, stay.
  func finish() {
    screen.withLock { screen in
      if !screen.shown.isEmpty { output.write("\r\u{1B}[2K", to: .messages) }
      screen = Screen()
    }
  }
}

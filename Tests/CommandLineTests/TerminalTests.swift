// SPDX-License-Identifier: Apache-2.0
// Widths, tables, colours, times, the live line and interruptions.

import Domain
import Glibc
import Synchronization
import TestPacing
import Testing

@testable import orchestrate

private let colored = TerminalStyle(hasColor: true, isAnimated: false, columns: 80)
private let animated = TerminalStyle(hasColor: false, isAnimated: true, columns: 40)

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｶﾅ", 2), ("한글", 4),
    ("한", 2), ("🙂", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("✔", 1), ("✔\u{FE0F}", 2),
    ("…", 1), ("─", 1), ("\u{200B}", 0), ("ไม้", 2),
  ])
  func `a text is as wide as a terminal shows it`(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test(arguments: [
    ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"),
    ("abc", 1, "…"), ("abc", 0, ""),
  ])
  func `a text is cut at a whole character`(text: String, columns: Int, fitted: String) {
    #expect(DisplayWidth.fitted(text, to: columns) == fitted)
  }
}

@Suite struct TextTableTests {
  private func table() -> TextTable {
    var table = TextTable(["task", .init("n", .right), "title"])
    table.add([.init("解析器", .green), "7", "Parse"])
    table.add(["lexer", "12", "Cafe\u{301} and a title that is never cut, however long it may get"])
    table.add(["x"])
    return table
  }

  @Test func `columns are aligned whatever stands in them`() {
    #expect(
      table().render(.plain) == """
        TASK     N  TITLE
        解析器   7  Parse
        lexer   12  Cafe\u{301} and a title that is never cut, however long it may get
        x

        """)
  }

  @Test func `colour changes no column`() {
    let rows = table().render(colored).split(separator: "\n")
    #expect(rows[1] == "\u{1B}[32m解析器\u{1B}[0m   7  Parse")
    #expect(rows[0].hasPrefix("\u{1B}[2mTASK\u{1B}[0m     \u{1B}[2mN\u{1B}[0m  "))
  }

  @Test func `a cell cannot leave its line or dress itself up`() {
    var table = TextTable(["a", "b"])
    table.add(["one\ntwo", "\u{1B}[2J\u{202E}x\r"])
    let text = table.render(colored)
    #expect(text.split(separator: "\n").count == 2)
    #expect(text.hasSuffix("one two  \\u{1b}[2J\\u{202e}x\\u{d}\n"))
  }

  @Test func `a table without rows has its titles`() {
    #expect(TextTable(["a", "b"]).render(.plain) == "A  B\n")
  }
}

@Suite struct TerminalStyleTests {
  private func style(
    _ choice: TerminalStyle.Choice, _ environment: [String: String], isTerminal: Bool
  ) -> TerminalStyle {
    TerminalStyle(
      choice: choice, environment: { environment[$0] }, isTerminal: isTerminal, columns: 80)
  }

  @Test(arguments: [
    (TerminalStyle.Choice.auto, [:], true, true), (.auto, [:], false, false),
    (.always, ["NO_COLOR": "1", "TERM": "dumb"], false, true),
    (.never, ["CLICOLOR_FORCE": "1"], true, false),
    (.auto, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], true, false),
    (.auto, ["NO_COLOR": ""], true, true),
    (.auto, ["CLICOLOR_FORCE": "1", "CLICOLOR": "0", "TERM": "dumb"], false, true),
    (.auto, ["CLICOLOR_FORCE": "0"], false, false),
    (.auto, ["CLICOLOR": "0"], true, false), (.auto, ["CLICOLOR": "1"], false, false),
    (.auto, ["TERM": "dumb"], true, false),
  ])
  func `the stronger wish about colour wins`(
    choice: TerminalStyle.Choice, set: [String: String], isTerminal: Bool, hasColor: Bool
  ) {
    #expect(style(choice, set, isTerminal: isTerminal).hasColor == hasColor)
  }

  @Test(arguments: [
    ([:], true, true), ([:], false, false), (["TERM": "dumb"], true, false),
    (["ORCHESTRATE_A11Y": "1"], true, false), (["ORCHESTRATE_A11Y": "0"], true, true),
    (["NO_COLOR": "1"], true, true),
  ])
  func `only a terminal whose user can see it moves`(
    set: [String: String], isTerminal: Bool, isAnimated: Bool
  ) {
    #expect(style(.always, set, isTerminal: isTerminal).isAnimated == isAnimated)
  }

  @Test func `ink needs colour and a text`() {
    #expect(colored.ink("a", .red) == "\u{1B}[31ma\u{1B}[0m")
    #expect(colored.ink("", .red) == "")
    #expect(TerminalStyle.plain.ink("a", .red) == "a")
  }
}

@Suite struct TimeInWordsTests {
  @Test(arguments: [
    (0, "0ms"), (350, "350ms"), (1_249, "1.2s"), (9_999, "9.9s"), (42_500, "42s"),
    (59_999, "59s"), (185_000, "3m 05s"), (3_599_999, "59m 59s"), (7_800_000, "2h 10m"),
    (273_600_000, "3d 04h"), (-185_000, "-3m 05s"),
  ])
  func `a duration is short`(milliseconds: Int, words: String) {
    #expect(TimeInWords.brief(.milliseconds(milliseconds)) == words)
  }

  @Test(arguments: [
    (0, "just now"), (1_999, "just now"), (42_000, "42s ago"), (200_000, "3m ago"),
    (7_300_000, "2h ago"), (500_000_000, "5d ago"), (-200_000, "in 3m"), (-1_000, "just now"),
  ])
  func `a moment is told from now`(ago: Int, words: String) {
    let now = Timestamp(milliseconds: 1_800_000_000_000)
    let moment = Timestamp(milliseconds: now.milliseconds - ago)
    #expect(TimeInWords.relative(moment, to: now) == words)
  }
}

@Suite struct LiveLineTests {
  private let state = LiveLine.State(
    done: 12, total: 40, running: ["green parser", "red lexer"], elapsed: .seconds(125))

  @Test func `the line says how far things are, in no more than its width`() {
    #expect(LiveLine.render(state, width: 80) == "12/40  30 %  2m 05s  green parser · red lexer")
    #expect(LiveLine.render(state, width: 30) == "12/40  30 %  2m 05s  green pa…")
    #expect(LiveLine.render(.init(done: 0, total: 0, elapsed: .zero), width: 80) == "0/0  0ms")
    let hostile = LiveLine.State(done: 0, total: 1, running: ["\u{1B}[2J"], elapsed: .zero)
    #expect(!LiveLine.render(hostile, width: 80).contains("\u{1B}"))
  }

  @Test func `permanent lines scroll above it, and it is rewritten only so often`() throws {
    let file = try CapturedFile()
    let line = LiveLine(
      output: Output(data: file.descriptor, messages: file.descriptor), style: animated)
    let start = ContinuousClock.now
    func state(_ done: Int) -> LiveLine.State { .init(done: done, total: 9, elapsed: .seconds(20)) }
    line.print("first")
    line.update(state(1), at: start)
    line.update(state(2), at: start + .milliseconds(50))
    line.print("second")
    line.update(state(3), at: start + .milliseconds(100))
    line.finish()
    line.print("last")
    let clear = "\r\u{1B}[2K"
    #expect(
      file.text == "first\n\(clear)1/9  11 %  20s\(clear)second\n2/9  22 %  20s"
        + "\(clear)3/9  33 %  20s\(clear)last\n")
  }

  @Test func `where nothing may move only permanent lines appear`() throws {
    let file = try CapturedFile()
    let line = LiveLine(
      output: Output(data: file.descriptor, messages: file.descriptor), style: .plain)
    line.update(state)
    line.print("first")
    line.finish()
    #expect(file.text == "first\n")
  }
}

@Suite struct OutputTests {
  @Test func `a pipe without a reader is closed, not broken`() throws {
    // Blocked in this thread and taken at the end, so that nothing that other tests start is born
    // with SIGPIPE ignored.
    var broken = sigset_t()
    var before = sigset_t()
    sigemptyset(&broken)
    sigaddset(&broken, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &broken, &before)
    defer {
      var atOnce = timespec()
      sigtimedwait(&broken, nil, &atOnce)
      pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    let output = Output(data: ends[1], messages: ends[1])
    output.write("lost", to: .data)
    output.write("lost", to: .data)
    close(ends[1])
    #expect(output.isClosed(.data))
    #expect(!output.isClosed(.messages))
    #expect(output.failureReason == nil)
  }

  @Test func `a disk without space is a failure`() throws {
    let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    let output = Output(data: descriptor, messages: descriptor)
    output.write("lost", to: .data)
    close(descriptor)
    #expect(!output.isClosed(.data))
    #expect(output.failureReason == "No space left on device")
  }

  @Test func `a slow reader gets every byte, even of a pipe that does not block`() async throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let text = String(repeating: "a line that goes on\n", count: 20_000)
    let (readEnd, writeEnd) = (ends[0], ends[1])
    async let count = Self.countBytes(from: readEnd)
    Output(data: writeEnd, messages: writeEnd).write(text, to: .data)
    close(writeEnd)
    #expect(await count == text.utf8.count)
    close(readEnd)
  }

  @concurrent private static func countBytes(from descriptor: Int32) async -> Int {
    var total = 0
    var buffer = [UInt8](repeating: 0, count: 1000)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count <= 0 { return total }
      total += count
    }
  }
}

@Suite(.paced) struct InterruptionTests {
  @Test func `who has nothing to save ends at once`() {
    let interruption = Interruption()
    #expect(interruption.receive(.interrupt) == .leave(.interrupted))
    #expect(interruption.receive(.terminate) == .leave(.terminated))
    #expect(interruption.request == nil)
  }

  @Test func `the first request asks, the second ends`() {
    let interruption = Interruption()
    let recorder = Recorder()
    interruption.onRequest { recorder.record($0) }
    #expect(interruption.receive(.terminate) == .askToStop)
    #expect(interruption.request == .terminate)
    #expect(interruption.receive(.interrupt) == .leave(.interrupted))
    #expect(recorder.requests == [.terminate])
  }
}

/// Remembers what it was told.
private final class Recorder: Sendable {
  private let heard = Mutex<[Interruption.Request]>([])

  var requests: [Interruption.Request] { heard.withLock { $0 } }

  func record(_ request: Interruption.Request) { heard.withLock { $0.append(request) } }
}

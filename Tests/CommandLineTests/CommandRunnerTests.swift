// SPDX-License-Identifier: Apache-2.0
// What a run leaves behind: exit codes, streams and problems, in this process and in a real one.

import Domain
import TestPacing
import Testing

@testable import orchestrate

@Suite struct CommandRunnerTests {
  @Test func `a command's exit code is the program's, and only data is on stdout`() async throws {
    let run = try await outcome(of: "handoff claim 39")
    #expect(run.code == .nothingMatched)
    #expect(run.data == "handoff claim\n")
    #expect(run.messages == "")
  }

  @Test func `a problem is three lines on stderr that nothing in it can forge`() async throws {
    let run = try await outcome(of: "fail")
    #expect(run.code == .leaseLost)
    #expect(run.data == "")
    #expect(
      run.messages == """
        error[LEASE001]: the lease of 039/a is lost
          why: it ran out at \\u{1b}[31m12:00
               and was taken by "bob"
          try: orchestrate handoff list

        """)
  }

  @Test(arguments: [("fail --json", [:]), ("fail", ["ORCHESTRATE_JSON": "1"])])
  func `with JSON a problem is one document`(line: String, set: [String: String]) async throws {
    let run = try await outcome(of: line, set)
    #expect(
      run.messages
        == #"{"error":{"code":"LEASE001","message":"the lease of 039/a is lost","reason":"it ran "#
        + #"out at \u001b[31m12:00\nand was taken by \"bob\"","remedy":"orchestrate handoff list","#
        + #""exit":16}}"# + "\n")
  }

  @Test func `arguments that make no command honour JSON all the same`() async throws {
    let run = try await outcome(of: "stauts --json")
    #expect(run.code == .usage)
    #expect(run.messages.hasPrefix(#"{"error":{"code":"USAGE","#))
    #expect(run.messages.contains(#""remedy":"orchestrate status","exit":64"#))
  }

  @Test func `a problem has colour only where it is asked for`() async throws {
    #expect(
      try await outcome(of: "fail --color always").messages.hasPrefix("\u{1B}[31merror[LEASE001]:"))
    #expect(try await outcome(of: "stauts --color=always").messages.hasPrefix("\u{1B}[31merror"))
    #expect(
      try await outcome(of: "fail", ["CLICOLOR_FORCE": "1"]).messages.hasPrefix("\u{1B}[31merror"))
    #expect(
      try await !outcome(of: "fail --color never", ["CLICOLOR_FORCE": "1"]).messages.contains(
        "\u{1B}"))
  }

  @Test func `the exit codes are the documented numbers`() {
    #expect(
      ExitCode.allCases.map(\.rawValue) == [
        0, 1, 2, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 64, 65, 66, 69, 70, 75, 77,
        78, 130, 143,
      ])
    #expect(Set(ExitCode.allCases.map(\.meaning)).count == ExitCode.allCases.count)
  }
}

@Suite(.paced) struct ProgramTests {
  @Test func `a reader that has seen enough is no failure`() throws {
    let (status, text) = try shell(
      "set -o pipefail; \(program) help | head -1; echo \"${PIPESTATUS[@]}\"")
    #expect(status == 0)
    #expect(text == "Example\n0 0\n" || text == "Examples\n0 0\n", "\(text)")
    // Here the reader is gone before the first byte: the fifo's other end is closed by then.
    let (_, late) = try shell(
      """
      exec 3> >(exit 0); wait $!
      \(program) help >&3; echo $?
      """)
    #expect(late == "0\n", "\(late)")
  }

  @Test func `a full disk is a failure that says so`() throws {
    let (status, text) = try shell("\(program) version 2>&1 >/dev/full")
    #expect(status == 1)
    #expect(text.contains("error[OUTPUT]"))
    #expect(text.contains("No space left on device"))
  }

  @Test func `a closed output does not crash it`() throws {
    #expect(try shell("\(program) version >&- 2>&-").status == 1)
  }

  @Test func `exit codes and streams reach the shell`() throws {
    #expect(try shell("\(program) version 2>/dev/null").text == "orchestrate 0.1.0\n")
    #expect(try shell("\(program) --version --json").text == "{\"version\":\"0.1.0\"}\n")
    #expect(try shell("\(program) versoin 2>/dev/null") == (64, ""))
    #expect(try shell("\(program) versoin 2>&1").text.contains("try: orchestrate version"))
  }

  @Test(arguments: [("INT", Int32(130)), ("TERM", 143)])
  func `a signal ends a stuck command with its code`(signal: String, code: Int32) throws {
    // It is stuck since the pipe is full and nobody reads. It blocks signals first thing, and from
    // then on none is lost.
    let (_, text) = try shell(
      """
      directory=$(mktemp -d); mkfifo $directory/pipe; exec 3<>$directory/pipe; rm -r $directory
      dd if=/dev/zero bs=4096 count=16 status=none >&3
      \(program) help >&3 & child=$!
      until grep -q 'SigBlk:.*[1-9a-f]' /proc/$child/status || ! kill -0 $child; do :; done
      kill -\(signal) $child; wait $child; echo $?
      """)
    #expect(text == "\(code)\n")
  }
}

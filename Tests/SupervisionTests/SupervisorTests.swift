// SPDX-License-Identifier: Apache-2.0
// Commands run to their end: endings, streams, environment, and starts that fail.

import Domain
import Glibc
import Supervision
import Synchronization
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct SupervisorTests {
  @Test(arguments: [0, 1, 3, 126, 127, 255])
  func `an exit code is reported as it is`(code: Int32) async {
    let outcome = await supervisor.run(shell("exit \(code)"))
    #expect(outcome.termination == .exited(code))
    #expect(outcome.survivors == 0)
  }

  @Test(arguments: [SIGKILL, SIGTERM, SIGSEGV])
  func `a signal that is not ours is reported as one`(number: Int32) async {
    let outcome = await supervisor.run(shell("kill -\(number) $$"))
    #expect(outcome.termination == .signalled(number))
  }

  @Test func `both streams are captured apart`() async {
    let outcome = await supervisor.run(shell("echo out; echo err >&2"))
    #expect(outcome.standardOutput.text == "out\n")
    #expect(outcome.standardError.text == "err\n")
    #expect(outcome.standardOutput.digest == .sha256(of: "out\n".utf8))
    #expect(outcome.duration > .zero)
  }

  @Test func `the environment is exactly what was given`() async {
    let environment = ["B": "two words", "A": "1=2", "LD_PRELOAD": "", "C": "ü"]
    let command = Command(
      argv: ["/usr/bin/env"], workingDirectory: "/", environment: environment,
      deadline: .seconds(20))
    let outcome = await supervisor.run(command)
    let lines = Set(outcome.standardOutput.text.split(separator: "\n"))
    #expect(lines == ["B=two words", "A=1=2", "LD_PRELOAD=", "C=ü"])
  }

  @Test func `a library meant for the command does not reach its supervisor`() async {
    let command = Command(
      argv: ["/usr/bin/env"], workingDirectory: "/",
      environment: ["LD_PRELOAD": "/nonexistent.so"], deadline: .seconds(20))
    let outcome = await supervisor.run(command)
    #expect(outcome.standardOutput.text == "LD_PRELOAD=/nonexistent.so\n")
    // The loader of `env` complains; that of the supervisor would have done so as well.
    #expect(outcome.standardError.text.split(separator: "\n").count == 1)
  }

  @Test func `a command has a session of its own, default signals and no other descriptor`() async {
    let script =
      "ls /proc/self/fd; ps -o sid= -p $$; echo $$; grep -E 'Sig(Blk|Ign)' /proc/self/status"
    let lines = await supervisor.run(shell(script)).standardOutput.text.split(separator: "\n")
    // 3 is the directory that ls itself has open.
    #expect(lines.prefix(4) == ["0", "1", "2", "3"])
    #expect(lines[4].filter { $0 != " " } == lines[5])
    #expect(Array(lines[6...]) == ["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"])
  }

  @Test func `a name is looked up in the command's own path`() async {
    let missing = await run(["true"], environment: ["PATH": "/nonexistent/folder"])
    #expect(missing.termination == .notStarted(reason: "command not found: true", errno: ENOENT))
    #expect(await run(["true"], environment: ["PATH": "/usr/bin:/bin"]).termination == .exited(0))
    #expect(await run(["true"], environment: [:]).termination == .exited(0))
  }

  @Test func `a name with a slash is relative to the working directory`() async {
    let outcome = await run(["bin/true"], environment: [:], directory: "/usr")
    #expect(outcome.termination == .exited(0))
    let missing = await run(["./true"], environment: ["PATH": "/usr/bin"], directory: "/")
    #expect(missing.termination == .notStarted(reason: "command not found: ./true", errno: ENOENT))
  }

  @Test func `a file that may not be executed is told from one that is missing`() async {
    let outcome = await run(["/etc/passwd"], environment: [:])
    #expect(
      outcome.termination
        == .notStarted(reason: "permission to execute is missing: /etc/passwd", errno: EACCES))
  }

  @Test func `what cannot be started says why`() async {
    let directory = await run(["true"], environment: [:], directory: "/nonexistent/folder")
    #expect(
      directory.termination
        == .notStarted(
          reason: "cannot enter /nonexistent/folder: No such file or directory", errno: ENOENT))
    for argv in [[], [""], ["true", "a\0b"]] {
      guard case .notStarted(_, EINVAL) = await run(argv, environment: [:]).termination else {
        Issue.record("\(argv) was started")
        continue
      }
    }
    for environment in [["": "x"], ["A=B": "x"], ["A": "x\0"]] {
      guard case .notStarted(_, EINVAL) = await run(["true"], environment: environment).termination
      else {
        Issue.record("\(environment) was accepted")
        continue
      }
    }
    let lost = Supervisor(executable: "/nonexistent/orchestrate")
    guard case .notStarted(let reason, ENOENT) = await lost.run(shell("true")).termination else {
      Issue.record("a missing supervisor went unnoticed")
      return
    }
    #expect(reason == "cannot execute /nonexistent/orchestrate: No such file or directory")
  }

  /// A child that another thread has forked holds a copy of every descriptor until it executes its
  /// own program: one through which a program is written, too.
  @Test func `a program that is still open for writing is waited for`() async throws {
    let folder = try TemporaryDirectory("busy")
    let program = folder.file(marker())
    let written = open(program, O_WRONLY | O_CREAT | O_CLOEXEC, 0o755)
    let text = Array("#!/bin/sh\nexit 7\n".utf8)
    #expect(write(written, text, text.count) == text.count)
    let hasEnded = Mutex(false)
    async let outcome = {
      let outcome = await run([program], environment: [:])
      hasEnded.withLock { $0 = true }
      return outcome
    }()
    // The command's own process bears its supervisor's command line until it executes its own.
    while countProcesses(with: program) < 2 && !hasEnded.withLock({ $0 }) {
      try? await Task.sleep(for: .milliseconds(1))
    }
    close(written)
    #expect(await outcome.termination == .exited(7))
  }

  @Test func `no input is the end of input`() async {
    #expect(await supervisor.run(shell("cat; exit 7")).termination == .exited(7))
  }

  @Test func `five megabytes go in and come out again`() async {
    let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let outcome = await supervisor.run(
      shell("tee /dev/stderr", input: bytes, outputLimit: 6_000_000))
    #expect(outcome.termination == .exited(0))
    #expect(outcome.standardOutput.head.elementsEqual(bytes.prefix(3_000_000)))
    #expect(outcome.standardOutput.totalBytes == bytes.count)
    #expect(outcome.standardError.digest == outcome.standardOutput.digest)
    #expect(outcome.standardOutput.omittedBytes == 0)
  }

  @Test func `a command that does not read its input is no trouble`() async {
    let bytes = [UInt8](repeating: 65, count: 5_000_000)
    #expect(await supervisor.run(shell("exec <&-; exit 4", input: bytes)).termination == .exited(4))
  }

  @Test func `20 MB of output are counted, hashed and mostly left out`() async {
    let outcome = await supervisor.run(
      shell("echo begin; head -c 20000000 /dev/zero; echo; echo end", outputLimit: 1000))
    #expect(outcome.termination == .exited(0))
    #expect(outcome.standardOutput.totalBytes == 20_000_011)
    #expect(outcome.standardOutput.head.count == 500)
    #expect(outcome.standardOutput.tail.count == 500)
    #expect(outcome.standardOutput.text.hasPrefix("begin\n"))
    #expect(outcome.standardOutput.text.hasSuffix("\nend\n"))
    #expect(outcome.standardOutput.text.contains("… 19999011 bytes left out …"))
  }

  @Test func `twenty commands run at once`() async throws {
    // Nobody passes the gate before the keeper has seen all the others arrive.
    let directory = try TemporaryDirectory()
    let (arrivals, gate) = (directory.file("arrivals"), directory.file("gate"))
    for path in [arrivals, gate] { try #require(mkfifo(path, 0o600) == 0) }
    let members = (1...19).map {
      "exec 4<>'\(gate)'; echo >'\(arrivals)'; read -r go <&4 && exit \($0)"
    }
    let keeper = """
      exec 3<>'\(arrivals)' 4<>'\(gate)'
      i=0; while [ $i -lt 19 ]; do read -r arrival <&3; i=$((i+1)); done
      while [ $i -gt 0 ]; do echo >&4; i=$((i-1)); done
      exit 20
      """
    let codes = await withTaskGroup(of: Termination.self) { group in
      for script in members + [keeper] {
        group.addTask { await supervisor.run(shell(script, deadline: .seconds(300))).termination }
      }
      return await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(codes == Set((1...20).map { .exited($0) }))
  }

  private func run(
    _ argv: [String], environment: [String: String], directory: String = "/"
  ) async -> CommandOutcome {
    await supervisor.run(
      Command(
        argv: argv, workingDirectory: directory, environment: environment, deadline: .seconds(20)))
  }
}

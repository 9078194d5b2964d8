// SPDX-License-Identifier: Apache-2.0
// Trees of processes end: at the deadline, by cancellation, with their root, and with us.

import Glibc
import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct TeardownTests {
  @Test func `a command that ignores the request to end is killed after the grace`() async {
    let word = marker()
    let script = "trap '' TERM; while :; do sleep 1; : \(word); done"
    let outcome = await supervisor.run(
      shell(script, deadline: .milliseconds(300), grace: .milliseconds(200)))
    #expect(outcome.termination == .deadlineExceeded)
    #expect(outcome.duration >= .milliseconds(500))
    #expect(countProcesses(with: word) == 0)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a command may clean up within its grace, which then ends`() async {
    let script = "trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    let outcome = await supervisor.run(
      shell(script, deadline: .seconds(4), grace: .seconds(3000)))
    #expect(outcome.termination == .deadlineExceeded)
    #expect(outcome.standardOutput.text == "ready\ncleaned\n")
  }

  @Test func `a stopped process is ended as well`() async {
    let outcome = await supervisor.run(shell("kill -STOP $$", deadline: .milliseconds(300)))
    #expect(outcome.termination == .deadlineExceeded)
  }

  @Test func `what flees into sessions of its own is killed`() async {
    let word = marker()
    let flee =
      "(setsid sh -c 'trap \"\" TERM HUP; (setsid sleep 300; : \(word)) & sleep 300; : \(word)' &)"
    let outcome = await supervisor.run(
      shell("\(flee); sleep 300", deadline: .milliseconds(500), grace: .milliseconds(100)))
    #expect(outcome.termination == .deadlineExceeded)
    #expect(outcome.survivors == 0)
    #expect(countProcesses(with: word) == 0)
  }

  @Test func `what a command leaves behind ends with it`() async {
    let word = marker()
    let outcome = await supervisor.run(
      shell("(setsid sh -c 'sleep 300; : \(word)' &) ; exit 5", grace: .milliseconds(100)))
    #expect(outcome.termination == .exited(5))
    #expect(countProcesses(with: word) == 0)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a grandchild that keeps the pipe open does not hold us`() async {
    let outcome = await supervisor.run(
      shell("echo done; sleep 3000 & exit 0", grace: .milliseconds(100)))
    #expect(outcome.termination == .exited(0))
    #expect(outcome.standardOutput.text == "done\n")
  }

  @Test func `the deadline does not strike a command that has ended`() async {
    // What it leaves behind ignores the request to end, so that the deadline passes in the grace.
    let outcome = await supervisor.run(
      shell("trap '' TERM; sleep 300 & exit 3", deadline: .seconds(4), grace: .seconds(5)))
    #expect(outcome.termination == .exited(3))
  }

  @Test func `a cancelled task ends the tree`() async {
    let word = marker()
    let outcome = await withTaskGroup(of: CommandOutcome.self) { group in
      group.addTask {
        await supervisor.run(shell("echo started; (sleep 300; : \(word)) & sleep 300; : \(word)"))
      }
      group.addTask {
        while countProcesses(with: word) == 0 { await Task.yield() }
        return CommandOutcome(termination: .exited(0), duration: .zero)
      }
      _ = await group.next()
      group.cancelAll()
      return await group.next()
    }
    #expect(outcome?.termination == .cancelled)
    #expect(countProcesses(with: word) == 0)
  }

  @Test func `a task that was cancelled before starts nothing`() async {
    let outcome = await withTaskGroup(of: CommandOutcome.self) { group in
      group.cancelAll()
      group.addTask { await supervisor.run(shell("true")) }
      return await group.next()
    }
    #expect(outcome?.termination == .cancelled)
    #expect(outcome?.duration == .zero)
  }

  @Test func `shells that keep forking are outrun`() async {
    let word = marker()
    // Sixty shells fork without end, so that killing must outrun them.
    let fork = "while :; do (sleep 0.02; : \(word)) & wait; done"
    let script = "i=0; while [ $i -lt 60 ]; do (\(fork)) & i=$((i+1)); done; wait"
    let outcome = await supervisor.run(
      shell(script, deadline: .milliseconds(700), grace: .zero))
    #expect(outcome.termination == .deadlineExceeded)
    #expect(outcome.survivors == 0)
    #expect(countProcesses(with: word) == 0)
  }

  @Test(arguments: ["TERM", "HUP", "INT", "QUIT"])
  func `a signal to the supervisor ends the tree`(signal: String) async {
    let word = marker()
    // The shell's parent is the supervisor.
    let outcome = await supervisor.run(
      shell("(setsid sleep 300; : \(word)) & kill -\(signal) $PPID; sleep 300; : \(word)"))
    #expect(outcome.termination == .signalled(SIGTERM))
    #expect(countProcesses(with: word) == 0)
  }

  @Test func `a supervisor that is killed is reported and takes its command along`() async {
    let word = marker()
    let outcome = await supervisor.run(
      shell("(sleep 300; : \(word)) & kill -KILL $PPID; sleep 300; : \(word)"))
    #expect(outcome.termination == .supervisorLost)
    await untilGone(word)
  }

  @Test func `the whole tree dies with a coordinator that is killed`() async throws {
    // Python is the coordinator here: it holds the lifeline, waits for the start, and is killed.
    let word = marker()
    let script = """
      import os, signal, socket, subprocess, sys
      os.dup2(0, 3)
      ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
      os.dup2(theirs.fileno(), 3, inheritable=True)
      tree = "(setsid sh -c 'trap \\"\\" TERM; sleep 300; : \(word)' &) ; sleep 300; : \(word)"
      subprocess.Popen(
        [sys.argv[1], "__supervise", "--grace-ms", "100", "--", "/bin/sh", "-c", tree],
        pass_fds=(3,), start_new_session=True, env={":PATH": "/usr/bin:/bin"})
      assert len(ours.recv(8)) == 8
      os.kill(os.getpid(), signal.SIGKILL)
      """
    // Not under a supervisor of ours, which would end the tree as well.
    let words = ["python3", "-c", script, BuiltExecutable.path]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { word in strdup(word) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, "/usr/bin/python3", nil, nil, &arguments, environ) == 0)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    #expect(status == SIGKILL)
    await untilGone(word)
  }

  @Test func `the supervising command refuses to be started by hand`() async {
    let command = Command(
      argv: [BuiltExecutable.path, "__supervise", "--grace-ms", "1", "--", "true"],
      workingDirectory: "/", environment: [:], deadline: .seconds(20))
    let outcome = await supervisor.run(command)
    #expect(outcome.termination == .exited(64))
  }

  /// Fails where processes with that word on their command line are still there after a while.
  private func untilGone(_ word: String) async {
    let clock = SuspendingClock()
    let limit = clock.now.advanced(by: .seconds(120))
    while clock.now < limit && countProcesses(with: word) > 0 { await Task.yield() }
    #expect(countProcesses(with: word) == 0)
  }
}

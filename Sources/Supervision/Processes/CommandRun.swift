// SPDX-License-Identifier: Apache-2.0
// One run of a command as the coordinator sees it, on a thread that does nothing else.

import CPlatform
import Glibc

/// Feeds a supervised command, takes in what it prints, and ends it when its time is over.
struct CommandRun: ~Copyable {
  /// What a supervisor that works may take beyond the grace and its own limit for killing.
  private static let slack = Duration.seconds(5)
  /// A tree that is dead left at most two pipes full; a survivor might go on writing.
  private static let drainLimit = 8 << 20

  /// Stands for every longer time, so that adding to an instant cannot overflow.
  private static let farAway = Duration.seconds(31_536_000)

  private let command: Command
  private let stop: StopSignal
  private let clock = SuspendingClock()
  private let start: SuspendingClock.Instant
  private var process: SupervisedProcess
  private var standardOutput: OutputCapture
  private var standardError: OutputCapture
  private var written = 0

  private var root: pid_t?
  /// Why we asked for the end, where it was us.
  private var stopped: Termination?
  /// What the supervisor saw.
  private var seen: Termination?
  private var duration: Duration?
  private var survivors: Int?
  private var isLost = false
  /// When a supervisor that has not finished by then is given up.
  private var limit: SuspendingClock.Instant

  /// Blocks the calling thread until the command's tree is gone.
  static func perform(_ command: Command, executable: String, stop: StopSignal) -> CommandOutcome {
    do throws(SupervisedProcess.NotStarted) {
      let process = try SupervisedProcess.start(command, executable: executable)
      var run = CommandRun(command, process, stop)
      return run.followToTheEnd()
    } catch {
      return .notStarted(reason: error.reason, code: error.code)
    }
  }

  private init(_ command: Command, _ process: consuming SupervisedProcess, _ stop: StopSignal) {
    self.command = command
    self.process = process
    self.stop = stop
    start = clock.now
    limit = start.advanced(by: min(command.deadline, Self.farAway))
    standardOutput = OutputCapture(limit: command.outputLimit)
    standardError = OutputCapture(limit: command.outputLimit)
  }

  private mutating func followToTheEnd() -> CommandOutcome {
    while survivors == nil && !isLost {
      waitForEvents()
      if clock.now >= limit { runOutOfTime() }
    }
    if isLost, let root { kill(-root, SIGKILL) }
    process.supervisor.reap(within: .seconds(2))
    drain()
    return CommandOutcome(
      termination: termination, duration: duration ?? start.duration(to: clock.now),
      standardOutput: standardOutput.output, standardError: standardError.output,
      survivors: survivors ?? 0)
  }

  private var isRunning: Bool { stopped == nil && seen == nil }

  private var termination: Termination {
    if isLost { return .supervisorLost }
    return stopped ?? seen ?? .supervisorLost
  }

  // MARK: Events

  private mutating func waitForEvents() {
    let readable = Int16(POLLIN)
    var descriptors = [
      pollfd(fd: process.lifeline.raw, events: readable, revents: 0),
      pollfd(fd: isRunning ? stop.descriptor : -1, events: readable, revents: 0),
      pollfd(fd: process.output.pollable, events: readable, revents: 0),
      pollfd(fd: process.error.pollable, events: readable, revents: 0),
      pollfd(fd: process.input.pollable, events: Int16(POLLOUT), revents: 0),
    ]
    let wait = clock.now.duration(to: limit).pollMilliseconds
    guard poll(&descriptors, nfds_t(descriptors.count), wait) > 0 else { return }
    if descriptors[4].revents != 0 { feed() }
    if descriptors[2].revents != 0 { _ = readOutput() }
    if descriptors[3].revents != 0 { _ = readError() }
    if descriptors[1].revents != 0 && isRunning { end(because: .cancelled) }
    if descriptors[0].revents != 0 { readRecord() }
  }

  private mutating func runOutOfTime() {
    if isRunning { return end(because: .deadlineExceeded) }
    // The supervisor itself does not answer. Its death ends the command's root, and losing the
    // lifeline is what it would have acted on.
    _ = orchestrate_pidfd_signal(process.supervisor.pidfd.raw, SIGKILL)
    isLost = true
  }

  private mutating func end(because reason: Termination) {
    guard stopped == nil else { return }
    stopped = reason
    process.requestTeardown()
    awaitClearing()
  }

  private mutating func awaitClearing() {
    limit = clock.now.advanced(
      by: min(command.grace, Self.farAway) + SupervisedTree.killLimit + Self.slack)
  }

  private mutating func readRecord() {
    guard let received = process.nextRecord() else { return }
    switch received {
    case .started(let pid): root = pid
    case .notStarted(let errno):
      seen = .notStarted(reason: Self.reason(for: errno, command), errno: errno)
      duration = .zero
      survivors = 0
    case .exited(let code): note(.exited(code))
    case .signalled(let number): note(.signalled(number))
    case .cleared(let count): survivors = Int(count)
    case .none: isLost = true
    }
  }

  private mutating func note(_ ending: Termination) {
    seen = ending
    duration = start.duration(to: clock.now)
    awaitClearing()
  }

  private static func reason(for errno: Int32, _ command: Command) -> String {
    let program = command.argv[0]
    switch errno {
    case ENOENT: return "command not found: \(program)"
    case EACCES: return "permission to execute is missing: \(program)"
    case ENOEXEC: return "neither a program nor a script with a #! line: \(program)"
    default: return SystemError(doing: "execute \(program)", code: errno).description
    }
  }

  // MARK: Streams

  private mutating func feed() {
    let descriptor = process.input.pollable
    guard descriptor >= 0 else { return }
    let count = command.standardInput.withUnsafeBytes { bytes in
      write(descriptor, bytes.baseAddress! + written, bytes.count - written)
    }
    // A command that does not read its input to the end is free to do so.
    let isRefused = count < 0 && errno != EAGAIN && errno != EINTR
    if count > 0 { written += count }
    if isRefused || written == command.standardInput.count { process.input = nil }
  }

  /// - Returns: how many bytes were read; 0 where there are none now or never again.
  private mutating func readOutput() -> Int {
    let (count, isOver) = Self.read(process.output.pollable, into: &standardOutput)
    if isOver { process.output = nil }
    return count
  }

  private mutating func readError() -> Int {
    let (count, isOver) = Self.read(process.error.pollable, into: &standardError)
    if isOver { process.error = nil }
    return count
  }

  private static func read(
    _ descriptor: Int32, into capture: inout OutputCapture
  ) -> (count: Int, isOver: Bool) {
    guard descriptor >= 0 else { return (0, true) }
    // On the stack, and touched only as far as something came: most commands print little.
    return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { bytes in
      let count = Glibc.read(descriptor, bytes.baseAddress, bytes.count)
      guard count > 0 else { return (0, count == 0 || (errno != EAGAIN && errno != EINTR)) }
      capture.take(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      return (count, false)
    }
  }

  /// Takes what lies in the pipes. Their ends are not awaited: a process that survived may hold
  /// them open for ever.
  private mutating func drain() {
    var drained = 0
    while drained < Self.drainLimit {
      let count = readOutput() + readError()
      guard count > 0 else { return }
      drained += count
    }
  }
}

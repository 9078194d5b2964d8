// SPDX-License-Identifier: Apache-2.0
// One thread on which everything of a simulation runs, in an order that a seed decides.

import Glibc
import TestKit

/// A place where jobs run: a process, or the world around it. Jobs of a stopped one wait.
///
/// `Sendable` unchecked: everything of a simulation happens on the scheduler's one thread, which
/// `enqueue` makes sure of.
final class Site: TaskExecutor, @unchecked Sendable {
  let name: String
  /// Stopped as by SIGSTOP.
  var isStopped = false
  fileprivate var jobs: [UnownedJob] = []
  private unowned let scheduler: Scheduler

  init(_ name: String, _ scheduler: Scheduler) {
    self.name = name
    self.scheduler = scheduler
    scheduler.sites.append(self)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    precondition(
      pthread_equal(scheduler.thread, pthread_self()) != 0,
      "a job of the simulation comes from a thread that the seed does not decide")
    jobs.append(UnownedJob(job))
  }
}

/// Runs jobs and timers one at a time. Which of the jobs that are ready is next, and how long it
/// takes, is drawn from the seed.
///
/// `Sendable` unchecked, as `Site` is.
final class Scheduler: @unchecked Sendable {
  fileprivate let thread = pthread_self()
  fileprivate var sites: [Site] = []
  var generator: SeededGenerator
  let clock: WorldClock
  /// What happened so far, as a number.
  var trace = TraceHash()
  /// Jobs and timers so far.
  private(set) var steps = 0
  /// The most steps within a second of simulated time: waiting must cost nothing.
  private(set) var busiest = 0
  private var second = (number: 0, steps: 0)
  private var timers: [Timer] = []
  private var nextTimer = 0

  private struct Timer {
    let due: Int
    let number: Int
    let fire: () -> Void
  }

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    clock = WorldClock()
  }

  // MARK: Timers

  /// Runs `fire` once `milliseconds` have passed on the clock that counts through suspend.
  @discardableResult
  func after(_ milliseconds: Int, _ fire: @escaping () -> Void) -> Int {
    nextTimer += 1
    let timer = Timer(due: clock.elapsed + max(0, milliseconds), number: nextTimer, fire: fire)
    let place = timers.firstIndex { ($0.due, $0.number) > (timer.due, timer.number) }
    timers.insert(timer, at: place ?? timers.endIndex)
    return timer.number
  }

  func cancel(timer number: Int) { timers.removeAll { $0.number == number } }

  /// Waits, as `Task.sleep` does: it ends early where the task is cancelled.
  func sleep(_ milliseconds: Int) async throws {
    let waiting = Waiting()
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        guard !Task.isCancelled else { return continuation.resume() }
        waiting.continuation = continuation
        waiting.timer = after(milliseconds) { waiting.end() }
      }
    } onCancel: {
      if let timer = waiting.timer { cancel(timer: timer) }
      waiting.end()
    }
    try Task.checkCancellation()
  }

  /// `Sendable` unchecked, as `Site` is.
  private final class Waiting: @unchecked Sendable {
    var continuation: UnsafeContinuation<Void, Never>?
    var timer: Int?

    func end() {
      let waiter = continuation
      continuation = nil
      waiter?.resume()
    }
  }

  // MARK: Running

  /// Runs until `isOver`, or nothing is left to run, or `stepsMax` is reached.
  ///
  /// - Returns: whether it was over.
  func run(stepsMax: Int, until isOver: () -> Bool) -> Bool {
    while !isOver() {
      guard steps < stepsMax, step() else { return false }
    }
    return true
  }

  private func step() -> Bool {
    steps += 1
    if second.number != clock.elapsed / 1000 { second = (clock.elapsed / 1000, 0) }
    second.steps += 1
    busiest = max(busiest, second.steps)
    if let due = timers.first, due.due <= clock.elapsed {
      timers.removeFirst()
      trace.add(UInt64(due.number))
      due.fire()
      return true
    }
    let ready = sites.reduce(0) { $0 + ($1.isStopped ? 0 : $1.jobs.count) }
    guard ready > 0 else {
      guard let next = timers.first else { return false }
      clock.advance(to: next.due)
      return true
    }
    var index = ready == 1 ? 0 : generator.index(below: ready)
    trace.add(UInt64(index))
    for site in sites where !site.isStopped {
      guard index >= site.jobs.count else {
        let job = site.jobs.remove(at: index)
        if generator.next() & 7 == 0 { clock.advance(to: clock.elapsed + 1) }
        job.runSynchronously(on: site.asUnownedTaskExecutor())
        return true
      }
      index -= site.jobs.count
    }
    return false
  }

  /// Forgets a place whose process is gone; it has no jobs any more.
  func remove(_ site: Site) { if site.jobs.isEmpty { sites.removeAll { $0 === site } } }
}

/// FNV-1a over what happens, in order.
struct TraceHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ number: UInt64) { value = (value ^ number) &* 0x100_0000_01b3 }

  mutating func add(_ text: String) { for byte in text.utf8 { add(UInt64(byte)) } }
}

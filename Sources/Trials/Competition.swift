// SPDX-License-Identifier: Apache-2.0
// Processes that compete for one store: each is its writer for a moment.

import Domain
import Glibc
import Store
import TestKit

/// One of several processes that work a queue off, each under the writer's lock for as long as a few
/// handoffs take. Any of them may be killed at any time.
struct Competition {
  private let folder: String
  private let handoffs: Int
  private var path: String { folder + "/state/orchestrate.db" }
  private var lockPath: String { "\(folder)/state/\(StoreLock.fileName)" }

  init(folder: String, handoffs: Int) {
    self.folder = folder
    self.handoffs = handoffs
  }

  /// Works until nothing is left, and tells each handoff once its submission is durable.
  func run() throws {
    while try !turn() { usleep(UInt32.random(in: 0..<2000)) }
  }

  /// Looks at what all of them left: each handoff submitted once, everything told is there.
  func check(told: [String]) throws {
    let store = try SQLiteStore.open(path: path, role: .reader)
    let report = try store.verifyJournal(.replay)
    var problems = report.problems.map { "the store does not hold: \($0)" }
    var (facts, submitted): (Set<String>, [Int]) = ([], [])
    for entry in try store.entries(in: nil, after: 0, limit: .max) {
      guard case .handoffSubmitted(let id, let fence, _) = entry.event else { continue }
      submitted.append(id.ordinal)
      facts.insert("submitted \(id.ordinal) \(fence)")
    }
    if submitted.sorted() != Array(1...handoffs) { problems.append("submitted: \(submitted)") }
    problems += told.filter { !facts.contains($0) }.map { "told, and not there: \($0)" }
    guard problems.isEmpty else {
      throw TrialError(description: problems.joined(separator: "\n"))
    }
    let returned = try store.runs(in: try sample().session).count - handoffs
    print("\(report.head.sequence) entries, \(returned) claims of killed processes given back")
  }

  private func sample() throws -> SamplePlan { try SamplePlan(tasks: handoffs) }

  /// A moment as the writer, if the lock is free.
  ///
  /// - Returns: whether nothing is left to do.
  private func turn() throws -> Bool {
    guard let lock = try StoreLock.tryAcquire(lockPath) else { return false }
    let store = try SQLiteStore.open(path: path, role: .writer(lock), reserveBytes: 0)
    defer { store.close() }
    let sample = try sample()
    let moment = Moment(
      wall: Timestamp(milliseconds: 1_767_225_600_000),
      boot: BootInstant(bootID: "competition", milliseconds: 0))
    if try store.session(sample.session) == nil {
      var events = try sample.started(at: moment.wall).events
      for index in 1...handoffs {
        events += try sample.activated(task: index, ordinal: index, at: moment.wall).events
      }
      // Whole or not at all: whoever makes it may be killed over it.
      try store.commit(Transition(session: sample.session, at: moment.wall, events: events))
    }
    try giveBack(store, sample, moment)
    let request = ClaimRequest(
      roles: [.testEngineer], worker: "\(getpid())", leaseLength: .seconds(60))
    var held = try store.claim(request, at: moment)
    for turn in 1...3 {
      guard let handoff = held, let fence = handoff.claim?.fence else { return turn == 1 }
      let transition = Transition(
        session: sample.session, at: moment.wall,
        expecting: [.handoff(handoff.id, is: .held(fence, at: moment.boot))],
        events: [
          .handoffSubmitted(
            handoff.id, fence,
            Submission(tree: SamplePlan.object(77), report: nil, submittedAt: moment.wall))
        ])
      if turn == 3 {
        try store.commit(transition)
      } else {
        held = try store.commit(transition, claiming: request, at: moment).claimed
      }
      try tell("submitted \(handoff.id.ordinal) \(fence)")
    }
    return false
  }

  /// Claims of processes that are no more.
  private func giveBack(_ store: SQLiteStore, _ sample: SamplePlan, _ moment: Moment) throws {
    for var handoff in try store.handoffs(in: sample.session, states: [.claimed]) {
      guard let claim = handoff.claim, let pid = pid_t(claim.worker), kill(pid, 0) != 0 else {
        continue
      }
      try handoff.released(fence: claim.fence)
      try store.commit(
        Transition(
          session: sample.session, at: moment.wall,
          expecting: [.handoff(handoff.id, is: .claimed(claim.fence))],
          events: [.handoffReturned(handoff, reason: .released)]))
    }
  }

  private func tell(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    guard write(STDOUT_FILENO, bytes, bytes.count) == bytes.count else {
      throw TrialError(description: "cannot tell: \(line)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a store promises of a handoff's end and the next one's beginning in one transaction.

import Domain
import Store
import Synchronization

extension StoreContract {
  /// A transition and a claim in one give what the two give one after the other.
  package func aHandoverIsACommitAndAClaim() throws {
    let sample = try SamplePlan()
    let clock = ManualClock()
    var results: [(StoreSnapshot, JournalHead, Handoff?)] = []
    for together in [true, false] {
      let store = try make()
      try store.commit(try sample.started(at: clock.now.wall))
      for index in 1...2 {
        try store.commit(try sample.activated(task: index, ordinal: index, at: clock.now.wall))
      }
      let handIn = try handingIn(try requireClaim(store, clock), sample, clock)
      let claimed: Handoff?
      if together {
        let result = try store.commit(handIn, claiming: request, at: clock.now)
        try require(result.head == (try store.head()), "it tells another head")
        claimed = result.claimed
      } else {
        try store.commit(handIn)
        claimed = try store.claim(request, at: clock.now)
      }
      try requireWhole(store)
      results.append((try StoreSnapshot(of: store), try store.head(), claimed))
    }
    try require(results[0].2?.id == sample.id(2), "it claimed \(String(describing: results[0].2))")
    try require(results[0] == results[1], "together and apart differ")
  }

  /// What the transition makes ready can be claimed with it, and what it takes away cannot.
  package func aHandoverClaimsWhatItMakesReady() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    let first = try store.commit(
      try sample.activated(task: 1, ordinal: 1, at: clock.now.wall), claiming: request,
      at: clock.now)
    try require(first.claimed?.id == sample.id(1), "what it queued was not claimed")
    try store.commit(try sample.activated(task: 2, ordinal: 2, at: clock.now.wall))
    let pause = Transition(
      session: sample.session, at: clock.now.wall,
      events: [.lifecycleMoved(try SamplePlan.lifecycle(.validation))])
    let second = try store.commit(pause, claiming: request, at: clock.now)
    try require(second.claimed == nil, "claimed from a session that it took out of execution")
    try require(second.head == (try store.head()), "the transition was not kept")
    try requireWhole(store)
  }

  /// A transition that is refused claims nothing.
  package func aRefusedHandoverClaimsNothing() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    for index in 1...2 {
      try store.commit(try sample.activated(task: index, ordinal: index, at: clock.now.wall))
    }
    let held = try requireClaim(store, clock)
    let handIn = try handingIn(held, sample, clock)
    clock.advance(by: .seconds(61))
    let late = try handingIn(held, sample, clock)
    let before = try StoreSnapshot(of: store)
    try requireRefused("a late submission with a claim") {
      try store.commit(late, claiming: request, at: clock.now)
    }
    try require(try StoreSnapshot(of: store) == before, "it left something")
    try store.commit(handIn)
    let after = try StoreSnapshot(of: store)
    try requireRefused("the same submission again") {
      try store.commit(handIn, claiming: request, at: clock.now)
    }
    try require(try StoreSnapshot(of: store) == after, "the second left something")
  }

  /// Eight threads that hand in and claim in one work two hundred handoffs off, each once.
  package func handoversOfEightThreadsAreEachOnce() throws {
    let sample = try SamplePlan(tasks: 200)
    let (store, clock) = try started(sample)
    for index in 1...200 {
      try store.commit(try sample.activated(task: index, ordinal: index, at: clock.now.wall))
    }
    let failures = Mutex<[String]>([])
    let done = Threads.count(8) { _ in
      var done = 0
      do {
        var held = try store.claim(request, at: clock.now)
        while let handoff = held {
          held = try store.commit(
            try handingIn(handoff, sample, clock), claiming: request, at: clock.now
          ).claimed
          done += 1
        }
      } catch { failures.withLock { $0.append("\(error)") } }
      return done
    }
    try require(failures.withLock { $0 }.isEmpty, "one failed: \(failures.withLock { $0 })")
    try require(done == 200, "\(done) of 200 were handed in")
    try require(try store.submittedHandoffs().count == 200, "not all wait to be judged")
    let fences = try store.runs(in: sample.session).map(\.fence.number)
    try require(fences == Array(1...200), "the fences are \(fences)")
    try requireWhole(store)
  }

  /// Whatever workers call themselves, and with a report or without, the journal's hashes are those
  /// of the canonical JSON, written by other hands.
  package func oddNamesAreJournalledAsAnyOther() throws {
    let names = [
      "", "plain", "a\"b\\c", "a/b", "\u{0}\u{1}\u{8}\t\n\u{c}\r\u{1f}", "\u{7f}\u{80}\u{2028}", "é🎉",
      "{}[]:,'<>&",
    ]
    let sample = try SamplePlan(tasks: names.count)
    let (store, clock) = try started(sample)
    for index in names.indices {
      try store.commit(
        try sample.activated(task: index + 1, ordinal: index + 1, at: clock.now.wall))
    }
    for (index, name) in names.enumerated() {
      let wish = ClaimRequest(
        roles: [.testEngineer], worker: name, leaseLength: .seconds(60 + index))
      guard let handoff = try store.claim(wish, at: clock.now) else {
        throw ContractViolation("nothing to claim")
      }
      try require(handoff.claim?.worker == name, "\(name) became another")
      let submission = Submission(
        tree: SamplePlan.object(index), report: index % 2 == 0 ? nil : Digest.sha256(of: name.utf8),
        submittedAt: clock.now.wall)
      try commit(
        store, sample, clock, [], [.handoffSubmitted(handoff.id, try fence(handoff), submission)])
      clock.advance(by: .milliseconds(7))
    }
    var head = JournalHead.start
    for entry in try store.entries(in: nil, after: 0, limit: .max) {
      head = head.followed(
        by: try StoreSnapshot.canonicalJSON(entry.event), of: entry.session, at: entry.at)
      try require(entry.hash == head.hash, "entry \(entry.sequence) has another hash")
    }
    try require(try store.head() == head, "the head is not the last entry")
  }

  private var request: ClaimRequest {
    ClaimRequest(roles: [.testEngineer], worker: "worker", leaseLength: .seconds(60))
  }

  private func handingIn(
    _ handoff: Handoff, _ sample: SamplePlan, _ clock: ManualClock
  ) throws -> Transition {
    let fence = try fence(handoff)
    return Transition(
      session: sample.session, at: clock.now.wall,
      expecting: [.handoff(handoff.id, is: .held(fence, at: clock.now.boot))],
      events: [.handoffSubmitted(handoff.id, fence, submission(clock))])
  }
}

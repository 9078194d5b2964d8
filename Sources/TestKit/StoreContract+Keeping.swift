// SPDX-License-Identifier: Apache-2.0
// What every store must still know afterwards.

import Domain
import Store

extension StoreContract {
  /// From queue to acceptance, every read tells the same story.
  package func anAcceptanceIsKeptWithItsGrounds() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    try store.commit(try sample.activated(task: 1, ordinal: 1, at: clock.now.wall))
    let handoff = try accept(store, sample, clock, ordinal: 1)
    let records = try store.acceptances(in: sample.session)
    try require(records.map(\.handoff) == [handoff], "accepted: \(records)")
    try require(records[0].tree == SamplePlan.object(77), "another tree")
    try require(records[0].acceptance.checks.count == 1, "the checks are gone")
    try require(try store.submittedHandoffs().isEmpty, "it is still to be judged")
    try require(try store.nextOrdinal(in: sample.session) == 2, "the next ordinal is not 2")
    let states: [(Set<HandoffStateName>?, Int)] = [
      (nil, 1), ([.accepted], 1), (HandoffStateName.open, 0), ([.dead, .ready], 0), ([], 0),
    ]
    for (wanted, count) in states {
      let found = try store.handoffs(in: sample.session, states: wanted)
      try require(found.count == count, "\(found.count) handoffs in \(String(describing: wanted))")
    }
    try requireWhole(store)
  }

  /// What runs used is summed by segment; an estimate marks every sum that it is in.
  package func usageIsSummedBySegment() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    try store.commit(try sample.activated(task: 1, ordinal: 1, at: clock.now.wall))
    let handoff = try requireClaim(store, clock)
    let fence = try fence(handoff)
    func used(_ input: Int, segment: Int, estimated: Bool) -> SessionEvent {
      .usageReported(
        Usage(inputTokens: input, outputTokens: 1, costMicroUSD: 5, isEstimated: estimated),
        handoff: handoff.id, fence: fence, segment: segment)
    }
    try commit(store, sample, clock, [], [used(10, segment: 1, estimated: false)])
    clock.advance(by: .seconds(600))
    try commit(
      store, sample, clock, [],
      [
        .segmentClosed(number: 1, reason: "time"),
        .segmentOpened(Segment(number: 2, openedAt: clock.now.wall)),
        used(20, segment: 2, estimated: true),
      ])
    let usage = try store.usage(in: sample.session)
    try require(usage.segments.map(\.usage.inputTokens) == [10, 20], "\(usage)")
    try require(usage.segments.map(\.usage.isEstimated) == [false, true], "\(usage)")
    try require(usage.total.tokens == 32 && usage.total.isEstimated, "\(usage.total)")
    try require(try store.runs(in: sample.session)[0].usage == usage.total, "the run's differs")
    let spending = try store.session(sample.session)?.spending
    try require(
      spending
        == Spending(
          segmentTokens: 21, segmentOpenedAt: clock.now.wall, earlierSegments: .seconds(600)),
      "spending is \(String(describing: spending))")
  }

  /// A segment lasted as long as its end says, whatever the wall clock says; where an older journal
  /// does not say, the wall clock's time between its events is taken, never less than nothing.
  package func segmentsLastAsLongAsTheirEndsSay() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    func next(_ number: Int, after elapsed: Int?, opened boot: BootInstant?) throws {
      try commit(
        store, sample, clock, [],
        [
          .segmentClosed(number: number - 1, reason: "time", elapsedMilliseconds: elapsed),
          .segmentOpened(Segment(number: number, openedAt: clock.now.wall, openedBoot: boot)),
        ])
    }
    var earlier = Duration.zero
    // In seconds: what passes, how far the clock is set, what the end says, what counts.
    let ends: [(passed: Int, jump: Int, told: Int?, counted: Int)] = [
      (100, 0, nil, 100), (200, 86_400, 200, 200), (300, -864_000, 300, 300),
      (400, 864_000, 0, 0), (500, -86_400, nil, 0), (600, 0, -5, 0),
    ]
    for (index, (passed, jump, told, counted)) in ends.enumerated() {
      clock.advance(by: .seconds(passed))
      clock.jumpWall(by: .seconds(jump))
      let opened = index.isMultiple(of: 2) ? clock.now.boot : nil
      try next(index + 2, after: told.map { $0 * 1000 }, opened: opened)
      earlier += .seconds(counted)
      let record = try store.session(sample.session)
      try require(
        record?.spending
          == Spending(
            segmentTokens: 0, segmentOpenedAt: clock.now.wall, segmentOpenedBoot: opened,
            earlierSegments: earlier),
        "after segment \(index + 1) spending is \(String(describing: record?.spending))")
      try require(record?.segment?.openedBoot == opened, "another segment is open")
    }
    let before = try StoreSnapshot(of: store)
    try store.rebuild()
    try require(try StoreSnapshot(of: store) == before, "the rebuilt store differs")
    try requireWhole(store)
  }

  /// Two sessions in one store do not see each other.
  package func sessionsAreApart() throws {
    let (first, second) = (try SamplePlan(session: 1), try SamplePlan(session: 2))
    let (store, clock) = try started(first)
    try store.commit(try second.started(at: clock.now.wall))
    try store.commit(try second.activated(task: 1, ordinal: 1, at: clock.now.wall))
    let request = ClaimRequest(
      session: first.session, roles: [.testEngineer], worker: "w", leaseLength: .seconds(60))
    try require(try store.claim(request, at: clock.now) == nil, "it got the other's handoff")
    _ = try accept(store, second, clock, ordinal: 1)
    try require(try store.handoffs(in: first.session, states: nil).isEmpty, "handoffs leak")
    try require(try store.acceptances(in: first.session).isEmpty, "acceptances leak")
    try require(try store.runs(in: first.session).isEmpty, "runs leak")
    try require(
      try store.entries(in: first.session, after: 0, limit: 99).count == 3, "entries leak")
    try require(
      try store.tasks(in: first.session).allSatisfy { $0.startedAt == nil }, "tasks leak")
    try require(
      try store.sessions().map(\.plan) == [first.plan, second.plan].map { PlannedSession($0) },
      "plans differ")
    try requireContradiction(store, first, clock, [.handoffCancelled(second.id(1))])
  }

  /// What decides when tasks begin is what their records say, however far each has come; a piece of
  /// the tasks is that piece of all.
  package func outlinesFollowFromTasks() throws {
    let sample = try SamplePlan(tasks: 7).waiting()
    let (store, clock) = try started(sample)
    let at = clock.now.wall
    for index in 1...7 {
      try store.commit(
        Transition(
          session: sample.session, at: at,
          events: [.taskMoved(SamplePlan.task(index), try sample.progress(of: index))]))
    }
    let tasks = try store.tasks(in: sample.session)
    let outlines = try store.outlines(in: sample.session)
    try require(
      outlines
        == tasks.map { task in
          TaskOutline(
            id: task.planned.id, position: task.position,
            state: TaskOutline.State(task.progress.state),
            dependencies: task.planned.dependencies,
            hasBlockers: !task.planned.blockers.isEmpty)
        }, "the outlines are \(outlines)")
    try require(
      outlines.map(\.state) == [
        .pending, .working, .merging, .completed, .hindered, .stopped, .ended,
      ], "the states are \(outlines.map(\.state))")
    let piece = try store.tasks(in: sample.session, at: 3...5)
    try require(piece == Array(tasks[2...4]), "a piece is \(piece.map(\.position))")
    try require(try store.tasks(in: sample.session, at: 8...9).isEmpty, "there is more than all")
  }

  /// The journal has no gap, its hashes can be computed by anyone, and its pages fit together.
  package func theJournalIsChained() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    try store.commit(try sample.activated(task: 1, ordinal: 1, at: clock.now.wall))
    _ = try accept(store, sample, clock, ordinal: 1)
    var head = JournalHead.start
    while true {
      let page = try store.entries(in: nil, after: head.sequence, limit: 2)
      for entry in page {
        try require(entry.previousHash == head.hash, "entry \(entry.sequence) follows another")
        head = head.followed(
          by: try StoreSnapshot.canonicalJSON(entry.event), of: entry.session, at: entry.at)
        try require(
          head.sequence == entry.sequence && head.hash == entry.hash,
          "entry \(entry.sequence) has another hash")
      }
      if page.isEmpty { break }
    }
    try require(try store.head() == head, "the head is not the last entry")
    try require(head.sequence == 8, "\(head.sequence) entries")
    let report = try store.verifyJournal(.chain)
    try require(report.isWhole && report.head == head, "\(report)")
  }

  /// Bodies are kept once under their digests, and again does no harm.
  package func bodiesAreKeptOnce() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    let evidence = EvidenceRecord(kind: .red, body: "{\"a\":\"é\\u0000\"}")
    let document = Document(body: "a report\u{0} with 🎉\n")
    for _ in 1...2 {
      try store.commit(
        Transition(
          session: sample.session, at: clock.now.wall, events: [], evidence: [evidence],
          documents: [document, Document(body: "")]))
    }
    try require(try store.evidence(evidence.digest) == evidence, "the evidence differs")
    try require(try store.document(document.digest) == document.body, "the document differs")
    try require(try store.document(Digest.sha256(of: [])) == "", "the empty document is gone")
    try require(try store.document(evidence.digest) == nil, "a document that nobody put")
  }

  /// Dropping what is derived and replaying the journal changes nothing that can be read.
  package func aRebuiltStoreIsTheSame() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    for index in 1...3 {
      try store.commit(try sample.activated(task: index, ordinal: index, at: clock.now.wall))
    }
    _ = try accept(store, sample, clock, ordinal: 1)
    let held = try requireClaim(store, clock)
    clock.advance(by: .seconds(59))
    try store.renew(
      held.id, fence: try fence(held), lease: Lease(from: clock.now, length: .seconds(60)),
      at: clock.now.boot)
    let before = try StoreSnapshot(of: store)
    try store.rebuild()
    try require(try StoreSnapshot(of: store) == before, "the rebuilt store differs")
    try requireWhole(store)
    let next = try requireClaim(store, clock)
    try require(try fence(held) < (try fence(next)), "fences began anew")
  }

  /// A waiter learns what is ready and when the first lease ends.
  package func waitersLearnWhatToWaitFor() throws {
    let sample = try SamplePlan()
    let (store, clock) = try started(sample)
    for index in 1...2 {
      try store.commit(try sample.activated(task: index, ordinal: index, at: clock.now.wall))
    }
    let first = try requireClaim(store, clock)
    clock.advance(by: .seconds(5))
    var outlook = try store.outlook(for: sample.session, at: clock.now.boot)
    try require(outlook.readyRoles == [.testEngineer], "ready: \(outlook.readyRoles)")
    try require(outlook.nextLeaseEnd == first.claim?.lease, "\(outlook)")
    let second = try requireClaim(store, clock)
    outlook = try store.outlook(for: nil, at: clock.now.boot)
    try require(outlook.readyRoles.isEmpty, "ready: \(outlook.readyRoles)")
    try require(outlook.nextLeaseEnd == first.claim?.lease, "\(outlook)")
    try require(first.claim?.lease != second.claim?.lease, "one lease for two")
    let other = try SamplePlan(session: 40)
    outlook = try store.outlook(for: other.session, at: clock.now.boot)
    try require(outlook.nextLeaseEnd == nil, "a lease of another session")
  }
}

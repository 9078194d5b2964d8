// SPDX-License-Identifier: Apache-2.0
// Every input of a handoff in every state: what it leads to, or why it cannot have happened.

import Domain
import FoundationEssentials
import Testing

@Suite struct HandoffTests {
  @Test func `every state answers every input as the table says`() {
    #expect(Self.table.count == HandoffSituation.allCases.count)
    for (situation, row) in Self.table {
      #expect(row.count == HandoffInput.allCases.count, "a pair is missing for \(situation)")
      for (input, expected) in row {
        var handoff = situation.handoff
        let answer = input.apply(to: &handoff)
        #expect(answer == expected, "\(input) while \(situation)")
        if case .no = answer {
          #expect(handoff == situation.handoff, "\(input) while \(situation) changed a thing")
        } else {
          #expect(HandoffSituation(handoff.state) == expected.leadsTo, "\(input) in \(situation)")
        }
      }
    }
  }

  /// What is told of a claim that does not hold: nothing is held, or the newer one is.
  private static let nothingHeld = HandoffAnswer.no(.leaseLost(held: nil))
  private static let otherHeld = HandoffAnswer.no(.leaseLost(held: .held))

  private static let table: [HandoffSituation: [HandoffInput: HandoffAnswer]] = [
    .ready: [
      .claimed: .yes(.claimed), .renewed: nothingHeld, .renewedStale: nothingHeld,
      .renewedLate: nothingHeld, .submitted: nothingHeld, .submittedStale: nothingHeld,
      .submittedLate: nothingHeld, .accepted: nothingHeld, .acceptedStale: nothingHeld,
      .refused: nothingHeld, .refusedStale: nothingHeld, .failed: nothingHeld,
      .failedStale: nothingHeld, .expired: .no(.ended(.ready)), .expiredStale: .no(.ended(.ready)),
      .expiredEarly: .no(.ended(.ready)), .lost: nothingHeld, .lostStale: nothingHeld,
      .released: nothingHeld, .releasedStale: nothingHeld,
      .cancelled: .yes(.cancelled), .revived: .no(.notReady(.ready)),
    ],
    .claimed: [
      .claimed: .no(.notReady(.claimed(.sample()))), .renewed: .yes(.claimed),
      .renewedStale: otherHeld, .renewedLate: otherHeld, .submitted: .yes(.submitted),
      .submittedStale: otherHeld, .submittedLate: otherHeld, .accepted: .no(.notSubmitted),
      .acceptedStale: otherHeld, .refused: .no(.notSubmitted), .refusedStale: otherHeld,
      .failed: .ended(.requeued), .failedStale: otherHeld, .expired: .ended(.requeued),
      .expiredStale: otherHeld, .expiredEarly: otherHeld, .lost: .ended(.requeued),
      .lostStale: otherHeld, .released: .yes(.ready),
      .releasedStale: otherHeld, .cancelled: .yes(.cancelled),
      .revived: .no(.notReady(.claimed(.sample()))),
    ],
    .submitted: [
      .claimed: .no(.notReady(.submitted(.sample(), .sample))), .renewed: .no(.alreadySubmitted),
      .renewedStale: otherHeld, .renewedLate: .no(.alreadySubmitted),
      .submitted: .no(.alreadySubmitted), .submittedStale: otherHeld,
      .submittedLate: .no(.alreadySubmitted), .accepted: .yes(.accepted),
      .acceptedStale: otherHeld, .refused: .ended(.requeued), .refusedStale: otherHeld,
      .failed: .no(.alreadySubmitted), .failedStale: otherHeld, .expired: .no(.alreadySubmitted),
      .expiredStale: .no(.alreadySubmitted), .expiredEarly: .no(.alreadySubmitted),
      .lost: .no(.alreadySubmitted), .lostStale: otherHeld, .released: .no(.alreadySubmitted),
      .releasedStale: otherHeld, .cancelled: .yes(.cancelled),
      .revived: .no(.notReady(.submitted(.sample(), .sample))),
    ],
    .accepted: atAnEnd(.accepted, revived: .no(.ended(.accepted))),
    .dead: atAnEnd(.dead, revived: .yes(.ready)),
    .cancelled: atAnEnd(.cancelled, revived: .no(.ended(.cancelled))),
  ]

  private static func atAnEnd(
    _ state: Handoff.State, revived: HandoffAnswer
  ) -> [HandoffInput: HandoffAnswer] {
    var row: [HandoffInput: HandoffAnswer] = [
      .claimed: .no(.notReady(state)), .expired: .no(.ended(state)),
      .expiredStale: .no(.ended(state)), .expiredEarly: .no(.ended(state)),
      .cancelled: .no(.ended(state)), .revived: revived,
    ]
    for input in HandoffInput.allCases where row[input] == nil { row[input] = nothingHeld }
    return row
  }

  // MARK: Attempts and feedback

  @Test func `three failed attempts leave it dead, and a person's word gives it three more`() throws
  {
    var handoff = HandoffSituation.ready.handoff
    for attempt in 1...3 {
      #expect(handoff.attempt == attempt)
      try handoff.claimed(.sample())
      let end = try handoff.failed(fence: .held, feedback: .sample(attempt))
      #expect(end == (attempt == 3 ? .exhausted : .requeued))
    }
    #expect(handoff.state == .dead)
    #expect(handoff.attempt == 3)
    try handoff.revived()
    #expect(handoff.state == .ready)
    #expect(handoff.attempt == 1)
    #expect(handoff.feedback.map(\.attempt) == [1, 2, 3])
  }

  @Test func `the last attempt ends it whether it was refused, failed or ran out`() throws {
    let ends: [(inout Handoff) throws -> AttemptEnd] = [
      { try $0.failed(fence: .held, feedback: .sample(1)) },
      { try $0.expired(fence: .held, at: .at(1_000), feedback: .sample(1)) },
      {
        try $0.submitted(.sample, fence: .held, at: .at(999))
        return try $0.refused(fence: .held, feedback: .sample(1))
      },
    ]
    for end in ends {
      var handoff = HandoffSituation.claimed.handoff(attemptsMax: 1)
      #expect(try end(&handoff) == .exhausted)
      #expect(handoff.state == .dead)
      #expect(handoff.claim == nil)
    }
  }

  @Test func `however often it is revived, it carries the newest five refusals`() throws {
    var handoff = HandoffSituation.ready.handoff
    for number in 1...9 {
      try handoff.claimed(.sample())
      let end = try handoff.failed(fence: .held, feedback: .sample(number))
      if end == .exhausted { try handoff.revived() }
    }
    #expect(handoff.feedback.map(\.attempt) == [5, 6, 7, 8, 9])
  }

  @Test func `giving it back unharmed counts no attempt`() throws {
    var handoff = HandoffSituation.claimed.handoff
    try handoff.released(fence: .held)
    #expect(handoff.attempt == 1)
    #expect(handoff.feedback.isEmpty)
  }

  @Test func `the fifth claim in a row that is lost with its coordinator is the last`() throws {
    var handoff = HandoffSituation.ready.handoff
    for number in 1...Handoff.lossesMax {
      try handoff.claimed(.sample())
      let end = try handoff.lost(fence: .held, feedback: .sample(number))
      #expect(end == (number < 5 ? .requeued : .exhausted))
      #expect(handoff.losses == number && handoff.attempt == 1)
    }
    #expect(handoff.state == .dead && handoff.feedback == [.sample(5)])
    try expectRoundTrip(handoff)
    try handoff.revived()
    #expect(handoff.losses == 0)
  }

  @Test(arguments: [HandoffInput.failed, .expired, .released])
  func `a claim that ended any other way starts the counting of lost ones anew`(
    input: HandoffInput
  ) throws {
    var handoff = HandoffSituation.ready.handoff
    for _ in 1..<Handoff.lossesMax {
      try handoff.claimed(.sample())
      _ = try handoff.lost(fence: .held, feedback: .sample(1))
    }
    try handoff.claimed(.sample())
    _ = input.apply(to: &handoff)
    #expect(handoff.state == .ready && handoff.losses == 0)
    try handoff.claimed(.sample())
    #expect(try handoff.lost(fence: .held, feedback: .sample(1)) == .requeued)
  }

  @Test func `a handoff that lost no claim is written as before they were counted`() throws {
    let text = String(
      decoding: try JSONEncoder().encode(HandoffSituation.ready.handoff), as: UTF8.self)
    #expect(!text.contains("lostClaims"))
  }

  @Test func `it never allows fewer than one attempt and carries the newest five refusals`() {
    let handoff = Handoff(
      id: HandoffSituation.id, task: TaskID("a")!, stage: .red, role: .testEngineer, round: 1,
      base: .sample(1), attemptsMax: -2, feedback: (1...9).map(Feedback.sample))
    #expect(handoff.attemptsMax == 1)
    #expect(handoff.feedback.map(\.attempt) == [5, 6, 7, 8, 9])
    #expect(handoff.session == SessionID(number: 39))
  }

  @Test func `a renewal replaces the lease and nothing else of the claim`() throws {
    var handoff = HandoffSituation.claimed.handoff
    let longer = Lease(expires: .at(5_000), expiresAt: Timestamp(milliseconds: 13_000))
    try handoff.renewed(fence: .held, lease: longer, at: .at(999))
    var expected = Claim.sample()
    expected.lease = longer
    #expect(handoff.claim == expected)
  }

  @Test func `a lease of another boot holds for nobody`() {
    for boot in ["boot-b", ""] {
      var handoff = HandoffSituation.claimed.handoff
      #expect(throws: HandoffRejection.leaseLost(held: .held)) {
        try handoff.submitted(.sample, fence: .held, at: .at(1, boot: boot))
      }
      #expect(throws: Never.self) {
        try handoff.expired(fence: .held, at: .at(1, boot: boot), feedback: .sample(1))
      }
      #expect(handoff.state == .ready)
    }
  }

  @Test func `every state is the same after being written and read`() throws {
    for situation in HandoffSituation.allCases { try expectRoundTrip(situation.handoff) }
  }
}

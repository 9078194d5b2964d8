// SPDX-License-Identifier: Apache-2.0
// The ladder of a budget at each of its edges, and with numbers nobody should report.

import Domain
import Testing

@Suite struct BudgetTests {
  private static let start = Moment(
    wall: Timestamp(milliseconds: 1_767_225_600_000),
    boot: BootInstant(bootID: "boot-1", milliseconds: 3_600_000))
  private static let decade = Duration.seconds(10 * 365 * 86_400)

  private static func reading(
    tokens: Int = 0, elapsed: Duration = .zero, earlier: Duration = .zero,
    limits: BudgetLimits = BudgetLimits()
  ) -> BudgetReading {
    reading(at: start.advanced(by: elapsed), tokens: tokens, earlier: earlier, limits: limits)
  }

  private static func reading(
    at now: Moment, opened: BootInstant? = start.boot, tokens: Int = 0,
    earlier: Duration = .zero, limits: BudgetLimits = BudgetLimits()
  ) -> BudgetReading {
    BudgetReading(
      Spending(
        segmentTokens: tokens, segmentOpenedAt: start.wall, segmentOpenedBoot: opened,
        earlierSegments: earlier),
      limits: limits, at: now)
  }

  /// The moment `up` after a new start, `elapsed` after the segment's opening by the wall clock.
  private static func afterNewStart(up: Duration, elapsed: Duration) -> Moment {
    Moment(
      wall: start.wall.advanced(by: elapsed),
      boot: BootInstant(bootID: "boot-2", milliseconds: up.wholeMilliseconds))
  }

  @Test(arguments: [
    (0, BudgetRung.free), (99_999, .free), (100_000, .checkpoint), (139_999, .checkpoint),
    (140_000, .noNewClaims), (189_999, .noNewClaims), (190_000, .newSegment),
    (5_000_000, .newSegment),
  ])
  func `tokens climb the ladder at 50, 70 and 95 per cent`(tokens: Int, rung: BudgetRung) {
    #expect(Self.reading(tokens: tokens).rung == rung)
  }

  @Test func `a segment ends at its last millisecond and a session at its`() {
    let segment = Duration.seconds(40 * 60)
    #expect(Self.reading(elapsed: segment - .milliseconds(1)).rung == .free)
    #expect(Self.reading(elapsed: segment).rung == .newSegment)
    let session = Duration.seconds(240 * 60)
    #expect(Self.reading(earlier: session - .milliseconds(1)).rung == .free)
    #expect(Self.reading(earlier: session).rung == .exhausted)
    #expect(
      Self.reading(tokens: 190_000, elapsed: .seconds(60), earlier: session - .seconds(60)).rung
        == .exhausted)
  }

  @Test(arguments: [decade, .zero - decade, .seconds(-500), .zero])
  func `a wall clock that is set takes no time away and gives none`(jump: Duration) {
    let now = Self.start.advanced(by: .seconds(61))
    let set = Moment(wall: now.wall.advanced(by: jump), boot: now.boot)
    let reading = Self.reading(at: set, earlier: .seconds(60))
    #expect(reading.segmentElapsed == .seconds(61))
    #expect(reading.sessionElapsed == .seconds(121))
    #expect(reading.rung == .free)
    let end = Self.start.advanced(by: .seconds(40 * 60)).boot
    #expect(Self.reading(at: Moment(wall: set.wall, boot: end)).rung == .newSegment)
  }

  @Test func `a segment of an older journal is counted by the wall clock, never below nothing`() {
    let later = Self.start.advanced(by: .seconds(61))
    #expect(Self.reading(at: later, opened: nil).segmentElapsed == .seconds(61))
    let back = Moment(wall: Self.start.wall.advanced(by: .seconds(-500)), boot: later.boot)
    let reading = Self.reading(at: back, opened: nil, earlier: .seconds(60))
    #expect(reading.segmentElapsed == .zero)
    #expect(reading.sessionElapsed == .seconds(60))
  }

  @Test(arguments: [
    // Up for, by the wall clock, counted; in minutes.
    (5, 15, 15), (5, 40, 40),
    // Off for a night; on again for a day without anybody.
    (5, 600, 40), (1_440, 2_000, 1_440),
    // The clock lost its battery; it was set a year ahead; it says that nothing happened.
    (5, -20_000_000, 5), (90, -20_000_000, 40), (5, 525_600, 40), (90, 525_600, 90), (5, 0, 5),
    // The project went to a machine that has long been up.
    (150_000, 15, 40),
  ])
  func `after a new start neither clock alone takes more than a segment, or keeps one open`(
    up: Int, wall: Int, counted: Int
  ) {
    let now = Self.afterNewStart(up: .seconds(up * 60), elapsed: .seconds(wall * 60))
    #expect(Self.reading(at: now).segmentElapsed == .seconds(counted * 60))
  }

  @Test func `a boot clock that began anew under the same id is a new start`() {
    // As where the kernel's boot id cannot be read.
    let now = Moment(
      wall: Self.start.wall.advanced(by: .seconds(60)),
      boot: BootInstant(bootID: "boot-1", milliseconds: 1_000))
    #expect(Self.reading(at: now).segmentElapsed == .seconds(60))
  }

  @Test func `the rungs are ordered and each includes those below`() {
    let rungs: [BudgetRung] = [.free, .checkpoint, .noNewClaims, .newSegment, .exhausted]
    #expect(rungs.sorted() == rungs)
    for (low, high) in zip(rungs, rungs.dropFirst()) { #expect(low < high && !(high < low)) }
  }

  @Test func `limits of nothing become the least, and no number is too large to reckon with`() {
    let least = BudgetLimits(windowTokens: 0, segmentMinutes: -1, sessionMinutes: 0)
    #expect(least == BudgetLimits(windowTokens: 1, segmentMinutes: 1, sessionMinutes: 1))
    let most = BudgetLimits(windowTokens: .max, segmentMinutes: .max, sessionMinutes: .max)
    #expect(Self.reading(tokens: .max, elapsed: .seconds(9_000_000), limits: most).rung == .free)
    #expect(Self.reading(tokens: .max).rung == .newSegment)
    #expect(Self.reading(tokens: .min).windowPercent == 0)
    let absurd = Moment(
      wall: Timestamp(milliseconds: .max), boot: BootInstant(bootID: "boot-2", milliseconds: .max))
    #expect(Self.reading(at: absurd, limits: most).rung == .free)
  }

  @Test func `no report of usage lowers a sum or overflows it`() {
    let absurd = Usage(
      inputTokens: .max, outputTokens: .max, costMicroUSD: .max, isEstimated: false)
    #expect(absurd.tokens == 2 * Usage.most)
    let negative = Usage(inputTokens: -5, outputTokens: .min, costMicroUSD: -1, isEstimated: true)
    #expect(negative.tokens == 0)
    #expect(negative.costMicroUSD == 0)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `more spending never reads as a lower rung`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var tokens = 0
    var elapsed = Duration.zero
    var last = BudgetRung.free
    for _ in 0..<60 {
      tokens += Int.random(in: 0...6_000, using: &random)
      elapsed += .seconds(Int.random(in: 0...400, using: &random))
      let rung = Self.reading(tokens: tokens, elapsed: elapsed).rung
      #expect(rung >= last)
      last = rung
    }
  }

  @Test func `limits, spending and readings survive being written`() throws {
    try expectRoundTrip(BudgetLimits())
    try expectRoundTrip(Self.reading(tokens: 150_000, elapsed: .seconds(61)))
    try expectRoundTrip(
      Spending(
        segmentTokens: 5, segmentOpenedAt: Self.start.wall, segmentOpenedBoot: Self.start.boot,
        earlierSegments: .seconds(1)))
  }
}

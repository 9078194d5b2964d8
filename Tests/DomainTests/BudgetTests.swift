// SPDX-License-Identifier: Apache-2.0
// The ladder of a budget at each of its edges, and with numbers nobody should report.

import Domain
import Testing

@Suite struct BudgetTests {
  private static let start = Timestamp(milliseconds: 1_000_000)

  private static func reading(
    tokens: Int = 0, elapsed: Duration = .zero, earlier: Duration = .zero,
    limits: BudgetLimits = BudgetLimits()
  ) -> BudgetReading {
    BudgetReading(
      Spending(segmentTokens: tokens, segmentOpenedAt: start, earlierSegments: earlier),
      limits: limits, at: start.advanced(by: elapsed))
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

  @Test func `a clock that was set back takes no time away`() {
    let reading = Self.reading(elapsed: .seconds(-500), earlier: .seconds(60))
    #expect(reading.segmentElapsed == .zero)
    #expect(reading.sessionElapsed == .seconds(60))
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
      Spending(segmentTokens: 5, segmentOpenedAt: Self.start, earlierSegments: .seconds(1)))
  }
}

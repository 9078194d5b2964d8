// SPDX-License-Identifier: Apache-2.0
// Moments written as dates, and lengths that nobody can make overflow.

import Domain
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"),
    (999, "1970-01-01T00:00:00Z"),
    (-1, "1969-12-31T23:59:59Z"),
    (-86_400_000, "1969-12-31T00:00:00Z"),
    (68_169_600_000, "1972-02-29T00:00:00Z"),
    (68_256_000_000, "1972-03-01T00:00:00Z"),
    (951_782_400_000, "2000-02-29T00:00:00Z"),
    (951_868_799_999, "2000-02-29T23:59:59Z"),
    (951_868_800_000, "2000-03-01T00:00:00Z"),
    (978_307_199_000, "2000-12-31T23:59:59Z"),
    (1_795_248_225_000, "2026-11-21T08:03:45Z"),
    (4_107_542_399_000, "2100-02-28T23:59:59Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00Z"),
    (-2_203_891_200_000, "1900-03-01T00:00:00Z"),
    (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
    (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
    (-62_167_219_201_000, "-0001-12-31T23:59:59Z"),
    (253_402_300_800_000, "10000-01-01T00:00:00Z"),
  ])
  func `a moment is written as its date in UTC`(milliseconds: Int, text: String) {
    #expect(Timestamp(milliseconds: milliseconds).description == text)
  }

  @Test func `seconds are rounded down on both sides of 1970`() {
    for (milliseconds, seconds) in [
      (1_999, 1), (1_000, 1), (0, 0), (-1, -1), (-1_000, -1), (-1_001, -2),
    ] {
      #expect(Timestamp(milliseconds: milliseconds).seconds == seconds)
    }
    #expect(Timestamp(milliseconds: 9_007_199_254_741_999).seconds == 9_007_199_254_741)
  }

  @Test func `four hundred years of days follow one another without a gap`() {
    var last = ""
    var leapDays = 0
    for day in -30_000..<(146_097 - 30_000) {
      let date = String(Timestamp(milliseconds: day * 86_400_000).description.prefix(10))
      #expect(date > last)
      if date.hasSuffix("02-29") { leapDays += 1 }
      last = date
    }
    #expect(leapDays == 97)
  }

  @Test func `no moment and no length is too far away to be written or reckoned with`() {
    for milliseconds in [Int.min, .max] {
      let moment = Timestamp(milliseconds: milliseconds)
      #expect(moment.description.hasSuffix("Z"))
      #expect(moment.advanced(by: .seconds(milliseconds)) == moment)
    }
    #expect(Timestamp(milliseconds: .max).since(Timestamp(milliseconds: .min)) > .zero)
    #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
    #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
  }

  @Test(arguments: [
    (Duration.milliseconds(1_500), 1_500), (.microseconds(1_999), 1), (.microseconds(-1_999), -1),
    (.seconds(-2), -2_000), (.zero, 0),
  ])
  func `milliseconds are rounded toward zero`(duration: Duration, milliseconds: Int) {
    #expect(duration.wholeMilliseconds == milliseconds)
  }

  @Test func `what is advanced is later by just that, and is written as a number`() throws {
    let moment = Timestamp(milliseconds: 5)
    #expect(moment.advanced(by: .seconds(2)).since(moment) == .seconds(2))
    #expect(moment < moment.advanced(by: .milliseconds(1)))
    try expectRoundTrip([moment])
    #expect(try decoded([Timestamp].self, "[5]") == [moment])
  }
}

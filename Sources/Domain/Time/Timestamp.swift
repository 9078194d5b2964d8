// SPDX-License-Identifier: Apache-2.0
// Wall-clock time as a value, written as ISO 8601 in UTC.

/// A moment on the wall clock, in milliseconds since 1970-01-01T00:00:00Z. For people and for
/// commit dates; what must not jump with the clock uses `BootInstant`.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
  /// Since 1970-01-01T00:00:00Z; negative before that.
  package let milliseconds: Int

  package init(milliseconds: Int) { self.milliseconds = milliseconds }

  /// Whole seconds since 1970, rounded down.
  package var seconds: Int { Self.floorDivide(milliseconds, 1000) }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The moment `duration` later; the last one that can be written where there is none.
  package func advanced(by duration: Duration) -> Timestamp {
    Timestamp(milliseconds: milliseconds.saturatingSum(duration.wholeMilliseconds))
  }

  /// How long after `earlier` this is; negative if before it.
  package func since(_ earlier: Timestamp) -> Duration {
    .milliseconds(milliseconds) - .milliseconds(earlier.milliseconds)
  }

  package init(from decoder: any Decoder) throws {
    milliseconds = try decoder.singleValueContainer().decode(Int.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }
}

extension Timestamp: CustomStringConvertible {
  /// `2026-11-21T08:03:45Z`, to the second.
  package var description: String {
    let (year, month, day) = Self.date(ofDay: Self.floorDivide(seconds, 86_400))
    let second = seconds - Self.floorDivide(seconds, 86_400) * 86_400
    return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
      + "T\(Self.padded(second / 3600, 2)):\(Self.padded(second / 60 % 60, 2))"
      + ":\(Self.padded(second % 60, 2))Z"
  }

  private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - digits.count))
    return (value < 0 ? "-" : "") + zeros + digits
  }

  /// The proleptic Gregorian date of a day counted from 1970-01-01 (Howard Hinnant, "chrono-
  /// compatible low-level date algorithms", civil_from_days).
  private static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
  }
}

extension Duration {
  /// Milliseconds, rounded toward zero; the most that an `Int` holds where there are more, since a
  /// length can come from a file or from an agent.
  package var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    let (whole, isOver) = Int(seconds).multipliedReportingOverflow(by: 1000)
    guard !isOver else { return seconds < 0 ? .min : .max }
    return whole.saturatingSum(Int(attoseconds / 1_000_000_000_000_000))
  }
}

extension Int {
  /// The sum, or the bound that it would pass.
  func saturatingSum(_ other: Int) -> Int {
    let (sum, isOver) = addingReportingOverflow(other)
    guard isOver else { return sum }
    return other < 0 ? .min : .max
  }
}

// SPDX-License-Identifier: Apache-2.0
// Reading a moment that somebody wrote down.

extension Timestamp {
  /// Reads `2026-11-21T08:03:45Z`, or `2026-11-21` for the end of that day in UTC; `nil` for
  /// anything else, such as the 30th of February.
  package init?(written text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10 || (bytes.count == 20 && bytes[10] == UInt8(ascii: "T")) else {
      return nil
    }
    guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
      let date = Self.number(bytes[8..<10]), (1...12).contains(month), (1...31).contains(date)
    else { return nil }
    let midnight = Self.days(year: year, month: month, day: date) * 86_400
    if bytes.count == 10 {
      self.init(milliseconds: (midnight + 86_400) * 1000)
      guard Timestamp(milliseconds: midnight * 1000).description.hasPrefix(text) else { return nil }
      return
    }
    guard bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let hour = Self.number(bytes[11..<13]), let minute = Self.number(bytes[14..<16]),
      let second = Self.number(bytes[17..<19])
    else { return nil }
    self.init(milliseconds: (midnight + hour * 3600 + minute * 60 + second) * 1000)
    // Writing it again tells a moment that exists from one that does not.
    guard description == text else { return nil }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var number = 0
    for digit in digits {
      guard (48...57).contains(digit) else { return nil }
      number = number * 10 + Int(digit - 48)
    }
    return number
  }

  /// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible
  /// low-level date algorithms", days_from_civil). The year is never negative here.
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}

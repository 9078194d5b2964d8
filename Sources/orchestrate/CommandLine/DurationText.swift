// SPDX-License-Identifier: Apache-2.0
// Durations as people type them: 30s, 5m, 1h30m, 500ms.

extension Duration {
  /// Reads one or more whole numbers, each with `ms`, `s`, `m`, `h` or `d`, largest unit first and
  /// none twice; a bare number means seconds. `nil` for anything else, or where it overflows.
  init?(typed text: String) {
    var rest = text[...]
    guard !rest.isEmpty else { return nil }
    if let seconds = Self.digits(&rest), rest.isEmpty {
      guard let milliseconds = Self.product(seconds, 1000) else { return nil }
      self = .milliseconds(milliseconds)
      return
    }
    rest = text[...]
    var total = 0
    var smallest = Int.max
    while !rest.isEmpty {
      guard let number = Self.digits(&rest) else { return nil }
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let size = Self.milliseconds(of: unit), size < smallest,
        let part = Self.product(number, size)
      else { return nil }
      smallest = size
      let (sum, overflow) = total.addingReportingOverflow(part)
      if overflow { return nil }
      total = sum
    }
    self = .milliseconds(total)
  }

  private static func digits(_ text: inout Substring) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
    text = text.dropFirst(digits.count)
    return Int(digits)
  }

  private static func milliseconds(of unit: Substring) -> Int? {
    switch unit {
    case "ms": 1
    case "s": 1000
    case "m", "min": 60_000
    case "h": 3_600_000
    case "d": 86_400_000
    default: nil
    }
  }

  private static func product(_ left: Int, _ right: Int) -> Int? {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? nil : product
  }
}

// SPDX-License-Identifier: Apache-2.0
// Durations and moments as short as a glance allows.

import Domain

/// Says how long something takes or how long ago it was.
enum TimeInWords {
  /// A duration in at most two units: `350ms`, `1.2s`, `42s`, `3m 05s`, `2h 10m`, `3d 04h`. Rounded
  /// down, so that a limit never looks reached before it is.
  static func brief(_ duration: Duration) -> String {
    let milliseconds = duration.wholeMilliseconds
    if milliseconds < 0 { return "-" + brief(.zero - duration) }
    let seconds = milliseconds / 1000
    switch seconds {
    case 0: return "\(milliseconds)ms"
    case ..<10: return "\(seconds).\(milliseconds / 100 % 10)s"
    case ..<60: return "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m \(twoDigits(seconds % 60))s"
    case ..<86_400: return "\(seconds / 3600)h \(twoDigits(seconds / 60 % 60))m"
    default: return "\(seconds / 86_400)d \(twoDigits(seconds / 3600 % 24))h"
    }
  }

  /// `just now`, `42s ago`, `3m ago`, `in 2h`, `5d ago`: one unit, rounded down.
  static func relative(_ moment: Timestamp, to now: Timestamp) -> String {
    let seconds = now.since(moment).wholeMilliseconds / 1000
    let distance = abs(seconds)
    let words: String
    switch distance {
    case ..<2: return "just now"
    case ..<60: words = "\(distance)s"
    case ..<3600: words = "\(distance / 60)m"
    case ..<86_400: words = "\(distance / 3600)h"
    default: words = "\(distance / 86_400)d"
    }
    return seconds > 0 ? words + " ago" : "in " + words
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}

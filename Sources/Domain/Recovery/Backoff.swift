// SPDX-License-Identifier: Apache-2.0
// How long to wait before what failed is tried again.

/// Growing pauses between attempts whose tools failed (S2-62): what is out of reach now may be back
/// in a moment, and if not, asking faster helps nobody.
package enum Backoff {
  /// The pause before the attempt after the `number`th one, counted from 1: 250 ms, 1 s, 4 s, and so
  /// on up to a minute.
  package static func pause(afterAttempt number: Int) -> Duration {
    let step = min(max(1, number), 5)
    return min(.seconds(60), .milliseconds(250 << (2 * (step - 1))))
  }
}

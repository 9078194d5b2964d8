// SPDX-License-Identifier: Apache-2.0
// Chance that can be had again: the same seed, the same draws.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Draws that are the same for the same seed.
  package init(seed: UInt64) { state = seed }

  /// The next sixty-four bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// An index below `count`, which must be positive.
  package mutating func index(below count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

  /// True once in `times` draws.
  package mutating func oneIn(_ times: Int) -> Bool { index(below: times) == 0 }
}

// SPDX-License-Identifier: Apache-2.0
// The integer that tells a claim's holder from every earlier one.

/// A number that grows with every claim in a store. Whatever a worker sends carries its fence; a
/// stale one is refused (RELIABILITY T13).
package struct Fence: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// From 1; every claim's is greater than all before it in the same store.
  package let number: Int

  /// `nil` unless positive.
  package init?(_ number: Int) {
    guard number > 0 else { return nil }
    self.number = number
  }

  package var description: String { String(number) }

  package static func < (left: Fence, right: Fence) -> Bool { left.number < right.number }

  package init(from decoder: any Decoder) throws {
    let number = try decoder.singleValueContainer().decode(Int.self)
    guard let fence = Fence(number) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a fence: \(number)"))
    }
    self = fence
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(number)
  }
}

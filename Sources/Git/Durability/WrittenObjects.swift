// SPDX-License-Identifier: Apache-2.0
// What was stored and no ref leads to yet: `git gc --prune=now` may take it away at any time.

import CGit2
import Domain

/// The bytes of what one handle stored since it last published a ref, so that what git pruned
/// meanwhile can be stored again.
struct WrittenObjects {
  /// How much is remembered; what goes beyond, a test's huge fixture for instance, is not.
  static let bytesMax = 64_000_000

  struct Content {
    let kind: git_object_t
    let bytes: [UInt8]
  }

  private var contents: [ObjectID: Content] = [:]
  private var bases: [ObjectID: ObjectID] = [:]
  private var byteCount = 0

  subscript(_ id: ObjectID) -> Content? { contents[id] }

  mutating func remember(
    _ bytes: @autoclosure () -> [UInt8]?, _ kind: git_object_t, as id: ObjectID
  ) {
    guard contents[id] == nil, let bytes = bytes(), byteCount + bytes.count <= Self.bytesMax else {
      return
    }
    contents[id] = Content(kind: kind, bytes: bytes)
    byteCount += bytes.count
  }

  /// A tree was made out of another by some edits.
  mutating func remember(base: ObjectID, of tree: ObjectID) {
    if tree != base, bases[base] != tree { bases[tree] = base }
  }

  /// The tree that a tree was made of in the end, be it in several steps; `nil` where it was not.
  func base(of tree: ObjectID) -> ObjectID? {
    var found = bases[tree]
    // Edits that are taken back may lead in a circle.
    for _ in 0..<bases.count {
      guard let next = found.flatMap({ bases[$0] }), next != tree else { break }
      found = next
    }
    return found
  }

  mutating func forget() { self = WrittenObjects() }
}

// SPDX-License-Identifier: Apache-2.0
// What was stored lately: `git gc --prune=now` may take it away while no ref leads to it.

import CGit2
import Domain
import Synchronization

/// The bytes of what this process stored last, for all repositories that it has open, so that what
/// git pruned meanwhile can be stored again.
final class WrittenObjects: Sendable {
  static let shared = WrittenObjects()

  /// How much is remembered; the oldest gives way.
  static let bytesMax = 16_000_000

  struct Content {
    let kind: git_object_t
    let bytes: [UInt8]
  }

  private struct Key: Hashable {
    /// The folder of a repository's objects.
    let folder: String
    let id: ObjectID
  }

  private struct State {
    var contents: [Key: Content] = [:]
    /// The tree that a tree was made of by some edits.
    var bases: [Key: ObjectID] = [:]
    /// Oldest first.
    var order: [Key] = []
    var byteCount = 0

    mutating func remember(_ content: Content, as key: Key) {
      guard contents[key] == nil, content.bytes.count <= WrittenObjects.bytesMax else { return }
      contents[key] = content
      order.append(key)
      byteCount += content.bytes.count
      var gone = 0
      while byteCount > WrittenObjects.bytesMax {
        byteCount -= contents.removeValue(forKey: order[gone])?.bytes.count ?? 0
        bases[order[gone]] = nil
        gone += 1
      }
      order.removeFirst(gone)
    }
  }

  private let state = Mutex(State())

  private init() {}

  func content(of id: ObjectID, in folder: String) -> Content? {
    state.withLock { $0.contents[Key(folder: folder, id: id)] }
  }

  /// Everything that is remembered of a folder's objects.
  func ids(in folder: String) -> [ObjectID] {
    state.withLock { $0.order.filter { $0.folder == folder }.map(\.id) }
  }

  func remember(_ content: Content, as id: ObjectID, in folder: String) {
    state.withLock { $0.remember(content, as: Key(folder: folder, id: id)) }
  }

  /// Forgets what was stored in a folder of objects, as a process that starts anew.
  func forget(in folder: String) {
    state.withLock { state in
      let gone = state.order.filter { $0.folder == folder }
      state.order.removeAll { $0.folder == folder }
      for key in gone {
        state.byteCount -= state.contents.removeValue(forKey: key)?.bytes.count ?? 0
        state.bases[key] = nil
      }
    }
  }

  /// A tree was made out of another by some edits.
  func remember(base: ObjectID, of tree: ObjectID, in folder: String) {
    state.withLock { state in
      let key = Key(folder: folder, id: tree)
      guard tree != base, state.contents[key] != nil, state.bases[key] == nil else { return }
      state.bases[key] = base
    }
  }

  /// The tree that a tree was made of in the end, be it in several steps; `nil` where it was not.
  func base(of tree: ObjectID, in folder: String) -> ObjectID? {
    state.withLock { state in
      var found = state.bases[Key(folder: folder, id: tree)]
      // Edits that are taken back may lead in a circle.
      for _ in 0..<state.bases.count {
        guard let next = found.flatMap({ state.bases[Key(folder: folder, id: $0)] }), next != tree
        else { break }
        found = next
      }
      return found
    }
  }
}

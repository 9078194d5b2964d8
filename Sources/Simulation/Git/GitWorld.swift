// SPDX-License-Identifier: Apache-2.0
// Objects, refs and lock files of a repository, as they lie on the simulated disk.

import Domain

/// What a worker wrote into a file: whose work it is, and how good.
struct Work: Hashable {
  enum Quality: UInt64, CaseIterable {
    case good, refused, turnedDown
    /// It holds alone, but not together with other tasks' work.
    case clashing
  }

  /// 0 for what was there before.
  let fence: Int
  let quality: Quality
}

/// `Sendable` unchecked, as `Site` is.
final class GitWorld: @unchecked Sendable {
  struct Commit {
    let tree: ObjectID
    let parents: [ObjectID]
    /// When it was made, in seconds since 1970.
    var seconds = 0
  }

  /// Who holds a ref's lock file.
  enum LockOwner: Equatable {
    case coordinator(incarnation: Int)
    /// A person's git, at work.
    case neighbour
  }

  private(set) var trees: [ObjectID: [String: Work]] = [:]
  private(set) var commits: [ObjectID: Commit] = [:]
  var references: [String: ObjectID] = [:]
  var locks: [String: LockOwner] = [:]

  static let main = "refs/heads/main"

  init() {
    let tree = write(tree: ["README": Work(fence: 0, quality: .good)])
    references[Self.main] = write(commit: Commit(tree: tree, parents: []), message: "first")
  }

  // MARK: Objects

  func write(tree files: [String: Work]) -> ObjectID {
    var name = ObjectName("tree")
    for (path, work) in files.sorted(by: { $0.key < $1.key }) {
      name.add(path)
      name.add(UInt64(work.fence) << 8 | work.quality.rawValue)
    }
    trees[name.id] = files
    return name.id
  }

  func write(commit: Commit, message: String) -> ObjectID {
    var name = ObjectName("commit")
    for text in [commit.tree.text] + commit.parents.map(\.text) + [message] { name.add(text) }
    name.add(UInt64(bitPattern: Int64(commit.seconds)))
    commits[name.id] = commit
    return name.id
  }

  func files(ofCommit id: ObjectID) -> [String: Work] {
    commits[id].flatMap { trees[$0.tree] } ?? [:]
  }

  func isAncestor(_ ancestor: ObjectID, of id: ObjectID) -> Bool {
    var open = [id]
    var seen: Set<ObjectID> = []
    while let next = open.popLast() {
      if next == ancestor { return true }
      guard seen.insert(next).inserted else { continue }
      open += commits[next]?.parents ?? []
    }
    return false
  }

  /// Whether some ref leads to a commit with exactly these files.
  func holds(_ tree: ObjectID) -> Bool {
    references.values.contains { commits[$0]?.tree == tree }
  }
}

/// An object's name from what it holds: forty digits of which 128 bits tell contents apart.
private struct ObjectName {
  private var first = TraceHash()
  private var second: UInt64 = 0x9e37_79b9_7f4a_7c15

  init(_ kind: String) { add(kind) }

  mutating func add(_ number: UInt64) {
    first.add(number)
    second = (second ^ number &* 0xff51_afd7_ed55_8ccd) &* 0xc4ce_b9fe_1a85_ec53
    second ^= second >> 29
  }

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(UInt64(byte)) }
    add(0x100)
  }

  var id: ObjectID {
    let text = [first.value, second].map { number in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
    return ObjectID("00000000" + text)!
  }
}

// SPDX-License-Identifier: Apache-2.0
// What lies between two trees, sorted into the groups that the rules speak of.

package import Domain
package import Git
import Supervision

/// A submission as the rules and the proofs need it.
package struct ChangeSet: Sendable {
  /// Every changed path, sorted by path.
  package let changes: [Change]
  /// Lines added plus lines removed in implementation files.
  package let implementationLines: Int
}

extension PathGroups {
  /// Reads what changed from one tree to another.
  package func changes(
    from old: ObjectID, to new: ObjectID, in repository: Repository
  ) throws(GitError) -> ChangeSet {
    var changes: [Change] = []
    for file in try repository.changes(from: old, to: new) {
      changes += try self.changes(file, from: old, to: new, in: repository)
    }
    let counts = try repository.lineCounts(from: old, to: new)
    let lines = changes.filter { $0.group == .implementation }.reduce(0) { sum, change in
      sum + (counts[change.path].map { $0.added + $0.removed } ?? 0)
    }
    return ChangeSet(changes: changes, implementationLines: lines)
  }

  /// One changed path: a change, or two where it holds tests and what they test.
  private func changes(
    _ file: FileChange, from old: ObjectID, to new: ObjectID, in repository: Repository
  ) throws(GitError) -> [Change] {
    let path = file.path
    switch group(of: path) {
    // What another repository holds can be proved by nobody.
    case _ where file.new?.mode == .submodule: return [Change(file, .testRunner, true)]
    case .testRunner:
      return [Change(file, try isOwn(path, in: old, repository) ? .implementation : .testRunner)]
    case .testConfiguration:
      let effect = TestSettings.effect(
        of: path, from: try repository.text(at: path, inTree: old),
        to: try repository.text(at: path, inTree: new))
      switch effect {
      case .none where TestSettings.isShared(path):
        return [Change(file, isTest(path) ? .test : .implementation)]
      case .none, .bent: return [Change(file, .testConfiguration, true)]
      case .extended: return [Change(file, .testConfiguration)]
      }
    case .test: return [Change(file, .test, try losesLines(file, from: old, to: new, repository))]
    case .documentation: return [Change(file, .documentation)]
    case .implementation: return try parts(of: file, from: old, to: new, repository)
    }
  }

  /// Whether the project itself is what stands in for a module: it was there before.
  private func isOwn(
    _ path: String, in tree: ObjectID, _ repository: Repository
  ) throws(GitError) -> Bool {
    guard let module = RunnerShadows.module(of: path) else { return false }
    return try !repository.entries(inTree: tree) {
      $0 == module || $0.hasPrefix(module + "/")
    }.isEmpty
  }

  /// The changes of a file's two parts, where it has tests inside.
  private func parts(
    of file: FileChange, from old: ObjectID, to new: ObjectID, _ repository: Repository
  ) throws(GitError) -> [Change] {
    let before = try repository.text(at: file.path, inTree: old) ?? ""
    let after = try repository.text(at: file.path, inTree: new) ?? ""
    let (was, becomes) = (regions(before, file.path), regions(after, file.path))
    guard was != nil || becomes != nil else { return [Change(file, .implementation)] }
    var changes: [Change] = []
    let tests = (was?.tests ?? "", becomes?.tests ?? "")
    if tests.0 != tests.1 {
      changes.append(Change(file, .test, Self.isLost(tests.0, in: tests.1)))
    }
    if (was?.implementation ?? before) != (becomes?.implementation ?? after) {
      changes.append(Change(file, .implementation))
    }
    return changes.isEmpty ? [Change(file, .implementation)] : changes
  }

  /// Whether lines of a file are gone that are neither blank nor imports; or all of it, where it is
  /// no file of lines.
  private func losesLines(
    _ file: FileChange, from old: ObjectID, to new: ObjectID, _ repository: Repository
  ) throws(GitError) -> Bool {
    guard case .modified(let before, let after) = file.kind else { return false }
    guard before.mode.isRegular, after.mode.isRegular else { return true }
    let hunks = try repository.hunks(from: old, to: new, paths: [file.path], contextLines: 0)
    return hunks.contains { hunk in
      hunk.isWholeFile || hunk.removedLines.contains { !Self.mayBeRewritten($0) }
    }
  }

  private static func isLost(_ old: String, in new: String) -> Bool {
    let kept = Set(new.split(separator: "\n"))
    return old.split(separator: "\n").contains {
      !kept.contains($0) && !mayBeRewritten(String($0))
    }
  }

  /// Imports grow with the tests that need them, in whatever language.
  private static func mayBeRewritten(_ line: String) -> Bool {
    let text = line.drop { $0.isWhitespace }
    return text.isEmpty
      || ["import ", "from ", "use ", "using ", "#include", "require", "@testable "]
        .contains(where: text.hasPrefix)
  }
}

extension Change {
  fileprivate init(_ file: FileChange, _ group: Group, _ isRewritten: Bool = false) {
    let kind: Kind =
      switch file.kind {
      case .added: .added
      case .modified: .modified
      case .deleted: .deleted
      }
    self.init(path: file.path, kind: kind, group: group, isRewritten: isRewritten)
  }
}

extension Repository {
  /// A file's text in a tree; `nil` where there is none.
  func text(at path: String, inTree tree: ObjectID) throws(GitError) -> String? {
    guard let entry = try entry(at: path, inTree: tree) else { return nil }
    return String(decoding: try contents(of: entry.id), as: UTF8.self)
  }
}

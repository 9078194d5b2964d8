// SPDX-License-Identifier: Apache-2.0
// Refs of accepted stages that somebody removed or moved: they are made again.

import Domain
import Git
import Store

/// What became of the refs of accepted stages.
struct ReferenceReport: Sendable {
  /// Those that were made again, by name.
  var restored: [String] = []
  /// Those whose commit, or some of what it holds, is gone as well, by name.
  var lost: [String] = []
}

extension Coordinator {
  /// Looks at the refs of every stage that was accepted of a task which is not on the branch yet:
  /// nothing else need hold its commits. What stands in a ref's place is kept under another name.
  func restoreReferences(of session: SessionID) async throws(Problem) -> ReferenceReport {
    var report = ReferenceReport()
    for task in try agenda(of: session).tasks(where: \.mayNeedReferences) {
      let found = try await restoreReferences(of: task, in: session)
      report.restored += found.restored
      report.lost += found.lost
    }
    return report
  }

  /// The same for one task, whatever its state.
  @discardableResult
  func restoreReferences(
    of id: TaskID, in session: SessionID
  ) async throws(Problem) -> ReferenceReport {
    let accepted = try read { (store) throws(StoreError) in
      try store.acceptances(of: id, in: session)
    }
    var report = ReferenceReport()
    for record in accepted {
      let reference = record.acceptance.reference
      let commit = record.acceptance.checkpoint
      switch try await git({ (repository) throws(GitError) in
        try repository.restore(reference, to: commit)
      }) {
      case .there: continue
      case .restored: report.restored.append(reference)
      case .lost:
        report.lost.append(reference)
        tell(
          .warning(
            "the commit of \(reference) is gone: fetch it from a clone that has it, with "
              + "git fetch CLONE '\(reference):\(reference)'"))
      case .incomplete(let missing):
        report.lost.append(reference)
        tell(
          .warning(
            "\(missing.count) objects of \(reference) are gone, \(missing[0].short) for one: fetch "
              + "them from a clone that has them, with "
              + "git fetch --refetch CLONE '\(reference):\(reference)'"))
      }
    }
    for name in report.restored { tell(.warning("\(name) was gone or moved; it is back")) }
    return report
  }
}

/// What became of one ref.
private enum Restoration: Sendable {
  case there, restored, lost
  /// The commit is there, and some of what it leads to is not.
  case incomplete([ObjectID])
}

extension ProjectRepository {
  fileprivate func restore(
    _ name: String, to commit: ObjectID
  ) throws(GitError) -> Restoration {
    let found = try reference(name)
    do throws(GitError) {
      _ = try tree(ofCommit: commit)
    } catch {
      guard error.reason == .notFound else { throw error }
      return .lost
    }
    let missing = try missingObjects(of: commit)
    guard missing.isEmpty else { return .incomplete(missing) }
    guard found != commit else { return .there }
    if let found {
      let aside = "\(name)-moved-\(found.short)"
      if try reference(aside) == nil { try createReference(aside, to: found) }
    }
    try moveReference(name, to: commit, expecting: found)
    return .restored
  }
}

extension TaskOutline.State {
  /// Whether its checkpoints may be under way to the branch.
  fileprivate var mayNeedReferences: Bool {
    switch self {
    case .working, .merging, .hindered, .stopped: true
    case .pending, .completed, .ended: false
    }
  }
}

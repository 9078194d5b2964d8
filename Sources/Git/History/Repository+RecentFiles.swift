// SPDX-License-Identifier: Apache-2.0
// What has been worked on lately.

import Domain

extension Repository {
  /// The files that the last commits changed and that still exist, the latest change first.
  ///
  /// - Parameters:
  ///   - limit: How many files at most.
  ///   - commits: How many commits to look at; a shorter history is fine, so is none at all.
  package func recentlyChangedFiles(
    limit: Int, commits: Int
  ) throws(GitError) -> [String] {
    guard limit > 0, let head = try head().commit else { return [] }
    // One more, to compare the last one with.
    let history = try log(from: head, limit: commits + 1)
    let now = try tree(ofCommit: head)
    var seen: Set<String> = []
    var files: [String] = []
    for (index, record) in history.prefix(commits).enumerated() {
      let older = index + 1 < history.count ? history[index + 1].tree : nil
      // A shallow clone's last commit would seem to have changed everything.
      if older == nil, !record.parents.isEmpty { break }
      for change in try changes(from: older, to: record.tree)
      where seen.insert(change.path).inserted {
        if try entry(at: change.path, inTree: now) != nil { files.append(change.path) }
        if files.count == limit { return files }
      }
    }
    return files
  }
}

// SPDX-License-Identifier: Apache-2.0
// Putting some paths of a workspace back to what a tree holds there.

package import Domain
import Glibc

extension Workspace {
  /// Makes the workspace hold at some paths what a tree holds there, and nothing where the tree
  /// holds nothing. The cost follows what is named and not the project.
  ///
  /// What lies at a path is lost: whoever may still want it captures it before. A folder is
  /// replaced whole, with what is ignored in it. Where a file stands in the way of a path of the
  /// tree's, it goes; a folder that becomes empty goes too. Links are removed and never followed.
  ///
  /// - Parameter paths: From the tree's root, with `/` between components.
  /// - Throws: `.invalidName` for a path that leads out of the workspace or into a git directory,
  ///   before anything is touched; `.notFound` for a missing object; `.system` where the disk
  ///   refuses. Doing it again is harmless.
  package func restore(paths: [String], to tree: ObjectID) throws(GitError) {
    let root = try Directory(path: contentPath)
    var wanted: Set<BytePath> = []
    for path in paths { wanted.insert(BytePath(try TreePath(path).text)) }
    let writer = FileWriter(root: root, repository: project)
    for path in wanted where !path.ancestors.contains(where: wanted.contains) {
      guard let text = path.text else { continue }
      let entries = try project.entries(at: text, inTree: tree)
        .filter { $0.path == text || $0.path.hasPrefix(text + "/") }
      try clear(path, below: root, isReplaced: !entries.isEmpty)
      for entry in entries {
        _ = try writer.write(entry.id.oid, entry.mode, to: BytePath(entry.path))
      }
    }
    try trash.empty()
  }

  /// Removes what is at a path; with something to be written there, what is in its way as well, and
  /// with nothing, the folders above that are empty now.
  private func clear(
    _ path: BytePath, below root: Directory, isReplaced: Bool
  ) throws(GitError) {
    let (names, last) = path.parts
    var folders = [root]
    for name in names {
      let folder = folders[folders.count - 1]
      guard let status = try folder.status(of: name) else { break }
      guard status.kind == .folder else {
        if isReplaced { try trash.discard(name, in: folder) }
        break
      }
      if !status.isOpenToOwner { folder.makeWritable(name) }
      folders.append(try folder.opening(name))
    }
    if folders.count == names.count + 1 { try trash.discard(last, in: folders[names.count]) }
    guard !isReplaced else { return }
    for depth in (1..<folders.count).reversed() {
      let code = names[depth - 1].withCString {
        unlinkat(folders[depth - 1].descriptor, $0, AT_REMOVEDIR)
      }
      guard code == 0 else { return }
    }
  }
}

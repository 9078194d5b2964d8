// SPDX-License-Identifier: Apache-2.0
// Removing folders, however deep and however closed an agent made them.

import Glibc

/// A folder of ours, beside the one that an agent writes in, into which things are moved to be
/// removed.
///
/// A folder is moved here whole, then its own folders are moved up beside it, and so on: no more
/// than one folder is ever open, so neither depth nor a path's length can stop a removal, and a
/// link is unlinked, never followed.
final class Trash {
  private let folder: Directory
  private var counter = 0

  /// Opens the trash and empties what a crash left in it.
  init(path: String) throws(GitError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system("make \(path)") }
    folder = try Directory(path: path)
    try empty()
  }

  /// Removes a name from a folder. What is a folder itself is gone from there at once, and from
  /// the disk with `empty`.
  func discard(_ name: BytePath, in parent: Directory) throws(GitError) {
    guard let status = try parent.status(of: name) else { return }
    guard status.kind == .folder else { return try parent.unlink(name) }
    try moveHere(name, status, from: parent)
  }

  private func moveHere(
    _ name: BytePath, _ status: FileStatus, from parent: Directory
  ) throws(GitError) {
    // Moving a folder changes its `..`, so it must be writable.
    if !status.isOpenToOwner { parent.makeWritable(name) }
    while true {
      counter += 1
      let place = BytePath(String(counter))
      if try folder.status(of: place) != nil { continue }
      let code = name.withCString { from in
        place.withCString { renameat(parent.descriptor, from, folder.descriptor, $0) }
      }
      guard code == 0 else { throw .system("remove the folder \(name.shown)") }
      return
    }
  }

  /// Removes everything in here from the disk.
  func empty() throws(GitError) {
    while true {
      let names = try folder.names()
      if names.isEmpty { return }
      for name in names { try removeFlattened(name) }
    }
  }

  private func removeFlattened(_ name: BytePath) throws(GitError) {
    guard let status = try folder.status(of: name) else { return }
    guard status.kind == .folder else { return try folder.unlink(name) }
    if !status.isOpenToOwner { folder.makeWritable(name) }
    let doomed = try folder.opening(name)
    for child in try doomed.names() { try discard(child, in: doomed) }
    let code = name.withCString { unlinkat(folder.descriptor, $0, AT_REMOVEDIR) }
    guard code == 0 || errno == ENOENT else { throw .system("remove the folder \(name.shown)") }
  }
}

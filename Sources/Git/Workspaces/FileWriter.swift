// SPDX-License-Identifier: Apache-2.0
// Writing files into a workspace.

import CGit2
import Glibc

/// Writes files below a folder, in the order of their paths, each as a new inode: whatever a name
/// led to before, nothing is ever written through it.
final class FileWriter {
  private let root: Directory
  private let repository: Repository
  /// The open folders that lead to the last file, so that its neighbours need not open them again.
  private var stack: [(name: BytePath, folder: Directory)] = []

  init(root: Directory, repository: Repository) {
    self.root = root
    self.repository = repository
  }

  /// Makes a path hold what a tree holds there. Nothing may be at the path.
  ///
  /// - Returns: What the system says about it.
  func write(_ id: git_oid, _ mode: FileMode, to path: BytePath) throws(GitError) -> FileStatus? {
    let (folders, name) = path.parts
    let parent = try descend(folders)
    switch mode {
    case .submodule:
      _ = try parent.making(name)
    case .symlink: try link(id, name, in: parent, path)
    case .file: try file(id, name, 0o644, in: parent, path)
    case .executable: try file(id, name, 0o755, in: parent, path)
    }
    return try parent.status(of: name)
  }

  private func file(
    _ id: git_oid, _ name: BytePath, _ permissions: mode_t, in parent: Directory,
    _ path: BytePath
  ) throws(GitError) {
    let file = name.withCString {
      openat(
        parent.descriptor, $0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions)
    }
    guard file >= 0 else { throw .system("write \(path.shown)") }
    defer { close(file) }
    try repository.withContents(of: id) { (bytes) throws(GitError) in
      try writeAll(bytes, to: file, path.shown)
    }
  }

  private func link(
    _ id: git_oid, _ name: BytePath, in parent: Directory, _ path: BytePath
  ) throws(GitError) {
    let target = try repository.withContents(of: id) { (bytes) throws(GitError) in
      Array(bytes) + [0]
    }
    let code = name.withCString { name in
      target.withUnsafeBytes { bytes in
        bytes.baseAddress.map {
          symlinkat($0.assumingMemoryBound(to: CChar.self), parent.descriptor, name)
        } ?? -1
      }
    }
    guard code == 0 else { throw .system("write the link \(path.shown)") }
  }

  /// The folder that some names lead to, which are made where they are missing.
  private func descend(_ folders: [BytePath]) throws(GitError) -> Directory {
    let shared = zip(stack, folders).prefix { $0.name == $1 }.count
    stack.removeLast(stack.count - shared)
    for name in folders.dropFirst(shared) {
      stack.append((name, try (stack.last?.folder ?? root).making(name)))
    }
    return stack.last?.folder ?? root
  }
}

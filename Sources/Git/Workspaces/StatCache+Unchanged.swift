// SPDX-License-Identifier: Apache-2.0
// Asking the system about every file of a workspace, on two threads.

import CGit2
import Glibc

extension StatCache {
  /// From how many files on a second thread is worth its start.
  private static let filesMin = 1_000

  /// By position: whether the file there was certainly as it was written, in the moment in which it
  /// was looked at. `false` says nothing.
  ///
  /// The system takes most of the time that a capture takes, and answers two threads at once.
  func unchangedFiles(below root: Directory) -> [Bool] {
    guard case .file(let file) = source, file.count >= Self.filesMin else {
      return Array(repeating: false, count: count)
    }
    return [Bool](unsafeUninitializedCapacity: file.count) { buffer, count in
      count = file.count
      buffer.initialize(repeating: false)
      // Each half is one thread's alone.
      nonisolated(unsafe) let found = buffer
      let (middle, end, written) = (count / 2, count, written)
      onTwoThreads { isSecond in
        var lookup = FolderLookup(root)
        for position in isSecond ? middle..<end : 0..<middle {
          guard let status = lookup.status(of: file.path(at: position)) else { continue }
          found[position] = Self.isUnchanged(
            status, since: file.entry(at: position), before: written)
        }
      }
    }
  }
}

/// Looks paths up that come in the order of their bytes, folder by folder and through no link.
private struct FolderLookup {
  private let root: Directory
  /// The folders that lead to the last path; `nil` for what is none. Each ends in the path behind a
  /// slash.
  private var folders: [(end: Int, folder: Directory?)] = []
  private var last: UnsafePointer<CChar>?

  init(_ root: Directory) { self.root = root }

  /// What the system says about a path; `nil` where there is nothing or it refuses. The path must
  /// live until the next is asked for.
  mutating func status(of path: UnsafePointer<CChar>) -> FileStatus? {
    if let last {
      while let (end, _) = folders.last, strncmp(last, path, end) != 0 { folders.removeLast() }
    }
    last = path
    var start = folders.last?.end ?? 0
    while let slash = strchr(path + start, Int32(UInt8(ascii: "/"))) {
      let end = slash - UnsafeMutablePointer(mutating: path)
      let name = BytePath(copying: UnsafeBufferPointer(start: path + start, count: end - start))
      let above = folders.isEmpty ? root : folders.last?.folder
      start = end + 1
      folders.append((start, above?.openingAsIs(name)))
    }
    guard let folder = folders.isEmpty ? root : folders.last?.folder else { return nil }
    var status = stat()
    let code = fstatat(folder.descriptor, path + start, &status, AT_SYMLINK_NOFOLLOW)
    return code == 0 ? FileStatus(status) : nil
  }
}

/// Runs a body twice and waits for both: with `false` on this thread and with `true` on another, or
/// here as well where there is no other.
private func onTwoThreads(_ body: @Sendable (Bool) -> Void) {
  withoutActuallyEscaping(body) { body in
    let second = Unmanaged.passRetained(SecondHalf(run: body))
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, runSecondHalf, second.toOpaque())
    body(false)
    if code == 0 {
      pthread_join(thread, nil)
    } else {
      body(true)
    }
    second.release()
  }
}

private final class SecondHalf: Sendable {
  let run: @Sendable (Bool) -> Void

  init(run: @escaping @Sendable (Bool) -> Void) { self.run = run }
}

private func runSecondHalf(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<SecondHalf>.fromOpaque(context).takeUnretainedValue().run(true)
  return nil
}

// SPDX-License-Identifier: Apache-2.0
// What was last written to a workspace's files, so that an unchanged one need not be read.

import CGit2
import Domain
import Glibc

/// A git index of ours that remembers, for each path of the tree that a workspace was switched to,
/// its blob and what the system said about the file once it was written.
///
/// It is no repository's index: nothing but this type reads or writes it.
final class StatCache {
  enum Source {
    /// As it lies on the disk: quickly there.
    case file(IndexFile)
    /// As libgit2 has it, which can be changed.
    case library(OpaquePointer)
  }

  private(set) var source: Source
  private let path: String
  /// When the cache was written, in the file system's own time. A file changed at this time or
  /// later may have changed without showing it, so it is read.
  private(set) var written = git_index_time()

  /// Opens the cache at a path. One that is missing or damaged is empty.
  init(path: String) throws(GitError) {
    try GitLibrary.start()
    self.path = path
    // A crash leaves the lock; only the owner of the workspace gets here.
    unlink(path + ".lock")
    if let file = IndexFile(path: path) {
      source = .file(file)
    } else {
      source = .library(try Self.openLibrary(path))
    }
    readStamp()
  }

  private static func openLibrary(_ path: String) throws(GitError) -> OpaquePointer {
    var opened: OpaquePointer?
    if git_index_open(&opened, path) < 0 {
      git_error_clear()
      unlink(path)
      try check(git_index_open(&opened, path), "open \(path)")
    }
    guard let opened else {
      throw GitError(.other, operation: "open \(path)", message: "libgit2 gave no index")
    }
    return opened
  }

  /// Remembers nothing but what a tree holds at some paths; every file is read. It is never written.
  init(standingFor entries: [TreeEntry]) throws(GitError) {
    try GitLibrary.start()
    path = ""
    var made: OpaquePointer?
    try check(git_index_new(&made), "make an index")
    guard let made else {
      throw GitError(.other, operation: "make an index", message: "libgit2 gave none")
    }
    source = .library(made)
    for entry in entries {
      var added = git_index_entry()
      added.id = entry.id.oid
      added.mode = entry.mode.value.rawValue
      try BytePath(entry.path).withCString { (path) throws(GitError) in
        added.path = path
        try check(git_index_add(made, &added), "note \(escaped(entry.path))")
      }
    }
  }

  deinit {
    if case .library(let index) = source { git_index_free(index) }
  }

  /// The index to change; `nil` where the file turns out to be damaged, which is then gone. Entries
  /// keep their positions, since nobody else writes the file.
  private func library() throws(GitError) -> OpaquePointer? {
    switch source {
    case .library(let index): return index
    case .file(let file):
      let index = try Self.openLibrary(path)
      guard git_index_entrycount(index) == file.count else {
        git_index_free(index)
        return nil
      }
      source = .library(index)
      return index
    }
  }

  private func readStamp() {
    var status = stat()
    guard stat(path, &status) == 0 else {
      written = git_index_time()
      return
    }
    written = git_index_time(status.st_mtim)
  }

  /// Makes the cache stand for a tree. What is known about files that stay the same is kept.
  func replace(with tree: Repository.Tree) throws(GitError) {
    if case .file = source { source = .library(try Self.openLibrary(path)) }
    try check(git_index_read_tree(try library(), tree.pointer), "read a tree into \(path)")
  }

  func write() throws(GitError) {
    guard let index = try library() else { return }
    // A name that takes another file's place makes ext4 write it out there and then. Nobody else
    // reads this one, and one that is missing costs a look at every file.
    unlink(path)
    try check(git_index_write(index), "write \(path)")
    readStamp()
  }

  // MARK: Entries, by their position

  var count: Int {
    switch source {
    case .file(let file): file.count
    case .library(let index): git_index_entrycount(index)
    }
  }

  private func pathPointer(at position: Int) -> UnsafePointer<CChar>? {
    switch source {
    case .file(let file): file.path(at: position)
    case .library(let index): git_index_get_byindex(index, position)?.pointee.path
    }
  }

  private func indexEntry(at position: Int) -> git_index_entry? {
    switch source {
    case .file(let file): file.entry(at: position)
    case .library(let index): git_index_get_byindex(index, position)?.pointee
    }
  }

  func position(of path: BytePath) -> Int? {
    path.withCString { position(of: $0, in: FolderEntries(positions: 0..<count, prefix: 0)) }
  }

  /// Whether the tree has files below a folder.
  func hasEntries(under folder: BytePath) -> Bool { !entries(below: folder).positions.isEmpty }

  /// The entries below one folder, which lie together.
  struct FolderEntries {
    fileprivate let positions: Range<Int>
    /// How many bytes of each entry's path lead to the folder.
    fileprivate let prefix: Int
  }

  func entries(below folder: BytePath) -> FolderEntries {
    guard !folder.isRoot else { return FolderEntries(positions: 0..<count, prefix: 0) }
    let prefix = folder.appending(BytePath(""))
    let length = prefix.bytes.count
    let first = prefix.withCString { (prefix) in
      partition(0..<count) { strncmp($0, prefix, length) < 0 }
    }
    let end = prefix.withCString { (prefix) in
      partition(first..<count) { strncmp($0, prefix, length) <= 0 }
    }
    return FolderEntries(positions: first..<end, prefix: length)
  }

  /// Where a name of a folder is. As `position(of:)`, in less time where many names are asked for.
  func position(of name: UnsafePointer<CChar>, in folder: FolderEntries) -> Int? {
    let prefix = folder.prefix
    let found = partition(folder.positions) { strcmp($0 + prefix, name) < 0 }
    guard found < folder.positions.upperBound, let path = pathPointer(at: found),
      strcmp(path + prefix, name) == 0
    else { return nil }
    return found
  }

  /// The first of some positions whose path is not before what is looked for.
  private func partition(
    _ positions: Range<Int>, _ isBefore: (UnsafePointer<CChar>) -> Bool
  ) -> Int {
    var (low, high) = (positions.lowerBound, positions.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if let path = pathPointer(at: middle), isBefore(path) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  func path(at position: Int) -> BytePath {
    pathPointer(at: position).map { BytePath(copying: $0) } ?? .root
  }

  /// What the tree holds there; `nil` for a kind that trees don't hold.
  func entry(at position: Int) -> (id: git_oid, mode: FileMode)? {
    guard let entry = indexEntry(at: position), let mode = FileMode(entry.mode)
    else { return nil }
    return (entry.id, mode)
  }

  /// Whether a file is certainly as it was written: same inode, times and size, and not changed so
  /// late that its times can't tell.
  func isUnchanged(_ status: FileStatus, at position: Int) -> Bool {
    indexEntry(at: position).map { Self.isUnchanged(status, since: $0, before: written) } ?? false
  }

  static func isUnchanged(
    _ status: FileStatus, since entry: git_index_entry, before written: git_index_time
  ) -> Bool {
    let now = git_index_entry(status, id: entry.id, mode: entry.mode)
    return entry.mtime == now.mtime && entry.ctime == now.ctime && entry.ino == now.ino
      && entry.dev == now.dev && entry.file_size == now.file_size && entry.mtime.seconds != 0
      && now.ctime < written
  }

  /// Remembers what the system says about a file that holds what the tree holds.
  func record(_ status: FileStatus, at position: Int) throws(GitError) {
    guard let index = try library(),
      let entry = git_index_get_byindex(index, position)?.pointee
    else { return }
    var updated = git_index_entry(status, id: entry.id, mode: entry.mode)
    updated.path = entry.path
    // An entry of the same path is replaced, so positions stay as they are.
    try check(git_index_add(index, &updated), "remember \(String(cString: entry.path))")
  }
}

extension git_index_entry {
  fileprivate init(_ status: FileStatus, id: git_oid, mode: UInt32) {
    let raw = status.raw
    self.init()
    ctime = git_index_time(raw.st_ctim)
    mtime = git_index_time(raw.st_mtim)
    dev = UInt32(truncatingIfNeeded: raw.st_dev)
    ino = UInt32(truncatingIfNeeded: raw.st_ino)
    uid = raw.st_uid
    gid = raw.st_gid
    file_size = UInt32(truncatingIfNeeded: raw.st_size)
    self.mode = mode
    self.id = id
  }
}

extension git_index_time {
  fileprivate init(_ time: timespec) {
    self.init(
      seconds: Int32(truncatingIfNeeded: time.tv_sec),
      nanoseconds: UInt32(truncatingIfNeeded: time.tv_nsec))
  }

  fileprivate static func == (left: Self, right: Self) -> Bool {
    left.seconds == right.seconds && left.nanoseconds == right.nanoseconds
  }

  fileprivate static func < (left: Self, right: Self) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

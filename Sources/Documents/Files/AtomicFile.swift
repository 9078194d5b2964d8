// SPDX-License-Identifier: Apache-2.0
// Files that are replaced whole, so that a reader or a crash meets the old or the new, never half.

package import Glibc
import Synchronization

/// Replaces whole files: temporary file beside it, fsync, rename, fsync of the folder (S4-49).
package enum AtomicFile {
  /// What a file must outlive.
  package enum Durability: Hashable, Sendable {
    /// A power failure, once it is written.
    case power
    /// The death of any process. After a power failure the file may be old, empty or missing, so
    /// this is for hints that are made anew: two syncs less.
    case processes
  }

  /// Writes a file, with every folder above it that is missing.
  ///
  /// - Parameters:
  ///   - path: what to write. Where a symbolic link stands there, nothing is written: a link in a
  ///     project could lead anywhere.
  ///   - mode: the file's permissions; by default those that it has, or 0644 for a new one.
  ///   - durability: what it must outlive; a power failure by default.
  /// - Throws: `FileError` where any step fails; the old file is then untouched.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: mode_t? = nil, durability: Durability = .power
  ) throws(FileError) {
    let folder = parent(of: path)
    let present = try permissions(of: path)
    let (descriptor, temporary) = try makeTemporary(in: folder, for: path)
    do throws(FileError) {
      try fill(descriptor, with: bytes, mode: mode ?? present ?? 0o644, durability, path)
      guard rename(temporary, path) == 0 else { throw FileError("replace", path) }
    } catch {
      unlink(temporary)
      throw error
    }
    if durability == .power { try synchronize(folder) }
  }

  /// Adds to the end of a file by writing it anew; a file that is not there begins empty.
  ///
  /// - Throws: `FileError` where it cannot be read or written; the old file is then untouched.
  package static func append(_ bytes: [UInt8], to path: String) throws(FileError) {
    try write((try readFileIfPresent(path) ?? []) + bytes, to: path)
  }

  /// Makes a folder and every one above it that is missing, durably.
  ///
  /// - Throws: `FileError` where one cannot be made.
  package static func makeFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o755) == 0 { return try synchronize(parent(of: path)) }
    if errno == EEXIST { return }
    guard errno == ENOENT, parent(of: path) != path else {
      throw FileError("make the folder", path)
    }
    try makeFolder(parent(of: path))
    if mkdir(path, 0o755) == 0 { return try synchronize(parent(of: path)) }
    guard errno == EEXIST else { throw FileError("make the folder", path) }
  }

  /// Removes the temporary files that killed processes left in a folder.
  package static func removeLeftovers(in folder: String) {
    guard let handle = opendir(folder) else { return }
    defer { closedir(handle) }
    var left: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let process = writer(of: name), kill(process, 0) != 0, errno == ESRCH { left.append(name) }
    }
    for name in left {
      let descriptor = open("\(folder)/\(name)", O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      // A process of another container has a number that means nothing here, and holds the lock.
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink("\(folder)/\(name)") }
    }
  }

  /// The process that made a temporary file; `nil` where the name is no such file's.
  private static func writer(of name: String) -> pid_t? {
    guard name.hasPrefix(prefix), name.hasSuffix(".tmp") else { return nil }
    let numbers = name.dropFirst(prefix.count).dropLast(4).split(separator: "-")
    guard numbers.count == 2, numbers[1].allSatisfy(\.isNumber) else { return nil }
    return pid_t(numbers[0]).flatMap { $0 > 0 ? $0 : nil }
  }

  /// The permissions of a file that may be replaced; `nil` where there is none.
  private static func permissions(of path: String) throws(FileError) -> mode_t? {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw FileError("write", path)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return status.st_mode & 0o7777
    case S_IFLNK: throw FileError(operation: "write", path: path, reason: .symbolicLink)
    default: throw FileError(operation: "write", path: path, reason: .notARegularFile)
    }
  }

  private static let prefix = ".orchestrate-"

  /// Tells apart the temporary files of this process.
  private static let counter = Atomic<Int>(0)

  private static func makeTemporary(
    in folder: String, for path: String
  ) throws(FileError) -> (Int32, String) {
    var isFolderMade = false
    while true {
      let number = counter.add(1, ordering: .relaxed).newValue
      let temporary = "\(folder)/\(prefix)\(getpid())-\(number).tmp"
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
      if descriptor >= 0 {
        // A file system that knows no locks is none that two containers share.
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        return (descriptor, temporary)
      }
      switch errno {
      // One that a process of our number left when it was killed; the next number is free.
      case EEXIST: continue
      case ENOENT where !isFolderMade:
        isFolderMade = true
        try makeFolder(folder)
      default: throw FileError("write", path)
      }
    }
  }

  private static func fill(
    _ descriptor: Int32, with bytes: [UInt8], mode: mode_t, _ durability: Durability,
    _ path: String
  ) throws(FileError) {
    var isOpen = true
    defer { if isOpen { close(descriptor) } }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("write", path)
      }
      written += count
    }
    guard fchmod(descriptor, mode) == 0 else { throw FileError("write", path) }
    guard durability == .processes || fsync(descriptor) == 0 else {
      throw FileError("write", path)
    }
    isOpen = false
    guard close(descriptor) == 0 else { throw FileError("write", path) }
  }

  private static func synchronize(_ folder: String) throws(FileError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("make durable", folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError("make durable", folder) }
  }

  /// The folder of a path: `.` for a bare name, `/` for what stands at the root.
  static func parent(of path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    var parent = path[..<slash]
    while parent.hasSuffix("/") { parent = parent.dropLast() }
    return parent.isEmpty ? "/" : String(parent)
  }
}

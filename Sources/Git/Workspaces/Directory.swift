// SPDX-License-Identifier: Apache-2.0
// An open folder, in which names are used without ever following a symbolic link.

import Glibc

/// An open folder.
///
/// An agent writes below the folders that are read here, and may put a link to anywhere in the
/// place of anything. So no path of more than one name is ever handed to the system: each folder is
/// opened from the one above it, and the last name is never followed.
final class Directory: Sendable {
  /// Closed with this value.
  let descriptor: Int32

  private init(adopting descriptor: Int32) { self.descriptor = descriptor }

  /// Opens one of our own folders by its path.
  init(path: String) throws(GitError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open the folder \(path)") }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Opens a folder in this one. An agent may have taken its permissions away; they are restored.
  func opening(_ name: BytePath) throws(GitError) -> Directory {
    var descriptor = attemptOpening(name)
    if descriptor < 0, errno == EACCES {
      makeWritable(name)
      descriptor = attemptOpening(name)
    }
    guard descriptor >= 0 else { throw .system("open the folder \(name.shown)") }
    return Directory(adopting: descriptor)
  }

  /// Opens a folder in this one as it is; `nil` where that fails.
  func openingAsIs(_ name: BytePath) -> Directory? {
    let descriptor = attemptOpening(name)
    return descriptor < 0 ? nil : Directory(adopting: descriptor)
  }

  private func attemptOpening(_ name: BytePath) -> Int32 {
    name.withCString {
      openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
  }

  /// Opens a folder in this one, which is made if it isn't there.
  func making(_ name: BytePath) throws(GitError) -> Directory {
    let code = name.withCString { mkdirat(descriptor, $0, 0o755) }
    guard code == 0 || errno == EEXIST else { throw .system("make the folder \(name.shown)") }
    return try opening(name)
  }

  /// The names in this folder, in no order, without `.` and `..`.
  func names() throws(GitError) -> [BytePath] {
    var names: [BytePath] = []
    try forEachName { (name) throws(GitError) in names.append(BytePath(copying: name)) }
    return names
  }

  /// Hands over each name as it is listed, valid for the duration of the call.
  func forEachName(
    _ body: (UnsafePointer<CChar>) throws(GitError) -> Void
  ) throws(GitError) {
    // The stream owns its descriptor, so it gets one of its own, with its own position.
    let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0, let stream = fdopendir(own) else {
      let error = GitError.system("list a folder")
      if own >= 0 { close(own) }
      throw error
    }
    defer { closedir(stream) }
    let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      if !Self.isHereOrAbove(name) { try body(name) }
    }
    guard errno == 0 else { throw .system("list a folder") }
  }

  /// Whether a name is `.` or `..`.
  private static func isHereOrAbove(_ name: UnsafePointer<CChar>) -> Bool {
    let dot = CChar(bitPattern: UInt8(ascii: "."))
    guard name[0] == dot else { return false }
    return name[1] == 0 || name[1] == dot && name[2] == 0
  }

  /// What a name is; `nil` where there is nothing.
  func status(of name: BytePath) throws(GitError) -> FileStatus? {
    try name.withCString { (name) throws(GitError) in try status(of: name) }
  }

  func status(of name: UnsafePointer<CChar>) throws(GitError) -> FileStatus? {
    var status = stat()
    if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return FileStatus(status) }
    guard errno == ENOENT else { throw .system("look at \(BytePath(copying: name).shown)") }
    return nil
  }

  /// Restores the owner's permissions on a folder, so that it can be listed and emptied.
  func makeWritable(_ name: BytePath) {
    // If it fails, what needs it fails next and says so.
    _ = name.withCString { fchmodat(descriptor, $0, 0o755, 0) }
  }

  /// Removes what is not a folder. No error if it is gone.
  func unlink(_ name: BytePath) throws(GitError) {
    let code = name.withCString { unlinkat(descriptor, $0, 0) }
    guard code == 0 || errno == ENOENT else { throw .system("remove \(name.shown)") }
  }

  /// A link's target.
  func target(ofLink name: BytePath) throws(GitError) -> [UInt8] {
    let limit = Int(PATH_MAX)
    var buffer = [CChar](repeating: 0, count: limit)
    let code = name.withCString { readlinkat(descriptor, $0, &buffer, limit) }
    guard code >= 0 else { throw .system("read the link \(name.shown)") }
    return buffer[..<code].map { UInt8(bitPattern: $0) }
  }
}

/// What the system says about a name, without following it.
struct FileStatus {
  enum Kind {
    case file, folder, link
    /// A FIFO, a socket, a device.
    case special
  }

  let raw: stat

  init(_ raw: stat) { self.raw = raw }

  var kind: Kind {
    switch raw.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    case S_IFLNK: .link
    default: .special
    }
  }

  var size: Int { Int(raw.st_size) }
  var isExecutable: Bool { raw.st_mode & S_IXUSR != 0 }
  /// Whether the same file has another name, inside the workspace or out of it.
  var hasOtherNames: Bool { raw.st_nlink > 1 }
  /// Whether its owner may list and change this folder.
  var isOpenToOwner: Bool { raw.st_mode & 0o700 == 0o700 }
}

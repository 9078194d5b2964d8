// SPDX-License-Identifier: Apache-2.0
// The directory and the file system that a store lives on.

import CSQLite
import Glibc

/// What is asked of the place before a database is opened there.
enum StorePlace {
  /// Makes the directory of `path`, readable by its owner only, and those above it.
  static func makeDirectory(of path: String) throws(StoreError) {
    try makeDirectory(directory(of: path), mode: 0o700)
  }

  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func makeDirectory(_ path: String, mode: mode_t) throws(StoreError) {
    if mkdir(path, mode) == 0 { return try synchronizeDirectory(of: path) }
    if errno == EEXIST { return }
    if errno == ENOENT, path != "/", path != "." {
      try makeDirectory(directory(of: path), mode: 0o777)
      if mkdir(path, mode) == 0 { return try synchronizeDirectory(of: path) }
      if errno == EEXIST { return }
    }
    throw .cannotOpen(path: path, reason: "its directory cannot be made: \(lastSystemError())")
  }

  /// Makes the file empty and readable by its owner only, if it is not there; SQLite's companion
  /// files take over its mode.
  static func makeFile(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: lastSystemError()) }
    close(descriptor)
  }

  /// Makes a directory's entries durable.
  static func synchronizeDirectory(of path: String) throws(StoreError) {
    let directory = directory(of: path)
    if let code = WatchedFiles.synchronize(directory) {
      throw .cannotOpen(path: directory, reason: systemError(code))
    }
  }

  /// Makes a file's bytes durable.
  static func synchronizeFile(_ path: String) throws(StoreError) {
    if let code = WatchedFiles.synchronize(path, isFolder: false) {
      throw .cannotOpen(path: path, reason: systemError(code))
    }
  }

  /// - Throws: `StoreError.networkFileSystem` where the kernel names one (RELIABILITY T18).
  static func requireLocal(_ path: String) throws(StoreError) {
    var info = statfs()
    guard statfs(directory(of: path), &info) == 0 else {
      throw .cannotOpen(path: path, reason: lastSystemError())
    }
    if let type = networkType(magic: UInt32(truncatingIfNeeded: info.f_type)) {
      throw .networkFileSystem(path: path, type: type)
    }
  }

  /// The name of a file system that is not local, by its number in `linux/magic.h`. FUSE counts:
  /// virtiofs and the shares of virtual machines answer to its number.
  static func networkType(magic: UInt32) -> String? {
    switch magic {
    case 0x6969: "NFS"
    case 0x517B: "SMB"
    case 0xFF53_4D42: "CIFS"
    case 0xFE53_4D42: "SMB2"
    case 0x0102_1997: "9p"
    case 0x6573_5546: "FUSE or virtiofs"
    case 0x00C3_6400: "Ceph"
    case 0x5346_414F: "AFS"
    case 0x7375_7245: "Coda"
    default: nil
    }
  }
}

/// The words for `errno`, read before anything else can change it.
func lastSystemError() -> String { systemError(errno) }

func systemError(_ code: CInt) -> String { String(cString: strerror(code)) }

// SPDX-License-Identifier: Apache-2.0
// The file layer under SQLite, which forgets no sync that failed.

import CSQLite
import Glibc
import Synchronization

/// SQLite's own file layer (a VFS), with every sync watched.
///
/// SQLite takes no notice of some syncs that fail: those of a folder, and those of a checkpoint that
/// a commit sets off. It also tries again, and the kernel, which has told the failure once, may have
/// dropped what it could not write. So the first failure counts for all: no sync of a file in the
/// same folder succeeds in this process any more, and SQLite then refuses by itself whatever
/// needs one.
enum WatchedFiles {
  /// `SQLITE_IOERR_FSYNC` and `SQLITE_IOERR_DIR_FSYNC`, which the header makes by shifting.
  static let (syncFailed, folderSyncFailed) = (SQLITE_IOERR | 4 << 8, SQLITE_IOERR | 5 << 8)

  /// The name under which SQLite knows the layer.
  static let name = "orchestrate"

  /// A folder with databases in it.
  final class Folder: Sendable {
    private let path: String
    private let firstFailure = Mutex<String?>(nil)

    fileprivate init(path: String) { self.path = path }

    /// What a sync of a file in it, or of itself, failed with first; `nil` while none has.
    var failure: String? { firstFailure.withLock { $0 } }

    fileprivate func failed(_ detail: String) {
      firstFailure.withLock { failure in
        if failure == nil { failure = "a file in \(path) could not be made durable: \(detail)" }
      }
    }
  }

  /// Kept for as long as the process lives, so that opening a store again forgets nothing.
  private static let folders = Mutex<[String: Folder]>([:])

  /// The folder at a path, by whatever name it goes.
  static func folder(_ path: String) -> Folder {
    let resolved = realpath(path, nil)
    defer { free(resolved) }
    let name = resolved.map { String(cString: $0) } ?? path
    return folders.withLock { folders in
      if let folder = folders[name] { return folder }
      let folder = Folder(path: name)
      folders[name] = folder
      return folder
    }
  }

  /// Makes the names in a folder, or the bytes of a file, durable.
  ///
  /// - Returns: the error number of what failed; `nil` where nothing did.
  static func synchronize(_ path: String, isFolder: Bool = true) -> CInt? {
    let folder = isFolder ? path : StorePlace.directory(of: path)
    let descriptor = Glibc.open(path, O_RDONLY | (isFolder ? O_DIRECTORY : 0) | O_CLOEXEC)
    guard descriptor >= 0 else { return failed(folder) }
    defer { Glibc.close(descriptor) }
    return fsync(descriptor) == 0 ? nil : failed(folder)
  }

  private static func failed(_ folder: String) -> CInt {
    let code = errno
    self.folder(folder).failed(systemError(code))
    return code
  }

  // MARK: The layer

  /// Registers the layer, once.
  ///
  /// - Returns: SQLite's code, `SQLITE_OK` for success.
  static func register() -> CInt { registration }

  private nonisolated(unsafe) static let system = sqlite3_vfs_find(nil)!
  private nonisolated(unsafe) static let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(
    capacity: 1)
  /// Where, behind the system's part of an open file, ours begins.
  private static let ownOffset = (Int(system.pointee.szOsFile) + 15) / 16 * 16

  private static let registration: CInt = {
    layer.initialize(to: system.pointee)
    layer.pointee.zName = UnsafePointer(strdup(name))
    layer.pointee.szOsFile = CInt(ownOffset + MemoryLayout<Own>.size)
    layer.pointee.xOpen = { WatchedFiles.open($1, $2, $3, $4) }
    layer.pointee.xDelete = { WatchedFiles.delete($1, $2) }
    // SQLite has no other place where the sync of a folder can be seen.
    let openDirectory: @convention(c) (UnsafePointer<CChar>?, UnsafeMutablePointer<CInt>?) -> CInt =
      { path, _ in
        if let path {
          _ = WatchedFiles.synchronize(StorePlace.directory(of: String(cString: path)))
        }
        // It has been synced; SQLite takes this for a folder that need not be.
        return SQLITE_CANTOPEN
      }
    let code = system.pointee.xSetSystemCall(
      system, "openDirectory", unsafeBitCast(openDirectory, to: sqlite3_syscall_ptr.self))
    return code == SQLITE_OK ? sqlite3_vfs_register(layer, 0) : code
  }()

  private static func open(
    _ path: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt,
    _ granted: UnsafeMutablePointer<CInt>?
  ) -> CInt {
    let code = system.pointee.xOpen(system, path, file, flags, granted)
    // A file without a name is a temporary one, which is never synced.
    guard code == SQLITE_OK, let file, let path, let methods = file.pointee.pMethods else {
      return code
    }
    let isLog = flags & SQLITE_OPEN_WAL != 0
    (UnsafeMutableRawPointer(file) + ownOffset).initializeMemory(
      as: Own.self,
      to: Own(
        folder: folder(StorePlace.directory(of: String(cString: path))),
        log: isLog ? LogBuffer() : nil, system: methods))
    file.pointee.pMethods = watched(methods, isLog: isLog)
    return code
  }

  private static func delete(_ path: UnsafePointer<CChar>?, _ syncFolder: CInt) -> CInt {
    let code = system.pointee.xDelete(system, path, syncFolder)
    guard let path, syncFolder != 0 else { return code }
    let folder = folder(StorePlace.directory(of: String(cString: path)))
    return code == SQLITE_OK && folder.failure != nil ? folderSyncFailed : code
  }

  /// What we keep of an open file, behind what the system does.
  private struct Own {
    /// The folder that it lies in.
    let folder: Folder
    /// What is on its way into it; `nil` for a file that is not a log.
    let log: LogBuffer?
    /// The system's methods, for which ours stand.
    let system: UnsafePointer<sqlite3_io_methods>

    /// Writes what is on its way.
    func flush(_ file: File?) -> CInt { log?.flush { write(file, $0, $1) } ?? SQLITE_OK }

    func write(_ file: File?, _ bytes: UnsafeRawBufferPointer, _ offset: sqlite3_int64) -> CInt {
      system.pointee.xWrite(file, bytes.baseAddress, CInt(bytes.count), offset)
    }
  }

  private typealias File = UnsafeMutablePointer<sqlite3_file>

  private static func own(_ file: File?) -> UnsafeMutablePointer<Own> {
    (UnsafeMutableRawPointer(file!) + ownOffset).assumingMemoryBound(to: Own.self)
  }

  private static func synchronize(_ file: File?, _ flags: CInt) -> CInt {
    let own = own(file).pointee
    guard own.folder.failure == nil else { return syncFailed }
    let written = own.flush(file)
    guard written == SQLITE_OK else { return written }
    let code = own.system.pointee.xSync(file, flags)
    if code != SQLITE_OK {
      own.folder.failed(String(cString: sqlite3_errstr(code)))
      return code
    }
    // Syncing a new file's folder is part of syncing the file.
    return own.folder.failure == nil ? SQLITE_OK : folderSyncFailed
  }

  private static func close(_ file: File?) -> CInt {
    let own = own(file)
    let system = own.pointee.system
    let written = own.pointee.flush(file)
    own.deinitialize(count: 1)
    let closed = system.pointee.xClose(file)
    return written == SQLITE_OK ? closed : written
  }

  /// The address of ours by that of the system's, one for each kind of file that it knows, and by
  /// whether it is a log.
  private static let tables = Mutex<[Bool: [UInt: UInt]]>([:])

  private static func watched(
    _ methods: UnsafePointer<sqlite3_io_methods>, isLog: Bool
  ) -> UnsafePointer<sqlite3_io_methods> {
    let address = tables.withLock { tables in
      if let table = tables[isLog]?[UInt(bitPattern: methods)] { return table }
      let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
      table.initialize(to: methods.pointee)
      table.pointee.xSync = { WatchedFiles.synchronize($0, $1) }
      table.pointee.xClose = { WatchedFiles.close($0) }
      if isLog { buffer(&table.pointee) }
      tables[isLog, default: [:]][UInt(bitPattern: methods)] = UInt(bitPattern: table)
      return UInt(bitPattern: table)
    }
    return UnsafePointer(bitPattern: address)!
  }

  /// Lets writes wait for the sync, and everything else for them.
  private static func buffer(_ table: inout sqlite3_io_methods) {
    table.xWrite = { file, bytes, count, offset in
      let own = WatchedFiles.own(file).pointee
      let bytes = UnsafeRawBufferPointer(start: bytes, count: Int(count))
      return own.log?.add(bytes, at: offset) { own.write(file, $0, $1) } ?? SQLITE_INTERNAL
    }
    table.xRead = { file, bytes, count, offset in
      let own = WatchedFiles.own(file).pointee
      let code = own.flush(file)
      return code == SQLITE_OK ? own.system.pointee.xRead(file, bytes, count, offset) : code
    }
    table.xTruncate = { file, size in
      let own = WatchedFiles.own(file).pointee
      let code = own.flush(file)
      return code == SQLITE_OK ? own.system.pointee.xTruncate(file, size) : code
    }
    table.xFileSize = { file, size in
      let own = WatchedFiles.own(file).pointee
      let code = own.flush(file)
      return code == SQLITE_OK ? own.system.pointee.xFileSize(file, size) : code
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Writing objects, each into a file of its own, and waiting for the disk once for all of them.

import CGit2
import CZlib
import Domain
import Glibc

/// A repository's folder of objects, as it is written to.
///
/// No object has its name before its bytes are durable. The order makes many syncs cheap: all bytes
/// are on their way before the first file is synced, whose commit of the file system's journal then
/// takes the others' along; and so it is with the names.
struct LooseObjects {
  /// `objects` of a repository.
  let folder: String

  /// How many files are open at once.
  private static let filesMax = 64
  /// How often an object is written again that somebody removed meanwhile.
  private static let attemptsMax = 5

  /// Writes objects and makes them and their names durable.
  ///
  /// - Throws: `.diskFailed` where a sync fails, `.diskFull`, `.locked` where git removes what is
  ///   being written again and again, `.system`. What was written stays; no temporary file does.
  func write(_ objects: [PendingObjects.Object]) throws(GitError) {
    for start in stride(from: 0, to: objects.count, by: Self.filesMax) {
      var due = Array(objects[start..<min(start + Self.filesMax, objects.count)])
      for _ in 0..<Self.attemptsMax where !due.isEmpty { due = try attempt(due) }
      guard due.isEmpty else {
        throw GitError(
          .locked, operation: "write objects",
          message: "git removes temporary files at the same time; try again when it is done")
      }
    }
    for place in Set(objects.map { place(of: $0.id) }).sorted() {
      // One that was made since its own name was synced, by whomever.
      SyncLedger.shared.used(folderMadeAt: orchestrate_birth(place), in: folder)
      try synchronizeIfThere(place)
    }
  }

  /// - Returns: Those whose temporary file is gone: `git gc --prune=now` removes it.
  private func attempt(
    _ objects: [PendingObjects.Object]
  ) throws(GitError) -> [PendingObjects.Object] {
    var files: [TemporaryObject] = []
    for (_, content) in objects {
      let file = try TemporaryObject(in: folder)
      try file.write(try Self.packed(content))
      files.append(file)
    }
    for file in files { try file.synchronize() }
    var gone: [PendingObjects.Object] = []
    for (object, file) in zip(objects, files) {
      let place = place(of: object.id)
      let path = "\(place)/\(object.id.text.dropFirst(2))"
      if try file.rename(to: path) { continue }
      guard mkdir(place, 0o777) == 0 || errno == EEXIST else { throw .disk("make \(place)") }
      if try !file.rename(to: path) { gone.append(object) }
    }
    return gone
  }

  private func place(of id: ObjectID) -> String { "\(folder)/\(id.text.prefix(2))" }

  /// What the file of an object holds.
  private static func packed(_ content: WrittenObjects.Content) throws(GitError) -> [UInt8] {
    let kind = String(cString: git_object_type2string(content.kind))
    let whole = Array("\(kind) \(content.bytes.count)\0".utf8) + content.bytes
    var length = compressBound(uLong(whole.count))
    var code = Z_OK
    let packed = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
      code = compress2(
        buffer.baseAddress, &length, whole, uLong(whole.count), Z_BEST_SPEED)
      count = code == Z_OK ? Int(length) : 0
    }
    guard code == Z_OK else {
      throw GitError(.other, operation: "pack an object", message: "zlib code \(code)")
    }
    return packed
  }
}

/// A file beside the objects that is to become one; removed with this value unless it has.
private final class TemporaryObject {
  private let path: String
  private let descriptor: Int32
  private var isNamed = false

  init(in folder: String) throws(GitError) {
    // Git removes files of such names once they are old.
    path = "\(folder)/tmp_obj_\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o444)
    guard descriptor >= 0 else {
      isNamed = true
      throw .disk("write \(path)")
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isNamed { unlink(path) }
  }

  func write(_ bytes: [UInt8]) throws(GitError) {
    do throws(GitError) {
      try writeAll(bytes, to: descriptor, path)
    } catch {
      if error.reason == .diskFailed { SyncLedger.shared.failed(error) }
      throw error
    }
    orchestrate_begin_writing(descriptor)
  }

  func synchronize() throws(GitError) { try Git.synchronize(descriptor, path) }

  /// - Returns: `false` where the file or the other's folder is gone.
  func rename(to other: String) throws(GitError) -> Bool {
    isNamed = Glibc.rename(path, other) == 0
    guard isNamed || errno == ENOENT else { throw .disk("write \(other)") }
    return isNamed
  }
}

// SPDX-License-Identifier: Apache-2.0
// The newest copies of a store, each checked when it was made.

package import Domain
import Glibc
import Synchronization

/// A folder of complete copies of a store, at most ten, made at least five minutes apart.
package struct BackupShelf: Hashable, Sendable {
  /// How long after a copy the next is made: 300 s.
  package static let interval = Duration.seconds(300)
  /// How many copies are kept.
  package static let copiesMax = 10

  /// The folder; made when the first copy is.
  package let folder: String

  /// A shelf in `folder`, whether it is there or not.
  package init(folder: String) { self.folder = folder }

  /// The copies that are there, newest first. `unpack` makes a store of one.
  package func copies() -> [String] { found().map { "\(folder)/\($0.name)" } }

  /// When the newest copy was made; `nil` where there is none. One that is dated five minutes ahead of
  /// `now` or more is from a clock that was set back since, and older than all the others.
  package func newest(at now: Timestamp) -> Timestamp? { found(at: now).first?.time }

  /// Makes a store of a copy, which stays as it is.
  ///
  /// - Throws: `StoreError.corrupt` where the copy is not what it was when it was made.
  package static func unpack(_ copy: String, into path: String) throws(StoreError) {
    // One that an earlier version made is not packed; what unpacks passes it on as it is.
    try PackedFile.unpack(copy, into: path)
  }

  /// Whether the newest copy is old enough, or comes from a clock that has been set back since.
  func isDue(at now: Timestamp) -> Bool {
    guard let newest = newest(at: now) else { return true }
    let age = now.since(newest)
    return age <= .zero - Self.interval || age >= Self.interval
  }

  /// Puts a store's copy on the shelf, packed, and takes the oldest off.
  ///
  /// - Parameter plain: a closed database, whose content was checked.
  /// - Returns: where the copy is.
  func add(_ plain: String, at now: Timestamp) throws(StoreError) -> String {
    let path = "\(folder)/orchestrate-\(now.milliseconds).db\(PackedFile.suffix)"
    let partial = path + ".partial"
    defer { unlink(partial) }
    try PackedFile.pack(plain, into: partial)
    guard try PackedFile.isSame(partial, as: plain) else {
      throw .corrupt(detail: "\(partial) does not unpack to what was packed")
    }
    guard rename(partial, path) == 0 else {
      throw .cannotOpen(path: path, reason: lastSystemError())
    }
    try StorePlace.synchronizeDirectory(of: path)
    for copy in found(at: now).dropFirst(Self.copiesMax) { unlink("\(folder)/\(copy.name)") }
    return path
  }

  /// Newest first, and last those that are dated ahead of `now`, since by their dates they would
  /// outlast all that are made from now on. Less than five minutes ahead is no clock set back, but
  /// another thread's commit.
  private func found(at now: Timestamp) -> [(time: Timestamp, name: String)] {
    let (all, ahead) = (found(), now.advanced(by: Self.interval))
    return all.filter { $0.time < ahead } + all.filter { ahead <= $0.time }
  }

  private func found() -> [(time: Timestamp, name: String)] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var found: [(time: Timestamp, name: String)] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix("orchestrate-"),
        let ending = [".db", ".db" + PackedFile.suffix].first(where: name.hasSuffix),
        let milliseconds = Int(name.dropFirst("orchestrate-".count).dropLast(ending.count))
      else { continue }
      found.append((Timestamp(milliseconds: milliseconds), name))
    }
    return found.sorted { $1.time < $0.time }
  }

  // MARK: Failures

  /// Beside the folder, which may be what cannot be made.
  private var failurePath: String { folder + ".failed" }

  /// Why the newest copy that was due could not be made, and when; `nil` where it could.
  package func failure() -> (at: Timestamp, reason: String)? {
    guard let file = fopen(failurePath, "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let text = String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    let parts = text.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let milliseconds = Int(parts[0]) else { return nil }
    return (Timestamp(milliseconds: milliseconds), String(parts[1]))
  }

  /// Keeps, for whoever looks later, that a copy could not be made, or that it could.
  func note(_ failure: StoreError?, at now: Timestamp) {
    guard let failure else {
      unlink(failurePath)
      return
    }
    // Not even this may be possible; the next copy that is due tries again.
    guard let file = fopen(failurePath, "we") else { return }
    fputs("\(now.milliseconds) \(failure)", file)
    fclose(file)
  }
}

/// What a store remembers of its copies.
struct BackupState {
  /// When it was looked last whether one is due, so that not every commit reads the folder.
  var last: Timestamp?
  var failure: StoreError?
}

extension SQLiteStore {
  /// Why the newest copy could not be made; `nil` where it could.
  package var copyFailure: StoreError? { copying.withLock { $0.failure } }

  /// Makes a copy where one is due. A failure is kept, to be told, and does not undo the commit that
  /// it came after.
  func keepCopy(at now: Timestamp) {
    guard let shelf else { return }
    let isTime = copying.withLock { state in
      // A clock that was set back is no reason to wait until it has come so far again.
      if let last = state.last, BackupShelf.interval > max(now.since(last), last.since(now)) {
        return false
      }
      state.last = now
      return true
    }
    guard isTime else { return }
    do throws(StoreError) {
      try backUpIfDue(to: shelf, at: now)
      copying.withLock { $0.failure = nil }
      shelf.note(nil, at: now)
    } catch {
      copying.withLock { $0.failure = error }
      shelf.note(error, at: now)
    }
  }

  /// Copies the store to a shelf if the newest copy is old enough, and checks the copy before an
  /// older one makes room for it.
  ///
  /// - Returns: the new copy's path; `nil` where none was due.
  /// - Throws: `StoreError.corrupt` where the store, and so its copy, does not hold; the copies
  ///   that are there then stay.
  @discardableResult
  package func backUpIfDue(to shelf: BackupShelf, at now: Timestamp) throws(StoreError) -> String? {
    guard shelf.isDue(at: now) else { return nil }
    let plain = shelf.folder + "/copying.db"
    func clear() { for suffix in ["", "-wal", "-shm"] { unlink(plain + suffix) } }
    clear()
    defer { clear() }
    try backup(to: plain)
    let copy = try SQLiteStore.open(path: plain, role: .reader)
    let report = try copy.verifyJournal(.chain)
    copy.close()
    guard report.isWhole else {
      throw .corrupt(detail: "its copy does not hold: \(report.problems)")
    }
    return try shelf.add(plain, at: now)
  }
}

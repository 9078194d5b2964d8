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

  /// The copies that are there, newest first.
  package func copies() -> [String] { times().map { path(of: $0) } }

  /// Whether the newest copy is old enough, or comes from a clock that has been set back since.
  func isDue(at now: Timestamp) -> Bool {
    guard let newest = times().first else { return true }
    let age = now.since(newest)
    return age < .zero || age >= Self.interval
  }

  func path(of time: Timestamp) -> String { "\(folder)/orchestrate-\(time.milliseconds).db" }

  /// Removes all copies but the newest ten.
  func prune() {
    for path in copies().dropFirst(Self.copiesMax) { unlink(path) }
  }

  private func times() -> [Timestamp] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var times: [Timestamp] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix("orchestrate-"), name.hasSuffix(".db"),
        let milliseconds = Int(name.dropFirst("orchestrate-".count).dropLast(".db".count))
      else { continue }
      times.append(Timestamp(milliseconds: milliseconds))
    }
    return times.sorted { $1 < $0 }
  }
}

/// What a store remembers of its copies.
struct BackupState {
  /// When the next may be due, so that not every commit reads the folder.
  var next: Timestamp?
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
      if let next = state.next, now < next { return false }
      state.next = now.advanced(by: BackupShelf.interval)
      return true
    }
    guard isTime else { return }
    do throws(StoreError) {
      try backUpIfDue(to: shelf, at: now)
      copying.withLock { $0.failure = nil }
    } catch {
      copying.withLock { $0.failure = error }
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
    let path = shelf.path(of: now)
    try backup(to: path)
    do throws(StoreError) {
      let copy = try SQLiteStore.open(path: path, role: .reader)
      let report = try copy.verifyJournal(.chain)
      copy.close()
      guard report.isWhole else {
        throw .corrupt(detail: "its copy does not hold: \(report.problems)")
      }
    } catch {
      unlink(path)
      throw error
    }
    shelf.prune()
    return path
  }
}

// SPDX-License-Identifier: Apache-2.0
// How far the journal had come, kept apart from it.

import Domain
import Glibc

/// A file beside the database that names the journal's last entry. A database that ends earlier has
/// lost entries that were acknowledged: SQLite takes a log whose end is damaged for one that was
/// torn by a crash, and drops it without a word.
///
/// It is written after each commit and never synced, so it costs no time and may be behind after a
/// power failure, but never ahead. Its text fits into one sector.
final class HeadWitness: Sendable {
  /// The file's name, in the database's directory.
  static let fileName = "orchestrate.head"

  private let descriptor: CInt

  /// - Throws: `StoreError.cannotOpen` where the file cannot be made.
  init(besideDatabase path: String) throws(StoreError) {
    let file = Self.path(besideDatabase: path)
    descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotOpen(path: file, reason: lastSystemError()) }
  }

  deinit { close(descriptor) }

  /// What the file says; `nil` where there is none, or it says nothing that can be read.
  static func head(besideDatabase path: String) -> JournalHead? {
    let descriptor = open(Self.path(besideDatabase: path), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
      count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
    }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard words.count == 3, let sequence = Int(words[0]), let hash = Digest(String(words[1])),
      words[2] == check(sequence, hash)
    else { return nil }
    return JournalHead(sequence: sequence, hash: hash)
  }

  /// Removes what was noted of a journal that is no more.
  static func forget(besideDatabase path: String) { unlink(Self.path(besideDatabase: path)) }

  /// Notes a head that is durable. A failure is no loss: the file is then behind, which it may be.
  func note(_ head: JournalHead) {
    var text = "\(head.sequence) \(head.hash) \(Self.check(head.sequence, head.hash))"
    text.withUTF8 { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  /// Eight digits that tell a note from what a flipped bit makes of it. Numbers only grow, and so
  /// does the text, so that none is ever left over behind a shorter one.
  private static func check(_ sequence: Int, _ hash: Digest) -> Substring {
    Digest.sha256(of: "\(sequence) \(hash)".utf8).hex.prefix(8)
  }

  private static func path(besideDatabase path: String) -> String {
    StorePlace.directory(of: path) + "/" + fileName
  }
}

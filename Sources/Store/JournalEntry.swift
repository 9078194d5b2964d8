// SPDX-License-Identifier: Apache-2.0
// One line of the journal, and the hash that ties it to the one before.

package import Domain

/// An event as it was journalled.
package struct JournalEntry: Hashable, Sendable {
  /// Counts every entry of the store from 1, without gaps.
  package let sequence: Int
  /// The session that the event happened in.
  package let session: SessionID
  /// When it was journalled, by the wall clock, which a person may have set back.
  package let at: Timestamp
  /// What happened; a plan comes with its tasks.
  package let event: SessionEvent
  /// The hash of the entry before; `JournalHead.start.hash` for the first.
  package let previousHash: Digest
  /// The hash of this entry, made from `previousHash` by `JournalHead.followed(by:of:at:)`.
  package let hash: Digest

  package init(
    sequence: Int, session: SessionID, at: Timestamp, event: SessionEvent, previousHash: Digest,
    hash: Digest
  ) {
    self.sequence = sequence
    self.session = session
    self.at = at
    self.event = event
    self.previousHash = previousHash
    self.hash = hash
  }
}

/// The journal's last entry.
package struct JournalHead: Hashable, Sendable {
  /// 0 for an empty journal.
  package let sequence: Int
  /// The last entry's hash, which vouches for every entry up to it.
  package let hash: Digest

  package init(sequence: Int, hash: Digest) {
    self.sequence = sequence
    self.hash = hash
  }

  /// The head of an empty journal: the digest of nothing at all.
  package static let start = JournalHead(sequence: 0, hash: Digest.sha256(of: []))

  /// The head after an entry that holds `event`, the event's canonical JSON.
  ///
  /// The hash is the SHA-256 of five lines: the hash before, the sequence, the session in three
  /// digits or more, the milliseconds since 1970, and the JSON, which holds no line break.
  package func followed(by event: String, of session: SessionID, at: Timestamp) -> JournalHead {
    let next = sequence + 1
    var text = "\(hash)\n\(next)\n\(session.padded)\n\(at.milliseconds)\n"
    text.reserveCapacity(text.utf8.count + event.utf8.count)
    text += event
    return JournalHead(sequence: next, hash: Digest.sha256(of: text.utf8))
  }
}

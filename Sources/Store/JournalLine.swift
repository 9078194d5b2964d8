// SPDX-License-Identifier: Apache-2.0
// An entry of the journal as a line of text, in which a journal travels outside its store.

package import Domain

/// One entry of the journal, its event byte for byte as it was hashed.
///
/// As text it is a JSON object whose last member is the event, so that whoever checks the chain by
/// other means needs to parse nothing: what stands between `"event":` and the closing brace is what
/// the hash was taken of.
package struct JournalLine: Hashable, Sendable {
  /// Counts every entry of the store from 1, without gaps.
  package let sequence: Int
  /// The session that the event happened in.
  package let session: SessionID
  /// When it was journalled.
  package let at: Timestamp
  /// The event's canonical JSON; a plan comes with its tasks.
  package let event: String
  /// What the entry was sealed with.
  package let hash: Digest

  package init(
    sequence: Int, session: SessionID, at: Timestamp, event: String, hash: Digest
  ) {
    self.sequence = sequence
    self.session = session
    self.at = at
    self.event = event
    self.hash = hash
  }

  private static let beforeEvent = #"","event":"#

  /// The line, without a line break.
  package var text: String {
    #"{"sequence":\#(sequence),"session":"\#(session.padded)","at":\#(at.milliseconds),"#
      + #""hash":"\#(hash)\#(Self.beforeEvent)\#(event)}"#
  }

  /// Reads a line; `nil` where it is not exactly as `text` writes one.
  package init?(_ text: String) {
    guard let found = text.firstRange(of: Self.beforeEvent), text.hasSuffix("}") else { return nil }
    let fields = text[..<found.lowerBound].split(separator: ",", maxSplits: 3)
    let names = [#"{"sequence":"#, #""session":""#, #""at":"#, #""hash":""#]
    guard fields.count == names.count, zip(fields, names).allSatisfy({ $0.hasPrefix($1) }) else {
      return nil
    }
    let values = zip(fields, names).map { String($0.dropFirst($1.count)) }
    guard let sequence = Int(values[0]), let session = SessionID(values[1].dropLast()),
      let milliseconds = Int(values[2]), let hash = Digest(values[3])
    else { return nil }
    self.init(
      sequence: sequence, session: session, at: Timestamp(milliseconds: milliseconds),
      event: String(text[found.upperBound...].dropLast()), hash: hash)
    guard self.text == text else { return nil }
  }

  /// The journal's head after this entry, if it is the one that follows `head`.
  ///
  /// - Throws: `JournalProblem.gap` where an entry is missing in between, `.brokenChain` where this
  ///   one, or one before it, is not what was journalled.
  package func head(after head: JournalHead) throws(JournalProblem) -> JournalHead {
    guard sequence == head.sequence + 1 else { throw .gap(at: head.sequence + 1) }
    let next = head.followed(by: event, of: session, at: at)
    guard next.hash == hash else { throw .brokenChain(at: sequence) }
    return next
  }

  /// The event itself.
  ///
  /// - Throws: `StoreError.corrupt` where the text is no event.
  package func decodedEvent() throws(StoreError) -> SessionEvent {
    try EventCoding.value(SessionEvent.self, from: event, of: "entry \(sequence)")
  }
}

// SPDX-License-Identifier: Apache-2.0
// The name of a handoff: its session and its place in that session's order.

/// A handoff's id, `039-17`: the seventeenth handoff of session 039. Safe as a shell word, a path
/// component and a ref component.
package struct HandoffID: TextIdentifier {
  /// The session that it belongs to.
  package let session: SessionID
  /// 1 for the session's first handoff.
  package let ordinal: Int

  package init(session: SessionID, ordinal: Int) {
    self.session = session
    self.ordinal = ordinal
  }

  /// Reads `039-17` and `39-17`; anything else is `nil`.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let session = SessionID(parts[0]), let ordinal = Int(parts[1]),
      ordinal > 0, !parts[1].hasPrefix("+")
    else { return nil }
    self.init(session: session, ordinal: ordinal)
  }

  /// As it is written everywhere: `039-17`.
  package var text: String { "\(session.padded)-\(ordinal)" }

  package static func < (left: HandoffID, right: HandoffID) -> Bool {
    (left.session, left.ordinal) < (right.session, right.ordinal)
  }
}

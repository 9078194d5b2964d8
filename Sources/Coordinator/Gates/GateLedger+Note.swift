// SPDX-License-Identifier: Apache-2.0
// What a session's journal keeps of the signatures that its gates are judged by.

import Documents
import Domain

extension GateLedger {
  /// An entry for the audit trail with the digest of what was read; `nil` for an empty ledger.
  var note: Note? {
    guard self != GateLedger() else { return nil }
    let digests = [GateLedgerDocument.text(of: attestations), GateLedgerDocument.text(of: waivers)]
      .map { Digest.sha256(of: $0.utf8).hex }
    return Note(
      kind: "gates.ledger",
      text: "\(attestations.count) attestations (\(digests[0])), "
        + "\(waivers.count) waivers (\(digests[1]))")
  }
}

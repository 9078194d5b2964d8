// SPDX-License-Identifier: Apache-2.0
// The state from which a session goes on after a crash.

package import Domain

/// `.claude/progress/checkpoint.json` (S2-49, S2-50).
package struct CheckpointDocument: Hashable, Sendable {
  /// When it was made, as written.
  package let checkpointAt: String
  /// What was known then.
  package let contextSnapshot: JSONValue
  /// What was still to be done.
  package let pendingActions: [String]

  /// A checkpoint from its parts.
  package init(at moment: Timestamp, contextSnapshot: JSONValue, pendingActions: [String]) {
    checkpointAt = moment.description
    self.contextSnapshot = contextSnapshot
    self.pendingActions = pendingActions
  }

  /// Reads a checkpoint.
  ///
  /// - Throws: `DocumentError` where a key is missing or has another shape.
  package init(parsing bytes: [UInt8], file: String) throws(DocumentError) {
    let root = try DocumentField(reading: bytes, file: file)
    checkpointAt = try root.required("checkpoint_at", "when it was made").text()
    contextSnapshot = try root.optional("context_snapshot")?.value ?? .null
    pendingActions = try root.optional("pending_actions")?.strings() ?? []
  }

  /// The checkpoint in the seed's shape.
  package var json: JSONValue {
    [
      "checkpoint_at": .string(checkpointAt), "context_snapshot": contextSnapshot,
      "pending_actions": .strings(pendingActions),
    ]
  }
}

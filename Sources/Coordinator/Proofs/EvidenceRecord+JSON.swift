// SPDX-License-Identifier: Apache-2.0
// Evidence as the canonical bytes that its digest is taken of, and back.

package import Domain
import FoundationEssentials

extension Evidence {
  /// The evidence as it is kept: JSON with sorted keys.
  package var record: EvidenceRecord { EvidenceRecord(kind: kind, body: canonicalJSON(of: self)) }
}

extension EvidenceRecord {
  /// The evidence itself; `nil` where the body is damaged.
  package var evidence: Evidence? { decoded(Evidence.self, from: body) }
}

/// A value as JSON with sorted keys.
package func canonicalJSON(of value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  do {
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  } catch {
    // Our own values hold nothing that JSON cannot say.
    preconditionFailure("a value of ours cannot be encoded: \(error)")
  }
}

/// A value from its JSON; `nil` where that is damaged.
package func decoded<Value: Decodable>(_ type: Value.Type, from body: String) -> Value? {
  try? JSONDecoder().decode(type, from: Data(body.utf8))
}

// SPDX-License-Identifier: Apache-2.0
// A signed payload in the form that other tools check: DSSE, the Dead Simple Signing Envelope.

import Domain
import FoundationEssentials

/// A DSSE envelope: a payload, its type, and signatures over both.
package struct Envelope: Hashable, Sendable, Codable {
  /// Who signed, and with what.
  package struct Signature: Hashable, Sendable, Codable {
    /// `VerifyingKey.id` of the key.
    package let keyid: String
    /// The signature, in base64.
    package let sig: String
  }

  /// What the payload is.
  package let payloadType: String
  /// The payload, in base64.
  package let payload: String
  /// At least one in every envelope of ours.
  package let signatures: [Signature]

  /// The type of an in-toto statement.
  package static let inToto = "application/vnd.in-toto+json"

  /// Seals an in-toto statement with a key.
  package init(statement: String, key: SigningKey) {
    let body = Array(statement.utf8)
    let signature = key.signature(of: Self.signedBytes(type: Self.inToto, body: body))
    payloadType = Self.inToto
    payload = Data(body).base64EncodedString()
    signatures = [
      Signature(keyid: key.verifyingKey.id.hex, sig: Data(signature).base64EncodedString())
    ]
  }

  /// Reads an envelope; `nil` where the text is none.
  package init?(json text: String) {
    guard let found = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else {
      return nil
    }
    self = found
  }

  /// The envelope as JSON with sorted keys, on one line.
  package var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    } catch {
      // Three texts and a list of texts are always JSON.
      preconditionFailure("an envelope cannot be encoded: \(error)")
    }
  }

  /// The payload, if one of `keys` signed it and it is an in-toto statement.
  package func statement(signedBy keys: [VerifyingKey]) -> [UInt8]? {
    guard payloadType == Self.inToto, let body = Data(base64Encoded: payload).map(Array.init) else {
      return nil
    }
    let message = Self.signedBytes(type: payloadType, body: body)
    let isSigned = signatures.contains { signature in
      guard let bytes = Data(base64Encoded: signature.sig).map(Array.init) else { return false }
      return keys.contains { $0.accepts(bytes, of: message) }
    }
    return isSigned ? body : nil
  }

  /// What is signed: the pre-authentication encoding of the DSSE specification, version 1.
  static func signedBytes(type: String, body: [UInt8]) -> [UInt8] {
    Array("DSSEv1 \(type.utf8.count) \(type) \(body.count) ".utf8) + body
  }
}

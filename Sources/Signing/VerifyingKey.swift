// SPDX-License-Identifier: Apache-2.0
// The public half of an Ed25519 key, as `openssl pkey -pubout` writes it.

import CSodium
package import Domain

/// A public key.
package struct VerifyingKey: Hashable, Sendable {
  /// The 32 bytes of the point.
  private let raw: [UInt8]

  /// What every SubjectPublicKeyInfo of an Ed25519 key begins with (RFC 8410).
  private static let prefix: [UInt8] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
  ]

  init(raw: [UInt8]) { self.raw = raw }

  /// Reads a key from a file.
  ///
  /// - Throws: `KeyError` where it is missing or no such key.
  package init(path: String) throws(KeyError) {
    let text = try readKeyFile(path, isPrivate: false)
    guard let pem = PEM(text), pem.label == "PUBLIC KEY", pem.bytes.count == 44,
      pem.bytes.starts(with: Self.prefix)
    else {
      throw KeyError(
        path: path, reason: "it is not a public Ed25519 key",
        remedy: "openssl pkey -in KEY.pem -pubout -out PUBLIC-KEY.pem")
    }
    try startSodium(path)
    raw = Array(pem.bytes.suffix(32))
  }

  /// The SHA-256 of the key's SubjectPublicKeyInfo, by which envelopes name it.
  package var id: Digest { Digest.sha256(of: Self.prefix + raw) }

  /// Whether `signature` is this key's of `message`.
  package func accepts(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    signature.count == 64
      && crypto_sign_verify_detached(signature, message, UInt64(message.count), raw) == 0
  }
}

// SPDX-License-Identifier: Apache-2.0
// The private half of an Ed25519 key, as `openssl genpkey -algorithm ed25519` writes it.

import CSodium

/// A private key. Its bytes are wiped when the last reference goes, and nothing shows them.
package final class SigningKey: Sendable {
  /// The half that anybody may have.
  package let verifyingKey: VerifyingKey
  /// libsodium's form: the seed, then the public half.
  private let secret: Secret

  /// What every PKCS#8 file of an Ed25519 key begins with (RFC 8410); the 32 bytes of the seed
  /// follow and end it.
  private static let prefix: [UInt8] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]

  /// Reads a key from a file that nobody but its owner can read.
  ///
  /// - Throws: `KeyError` where it is missing, open to others, or no such key.
  package convenience init(path: String) throws(KeyError) {
    try self.init(pem: try readKeyFile(path, isPrivate: true), path: path)
  }

  /// - Throws: `KeyError` where the text is no Ed25519 key.
  init(pem text: String, path: String) throws(KeyError) {
    guard let pem = PEM(text), pem.label == "PRIVATE KEY", pem.bytes.count == 48,
      pem.bytes.starts(with: Self.prefix)
    else {
      throw KeyError(
        path: path, reason: "it is not an unencrypted Ed25519 key in PKCS#8",
        remedy: "openssl genpkey -algorithm ed25519 -out NEW-KEY.pem")
    }
    try startSodium(path)
    secret = Secret()
    verifyingKey = VerifyingKey(raw: secret.fill(fromSeed: Array(pem.bytes.suffix(32))))
  }

  /// The 64 bytes of the signature of `message`; the same message always gives the same ones.
  package func signature(of message: [UInt8]) -> [UInt8] { secret.signature(of: message) }

  /// Sixty-four bytes that are wiped. `Sendable` unchecked, because they are filled before anybody
  /// else sees them and only read afterwards.
  private final class Secret: @unchecked Sendable {
    private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 64)

    func fill(fromSeed seed: [UInt8]) -> [UInt8] {
      var publicHalf = [UInt8](repeating: 0, count: 32)
      crypto_sign_seed_keypair(&publicHalf, bytes, seed)
      return publicHalf
    }

    func signature(of message: [UInt8]) -> [UInt8] {
      var signature = [UInt8](repeating: 0, count: 64)
      crypto_sign_detached(&signature, nil, message, UInt64(message.count), bytes)
      return signature
    }

    deinit {
      sodium_memzero(bytes, 64)
      bytes.deallocate()
    }
  }
}

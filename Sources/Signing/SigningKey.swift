// SPDX-License-Identifier: Apache-2.0
// The private half of an Ed25519 key, as `openssl genpkey -algorithm ed25519` writes it.

import CSodium
import Glibc

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

/// Why a key cannot be used.
package struct KeyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file that was to hold it.
  package let path: String
  /// What is wrong with it.
  package let reason: String
  /// The command that helps.
  package let remedy: String

  package var description: String { "the key \(path): \(reason)" }
}

/// libsodium's own setup, which is made once and may be asked for again.
func startSodium(_ path: String) throws(KeyError) {
  guard sodium_init() >= 0 else {
    throw KeyError(
      path: path, reason: "libsodium could not be set up", remedy: "orchestrate doctor")
  }
}

/// The text of a key's file.
///
/// - Throws: `KeyError` where it cannot be read, is no plain file, or is private and others than
///   its owner may read or write it.
func readKeyFile(_ path: String, isPrivate: Bool) throws(KeyError) -> String {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    throw KeyError(
      path: path, reason: "it cannot be read: \(String(cString: strerror(errno)))",
      remedy: "ls -l \(path)")
  }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw KeyError(path: path, reason: "it is no plain file", remedy: "ls -l \(path)")
  }
  guard !isPrivate || status.st_mode & 0o077 == 0 else {
    throw KeyError(
      path: path, reason: "others than its owner may read or write it",
      remedy: "chmod 600 \(path)")
  }
  var bytes = [UInt8](repeating: 0, count: 16 << 10)
  let count = read(descriptor, &bytes, bytes.count)
  guard count > 0, count < bytes.count else {
    throw KeyError(path: path, reason: "it holds no key", remedy: "ls -l \(path)")
  }
  return String(decoding: bytes.prefix(count), as: UTF8.self)
}

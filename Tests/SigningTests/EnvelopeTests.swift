// SPDX-License-Identifier: Apache-2.0
// Envelopes, against the specification's own bytes and keys of openssl's.

import FoundationEssentials
import TestKit
import Testing

@testable import Signing

@Suite struct EnvelopeTests {
  @Test func `what is signed is the specification's encoding of type and body`() {
    let bytes = Envelope.signedBytes(
      type: "http://example.com/HelloWorld", body: Array("hello world".utf8))
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "DSSEv1 29 http://example.com/HelloWorld 11 hello world")
  }

  @Test func `an envelope opens with its own key and with no other`() throws {
    let (mine, other) = (try key(7), try key(8))
    let envelope = Envelope(statement: #"{"a":1}"#, key: mine)
    let read = try #require(Envelope(json: envelope.json))
    #expect(read == envelope)
    #expect(read.statement(signedBy: [other.verifyingKey, mine.verifyingKey]) != nil)
    #expect(read.statement(signedBy: [other.verifyingKey]) == nil)
    #expect(read.statement(signedBy: []) == nil)
  }

  @Test func `a changed payload or type opens with no key`() throws {
    let mine = try key(7)
    let json = Envelope(statement: #"{"a":1}"#, key: mine).json
    for (old, new) in [
      (Data(#"{"a":1}"#.utf8).base64EncodedString(), Data(#"{"a":2}"#.utf8).base64EncodedString()),
      ("in-toto+json", "in-toto+jsom"),
    ] {
      let changed = try #require(Envelope(json: json.replacing(old, with: new)))
      #expect(changed.statement(signedBy: [mine.verifyingKey]) == nil)
    }
  }

  /// RFC 8032, section 7.1, test 1.
  @Test func `a key's file gives the standard's signature`() throws {
    let seed: [UInt8] = [
      0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c,
      0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae,
      0x7f, 0x60,
    ]
    let signature = try SigningKey(pem: pem(seed), path: "key").signature(of: [])
    #expect(signature.prefix(4) == [0xe5, 0x56, 0x43, 0x00])
    #expect(signature.suffix(4) == [0x8e, 0x7a, 0x10, 0x0b])
  }

  @Test(arguments: [
    "", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
    "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n????\n-----END PRIVATE KEY-----\n",
  ])
  func `what is no key of ours is refused`(text: String) {
    #expect(throws: KeyError.self) { try SigningKey(pem: text, path: "key") }
  }

  @Test func `a private key that others can read is refused, and one that is missing`() throws {
    let folder = try TemporaryDirectory("keys")
    let path = folder.path + "/key.pem"
    #expect(throws: KeyError.self) { try SigningKey(path: path) }
    try Data(pem(Array(repeating: 7, count: 32)).utf8).write(to: URL(fileURLWithPath: path))
    for (mode, isTaken) in [(0o644, false), (0o640, false), (0o600, true), (0o400, true)] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      let taken = try? SigningKey(path: path)
      #expect((taken != nil) == isTaken, "mode \(mode)")
    }
  }

  private func key(_ byte: UInt8) throws -> SigningKey {
    try SigningKey(pem: pem(Array(repeating: byte, count: 32)), path: "key")
  }

  private func pem(_ seed: [UInt8]) -> String {
    let prefix: [UInt8] = [
      0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
      0x20,
    ]
    return "-----BEGIN PRIVATE KEY-----\n" + Data(prefix + seed).base64EncodedString()
      + "\n-----END PRIVATE KEY-----\n"
  }
}

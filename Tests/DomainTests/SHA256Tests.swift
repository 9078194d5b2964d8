// SPDX-License-Identifier: Apache-2.0
// SHA-256 against the vectors of FIPS 180-4, and in pieces against itself in one.

import Domain
import Testing

@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `the standard's vectors hold`(text: String, hex: String) {
    #expect(Digest.sha256(of: text.utf8).hex == hex)
  }

  @Test func `a million letters hash as the standard says`() {
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      Digest.sha256(of: million).hex
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `the longer vector of two blocks holds`() {
    let text =
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
      + "lmnopqrsmnopqrstnopqrstu"
    #expect(
      Digest.sha256(of: text.utf8).hex
        == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1")
  }

  @Test func `a stream in pieces of any size hashes like the whole`() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let whole = Digest.sha256(of: bytes)
    for size in [1, 3, 7, 55, 56, 57, 63, 64, 65, 127, 128, 129, 999] {
      var hash = SHA256()
      var start = 0
      while start < bytes.count {
        hash.update(bytes[start..<min(start + size, bytes.count)])
        start += size
      }
      #expect(hash.digest == whole, "in pieces of \(size)")
    }
  }

  @Test func `at every length around a block's end one byte at a time hashes like the whole`() {
    var hash = SHA256()
    for count in 0...200 {
      let bytes = (0..<count).map { UInt8($0) }
      #expect(hash.digest == .sha256(of: bytes), "\(count) bytes")
      hash.update(CollectionOfOne(UInt8(count)))
    }
  }

  @Test func `asking for the digest does not end the stream`() {
    var hash = SHA256()
    hash.update("ab".utf8)
    #expect(hash.digest == .sha256(of: "ab".utf8))
    hash.update("".utf8)
    hash.update("c".utf8)
    #expect(hash.digest == .sha256(of: "abc".utf8))
  }

  @Test func `bytes that lie nowhere in a row hash like those that do`() {
    let lazily = (0..<500).lazy.map { UInt8(truncatingIfNeeded: $0) }
    #expect(Digest.sha256(of: lazily) == .sha256(of: Array(lazily)))
  }
}

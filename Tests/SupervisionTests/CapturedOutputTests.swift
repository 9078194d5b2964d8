// SPDX-License-Identifier: Apache-2.0
// What is kept of a stream, and that its digest covers all of it.

import Domain
import Supervision
import Testing

@Suite struct CapturedOutputTests {
  @Test func `a short stream is kept whole`() {
    let output = CapturedOutput(bytes: Array("hello".utf8), limit: 5)
    #expect(output.text == "hello")
    #expect(output.omittedBytes == 0)
    #expect(output.head + output.tail == Array("hello".utf8))
  }

  @Test func `a long one loses its middle and never half a character`() {
    let output = CapturedOutput(bytes: Array("aüüüüüüüb".utf8), limit: 6)
    #expect(output.head.count == 3 && output.tail.count == 3)
    #expect(output.text == "aü\n… 10 bytes left out …\nüb")
    let cut = CapturedOutput(bytes: Array("üüüüüüüü".utf8), limit: 6)
    #expect(cut.text == "ü\n… 10 bytes left out …\nü")
  }

  @Test(arguments: [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])
  func `the digest is that of all bytes`(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    for limit in [0, 1, 10, 5000] {
      let output = CapturedOutput(bytes: bytes, limit: limit)
      #expect(output.digest == .sha256(of: bytes))
      #expect(output.totalBytes == count)
      #expect(output.head.count + output.tail.count == min(limit, count))
    }
  }

  @Test func `bytes that are no text do not get lost`() {
    #expect(CapturedOutput(bytes: [0x61, 0xFF, 0x62]).text == "a\u{FFFD}b")
    #expect(CapturedOutput.empty.text == "")
  }
}

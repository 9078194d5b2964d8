// SPDX-License-Identifier: Apache-2.0
// SHA-256 against the vectors of FIPS 180-4 and the lengths at which padding changes shape.

import Domain
import Testing

@Suite struct DigestTests {
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

  @Test func `an id that is not safe as a ref component never keeps its text`() {
    for text in ["$(id)", "a/b", "..", "-x", "A", "task 1", "Ünï"] {
      let component = TaskID(text)!.refComponent
      #expect(component != text)
      #expect(component.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "$") })
    }
    #expect(TaskID("task-1")!.refComponent == "task-1")
    #expect(TaskID("Task-1")!.refComponent != TaskID("task-1")!.refComponent)
  }

  @Test func `a session has one number however it is written`() {
    #expect(SessionID("39") == SessionID("039"))
    #expect(SessionID("session-039")?.padded == "039")
    for bad in ["", "0", "session-", "-39", "39a", "٣٩", "1234567"] {
      #expect(SessionID(bad) == nil)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Names that come from files and agents: what is refused, and that no two become one.

import Domain
import Testing

@Suite struct IdentifierTests {
  @Test(arguments: ["", "39", "-", "39-", "-1", "39-0", "39-+1", "39--1", "39-1-1", "x-1", "39-1 "])
  func `what is no handoff's name is refused`(text: String) {
    #expect(HandoffID(text) == nil)
  }

  @Test func `a handoff's name reads back as itself and sorts by number`() {
    let ids = ["39-2", "039-10", "40-1"].compactMap(HandoffID.init)
    #expect(ids.map(\.text) == ["039-2", "039-10", "040-1"])
    #expect(ids.shuffled().sorted() == ids)
  }

  @Test func `a fence is positive and grows`() throws {
    #expect(Fence(0) == nil && Fence(-1) == nil)
    #expect(Fence.old < .held)
    #expect(throws: DecodingError.self) { try decoded([Fence].self, "[0]") }
    try expectRoundTrip([Fence.held])
  }

  @Test(arguments: [
    "", String(repeating: "a", count: 39), String(repeating: "a", count: 41),
    String(repeating: "A", count: 40), String(repeating: "g", count: 40),
    String(repeating: "é", count: 20),
  ])
  func `what is no object's name is refused, in files as well`(text: String) {
    #expect(ObjectID(text) == nil)
    #expect(throws: DecodingError.self) { try decoded([ObjectID].self, "[\"\(text)\"]") }
  }

  @Test(arguments: ["", "a\u{0}b", "a\nb", "a\u{7f}", String(repeating: "é", count: 101)])
  func `a task's name is short and holds no control characters`(text: String) {
    #expect(TaskID(text) == nil)
  }

  @Test func `no name can be chosen so that it becomes the ref component of another`() {
    for text in ["A", "Task 1", "$(id)", "ü"] {
      let component = TaskID(text)!.refComponent
      #expect(TaskID(component)!.refComponent != component)
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `different names have different, harmless ref components`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let letters = Array("aA1-_./\\:~^ @{*?[é")
    var owners: [String: String] = [:]
    for _ in 0..<200 {
      let text = String(
        (0..<Int.random(in: 1...6, using: &random)).map { _ in
          letters.randomElement(using: &random)!
        })
      let component = TaskID(text)!.refComponent
      #expect(owners.updateValue(text, forKey: component) ?? text == text)
      #expect(component.utf8.count <= 64)
      #expect(!component.hasPrefix("-") && !component.hasPrefix(".") && !component.hasSuffix("."))
      #expect(!component.contains("..") && !component.hasSuffix(".lock"))
      #expect(
        component.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"/\\:~^@{*?[".utf8.contains($0) })
      #expect(component == component.lowercased())
    }
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

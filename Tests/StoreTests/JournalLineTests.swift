// SPDX-License-Identifier: Apache-2.0
// The journal as text that travels: read back exactly, and every change seen.

import Domain
import Store
import TestKit
import Testing

@Suite struct JournalLineTests {
  private func lines() throws -> [JournalLine] {
    let sample = try SamplePlan()
    let store = try SQLiteStore.inMemory()
    try store.commit(try sample.started(at: Timestamp(milliseconds: 1_000)))
    let lines = try store.lines(after: 0, limit: 100)
    #expect(try store.lastSequence(in: sample.session) == lines.count)
    #expect(try store.lastSequence(in: SessionID(number: 999)!) == 0)
    #expect(try store.head().hash == lines.last?.hash)
    return lines
  }

  @Test func `a line reads back as it was written, and its chain holds`() throws {
    var head = JournalHead.start
    for line in try lines() {
      let read = try #require(JournalLine(line.text))
      #expect(read == line)
      head = try read.head(after: head)
      _ = try read.decodedEvent()
    }
    #expect(head.sequence > 2)
  }

  @Test func `a line that is spelled otherwise is none`() throws {
    let text = try #require(try lines().first?.text)
    let others = [
      " " + text, text + " ", text.replacing(#""at":"#, with: #""at": "#),
      text.replacing(#""sequence":1"#, with: #""sequence":01"#), "", "{}",
      text.replacing(#""session":"0"#, with: #""session":"00"#), String(text.dropLast()),
    ]
    for other in others { #expect(JournalLine(other) == nil, "\(other)") }
  }

  @Test func `a changed, missing or moved line breaks the chain where it stands`() throws {
    let lines = try lines()
    let second = try lines[0].head(after: .start)
    #expect(throws: JournalProblem.gap(at: 2)) { _ = try lines[2].head(after: second) }
    #expect(throws: JournalProblem.gap(at: 1)) { _ = try lines[1].head(after: .start) }
    let text = lines[0].text.replacing(#""at":1000"#, with: #""at":1001"#)
    let changed = try #require(JournalLine(text))
    #expect(throws: JournalProblem.brokenChain(at: 1)) { _ = try changed.head(after: .start) }
  }
}

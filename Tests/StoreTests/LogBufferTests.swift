// SPDX-License-Identifier: Apache-2.0
// What reaches a log, and in how many pieces.

import Testing

@testable import Store

@Suite struct LogBufferTests {
  /// A file that remembers each write, and fails those that it is told to.
  private final class Log {
    let buffer = LogBuffer()
    var writes: [(offset: Int, bytes: [UInt8])] = []
    var code = LogBufferTests.ok

    func add(_ bytes: [UInt8], at offset: Int) -> Int32 {
      bytes.withUnsafeBytes { buffer.add($0, at: Int64(offset), write) }
    }

    func flush() -> Int32 { buffer.flush(write) }

    private func write(_ bytes: UnsafeRawBufferPointer, _ offset: Int64) -> Int32 {
      if code == LogBufferTests.ok { writes.append((Int(offset), Array(bytes))) }
      return code
    }
  }

  private let log = Log()
  /// SQLite's codes.
  private static let (ok, full): (Int32, Int32) = (0, 13)

  @Test func `pieces that follow one another are written as one`() {
    #expect(log.add([1, 2], at: 32) == Self.ok)
    #expect(log.add([3], at: 34) == Self.ok)
    #expect(log.writes.isEmpty)
    #expect(log.flush() == Self.ok)
    #expect(log.writes.map(\.offset) == [32])
    #expect(log.writes.map(\.bytes) == [[1, 2, 3]])
  }

  @Test func `a piece for another place comes after what was there before it`() {
    #expect(log.add([1, 2], at: 32) == Self.ok)
    #expect(log.add([9], at: 33) == Self.ok)
    #expect(log.flush() == Self.ok)
    #expect(log.writes.map(\.offset) == [32, 33])
    #expect(log.writes.map(\.bytes) == [[1, 2], [9]])
  }

  @Test func `no write is longer than SQLite's layer takes at once`() {
    let page = [UInt8](repeating: 7, count: 4120)
    for index in 0..<100 { #expect(log.add(page, at: index * page.count) == Self.ok) }
    #expect(log.flush() == Self.ok)
    #expect(log.writes.allSatisfy { $0.bytes.count < 1 << 17 })
    #expect(log.writes.flatMap(\.bytes).count == 100 * page.count)
  }

  @Test func `what could not be written is told once and not tried again`() {
    #expect(log.add([1], at: 32) == Self.ok)
    log.code = Self.full
    #expect(log.flush() == Self.full)
    log.code = Self.ok
    #expect(log.flush() == Self.ok)
    #expect(log.writes.isEmpty)
  }
}

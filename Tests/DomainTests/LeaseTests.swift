// SPDX-License-Identifier: Apache-2.0
// When a lease has run out.

import Domain
import Testing

@Suite struct LeaseTests {
  private static let now = Moment(wall: Timestamp(milliseconds: 50_000), boot: .at(100))

  @Test(arguments: [(0, false), (899, false), (1_099, false), (1_100, true), (1_101, true)])
  func `it holds until just before its end`(milliseconds: Int, hasExpired: Bool) {
    let lease = Lease(from: Self.now, length: .seconds(1))
    #expect(lease.hasExpired(at: .at(milliseconds)) == hasExpired)
  }

  @Test func `it ends with the boot in which it was given`() {
    let lease = Lease(from: Self.now, length: .seconds(1))
    for milliseconds in [0, 100, 5_000] {
      #expect(lease.hasExpired(at: .at(milliseconds, boot: "boot-b")))
    }
  }

  @Test func `it shows the wall clock and does not decide by it`() {
    let lease = Lease(from: Self.now, length: .seconds(1))
    #expect(lease.expiresAt == Timestamp(milliseconds: 51_000))
    let shown = Lease(expires: lease.expires, expiresAt: Timestamp(milliseconds: 0))
    #expect(!shown.hasExpired(at: Self.now.boot))
  }

  @Test func `one of no length has run out at once, and one beyond all time never does`() {
    #expect(Lease(from: Self.now, length: .zero).hasExpired(at: Self.now.boot))
    #expect(Lease(from: Self.now, length: .seconds(-9)).hasExpired(at: Self.now.boot))
    let endless = Lease(from: Self.now, length: .seconds(Int64.max))
    #expect(!endless.hasExpired(at: .at(.max - 1)))
  }

  @Test func `it survives being written`() throws {
    try expectRoundTrip(Lease(from: Self.now, length: .seconds(1)))
    try expectRoundTrip(Self.now)
  }
}

// SPDX-License-Identifier: Apache-2.0
// Packets stay small and are JSON whatever goes in.

import Agents
import Documents
import Testing

@Suite struct PacketTests {
  @Test(arguments: [0, 3, 100, 20_000])
  func `a packet is bounded and valid JSON whatever goes in`(size: Int) throws {
    let packet = try PacketSample.packet(size: min(size, 3000))
    let text = packet.json.compactText
    #expect(try JSONValue(parsing: text) == packet.json)
    // About four characters make a token.
    #expect(text.count / 4 <= 3_300, "\(text.count) characters")
  }

  @Test func `what was cut says so`() throws {
    let text = try PacketSample.packet(size: 3000).json.compactText
    #expect(text.contains("(cut)") && text.contains("more\""))
  }
}

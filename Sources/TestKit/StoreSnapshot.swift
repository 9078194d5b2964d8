// SPDX-License-Identifier: Apache-2.0
// Everything that can be read of a store, to compare with another reading.

package import Domain
import FoundationEssentials
package import Store

/// What a store's reads return, all of it.
package struct StoreSnapshot: Equatable, Sendable {
  package let sessions: [SessionRecord]
  package let tasks: [[TaskRecord]]
  package let handoffs: [[Handoff]]
  package let acceptances: [[AcceptanceRecord]]
  package let usage: [UsageTotals]
  package let runs: [[AgentRun]]
  package let entries: [JournalEntry]

  package init(of store: any SessionStore) throws {
    sessions = try store.sessions()
    let ids = sessions.map(\.session)
    tasks = try ids.map { try store.tasks(in: $0) }
    handoffs = try ids.map { try store.handoffs(in: $0, states: nil) }
    acceptances = try ids.map { try store.acceptances(in: $0) }
    usage = try ids.map { try store.usage(in: $0) }
    runs = try ids.map { try store.runs(in: $0) }
    entries = try store.entries(in: nil, after: 0, limit: .max)
  }

  /// The JSON over which a journal's hashes are made, written by other hands than the store's.
  package static func canonicalJSON(_ event: SessionEvent) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(event), as: UTF8.self)
  }
}

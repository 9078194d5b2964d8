// SPDX-License-Identifier: Apache-2.0
// Everything that can be read of a store, to compare with another reading.

package import Domain
import FoundationEssentials
package import Store

/// What a store's reads return, all of it.
package struct StoreSnapshot: Equatable, Sendable {
  /// Every session.
  package let sessions: [SessionRecord]
  /// The tasks of each session, in the order of `sessions`, as are all below.
  package let tasks: [[TaskRecord]]
  /// The handoffs of each session, whatever their states.
  package let handoffs: [[Handoff]]
  /// What was accepted in each session.
  package let acceptances: [[AcceptanceRecord]]
  /// What each session used.
  package let usage: [UsageTotals]
  /// The agent runs of each session.
  package let runs: [[AgentRun]]
  /// The whole journal.
  package let entries: [JournalEntry]

  /// Reads everything.
  ///
  /// - Throws: the store's error where one of its reads fails.
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

// SPDX-License-Identifier: Apache-2.0
// What a segment of a session is measured by (S2-51 … S2-57).

package import Domain

/// Seed 002's nine keys.
package struct SessionMetrics: Hashable, Sendable {
  /// The segment's own id.
  package let sessionID: String
  /// When it began, in ISO 8601.
  package let startedAt: String
  /// When it ended; `nil` while it goes on.
  package let endedAt: String?
  /// The project's health at the end.
  package let health: HealthStatus
  /// The states in the order they were visited; a state that came twice stands twice.
  package let statesVisited: [ProjectState]
  /// How often the context was compressed.
  package let compressions: Int
  /// How many attempts failed.
  package let retries: Int
  /// Tokens used.
  package let tokensUsed: Int
  /// How many features became done.
  package let featuresCompleted: Int

  /// Metrics from their parts.
  package init(
    sessionID: String, startedAt: String, endedAt: String?, health: HealthStatus,
    statesVisited: [ProjectState], compressions: Int, retries: Int, tokensUsed: Int,
    featuresCompleted: Int
  ) {
    self.sessionID = sessionID
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.health = health
    self.statesVisited = statesVisited
    self.compressions = compressions
    self.retries = retries
    self.tokensUsed = tokensUsed
    self.featuresCompleted = featuresCompleted
  }

  /// Reads the metrics.
  ///
  /// - Throws: `DocumentError` where one of the nine is missing or has another shape.
  package init(parsing bytes: [UInt8], file: String) throws(DocumentError) {
    let root = try DocumentField(reading: bytes, file: file)
    func count(_ key: String) throws(DocumentError) -> Int {
      try root.required(key, "a count").int(in: 0...Int.max)
    }
    sessionID = try root.required("session_id", "the session's id").text()
    startedAt = try root.required("started_at", "when it began").text()
    endedAt = try root.optional("ended_at")?.text()
    health = try StateDocument.health(try root.required("health_status", "the health"))
    statesVisited = try root.required("states_visited", "the states").elements()
      .map { (field) throws(DocumentError) in try StateDocument.state(field) }
    compressions = try count("compressions")
    retries = try count("retries")
    tokensUsed = try count("tokens_used")
    featuresCompleted = try count("features_completed")
  }

  /// The metrics in the seed's shape.
  package var json: JSONValue {
    [
      "session_id": .string(sessionID), "started_at": .string(startedAt),
      "ended_at": endedAt.map { .string($0) } ?? .null, "health_status": .string(health.rawValue),
      "states_visited": .strings(statesVisited.map(\.rawValue)),
      "compressions": .integer(compressions), "retries": .integer(retries),
      "tokens_used": .integer(tokensUsed), "features_completed": .integer(featuresCompleted),
    ]
  }
}

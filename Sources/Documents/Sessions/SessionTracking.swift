// SPDX-License-Identifier: Apache-2.0
// The figures by which a session is judged, and the score that they give (S4-60 … S4-65, R16).

package import Domain

/// A session's performance in ten counts.
package struct SessionTracking: Hashable, Sendable {
  /// How many tasks were planned.
  package var tasksPlanned = 0
  /// How many are done.
  package var tasksCompleted = 0
  /// How many tests were written.
  package var testsWritten = 0
  /// How many of them pass.
  package var testsPassed = 0
  /// How many bugs were fixed.
  package var bugsFixed = 0
  /// How many were made.
  package var bugsIntroduced = 0
  /// Lines added to the branch.
  package var linesAdded = 0
  /// Lines removed from it.
  package var linesRemoved = 0
  /// Minutes that it took.
  package var timeSpent = 0
  /// Minutes that it was planned to take.
  package var timeEstimated = 0

  /// The session.
  package let session: SessionID

  /// A session of which nothing was counted yet.
  package init(session: SessionID) { self.session = session }

  /// Tasks completed of tasks planned; `nil` where none were planned.
  package var completionRate: Double? { Self.rate(tasksCompleted, tasksPlanned) }

  /// Tests passed of tests written; `nil` where none were written.
  package var qualityScore: Double? { Self.rate(testsPassed, testsWritten) }

  /// Actual of estimated time, over 1 where it took longer; `nil` where none was estimated.
  package var timeEfficiency: Double? { Self.rate(timeSpent, timeEstimated) }

  /// Bugs introduced of features added; `nil` where none were added (S4-63).
  package func bugRate(featuresAdded: Int) -> Double? { Self.rate(bugsIntroduced, featuresAdded) }

  /// `round(75 · completion + 25 · quality) − 5 · bugsIntroduced`, at least 0. What was not counted
  /// gives nothing.
  package var score: Int {
    let points = 75 * (completionRate ?? 0) + 25 * (qualityScore ?? 0)
    return max(0, Int(points.rounded()) - 5 * bugsIntroduced)
  }

  private static func rate(_ part: Int, _ whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
  }

  private static let counts: [(String, any WritableKeyPath<SessionTracking, Int> & Sendable)] = [
    ("tasksPlanned", \.tasksPlanned), ("tasksCompleted", \.tasksCompleted),
    ("testsWritten", \.testsWritten), ("testsPassed", \.testsPassed), ("bugsFixed", \.bugsFixed),
    ("bugsIntroduced", \.bugsIntroduced), ("linesAdded", \.linesAdded),
    ("linesRemoved", \.linesRemoved), ("timeSpent", \.timeSpent),
    ("timeEstimated", \.timeEstimated),
  ]

  /// The figures in the seed's shape; the score is computed, whatever a file said.
  package var json: JSONValue {
    var metrics = JSONObject()
    for (name, path) in Self.counts { metrics[name] = .integer(self[keyPath: path]) }
    return [
      "session": .string(session.padded), "metrics": .object(metrics), "score": .integer(score),
    ]
  }

  /// Reads the figures; counts that are absent are 0.
  ///
  /// - Throws: `DocumentError` where the session or a count has another shape.
  package init(parsing bytes: [UInt8], file: String) throws(DocumentError) {
    let root = try DocumentField(reading: bytes, file: file)
    let field = try root.required("session", "the session's number")
    let written = field.value.string ?? field.value.int.map(String.init)
    guard let session = written.flatMap({ SessionID($0) }) else {
      throw field.unexpected("a session's number")
    }
    self.init(session: session)
    let metrics = try root.required("metrics", "the metrics")
    for (name, path) in Self.counts {
      self[keyPath: path] = try metrics.optional(name)?.int(in: 0...1_000_000_000) ?? 0
    }
  }
}

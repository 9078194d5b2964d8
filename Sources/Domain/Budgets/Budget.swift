// SPDX-License-Identifier: Apache-2.0
// What a session may spend, and the ladder of what happens as it does.

/// The limits that bind a session.
package struct BudgetLimits: Hashable, Sendable, Codable {
  /// An agent's context window in tokens; 200 000 by default (R8).
  package let windowTokens: Int
  /// The longest segment in minutes; 40 by default (R1).
  package let segmentMinutes: Int
  /// The longest session in minutes; 240 by default (R18).
  package let sessionMinutes: Int

  /// Limits of which none is below 1: a smaller number counts as 1.
  package init(windowTokens: Int = 200_000, segmentMinutes: Int = 40, sessionMinutes: Int = 240) {
    self.windowTokens = max(1, windowTokens)
    self.segmentMinutes = max(1, segmentMinutes)
    self.sessionMinutes = max(1, sessionMinutes)
  }
}

/// What has been spent, as the ladder needs it.
package struct Spending: Hashable, Sendable, Codable {
  /// Tokens used in the open segment.
  package var segmentTokens: Int
  /// When the open segment began.
  package var segmentOpenedAt: Timestamp
  /// Time in which segments were open before this one.
  package var earlierSegments: Duration

  package init(segmentTokens: Int, segmentOpenedAt: Timestamp, earlierSegments: Duration) {
    self.segmentTokens = segmentTokens
    self.segmentOpenedAt = segmentOpenedAt
    self.earlierSegments = earlierSegments
  }
}

/// The rungs of the ladder that bind transitions (R8). Ordered: each includes those below.
package enum BudgetRung: Int, Hashable, Comparable, Sendable, Codable {
  case free
  /// 50 %: a checkpoint of the session's state is due.
  case checkpoint
  /// 70 %: no new claim in this window.
  case noNewClaims
  /// 95 % (SESSION003): the segment ends with a summary and a new one opens.
  case newSegment
  /// The session's own time is spent: nothing goes on without `--extend`.
  case exhausted

  package static func < (left: BudgetRung, right: BudgetRung) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// Where spending stands against its limits.
package struct BudgetReading: Hashable, Sendable, Codable {
  /// The highest rung reached.
  package let rung: BudgetRung
  /// 0 … 100 and over.
  package let windowPercent: Int
  /// How long the open segment has lasted; zero where the clock went back behind its beginning.
  package let segmentElapsed: Duration
  /// How long segments have been open in all, this one included.
  package let sessionElapsed: Duration

  /// The rung that spending has reached at `now`; pure, so the clock is the caller's.
  package init(_ spending: Spending, limits: BudgetLimits, at now: Timestamp) {
    let elapsed = max(.zero, now.since(spending.segmentOpenedAt))
    segmentElapsed = elapsed
    sessionElapsed = spending.earlierSegments + elapsed
    // Counts come from agents and limits from files: neither may be too large to reckon with.
    let tokens = min(max(0, spending.segmentTokens), Int.max / 100)
    windowPercent = tokens * 100 / max(1, limits.windowTokens)
    let timeIsUp = elapsed.components.seconds / 60 >= limits.segmentMinutes
    if sessionElapsed.components.seconds / 60 >= limits.sessionMinutes {
      rung = .exhausted
    } else if windowPercent >= 95 || timeIsUp {
      rung = .newSegment
    } else if windowPercent >= 70 {
      rung = .noNewClaims
    } else if windowPercent >= 50 {
      rung = .checkpoint
    } else {
      rung = .free
    }
  }
}

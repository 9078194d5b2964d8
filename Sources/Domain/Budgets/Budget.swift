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
  /// When the open segment began, on the wall clock.
  package var segmentOpenedAt: Timestamp
  /// The same moment on the boot clock; `nil` where the journal is older than that was kept.
  package var segmentOpenedBoot: BootInstant?
  /// Time in which segments were open before this one.
  package var earlierSegments: Duration

  package init(
    segmentTokens: Int, segmentOpenedAt: Timestamp, segmentOpenedBoot: BootInstant? = nil,
    earlierSegments: Duration
  ) {
    self.segmentTokens = segmentTokens
    self.segmentOpenedAt = segmentOpenedAt
    self.segmentOpenedBoot = segmentOpenedBoot
    self.earlierSegments = earlierSegments
  }

  /// How long the open segment has lasted at `now`: by the boot clock, which nobody can set, while
  /// the machine has not started anew; by the wall clock where only that was kept.
  ///
  /// After a new start no clock tells by itself: the wall clock may have been set, and the boot
  /// clock counts from the start, or is another machine's. Of the two and the length at which a
  /// segment ends anyway, the middle one is taken, so that neither clock can take more than a
  /// segment's minutes or keep one from ending.
  ///
  /// - Parameter segmentMinutes: that length.
  fileprivate func segmentElapsed(at now: Moment, segmentMinutes: Int) -> Duration {
    let byWall = max(.zero, now.wall.since(segmentOpenedAt))
    guard let opened = segmentOpenedBoot else { return byWall }
    let sinceStart = Duration.milliseconds(now.boot.milliseconds)
    if now.boot.bootID == opened.bootID, now.boot.milliseconds >= opened.milliseconds {
      return sinceStart - .milliseconds(opened.milliseconds)
    }
    let length = Duration.seconds(min(segmentMinutes, Int.max / 60) * 60)
    return [byWall, sinceStart, length].sorted()[1]
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
  /// How long the open segment has lasted, which no jump of the wall clock changes while the
  /// machine has not started anew.
  package let segmentElapsed: Duration
  /// How long segments have been open in all, this one included.
  package let sessionElapsed: Duration

  /// The rung that spending has reached at `now`; pure, so the clock is the caller's.
  package init(_ spending: Spending, limits: BudgetLimits, at now: Moment) {
    let elapsed = spending.segmentElapsed(at: now, segmentMinutes: limits.segmentMinutes)
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

// SPDX-License-Identifier: Apache-2.0
// Whether coverage is enough, and not lower than before (TDD004).

/// What one measuring of coverage came to.
package enum CoverageObservation: Hashable, Sendable {
  case measured(Coverage)
  /// The command failed although it left a report; the text says how.
  case failed(String)
  case didNotRun(String)
}

/// Judges coverage.
package enum CoverageRules {
  /// Where coverage is measured a second time.
  package struct Base: Hashable, Sendable {
    /// What the earlier tree is called in messages.
    package let name: String
    /// What was measured there.
    package let observation: CoverageObservation

    package init(name: String, observation: CoverageObservation) {
      self.name = name
      self.observation = observation
    }
  }

  /// The check of one measuring against what is demanded, and against an earlier tree if there is
  /// one. Only a measured number passes: no report, an unreadable one and one without a single
  /// line did not run. Nor did a comparison for which the earlier tree shows no number.
  package static func judge(
    _ gate: Gate, _ demand: CoverageDemand, now: CoverageObservation, base: Base?
  ) -> Check {
    switch now {
    case .didNotRun(let reason): return gate.didNotRun(reason)
    case .failed(let reason): return gate.fail(reason)
    case .measured(let coverage):
      guard coverage.lines.total > 0 else {
        return gate.didNotRun("the coverage report counts no line")
      }
      if demand.needsBranches, coverage.branches.total == 0 {
        return gate.didNotRun("the coverage report counts no branch, and branchMin is set")
      }
      let shortfalls = shortfalls(demand, coverage) + falls(demand, coverage, base)
      guard shortfalls.isEmpty else {
        return gate.fail(
          (shortfalls + least(coverage)).joined(separator: "\n"), code: .insufficientCoverage)
      }
      return compared(gate, coverage, base)
    }
  }

  /// What is lower now than it was, in sentences; nothing where the two are equal or better.
  package static func falls(
    from before: Coverage, to now: Coverage, named name: String, dropMax: Double
  ) -> [String] {
    [("line", before.lines, now.lines), ("branch", before.branches, now.branches)]
      .compactMap { sort, before, now in
        guard before.total > 0, isLower(now, than: before, by: dropMax) else { return nil }
        return "\(sort) coverage fell from \(Coverage.tenths(before.percent)) % on \(name) to "
          + "\(Coverage.tenths(now.percent)) %"
      }
  }

  private static func falls(
    _ demand: CoverageDemand, _ now: Coverage, _ base: Base?
  ) -> [String] {
    guard let base, case .measured(let before) = base.observation else { return [] }
    return falls(from: before, to: now, named: base.name, dropMax: demand.dropMax)
  }

  private static func shortfalls(_ demand: CoverageDemand, _ now: Coverage) -> [String] {
    var found: [String] = []
    if now.lines.percent < demand.lineMin {
      found.append(below("line", now.lines, demand.lineMin))
    }
    if now.branches.total > 0, now.branches.percent < demand.branchMin {
      found.append(below("branch", now.branches, demand.branchMin))
    }
    return found
  }

  private static func below(_ sort: String, _ count: Coverage.Count, _ least: Double) -> String {
    "\(sort) coverage is \(Coverage.tenths(count.percent)) % (\(count.covered) of \(count.total)); "
      + "at least \(Coverage.tenths(least)) % is demanded"
  }

  /// Without a tolerance the shares are compared by multiplying crosswise, which rounds nothing.
  private static func isLower(
    _ now: Coverage.Count, than before: Coverage.Count, by dropMax: Double
  ) -> Bool {
    guard dropMax == 0 else { return now.percent < before.percent - dropMax }
    let (left, isLeftOver) = now.covered.multipliedReportingOverflow(by: before.total)
    let (right, isRightOver) = before.covered.multipliedReportingOverflow(by: now.total)
    guard !isLeftOver, !isRightOver else { return now.percent < before.percent }
    // Where nothing is left to cover, all that was covered is gone.
    return now.total == 0 ? before.covered > 0 : left < right
  }

  private static func least(_ coverage: Coverage) -> [String] {
    let files = coverage.files.filter { $0.lines.total > 0 && $0.lines.covered < $0.lines.total }
      .sorted { ($0.lines.percent, $0.path) < ($1.lines.percent, $1.path) }
    return files.prefix(5).map { "\($0.path): \(Coverage.tenths($0.lines.percent)) %" }
  }

  private static func compared(_ gate: Gate, _ now: Coverage, _ base: Base?) -> Check {
    guard let base else { return gate.pass(now.sentence) }
    switch base.observation {
    case .measured(let before):
      return gate.pass("\(now.sentence); \(base.name) has \(before.sentence)")
    case .failed(let reason), .didNotRun(let reason):
      return gate.didNotRun(
        "\(now.sentence); whether it fell is not known, since \(base.name) shows none: \(reason)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Whether a failure was there before the change, going by what we saw on the base ourselves.

/// What one tree showed when a gate was asked of it.
package struct GateSighting: Hashable, Sendable {
  /// What the answer amounted to.
  package let check: Check
  /// The tests that were broken; `nil` for a gate that runs no tests.
  package let broken: Set<TestIdentity>?
  /// What was covered; `nil` for a gate that measures none.
  package let coverage: Coverage?
  /// What its command objected to, as far as it named places.
  package let objections: [PlacedObjection]

  /// A sighting of nothing but a check, unless said otherwise.
  package init(
    check: Check, broken: Set<TestIdentity>? = nil, coverage: Coverage? = nil,
    objections: [PlacedObjection] = []
  ) {
    self.check = check
    self.broken = broken
    self.coverage = coverage
    self.objections = objections
  }
}

/// Two sightings of one gate held against each other.
package enum BaseComparison: Hashable, Sendable {
  /// The base fails in the same way: the change is not to blame.
  case failsThereToo
  /// The change is to blame; the text says what the base shows instead.
  case isNew(String)

  /// Compares a failure with what the base showed.
  ///
  /// Only a failure that was seen on both sides excuses: of tests, that each one that is broken now
  /// is broken there; of coverage, that it is too low there and not lower here; of a command that
  /// names places, that it names no more of the same there. An answer that did not run, on either
  /// side, excuses nothing.
  package static func judge(now: GateSighting, base: GateSighting) -> BaseComparison {
    switch (now.check.verdict, base.check.verdict) {
    case (.fail, .fail): sameFailure(now, base)
    case (_, .pass): .isNew("it passes there")
    case (_, .didNotRun): .isNew("it did not run there: \(base.check.message)")
    case (.didNotRun, .fail), (.pass, .fail): .isNew("it fails there, and did not fail here")
    }
  }

  private static func sameFailure(_ now: GateSighting, _ base: GateSighting) -> BaseComparison {
    if let broken = now.broken {
      guard !broken.isEmpty else { return .isNew("here, no test passed") }
      let new = broken.subtracting(base.broken ?? []).sorted()
      return new.isEmpty ? .failsThereToo : .isNew("these do not fail there: \(listed(new))")
    }
    if let coverage = now.coverage {
      guard let before = base.coverage else { return .isNew("no coverage was measured there") }
      let falls = CoverageRules.falls(from: before, to: coverage, named: "it", dropMax: 0)
      return falls.isEmpty ? .failsThereToo : .isNew(falls.joined(separator: "; "))
    }
    let new = added(now.objections, to: base.objections)
    return new.isEmpty ? .failsThereToo : .isNew("these are not there: \(listed(new, limit: 5))")
  }

  /// The objections that the base has none of, or fewer. An output that was too long to be read
  /// whole holds more than is known.
  private static func added(
    _ now: [PlacedObjection], to base: [PlacedObjection]
  ) -> [String] {
    guard base.count < PlacedObjection.most else { return [] }
    var known: [String: Int] = [:]
    for objection in base { known[objection.identity, default: 0] += 1 }
    return now.compactMap { objection in
      let left = known[objection.identity] ?? 0
      known[objection.identity] = left - 1
      return left > 0 ? nil : objection.text
    }
  }
}

extension Gate {
  /// Whether asking it of another tree can tell if a failure is older than the change. What looks
  /// at the change itself has no such tree.
  package var canBeAskedOfBase: Bool {
    switch question {
    case .command, .testsPass, .noConsoleErrors, .performance, .coverage: true
    case .documentationUpdated, .microTaskSize, .session, .attestation, .notApplicable,
      .unanswerable:
      false
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// What a gate is asked with, and what it answers.

package import Domain

/// What a gate may need to know beside the folder.
package struct GateContext: Sendable {
  /// The folder in which the gates' commands run.
  package let directory: String
  /// The tree in the folder, where it is known.
  package let tree: ObjectID?
  /// What changed since the base; `nil` where there is none to compare with.
  package let changes: ChangeSet?
  /// The session's record; `nil` where no session was started.
  package let session: SessionGateFacts?

  /// A context; without a session unless said otherwise.
  package init(
    directory: String, tree: ObjectID?, changes: ChangeSet?, session: SessionGateFacts? = nil
  ) {
    self.directory = directory
    self.tree = tree
    self.changes = changes
    self.session = session
  }
}

/// An earlier tree of which a gate can be asked as well.
package struct GateBase: Sendable {
  /// What the tree is called in messages: the revision as it was given.
  package let name: String
  /// Asks a gate of it, in a clean workspace.
  package let ask: @Sendable (Gate) async -> GateResult

  /// A base that `ask` looks into.
  package init(name: String, ask: @escaping @Sendable (Gate) async -> GateResult) {
    self.name = name
    self.ask = ask
  }
}

/// One gate's answer.
package struct GateResult: Sendable {
  /// What was asked.
  package let gate: Gate
  /// What was answered.
  package private(set) var check: Check
  /// On what grounds it lets through, or stops.
  package private(set) var standing: GateStanding
  /// Whether there was anything to ask it with.
  package let wasAsked: Bool
  /// The run that shows it; `nil` for a gate that runs nothing.
  package let evidence: EvidenceRecord?
  /// How long its command took.
  package let duration: Duration
  /// What became of each test; `nil` for a gate that runs none.
  package let tests: TestOutcomes?
  /// What was covered; `nil` for a gate that does not measure it.
  package let coverage: CoverageObservation?
  /// What its failing command objected to, as far as it named places.
  package let objections: [PlacedObjection]

  /// A result that stands as it was measured, unless said otherwise.
  package init(
    gate: Gate, check: Check, wasAsked: Bool = true, evidence: EvidenceRecord? = nil,
    duration: Duration = .zero, tests: TestOutcomes? = nil, coverage: CoverageObservation? = nil,
    objections: [PlacedObjection] = []
  ) {
    self.gate = gate
    self.check = check
    standing = .asMeasured
    self.wasAsked = wasAsked
    self.evidence = evidence
    self.duration = duration
    self.tests = tests
    self.coverage = coverage
    self.objections = objections
  }

  /// Whether it stops the tree.
  package var stops: Bool { check.stops && !standing.excuses }

  /// The same with another check, on other grounds.
  package func ruled(_ check: Check, _ standing: GateStanding? = nil) -> GateResult {
    var result = self
    result.check = check
    result.standing = standing ?? self.standing
    return result
  }

  /// What is compared with another tree's.
  var sighting: GateSighting {
    var measured: Coverage?
    if case .measured(let found) = coverage { measured = found }
    return GateSighting(
      check: check, broken: tests?.broken, coverage: measured, objections: objections)
  }
}
